#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# log=/path: lines are appended to a file.
import json
import os
import stat
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from logs import *

START = ["-d", "-p", "0"] + as_user()


@test
def lines():
    """all lines are there, behind those of before, and nowhere else"""
    log = Log()
    with open(log.path, "w") as file:
        file.write("older\n")
    with logging(log, handler("echo")) as forkd:
        equal(forkd.talk(b"x"), b"x")
        log.wait("close")
        equal(forkd.stop(), 0)
        equal(forkd.lines, [])
    have = log.lines()
    equal(have[0], "older")
    for line, form in zip(have[1:], (
            "info forkd: listening on ", r"info echo#1: open pid \d+ from ",
            r"info echo#1: close pid \d+ status 0 in ", "info forkd: stop: ",
            "info forkd: stop: all workers have ended$")):
        match("^" + TIME + " " + form, line)
    equal(len(have), 6)


@test
def as_json():
    """log-format=json holds for it, whatever was said first"""
    for settings in (["log", "log-format"], ["log-format", "log"]):
        log = Log()
        values = {"log": log.path, "log-format": "json"}
        with logging(log, *[word for name in settings for word in (
                "-o", "%s=%s" % (name, values[name]))],
                handler("echo")) as forkd:
            forkd.talk()
            log.wait('"close"')
        for line in log.lines():
            assert "event" in json.loads(line), line


@test
def made():
    """it is made with mode 0640; handlers do not have it"""
    log = Log()
    with logging(log, handler("echo"), umask=0) as forkd:
        mode = os.stat(log.path)
        equal(stat.S_IMODE(mode.st_mode), 0o640)
        assert log.path in descriptors(forkd.pid).values()
        with forkd.connect() as client:
            client.sendall(b"x")
            equal(client.recv(1), b"x")
            pid = children(forkd.pid)[0]
            found = descriptors(pid)
            assert log.path not in found.values(), found
            match("^pipe:", found[2])


@test
def cannot():
    """exit code 73: it cannot be opened, with path and cause"""
    directory = scratch()
    for path, cause in (("/nonexistent/log", "No such file or directory"),
                        (directory, "Is a directory"),
                        ("/dev/null/log", "Not a directory"),
                        ("/" + "x" * 300, "File name too long")):
        refused(73, "log: %s: %s" % (path, cause), *START, "-o",
                "log=" + path, handler("echo"))
    fifo = os.path.join(directory, "fifo")
    os.mkfifo(fifo)
    refused(73, "log: %s: No such device or address" % fifo, *START, "-o",
            "log=" + fifo, handler("echo"))


@test
def wrong():
    """exit code 64: what is no destination"""
    for log in "relative/log", "Stderr", "syslog", "-":
        refused(64, 'log: "%s" is not stderr, syslog:daemon or the path of a '
                "file, from / on" % log, *START, "-o", "log=" + log)
    for log, near in (("syslog:deamon", "daemon"), ("syslog:local8", "local0"),
                      ("syslog:", "daemon"), ("syslog:nonsense", "daemon"),
                      ("syslog:3", "daemon")):
        refused(64, "log: %s: no such facility; syslog:%s?" % (log, near),
                *START, "-o", "log=" + log)


@test
def checked():
    """-n opens nothing"""
    log = Log()
    code, out, err = run("-n", "-p", "0", *as_user(), "-o", "log=" + log.path,
                         handler("echo"))
    equal((code, err), (0, ""))
    assert not os.path.exists(log.path)


main()
