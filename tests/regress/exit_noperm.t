#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 77: what the user who starts forkd, or the user of the handler, may
# not do.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"]


@test
def unreachable():
    """a handler behind a directory that its user cannot search"""
    if not ROOT:
        raise Skip("needs root")
    home = os.path.join(scratch(), "home")
    os.makedirs(home + "/ann/bin")
    path = home + "/ann/bin/t.sh"
    shutil.copy(script("t.sh", "#!/bin/sh\necho hello\n"), path)
    os.chmod(home + "/ann", 0o700)
    os.symlink(home + "/ann/bin", os.path.join(scratch(), "link"))
    for more in [], ["-n"]:
        for name in "t.sh", "nothing":
            refused(77, "%s/ann/bin/%s: user nobody cannot search %s/ann: "
                    "Permission denied" % (home, name, home), *START, *more,
                    "-u", "nobody", "%s/ann/bin/%s" % (home, name))
    # it is no matter of who starts forkd
    code, _, err = run(*START, "-n", "-u", "root", path)
    equal((code, err), (0, ""))
    # the link can be searched, what it leads to cannot
    link = os.path.join(scratch(), "link")
    refused(77, "%s/t.sh: user nobody cannot search %s: Permission denied" %
            (link, link), *START, "-u", "nobody", link + "/t.sh")
    # nor can a relative path be reached
    refused(77, "%s/ann/bin/t.sh: user nobody cannot search %s/ann: "
            "Permission denied" % (home, home), *START, "-u", "nobody",
            "bin/t.sh", cwd=home + "/ann")


@test
def unreachable_as_oneself():
    """the same when forkd is not started as root"""
    if not ROOT:
        raise Skip("needs a directory of somebody else")
    closed = os.path.join(scratch(), "closed")
    os.mkdir(closed, 0o700)
    user = unprivileged()
    refused(77, "%s/x: user %d cannot search %s: Permission denied" %
            (closed, user["user"], closed), *START, closed + "/x", **user)


@test
@isolated(sysctl={"ipv4/ip_unprivileged_port_start": 1024})
def low_port():
    """a port that is root's"""
    for args, text in ((["-p", "1023"], "*:1023"),
                       (["-4", "-p", "1"], "*:1"),
                       (["-l", "127.0.0.1:80"], "127.0.0.1:80"),
                       (["-l", "[::1]:80"], "[::1]:80")):
        refused(77, "tcp://%s: Permission denied; ports below 1024 need "
                "root or CAP_NET_BIND_SERVICE" % text, "-d", *args,
                handler("talkback"), **unprivileged())
    # root may, and its handler is somebody else all the same
    with Forkd("-p", "1023", script("id", "#!/bin/sh\nid -un\n")) as forkd:
        equal(forkd.talk(), b"nobody\n")


@test
def users():
    """another user or group, without being root"""
    refused(77, "user root: only root can run handlers as another user",
            *START, "-u", "root", handler("talkback"), **unprivileged())
    refused(77, "user 0:0: only root can run handlers as another user",
            *START, "-u", "0:0", "-n", handler("talkback"), **unprivileged())
    name = pwd.getpwuid(unprivileged().get("user", os.getuid())).pw_name
    refused(77, "group: only root can run handlers in another group",
            *START, "-u", name + ":0", handler("talkback"), **unprivileged())


@test
def oneself():
    """one's own user is no other user"""
    user = unprivileged()
    name = pwd.getpwuid(user.get("user", os.getuid())).pw_name
    for value in name, str(user.get("user", os.getuid())):
        for groups in [], [user["group"]] if user else []:
            if user:
                user["extra_groups"] = groups
            for more in [], ["-o", "groups=none"] if user else []:
                with Forkd("-d", "-p", "0", "-u", value, *more,
                           handler("talkback"), plain=True, **user) as forkd:
                    equal(forkd.talk(b"x\n"), b"You said 'x'.\n")


@test
def settings():
    """settings that need privileges"""
    for args, message in (
            (["-r", "/tmp"], "chroot /tmp: Operation not permitted"),
            (["-o", "nice=-1"], "nice -1: Permission denied"),
            (["-o", "limit-nofile=2147483647"],
             "limit-nofile 2147483647: Operation not permitted")):
        for more in [], ["-n"]:
            refused(77, message, *START, *more, *args, handler("talkback"),
                    **unprivileged())


@test
def directory():
    """a working directory that the user cannot enter"""
    if not ROOT:
        raise Skip("needs root")
    closed = os.path.join(scratch(), "elsewhere")
    os.mkdir(closed, 0o700)
    refused(77, "directory %s: Permission denied" % closed, *START, "-u",
            "nobody", "-o", "directory=" + closed, handler("talkback"))


main()
