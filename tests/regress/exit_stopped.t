#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 0: stopped as asked, by TERM, INT or QUIT, idle or not.  Standard
# output stays empty, and no process is left.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def ends_well(forkd):
    """The last line is no message of a failure."""
    match("^....-..-..T[^ ]*Z info forkd: stop: all workers have ended$",
          forkd.lines[-1])


@test
def idle():
    """without a connection"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        with Forkd("-p", "0", handler("talkback"),
                   stdout=subprocess.PIPE) as forkd:
            equal(forkd.stop(number), 0)
            equal(forkd.process.stdout.read(), b"")
            forkd.process.stdout.close()
        ends_well(forkd)


@test
def busy():
    """while a client talks"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        with Forkd("-p", "0", handler("talkback")) as forkd:
            with forkd.connect() as client:
                client.sendall(b"x\n")
                equal(read_line(client), b"You said 'x'.\n")
                forkd.send(number)
                forkd.wait_line("stop: SIG|stop: (TERM|INT|QUIT)")
            equal(forkd.wait(), 0)
            forkd.reader.join(DEADLINE)
        ends_well(forkd)


main()
