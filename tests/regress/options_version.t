#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# -V and -h answer on standard output and end with 0.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


@test
def version():
    """-V and --version print one line"""
    for option in "-V", "--version":
        code, out, err = run(option)
        equal((code, err), (0, ""))
        match(r"\Aforkd \d+\.\d+(\.\d+)?\n\Z", out)


@test
def help_text():
    """-h and --help print the usage"""
    for option in "-h", "--help":
        code, out, err = run(option)
        equal((code, err), (0, ""))
        match(r"\Ausage: forkd ", out)
        match(r"max-workers", out)


@test
def talks():
    """forkd -d -p 0 with talkback talks"""
    with Forkd("-p", "0", handler("talkback")) as forkd:
        equal(forkd.talk(b"hello\nquit\n"), b"You said 'hello'.\n")


main()
