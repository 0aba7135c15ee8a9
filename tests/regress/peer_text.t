#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 15: text from a peer reaches the log through vis(3) and is never a
# format: terminals cannot be driven, lines cannot be forged.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

HOSTILE = (
    b"\x1b]0;owned\x07\x1b[2J\x1b[31m",
    b"%s%n%x%d%*$%%%1000000s",
    b"2026-01-01T00:00:00.000Z info web#1: open pid 1 from 192.0.2.1:1",
    b"\r\x0b\x0c\x08\x7f\x00nul",
    b"\x9b2J\xff\xfe\xc0\x80\xe2\x80\xae",
    b"\\033 \\n a\tb",
)


def check(forkd, serve):
    for text in HOSTILE:
        serve(forkd, text)
    forkd.stop()
    log = "\n".join(forkd.lines)
    # escapes, other controls and what is not ASCII: none is left
    rest = re.sub(r"[\n -~]", "", log)
    equal(rest, "", "raw characters in the log")
    # nobody but forkd begins a line like forkd
    for line in forkd.lines:
        if re.match(r"\d{4}-\d\d-\d\dT", line) and "192.0.2.1" in line:
            match("^2026-01-01T00:00:00.000Z info web#1", line)


@test
def talkback():
    """lines that talkback shows"""
    def serve(forkd, text):
        answer = forkd.talk(text + b"\n")
        clean = text.rstrip(b"\r")
        equal(answer, b"You said '" + clean + b"'.\n")
    with Forkd("-p", "0", handler("talkback")) as forkd:
        check(forkd, serve)
        log = "\n".join(forkd.lines)
        for shown in (r"\^[]0;owned\a\^[[2J\^[[31m",
                      r"%s%n%x%d%*$%%%1000000s", r"\v\f\b\^?\0nul"):
            assert shown in log, "%r not in the log" % shown


@test
def names():
    """a handler's name and arguments in the log and in messages"""
    name = "a\x1b[2J%n\nb"
    with Forkd("-p", "0", script(name, "#!/bin/sh\nexit 1\n")) as forkd:
        forkd.talk()
        forkd.wait_line(r" warning a__2J_n_b#1: close pid .* status 1 in ")
        path = os.path.join(scratch(), name)
        os.unlink(path)
        forkd.talk()
        forkd.wait_line("#2: close")
        check(forkd, lambda *_: None)
        forkd.has_lines(re.escape(r"a\^[[2J%n\nb"), 2)
    code, out, err = run("-d", *as_user(), "-p", "0", path)
    equal((code, out), (66, ""))
    equal(re.sub(r"[ -~]", "", err), "\n")


main()
