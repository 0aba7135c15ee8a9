#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# user and group act in workers, by name and by number, for good (promise 6).
import grp
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *

NOBODY = pwd.getpwnam("nobody")


def identity(uid, gid, groups):
    """The facts of workers with that identity."""
    return {"uid": " ".join([str(uid)] * 3), "gid": " ".join([str(gid)] * 3),
            "group": sorted({str(group) for group in groups})}


def others(count):
    """Groups that are neither root's nor nobody's."""
    found = [entry for entry in grp.getgrall()
             if entry.gr_gid not in (0, NOBODY.pw_gid)]
    if len(found) < count:
        raise Skip("too few groups in the group file")
    return found[:count]


def check(have, want):
    """Has the identity, no capability and no way back."""
    want = {**want, "status CapEff": "0" * 16, "status CapPrm": "0" * 16,
            "escape setresuid": "refused", "escape setresgid": "refused",
            "escape setgroups": "refused"}
    equal({name: have[name] for name in want}, want)


@test
def by_name():
    """-u nobody: uid, gid, groups and variables are that user's"""
    if not ROOT:
        raise Skip("needs root")
    have = probe_with()
    check(have, identity(NOBODY.pw_uid, NOBODY.pw_gid,
                         os.getgrouplist("nobody", NOBODY.pw_gid)))
    equal({name: have["env " + name] for name in user_environment("nobody")},
          user_environment("nobody"))


@test
def with_group():
    """-u nobody:GROUP and -g GROUP: the group is another one"""
    if not ROOT:
        raise Skip("needs root")
    group, = others(1)
    want = identity(NOBODY.pw_uid, group.gr_gid,
                    os.getgrouplist("nobody", group.gr_gid))
    for options in (["-u", "nobody:" + group.gr_name],
                    ["-u", "nobody:%d" % group.gr_gid],
                    ["-u", "nobody", "-g", group.gr_name],
                    ["-u", "nobody", "-g", str(group.gr_gid)],
                    ["-o", "user=nobody", "-o", "group=" + group.gr_name]):
        check(probe_with(*options), want)


@test
def by_number():
    """-u NUMBER: that of a user, or of nobody we know with a group"""
    if not ROOT:
        raise Skip("needs root")
    have = probe_with("-u", str(NOBODY.pw_uid))
    check(have, identity(NOBODY.pw_uid, NOBODY.pw_gid,
                         os.getgrouplist("nobody", NOBODY.pw_gid)))
    equal(have["env USER"], "nobody")
    have = probe_with("-u", "987654:876543")
    check(have, identity(987654, 876543, [876543]))
    # nobody knows a home of that user: none is invented
    for name in "HOME", "USER", "LOGNAME", "SHELL":
        equal(have.get("env " + name), None)
    code, out, err = run("-d", "-p", "0", "-u", "987654", testbin("probe"))
    equal((code, out), (78, ""))
    match("user 987654: .* -u 987654:GROUP", err)


@test
def root_if_meant():
    """-u root: workers are root"""
    if not ROOT:
        raise Skip("needs root")
    have = probe_with("-d", "-u", "root", plain=True)
    equal(have["uid"], "0 0 0")
    equal(have["gid"], "0 0 0")
    equal(have["env HOME"], pwd.getpwnam("root").pw_dir)
    equal(have["status CapEff"], own_status()["CapEff"])
    equal(have["status NoNewPrivs"], "0")


@test
def not_root():
    """other users may name themselves and nobody else"""
    try:
        own = NOBODY if ROOT else pwd.getpwuid(os.getuid())
    except KeyError:
        raise Skip("we have no name")
    groups = os.getgrouplist(own.pw_name, own.pw_gid)
    if not ROOT and (own.pw_gid != os.getgid() or
                     set(groups) != set(os.getgroups())):
        raise Skip("our groups are not those of the group file")
    how = unprivileged()
    for options, text in (
            (["-u", "root"], "user root: only root can"),
            (["-u", own.pw_name, "-g", "root"], "group: only root can")):
        code, out, err = run("-d", "-p", "0", *options, testbin("probe"),
                             **how)
        equal((code, out), (77, ""))
        match("^forkd: " + text, err)
    if ROOT:
        how["extra_groups"] = groups
    check(probe_with("-d", "-u", own.pw_name, plain=True, **how),
          identity(own.pw_uid, own.pw_gid, groups))


@test
def wrong():
    """unknown users and groups, and none for root, are told at start"""
    for code, options, text in (
            (67, ["-u", "no-such-user"], "user no-such-user: no such user"),
            (67, ["-u", "root:no-such-group"],
             "group no-such-group: no such group"),
            (67, ["-u", "root", "-o", "groups=root,no-such-group"],
             "group no-such-group: no such group"),
            (78, ["-u", "nobody:root", "-g", "daemon"],
             "user nobody:root: group daemon contradicts it"),
            (78, ["-o", "user=", "-g", "root"],
             "user: started as root" if ROOT else "group: given without"),
            (78, ["-o", "user="], "user: started as root")):
        if not ROOT and options == ["-o", "user="]:
            continue
        have, out, err = run("-d", "-p", "0", *options, testbin("probe"))
        equal((have, out), (code, ""), err)
        match("^forkd: %s" % re.escape(text), err)
        equal(err.count("\n"), 1)


main()
