#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 5, for C functions: what a worker is: signals, session, identity,
# settings; and promise 8: what is the master's is closed in it.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *

IGNORED = signal.SIGPIPE, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2


def report(forkd, host="127.0.0.1", port=None):
    return facts(forkd.talk(b"report\n", host, port))


@test
def signals():
    """PIPE, HUP, USR1 and USR2 are ignored, the rest is default"""
    with Lib() as forkd:
        have = report(forkd)
    for number in range(1, 65):
        want = "ignored" if number in IGNORED else \
            "unknown" if number in (32, 33) else "default"
        equal(have["signal %d" % number], want, "signal %d" % number)
    equal((have["blocked"], have["pending"]), ([], []))


@test
def inherited_signals():
    """whatever the program was started with or has ignored"""
    def odd():
        for number in signal.SIGCHLD, signal.SIGALRM, signal.SIGTSTP:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    with Lib(before=["ignore", str(int(signal.SIGQUIT))],
             preexec_fn=odd) as forkd:
        have = report(forkd)
    for number in range(1, 65):
        want = "ignored" if number in IGNORED else \
            "unknown" if number in (32, 33) else "default"
        equal(have["signal %d" % number], want, "signal %d" % number)
    equal(have["blocked"], [])


@test
def descriptors_closed():
    """listeners, wait set and pipes of the master are closed"""
    other = ["service", "t", "serve", *user_words("t"), "listen", "t",
             "127.0.0.1:0"]
    with Lib(before=other) as forkd:
        master = descriptors(forkd.pid)
        # what is there to be closed: two listeners, epoll, two pipes
        equal(len([what for what in master.values()
                   if "eventpoll" in what]), 1)
        # and the master's end of another worker's channel
        with forkd.connect() as busy:
            busy.sendall(b"pid\n")
            read_line(busy)
            have = report(forkd, port=forkd.ports[-1])
    for name, what in have.items():
        if not name.startswith("fd "):
            continue
        number = int(name.split()[1])
        assert "sockopt %d listening" % number not in have or \
            have["sockopt %d listening" % number] == "0", name
        kind, access, flags = what.split()
        if number < 2:  # not the terminal or file of the program
            equal(kind, "device")
        elif number == 2:
            equal(kind, "pipe")
        else:       # the connection, a copy for each of its streams, channel
            equal((kind, flags), ("socket", "blocking,cloexec"), name)
    sockets = [name for name in have if name.startswith("peer ")]
    inodes = [have["inode " + name.split()[1]] for name in sockets]
    equal(sorted(inodes.count(inode) for inode in set(inodes)), [1, 3])


@test
def settings():
    """user, groups, umask, nice, directory, limits and stderr act in it"""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with Lib(after=["set", "s", "umask", "077", "set", "s", "nice", "2",
                    "set", "s", "directory", "/usr", "set", "s",
                    "limit-fsize", "1M", "set", "s", "stderr", "null",
                    "set", "s", "no-new-privs", "yes"]) as forkd:
        have = report(forkd)
        assert have["pid"] != str(forkd.pid)
        equal(have["ppid"], str(forkd.pid))
    equal((have["pgid"], have["sid"]), (have["pid"],) * 2)
    equal((have["umask"], have["cwd"]), ("077", "/usr"))
    equal(have["nice"], str(min(own + 2, 19)))
    equal(have["limit %d" % resource.RLIMIT_FSIZE], "1048576 1048576")
    equal(have["limit %d" % resource.RLIMIT_CORE], "0 0")
    equal(have["status NoNewPrivs"], "1")
    equal(have["fd 2"].split()[0], "device")
    if ROOT:
        entry = pwd.getpwnam("nobody")
        equal(have["uid"], " ".join([str(entry.pw_uid)] * 3))
        equal(have["gid"], " ".join([str(entry.pw_gid)] * 3))
        equal(have["group"], sorted(
            {str(g) for g in os.getgrouplist("nobody", entry.pw_gid)}))
        equal(have["status CapEff"], "0" * 16)


@test
def alone():
    """it dies of none of the signals that are the master's business"""
    with Lib() as forkd:
        with forkd.connect() as connection:
            for number in IGNORED:
                connection.sendall(b"signal %d\nsay on\npid\n" % number)
                equal(read_line(connection), b"on\n")
                read_line(connection)


main()
