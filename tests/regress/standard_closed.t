#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Standard descriptors that are closed when forkd starts: it serves all the
# same, and nothing of its own ever gets their numbers (promise 5).
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

CLOSED = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]


def closing(numbers):
    """A start by the shell, which closes them."""
    return {"program": script(
        "closing%s" % "".join(map(str, numbers)),
        "#!/bin/sh\nexec \"$FORKD\" \"$@\" %s\n" %
        " ".join("%d%s&-" % (n, "<" if n == 0 else ">") for n in numbers))}


def look(forkd, numbers):
    found = descriptors(forkd.pid)
    for number in numbers:
        equal(found[number], "/dev/null", "descriptor %d" % number)
    for number in 0, 1, 2:
        assert "socket" not in found[number], found
        assert "eventpoll" not in found[number], found


def serve(*args, numbers):
    with Forkd("-p", "0", *args, ready=2 not in numbers,
               **closing(numbers)) as forkd:
        port = wait_until(lambda: listeners(forkd.pid))[0][1]
        look(forkd, numbers)
        equal(forkd.talk(b"x\n", port=port), b"You said 'x'.\n")
        wait_until(lambda: not children(forkd.pid), "the end of the first")
        with forkd.connect(port=port) as client:
            client.sendall(b"y\n")
            equal(read_line(client), b"You said 'y'.\n")
            look(forkd, numbers)
            handler_found = descriptors(children(forkd.pid)[0])
            equal(sorted(handler_found), [0, 1, 2])
            match("^socket:", handler_found[0])
            equal(handler_found[1], handler_found[0])
            if 2 in numbers:
                equal(handler_found[2], "/dev/null")
    if 2 in numbers:
        equal(forkd.lines, [])


@test
def each():
    """each of them, and all of them"""
    for numbers in CLOSED:
        serve(handler("talkback"), numbers=numbers)


@test
def settings():
    """with stderr=null and stderr=socket"""
    for where in "null", "socket":
        with Forkd("-p", "0", "-o", "stderr=" + where,
                   script("both", "#!/bin/sh\necho out\necho err >&2\n"),
                   ready=False, **closing((0, 1, 2))) as forkd:
            port = wait_until(lambda: listeners(forkd.pid))[0][1]
            equal(forkd.talk(port=port),
                  b"out\nerr\n" if where == "socket" else b"out\n")


@test
def failing():
    """a start that fails has its exit code"""
    for numbers in CLOSED:
        program = closing(numbers)["program"]
        have = subprocess.run([program, "-d", "-p", "70000"],
                              capture_output=True, text=True,
                              timeout=DEADLINE)
        equal((have.returncode, have.stdout), (64, ""))
        equal(have.stderr, "" if 2 in numbers else "forkd: -p 70000: not a "
              "port: 0 to 65535 or a service name\n")


main()
