#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Handlers of unix sockets: their environment and state, what the log and a C
# function are told about the client.
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *
from unixtest import *

NUMBERS = {"UNIXREMOTEPID": str(os.getpid()),
           "UNIXREMOTEEUID": str(os.geteuid()),
           "UNIXREMOTEEGID": str(os.getegid())}


def variables(local, remote=None, service="probe"):
    want = {"PROTO": "UNIX", "UNIXLOCALPATH": local, "FORKD_SERVICE": service,
            "FORKD_CONNECTION": "1", "FORKD_WORKER": "0", **NUMBERS}
    if remote:
        want["UNIXREMOTEPATH"] = remote
    return want


def connected(have):
    """What the environment says of the connection."""
    return {name[4:]: value for name, value in have.items() if re.match(
        "env (PROTO|TCP|UNIX|REMOTE|FORKD)", name)}


def own_place(name):
    """A path for a client that everybody may write to."""
    return os.path.join(os.path.dirname(place()), name)


@test
def environment_of():
    """PROTO=UNIX and UNIX*, no TCP* and no REMOTE_*; with resolve too"""
    for prefix, kind in ("", STREAM), ("unix-seqpacket://", PACKET):
        for name in place(), "@" + place():
            for args in [], ["-o", "resolve=yes"]:
                with Forkd("-l", prefix + name, *args, testbin("probe")):
                    equal(connected(facts(talk(name, b"", kind))),
                          variables(name))


@test
def named_client():
    """UNIXREMOTEPATH, if the client has a name"""
    own = own_place("client")
    for bound, shown in ((own, own), ("\0" + own, "@" + own)):
        path = place()
        with Forkd("-l", path, testbin("probe")):
            equal(connected(facts(talk(path, b"", own=bound))),
                  variables(path, shown))


@test
def longest():
    """names of the greatest length are whole, beside the longest service"""
    for first in "/", "@":
        path, own = place(), place()
        if first == "/":
            path = path.ljust(107, "l")
            own = own.ljust(107, "r")
            bound = own
        else:
            path = ("@" + path).ljust(107, "l")
            own = ("@" + own).ljust(108, "r")
            bound = "\0" + own[1:]
        probe = os.path.join(scratch(), "p" * 63)
        if not os.path.exists(probe):
            shutil.copy(testbin("probe"), probe)
        with Forkd("-l", path, probe):
            equal(connected(facts(talk(path, b"", own=bound))),
                  variables(path, own, "p" * 63))


@test
def other_client():
    """the client's identity, not that of the server's"""
    if not ROOT:
        raise Skip("needs root")
    entry = pwd.getpwnam("daemon")
    path = place()
    with Forkd("-l", path, "-o", "socket-mode=0666", testbin("probe")):
        pid, text = talk_as("daemon", path)
        have = connected(facts(text))
        equal([have[name] for name in NUMBERS],
              [str(pid), str(entry.pw_uid), str(entry.pw_gid)])


@test
def allowed():
    """mode and owner decide who can connect"""
    if not ROOT:
        raise Skip("needs root")
    for args, able in (([], False), (["-o", "socket-owner=daemon"], True),
                       (["-o", "socket-group=daemon"], True),
                       (["-o", "socket-owner=daemon", "-o",
                         "socket-mode=060"], False)):
        path = place()
        with Forkd("-l", path, *args, testbin("probe")):
            equal(talk_as("daemon", path)[1] != b"", able)


@test
def state():
    """the rest of a handler's state is that of every other"""
    path = place()
    with Forkd("-p", "0", "-l", path, testbin("probe")) as forkd:
        before = probe(forkd)[0]
        have = facts(talk(path, b""))
        for facts_of in before, have:
            for name in list(facts_of):
                if re.match(r"(pid|pgid|sid|inode|local|peer|sockopt)\b|"
                            "env (PROTO|TCP|UNIX|REMOTE|FORKD)", name):
                    facts_of.pop(name)
        equal_facts({**have, "inode 0": "", "inode 1": "", "pid": "1",
                     "pgid": "1", "sid": "1"}, before)


@test
def log():
    """the log shows process and user of the client, or its path"""
    path, own = place(), own_place("client")
    who = "pid=%d,uid=%d" % (os.getpid(), os.geteuid())
    with Forkd("-l", path, handler("talkback")) as forkd:
        talk(path, b"")
        forkd.wait_line(r"talkback#1: open pid \d+ from %s to %s, 1/128$" %
                        (who, path))
        talk(path, b"", own=own)
        forkd.wait_line(r"talkback#2: open pid \d+ from %s to %s, \d/128$" %
                        (own, path))
    with Forkd("-l", path, "-o", "log-format=json",
               handler("talkback")) as forkd:
        talk(path, b"")
        have = json.loads(forkd.wait_line('"open"'))
        equal((have["peer"], have["local"]), (who, path))


@test
def library():
    """C functions: forkd_address, forkd_conn_peer, _local, _peercred"""
    path = place()
    for address in path, "unix://" + path, "unix-seqpacket://@" + path:
        equal(calls("service", "s", "serve", "listen", "s", address,
                    "address", "s", "0", "300")[-1].split()[-1],
              address if ":" in address else "unix://" + path)
    with Lib(listen=path):
        have = talk(path, b"facts\n").decode()
        match("peer pid=%d,uid=%d\n" % (os.getpid(), os.geteuid()), have)
        match("local %s\n" % path, have)
        match("peercred %d %d %d\n" % (os.geteuid(), os.getegid(),
                                       os.getpid()), have)
        assert os.path.exists(path), "the worker removed it"
    assert not os.path.lexists(path)


main()
