#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# stderr: where descriptor 2 of a handler leads; xinetd and every inetd give it
# to the client.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def said(value):
    """What the client and the log get of a handler's word."""
    with Forkd("-p", "0", "-o", "stderr=" + value,
               testbin("puppet")) as forkd:
        answer = forkd.talk(b"log a word\n")
        forkd.wait_line("close pid")
        return answer, forkd.count_lines("^a word$")


@test
def log():
    """log, the default: what forkd itself writes to"""
    equal(changes("-o", "stderr=log"), {})
    equal(said("log"), (b"0\n", 1))


@test
def to_socket():
    """socket: the connection"""
    changed = changes("-o", "stderr=socket")
    for name in list(changed):
        if name.startswith("sockopt 2 "):
            del changed[name]
    equal(changed, {"fd 2": "socket both blocking,inherited"})
    with Forkd("-p", "0", "-o", "stderr=socket", testbin("probe")) as forkd:
        have = probe(forkd)[0]
    equal(have["inode 2"], have["inode 0"])
    equal(said("socket"), (b"a word\n0\n", 0))


@test
def null():
    """null: nowhere"""
    equal(changes("-o", "stderr=null"),
          {"fd 2": "device both blocking,inherited"})
    equal(said("null"), (b"0\n", 0))


@test
def wrong():
    """anything else is told"""
    code, out, err = run("-d", *as_user(), "-p", "0", "-o", "stderr=file",
                         testbin("probe"))
    equal((code, out), (64, ""))
    equal(err, "forkd: stderr: \"file\" is not log or socket or null\n")


main()
