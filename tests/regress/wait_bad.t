#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode wait: settings that contradict it: exit code 78, or -1 with EINVAL.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *

START = ["-d", "-m", "wait", "-p", "0"] + as_user()
NO_CONNECTION = ("%s: in mode wait the handler accepts, and forkd has no "
                 "connection: %s?")


@test
def settings():
    """what needs a connection"""
    for name, value, instead in (
            ("client-gone", "reset", "ignore"), ("client-gone", "eof", "ignore"),
            ("idle-timeout", "1s", "off"), ("resolve", "yes", "no"),
            ("stderr", "socket", "log")):
        for check in [], ["-n"]:
            refused(78, NO_CONNECTION % (name, instead), *START, *check, "-o",
                    "%s=%s" % (name, value))


@test
def on_stop():
    """on-stop = leave"""
    refused(78, "on-stop: leave does not go with mode wait, where a handler "
            "would never be finished: drain?", *START, "-o", "on-stop=leave")


@test
def numbers():
    """min-workers above max-workers; what is no number"""
    refused(78, "min-workers: 5 is more than max-workers, 4",
            *START, "-o", "min-workers=5", "-c", "4")
    for value in "65537", "-1", "x", "":
        refused(64, 'min-workers: "%s" is not 0 to 65536' % value,
                *START, "-o", "min-workers=" + value)


@test
def function():
    """a C function does not accept for itself"""
    have = calls("service", "s", "serve", *user_words("s"),
                 "set", "s", "mode", "wait",
                 "listen", "s", "127.0.0.1:0", "run")
    equal(have[-1], "run -1 EINVAL mode: wait is for a program that accepts "
          "for itself, and s is a C function: mode fork?")
    path = reachable(os.path.join(os.environ["EXAMPLES"], "talkback"))
    done = subprocess.run([path, *START], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=DEADLINE)
    equal((done.returncode, done.stdout, done.stderr),
          (78, "", "talkback: mode: wait is for a program that accepts for "
           "itself, and talkback is a C function: mode fork?\n"))


@test
def right():
    """what goes with it"""
    for args in (["-o", "min-workers=4", "-c", "4"], ["-o", "timeout=1s"],
                 ["-o", "min-workers=0"], ["-o", "stderr=null"]):
        path = handler("talkback")
        equal(run(*START, "-n", *args, path),
              (0, "forkd: %s: no mistake found\n" % path, ""))


main()
