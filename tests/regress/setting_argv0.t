#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# argv0 and the arguments of a handler.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


@test
def default():
    """without it, argument 0 is the handler's path; the rest is as given"""
    with Forkd("-p", "0", testbin("probe"), "-n", "--", "a b", "",
               "-p") as forkd:
        equal(probe(forkd)[0]["argv"],
              [testbin("probe"), "-n", "--", "a b", "", "-p"])


@test
def given():
    """argv0=TEXT changes that and nothing else"""
    for text in "-sh", "a b", "%s":
        equal(changes("-o", "argv0=" + text), {"argv": [text]})


@test
def command():
    """a handler in one setting is split like a shell's words"""
    text = "%s 'a  b' \"c \\\"d\" e\\ f '' $HOME *" % testbin("probe")
    with Forkd("-p", "0", "-o", "handler=" + text,
               "-o", "argv0=zero") as forkd:
        equal(probe(forkd)[0]["argv"],
              ["zero", "a  b", "c \"d", "e f", "", "$HOME", "*"])


main()
