#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# USR1 opens the log file by its name again; one that cannot be opened changes
# nothing, and that is said.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from logs import *


@test
def renamed():
    """after a rename, lines go to a new file, and connections go on"""
    log = Log()
    with logging(log, handler("echo")) as forkd:
        before = descriptors(forkd.pid)
        with forkd.connect() as client:
            client.sendall(b"x")
            equal(client.recv(1), b"x")
            old = Log(log.path + ".1")
            os.rename(log.path, old.path)
            equal(forkd.talk(b"y"), b"y")
            old.wait("close")               # still the old one
            assert not os.path.exists(log.path)
            forkd.send(signal.SIGUSR1)
            match(r"info forkd: reload: USR1: the log file was opened again$",
                  log.wait("reload"))
            client.sendall(b"z")
            equal(client.recv(1), b"z")
        log.wait("echo#1: close")
        equal(len(old.lines("reload|echo#1: close")), 0)
        wait_until(lambda: not children(forkd.pid))
        equal(sorted(descriptors(forkd.pid).values()),
              sorted(before.values()))


@test
def fails():
    """it cannot be opened: the old one stays, with an error"""
    directory = os.path.join(scratch(), "rotated")
    os.mkdir(directory)
    log = Log(os.path.join(directory, "log"))
    with logging(log, handler("echo")) as forkd:
        os.rename(directory, directory + ".away")
        forkd.send(signal.SIGUSR1)
        old = Log(os.path.join(directory + ".away", "log"))
        match(r"error forkd: reload: USR1: %s: No such file or directory; "
              r"the old one stays$" % log.path, old.wait("reload"))
        equal(forkd.talk(b"x"), b"x")
        old.wait("close")
        os.mkdir(directory)
        forkd.send(signal.SIGUSR1)
        log.wait("opened again")


@test
def no_file():
    """standard error: nothing to do"""
    with Forkd("-p", "0", handler("echo")) as forkd:
        forkd.send(signal.SIGUSR1)
        forkd.wait_line("info forkd: reload: USR1: there is no log file to "
                        "open again$")
        equal(forkd.talk(b"x"), b"x")


main()
