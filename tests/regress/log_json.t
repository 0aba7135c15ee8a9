#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# log-format=json: one object a line, with the fields of forkd(8), each of its
# type, and true.
import datetime
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

TYPES = {
    "time": str, "level": str, "event": str, "service": str,
    "connection": int, "pid": int, "peer": str, "local": str, "status": int,
    "signal": int, "duration_s": float, "user_s": float, "system_s": float,
    "maxrss_kb": int, "reason": str, "workers": int, "max_workers": int,
    "repeated": int,
}
EVERY = {"time", "level", "event"}
CONNECTION = EVERY | {"service", "connection", "pid"}
CLOSE = CONNECTION | {"peer", "local", "duration_s", "user_s", "system_s",
                      "maxrss_kb", "workers", "max_workers"}


def unique(pairs):
    names = [name for name, _ in pairs]
    equal(len(names), len(set(names)), "a field twice")
    return dict(pairs)


def parse(line):
    """An object of known fields of the right types."""
    have = json.loads(line, object_pairs_hook=unique)
    for name, value in have.items():
        assert name in TYPES, "%s in %s" % (name, line)
        assert type(value) is TYPES[name], "%s in %s" % (name, line)
    assert EVERY <= have.keys(), line
    assert have["level"] in ("error", "warning", "info", "debug"), line
    match(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", have["time"])
    said = datetime.datetime.fromisoformat(have["time"][:-1] + "+00:00")
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs((now - said).total_seconds()) < 2 * DEADLINE, line
    return have


class Log:
    """The events of a forkd."""

    def __init__(self, forkd):
        self.events = [parse(line) for line in forkd.lines]

    def find(self, event, **fields):
        """The only one with these fields."""
        found = [have for have in self.events if have["event"] == event and
                 all(have.get(name) == value
                     for name, value in fields.items())]
        equal(len(found), 1, "%s %s in %s" % (event, fields, self.events))
        return found[0]


def check(have, names, **fields):
    """Has these fields and, of the others, exactly these names."""
    equal(set(have), names | set(fields) | EVERY, str(have))
    equal({name: have[name] for name in fields}, fields)


@test
def connections():
    """open and close: of one that is served, fails, is killed"""
    began = time.monotonic()
    with Forkd("-p", "0", "-c", "9", "-o", "log-format=json",
               testbin("puppet")) as forkd:
        pids, peers = [], []
        for order in "exit 0", "exit 3", "signal 15":
            puppet = Puppet(forkd)
            pids.append(puppet.pid)
            peers.append("%s:%d" % puppet.connection.getsockname())
            puppet.order("burn 120")
            puppet.order(order)
            forkd.wait_line('"close"', len(pids))
            puppet.close()
        local = "127.0.0.1:%d" % forkd.port
        equal(forkd.stop(), 0)
    took = time.monotonic() - began
    log = Log(forkd)
    for number, (pid, peer) in enumerate(zip(pids, peers), 1):
        check(log.find("open", connection=number), set(), level="info",
              event="open", service="puppet", connection=number, pid=pid,
              peer=peer, local=local, workers=1, max_workers=9)
        how = ({"status": 0}, {"status": 3}, {"signal": 15})[number - 1]
        have = log.find("close", connection=number)
        check(have, CLOSE, service="puppet", pid=pid, peer=peer, local=local,
              workers=0, max_workers=9,
              level="info" if number == 1 else "warning", **how)
        assert 0.11 <= have["user_s"] + have["system_s"] <= took, have
        assert have["user_s"] + have["system_s"] <= \
            have["duration_s"] + 0.1, have
        assert 0.11 <= have["duration_s"] <= took, have
        assert 100 < have["maxrss_kb"] < 100000, have


@test
def program():
    """ready, reload and stop"""
    with Forkd("-p", "0", "-o", "log-format=json",
               testbin("puppet")) as forkd:
        forkd.send(signal.SIGHUP)
        forkd.wait_line('"reload"')
        equal(forkd.stop(), 0)
    log = Log(forkd)
    have = log.find("ready")
    match(r"tcp4?://\*:%d: %s$" % (forkd.port, re.escape(testbin("puppet"))),
          have["reason"])
    equal(have["level"], "info")
    match("^HUP: ", log.find("reload")["reason"])
    asked = [have for have in log.events if have["event"] == "stop"]
    equal(len(asked), 2)
    match("^TERM: ", asked[0]["reason"])
    equal(asked[0]["workers"], 0)
    equal(asked[1]["reason"], "all workers have ended")


@test
def full_and_free():
    """full and free"""
    with Forkd("-p", "0", "-c", "1", "-o", "log-format=json",
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        puppet.order("burn 100")
        puppet.order("exit 0")
        forkd.wait_line('"free"')
        equal(forkd.stop(), 0)
        puppet.close()
    log = Log(forkd)
    check(log.find("full"), set(), level="warning", service="puppet",
          workers=1, max_workers=1)
    have = log.find("free")
    check(have, {"duration_s"}, level="info", service="puppet", workers=0,
          max_workers=1)
    assert 0.1 <= have["duration_s"] < DEADLINE, have


@test
def failures():
    """setup-error and handler-error"""
    path = script("gone", "#!/bin/sh\nread line\n")
    with Forkd("-p", "0", "-o", "timeout=100ms", "-o", "log-format=json",
               path) as forkd:
        with forkd.connect() as connection:
            read_all(connection)
            peer = "%s:%d" % connection.getsockname()
        os.unlink(path)
        forkd.talk()
        forkd.wait_line('"close"', 2)
        equal(forkd.stop(), 0)
    log = Log(forkd)
    pid = log.find("open", connection=1)["pid"]
    check(log.find("handler-error"), set(), level="warning", service="gone",
          connection=1, pid=pid, peer=peer,
          reason="timeout: TERM to its group")
    check(log.find("close", connection=1), CLOSE, level="warning", signal=15,
          reason="timeout")
    pid = log.find("open", connection=2)["pid"]
    have = log.find("setup-error")
    assert CONNECTION | {"reason"} <= set(have), have
    equal((have["pid"], have["level"], have["reason"]),
          (pid, "error", "exec %s: No such file or directory" % path))
    check(log.find("close", connection=2), CLOSE, level="info", status=127)


@test
def hostile():
    """a reason may hold any bytes: the line stays one valid object"""
    for name in ('"},{"event":"open"', "back\\slash\\u0000", "\x01\x1b[2J\r\n",
                 "tab\t%s%n", "umlaut \u00e4 \U0001f600", b"\xff\xc0\xaf\xed"
                 b"\xa0\x80".decode(errors="surrogateescape"), "x" * 250):
        path = script(name, "#!/bin/sh\n")
        with Forkd("-p", "0", "-o", "log-format=json", path) as forkd:
            os.unlink(path)
            forkd.talk()
            forkd.wait_line('"close"')
            equal(forkd.stop(), 0)
        have = Log(forkd).find("setup-error")["reason"]
        # a byte that is not UTF-8 is the character of its number
        want = os.fsencode(path).decode(errors="surrogateescape")
        want = re.sub("[\udc80-\udcff]",
                      lambda found: chr(ord(found[0]) - 0xdc00), want)
        equal(have, "exec %s: No such file or directory" % want)


main()
