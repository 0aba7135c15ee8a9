#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd_drop_privileges(): for good, or an error.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


def drop(*words, **popen):
    """The report of a program that dropped, or the line of its failure."""
    lines = calls("drop", *words, **popen)
    if lines[0].startswith("drop"):
        return lines[0]
    have = facts("\n".join(lines).encode())
    return have["uid"], have["gid"], have["group"], \
        int(have["status CapEff"], 16) | int(have["status CapPrm"], 16)


@test
def dropped():
    """to a user, with group and groups"""
    if not ROOT:
        raise Skip("needs root")
    entry = pwd.getpwnam("nobody")
    uid = " ".join([str(entry.pw_uid)] * 3)
    gid = " ".join([str(entry.pw_gid)] * 3)
    own = sorted({str(g) for g in os.getgrouplist("nobody", entry.pw_gid)})
    ours = {"user": 0, "group": 0, "extra_groups": [0, 12345]}
    equal(drop("nobody", "-", "-", **ours), (uid, gid, own, 0))
    equal(drop("nobody", "777", "none", **ours), (uid, "777 777 777", [], 0))
    equal(drop("nobody:777", "-", "888,999", **ours),
          (uid, "777 777 777", ["888", "999"], 0))
    equal(drop("4711:4712", "-", "none", **ours),
          ("4711 4711 4711", "4712 4712 4712", [], 0))


@test
def wrong():
    """nobody, and unknown names"""
    equal(drop("-", "-", "-"), "drop -1 EINVAL user: none given")
    equal(drop("no-such-user", "-", "-"),
          "drop -1 ENOENT user no-such-user: no such user")
    equal(drop("root", "no-such-group", "-"),
          "drop -1 ENOENT group no-such-group: no such group")
    equal(drop("root", "-", "root no-such-group"),
          "drop -1 ENOENT group no-such-group: no such group")


@test
def refused():
    """to somebody else, by who is not root"""
    other = {key: value for key, value in unprivileged().items()
             if key != "executable"}
    match("^drop -1 EPERM user root: ", drop("root", "-", "-", **other))


main()
