#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# no-new-privs: auto is on when user drops privileges (promise 6).
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def flag(*options, **how):
    return probe_with(*options, **how)["status NoNewPrivs"]


@test
def auto():
    """auto: on for another user, off for root, off without user"""
    if ROOT:
        equal(flag(), "1")
        equal(flag("-o", "no-new-privs=auto"), "1")
        equal(flag("-d", "-u", "root", plain=True), "0")
    else:
        equal(flag(), own_status()["NoNewPrivs"])


@test
def yes():
    """yes: always on"""
    equal(flag("-o", "no-new-privs=yes"), "1")
    if ROOT:
        equal(flag("-d", "-u", "root", "-o", "no-new-privs=yes", plain=True),
              "1")


@test
def no():
    """no: never on"""
    equal(flag("-o", "no-new-privs=no"), own_status()["NoNewPrivs"])


@test
def effect():
    """a set-user-id program gives a worker nothing unless it is off"""
    if not ROOT:
        raise Skip("needs root")
    path = os.path.join(scratch(), "suid")
    shutil.copy(testbin("probe"), path)
    os.chmod(path, 0o4755)
    nobody = str(pwd.getpwnam("nobody").pw_uid)
    for value, uid in ("auto", nobody), ("no", "0"):
        with Forkd("-p", "0", "-o", "no-new-privs=" + value, path) as forkd:
            have = probe(forkd)[0]
        if value == "no" and have["uid"].split()[1] != uid:
            raise Skip("%s allows no set-user-id programs" % scratch())
        equal(have["uid"].split(), [nobody, uid, uid])


main()
