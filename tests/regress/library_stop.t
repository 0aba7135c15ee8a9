#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd_stop(): from a signal handler, from hooks, before forkd_run(); errno
# stays.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *

GRACEFUL, NOW = "1", "2"


def over(forkd):
    equal(forkd.wait(), 0)
    forkd.reader.join(DEADLINE)
    equal(forkd.output[-1], "run 0")
    forkd.wait_line("stop: all workers have ended$")


@test
def handler():
    """in a signal handler, gracefully"""
    with Lib(after=["stop-on", str(int(signal.SIGWINCH)), GRACEFUL]) as forkd:
        with forkd.connect() as connection:
            connection.sendall(b"say first\npid\n")
            equal(read_line(connection), b"first\n")
            forkd.send(signal.SIGWINCH)
            forkd.wait_line("stop: TERM: 1 workers: they may finish")
            connection.sendall(b"say last\n")
            connection.shutdown(socket.SHUT_WR)
            match(r"\A\d+\nlast\n\Z", read_all(connection).decode())
        over(forkd)


@test
def handler_now():
    """in a signal handler, now"""
    with Lib(after=["stop-on", str(int(signal.SIGWINCH)), NOW]) as forkd:
        with forkd.connect() as connection:
            connection.sendall(b"pid\n")
            pid = int(read_line(connection))
            forkd.send(signal.SIGWINCH)
            over(forkd)
            forkd.wait_line(r"close pid %d signal 15 TERM in [\d.]+s: stop$" %
                            pid)


@test
def hooks():
    """in allow, reaped and log"""
    for hook in "allowstops", "reapedstops", "log,logstops":
        with Lib(hook) as forkd:
            equal(forkd.ask("say on\n"), "on\n")
            over(forkd)


@test
def before():
    """before forkd_run(): it ends at once"""
    for how in GRACEFUL, NOW:
        lines = calls("set", "-", "log", "stderr", "service", "s", "serve",
                      *user_words("s"), "listen", "s", "127.0.0.1:0",
                      "stop", how, "run")
        equal(lines[-1], "run 0")


@test
def signals():
    """TERM, INT and QUIT stop forkd_run(), too"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        with Lib() as forkd:
            forkd.send(number)
            over(forkd)


main()
