#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The programs of the socket layer's pages compile, run, and do what these say.
# That none is left out is in man_example.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
from manprograms import *


@test
def ask():
    """forkd_socket(3): ask.c asks, and says what is wrong with a URL"""
    program = compiled("ask.c")
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd:
        url = "tcp://127.0.0.1:%d" % forkd.port
        equal(outcome(program, url, "hello"),
              (0, "You said 'hello'.\n", ""))
    code, out, err = outcome(program, url, "hello")
    equal((code, out), (1, ""))
    match(r"\Aask: .*127\.0\.0\.1:%d: Connection refused\n\Z" % forkd.port,
          err)
    code, out, err = outcome(program, "http://127.0.0.1:80", "hello")
    equal((code, out), (1, ""))
    match(r"\Aask: .*http.*\n\Z", err)


main()
