#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 8: workers leave by _exit: what the program registered with atexit(3)
# runs once, and what its stdio buffers held at fork is written once.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


@test
def once():
    """after served, failed, refused to start and killed workers"""
    at_exit, buffered = (os.path.join(scratch(), name)
                         for name in ("at-exit", "buffered"))
    os.chmod(scratch(), 0o777)          # workers could write there
    before = ["atexit", at_exit, "buffer", buffered, "once"]
    with Lib("start,finish", before=before) as forkd:
        for orders in "", "return -1\n", "say x\n", "return 1\n":
            forkd.ask(orders)
        forkd.wait_line("close pid", 4)
        for path in at_exit, buffered:
            equal(os.path.exists(path) and os.path.getsize(path), 0 if
                  path == buffered else False, path)
    with open(at_exit) as file:
        equal(file.read(), "exit\n")
    with open(buffered) as file:
        equal(file.read(), "once\n")


@test
def failing():
    """after workers whose start fails"""
    at_exit, buffered = (os.path.join(scratch(), name)
                         for name in ("at-exit-2", "buffered-2"))
    os.chmod(scratch(), 0o777)
    with Lib("startfails",
             before=["atexit", at_exit, "buffer", buffered, "x"]) as forkd:
        for _ in range(3):
            forkd.ask("")
        forkd.wait_line("close pid", 3)
    for path, text in (at_exit, "exit\n"), (buffered, "x\n"):
        with open(path) as file:
            equal(file.read(), text)


main()
