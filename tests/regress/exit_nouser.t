#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 67: no such user or group.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"]
NOBODY = "no-such-user"


@test
def users():
    """a user that does not exist"""
    for name in (NOBODY, "4294967295", "99999999999", "-1", " nobody",
                 "nobody ", "0x0"):
        refused(67, "user %s: no such user" % name, *START, "-u", name)
        refused(67, "user %s: no such user" % name, *START, "--user=" + name)
        refused(67, "user %s: no such user" % name, *START, "-n", "-o",
                "user=" + name)
    refused(67, "user : no such user", *START, "-u", ":nogroup")
    refused(67, "user %s: no such user" % NOBODY, *START, "-u",
            NOBODY + ":nogroup")


@test
def groups():
    """a group that does not exist"""
    for name in NOBODY, "4294967295", "99999999999", "-1":
        for args in (["-u", "nobody:" + name], ["-u", "nobody", "-g", name],
                     ["--group", name, "--user", "nobody"],
                     ["-n", "-u", "nobody", "-o", "group=" + name],
                     ["-u", "nobody", "-o", "groups=" + name],
                     ["-u", "nobody", "-o", "groups=0, %s 1" % name]):
            refused(67, "group %s: no such group" % name, *START, *args)
    refused(67, "group : no such group", *START, "-u", "nobody:")


main()
