#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# ops.log takes every line, without time and newline, with the priority of
# syslog(3); without it and without `log' the library is silent.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *

ERROR, WARNING, INFO, DEBUG = 3, 4, 6, 7


def start(hooks, *settings):
    """Without a log of its own; the port by forkd_address."""
    words = ["service", "s", hooks, *user_words("s"), *settings,
             "listen", "s", "127.0.0.1:0", "address", "s", "0", "100", "run"]
    forkd = Forkd(*words, plain=True, program=testbin("libtest"), ready=False,
                  stdout=subprocess.PIPE)
    for line in forkd.process.stdout:
        if line.startswith(b"address "):
            forkd.ports = [int(line.rsplit(b":", 1)[1])]
            return forkd


def check(forkd, want):
    have = [line for line in forkd.lines if line.startswith("log ")]
    equal(len(have), len(want), "\n".join(have))
    for line, (priority, pattern) in zip(have, want):
        match("^log %d %s$" % (priority, pattern), line)


@test
def lines():
    """every line, with its priority"""
    with start("log,allow") as forkd:
        talked = [forkd.talk(b"return -1\n")]
        forkd.wait_line("close")
        try:
            forkd.talk()
        except OSError:
            pass
        forkd.wait_line("refuse")
        talked.append(forkd.talk(b"say x\n"))
        forkd.wait_line("close", 2)
        equal(forkd.stop(), 0)
    ends = r"from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:%d, 1/128" % forkd.port
    check(forkd, (
        (INFO, r"forkd: listening on tcp://127\.0\.0\.1:%d: s" % forkd.port),
        (INFO, r"s#1: open pid \d+ " + ends),
        (WARNING, r"s#1: close pid \d+ status 1 in \d+\.\d{3}s"),
        (WARNING, r"s: refuse 127\.0\.0\.1:\d+: not allowed"),
        (INFO, r"s#3: open pid \d+ " + ends),
        (INFO, r"s#3: close pid \d+ status 0 in \d+\.\d{3}s"),
        (INFO, r"forkd: stop: TERM: 0 workers: .*"),
        (INFO, r"forkd: stop: all workers have ended")))


@test
def errors():
    """a set-up failure is an error"""
    with start("log,startfails") as forkd:
        forkd.talk()
        forkd.wait_line("close")
        forkd.wait_line(r"^log %d s#1: setup-error pid \d+: start: " % ERROR)


@test
def level():
    """log-level holds for it, too"""
    with start("log", "set", "-", "log-level", "warning") as forkd:
        forkd.talk(b"return 0\n")
        forkd.talk(b"return -1\n")
        forkd.wait_line(": close")
        equal(forkd.stop(), 0)
    check(forkd, ((WARNING, r"s#2: close pid \d+ status 1 in \d+\.\d{3}s"),))


@test
def text():
    """log-format=json changes nothing of it"""
    with start("log", "set", "-", "log-format", "json") as forkd:
        forkd.talk(b"return 0\n")
        forkd.wait_line(r"^log %d s#1: close pid \d+ status 0 in " % INFO)


@test
def silent():
    """without ops.log and log nothing is said"""
    with start("serve") as forkd:
        equal(forkd.talk(b"say x\n"), b"x\n")
        equal(forkd.talk(b"return -1\n"), b"")
        equal(forkd.stop(), 0)
    equal(forkd.lines, [])


main()
