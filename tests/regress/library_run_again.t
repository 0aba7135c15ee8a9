#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# After forkd_run() dispositions and mask of signals are what they were, the
# descriptors are closed, and a master may be run again or freed.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


def odd():
    for number in signal.SIGCHLD, signal.SIGHUP, signal.SIGALRM:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK,
                           [signal.SIGUSR2, signal.SIGWINCH])


@test
def restored():
    """dispositions and mask"""
    with Lib(then=["report"], preexec_fn=odd,
             before=["ignore", "3"]) as forkd:
        equal(forkd.ask("say x\n"), "x\n")
        equal(forkd.stop(), 0)
    have = facts("\n".join(
        line for line in forkd.output
        if line.split()[0] not in ("service", "set", "listen", "run")).encode())
    ignored = signal.SIGCHLD, signal.SIGHUP, signal.SIGALRM, signal.SIGQUIT
    for number in range(1, 65):
        if SANITIZED and have["signal %d" % number] == "caught":
            continue    # the sanitizer's own
        if number not in (32, 33):
            equal(have["signal %d" % number],
                  "ignored" if number in ignored else "default",
                  "signal %d" % number)
    equal(have["blocked"], [str(int(n)) for n in
                            sorted((signal.SIGUSR2, signal.SIGWINCH))])
    # listeners, wait set and pipes are closed, too; the log stays
    equal({have["inode " + name[3:]] for name in have
           if name.startswith("fd ")},
          {have["inode %d" % number] for number in range(3)})


@test
def again():
    """the same master runs again on another address"""
    with Lib(then=["listen", "s", "127.0.0.1:0", "run", "free"]) as forkd:
        equal(forkd.ask("say one\n"), "one\n")
        forkd.send(signal.SIGTERM)
        line = forkd.wait_line("listening on", 2)
        port = int(re.search(r":(\d+): ", line).group(1))
        equal(forkd.talk(b"say two\n", port=port), b"two\n")
        equal(forkd.stop(), 0)
        equal(forkd.output[-3:], ["run 0", "listen 0", "run 0"])


@test
def new():
    """free, new, and another one"""
    user = user_words("u")
    with Lib(then=["free", "new", "set", "-", "log", "stderr", "service",
                   "u", "serve", *user, "listen", "u", "127.0.0.1:0",
                   "run"]) as forkd:
        forkd.send(signal.SIGTERM)
        line = forkd.wait_line("listening on", 2)
        port = int(re.search(r":(\d+): ", line).group(1))
        equal(forkd.talk(b"say two\n", port=port), b"two\n")


@test
def became_a_daemon():
    """a program forks after it has bound, and runs in the child"""
    user = user_words("s")
    equal(calls("service", "s", "serve", *user, "listen", "s", "127.0.0.1:0",
                "fork", "stop", "0", "run")[-1:], ["run 0"])


main()
