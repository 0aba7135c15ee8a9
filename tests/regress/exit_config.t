#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 78: settings that contradict each other, or that leave out what
# only the user can decide.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"]


def need_root():
    if not ROOT:
        raise Skip("needs root")


@test
def no_user():
    """started as root without a user"""
    need_root()
    message = ("user: started as root and no user given: say -u nobody, or "
               "-u root if you mean it")
    for args in [], ["-n"], ["-u", ""], ["-g", "daemon"], \
            ["-o", "groups=none"], ["-u", "nobody", "-o", "user="]:
        refused(78, message, *START, *args, handler("talkback"))
    # root is a user, too
    with Forkd(*START, "-u", "root", script("id", "#!/bin/sh\nid -un\n"),
               plain=True) as forkd:
        equal(forkd.talk(), b"root\n")


@test
def group_alone():
    """a group without a user"""
    for name, option in (("group", ["-g", "daemon"]),
                         ("group", ["--group=0"]),
                         ("groups", ["-o", "groups=daemon"]),
                         ("groups", ["-o", "groups=none"])):
        refused(78, name + ": given without user: say -u too", *START,
                *option, handler("talkback"), **unprivileged())


@test
def contradiction():
    """-u with one group, -g with another"""
    message = "user nobody:daemon: group root contradicts it"
    for args in (["-u", "nobody:daemon", "-g", "root"],
                 ["-g", "root", "-u", "nobody:daemon"],
                 ["-n", "-o", "group=root", "--user", "nobody:daemon"]):
        refused(78, message, *START, *args, handler("talkback"))
    # saying it twice contradicts nothing
    need_root()
    with Forkd("-p", "0", "-u", "nobody:daemon", "-g", "daemon",
               script("id", "#!/bin/sh\nid -gn\n")) as forkd:
        equal(forkd.talk(), b"daemon\n")


@test
def no_group():
    """a user number without an entry, and no group"""
    number = 54321
    while True:     # nobody's
        try:
            pwd.getpwuid(number)
            number += 1
        except KeyError:
            break
    refused(78, "user %d: not in the password file, so say which group: -u "
            "%d:GROUP" % (number, number), *START, "-u", str(number),
            handler("talkback"))


main()
