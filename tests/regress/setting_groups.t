#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# groups: supplementary groups of workers: the user's own, a list, none.
# tcpserver -u without -g and busybox tcpsvd -u keep those of the caller.
import grp
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def with_ours(*options):
    """The groups of a worker of a forkd that has groups of its own."""
    return probe_with("-d", "-u", "nobody", *options, plain=True, user=0,
                      group=0, extra_groups=[0, 1, 2, 54321])["group"]


@test
def own():
    """without it: those of the user, whatever the caller has"""
    if not ROOT:
        raise Skip("needs root")
    gid = pwd.getpwnam("nobody").pw_gid
    equal(with_ours(),
          sorted({str(g) for g in os.getgrouplist("nobody", gid)}))


@test
def none():
    """groups=none: not one"""
    if not ROOT:
        raise Skip("needs root")
    equal(with_ours("-o", "groups=none"), [])


@test
def some():
    """groups=LIST: names and numbers"""
    if not ROOT:
        raise Skip("needs root")
    entry = grp.getgrgid(0)
    equal(with_ours("-o", "groups=777, 888 999"), ["777", "888", "999"])
    equal(with_ours("-o", "groups=%s 888" % entry.gr_name), ["0", "888"])


@test
def root_too():
    """-u root has root's groups, not those of the caller"""
    if not ROOT:
        raise Skip("needs root")
    have = probe_with("-d", "-u", "root", plain=True, user=0, group=0,
                      extra_groups=[54321])
    equal(have["group"],
          sorted({str(g) for g in os.getgrouplist("root", 0)}))


@test
def refused():
    """other users cannot have groups that they have not"""
    name = "nobody" if ROOT else str(os.getuid())
    group = pwd.getpwnam("nobody").pw_gid if ROOT else os.getgid()
    code, out, err = run(
        "-d", "-p", "0", "-u", "%s:%d" % (name, group),
        "-o", "groups=54321", testbin("probe"), **unprivileged())
    equal((code, out), (77, ""), err)
    match("^forkd: user %s:%d: Operation not permitted" % (name, group), err)


main()
