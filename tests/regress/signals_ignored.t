#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# USR2, TTIN and TTOU are logged and ignored; TTIN and TTOU are ignored without
# a word where there is a controlling terminal.
import os
import pty
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

SAYS = [
    (signal.SIGUSR2, "USR2: the upgrade is not there yet, ignored"),
    (signal.SIGTTIN, "TTIN: there is no pool, ignored"),
    (signal.SIGTTOU, "TTOU: there is no pool, ignored"),
]


@test
def said():
    """logged and ignored, with a client and without"""
    with Forkd("-p", "0", testbin("puppet"),
               start_new_session=True) as forkd:
        puppet = Puppet(forkd)
        for count in 1, 2:
            for number, text in SAYS:
                forkd.send(number)
                forkd.wait_line(" info forkd: reload: %s$" % text, count)
        puppet.order("exit 0")
        puppet.close()
        forkd.wait_line("close pid")


@test
def terminal():
    """with a controlling terminal TTIN and TTOU say nothing"""
    ours, theirs = pty.openpty()
    with Forkd("-p", "0", testbin("puppet"), start_new_session=True,
               preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
               pass_fds=[theirs]) as forkd:
        for number, _ in SAYS[::-1]:
            forkd.send(number)
        forkd.wait_line("reload: USR2")
        turn(forkd)
        equal(forkd.count_lines("reload: TT"), 0)
        puppet = Puppet(forkd)
        puppet.order("exit 0")
        puppet.close()
    os.close(theirs)
    os.close(ours)


@test
def early():
    """at any moment of a start they do not stop it"""
    for number, _ in SAYS:
        for _ in range(5):
            # in a group that the kernel would stop: no orphaned one
            with Forkd("-p", "0", testbin("puppet"), ready=False,
                       preexec_fn=os.setpgrp) as forkd:
                wait_until(lambda: knows(forkd.pid, signal.SIGTERM), "main()")
                forkd.send(number)
                forkd.wait_line("listening")


def knows(pid, number):
    """Whether a process has a signal blocked or caught."""
    with open("/proc/%d/status" % pid) as file:
        text = file.read()
    return any(int(re.search(r"^%s:\s*(\w+)" % name, text, re.M).group(1), 16)
               >> (number - 1) & 1 for name in ("SigBlk", "SigCgt"))


main()
