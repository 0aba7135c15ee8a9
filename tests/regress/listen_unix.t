#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Unix sockets: streams and packets, files and abstract names; the mode and
# owner of the file, what becomes of a stale one, and what is not touched.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from unixtest import *

import stat


@test
def forms():
    """each way to write the address"""
    for prefix, kind in (("unix://", STREAM), ("", STREAM),
                         ("unix-seqpacket://", PACKET)):
        for name in place(), "@" + place():
            with Forkd("-l", prefix + name, handler("talkback")) as forkd:
                equal(forkd.lines[0].split("listening on ")[1],
                      "%s%s: %s" % (prefix or "unix://", name,
                                    handler("talkback")))
                equal(talk(name, b"x\n", kind), b"You said 'x'.\n")
            assert not os.path.lexists(name), "the file is left"


@test
def mixed():
    """beside tcp, with -4, from the setting"""
    path = place()
    with Forkd("-4", "-l", "127.0.0.1:0", "-o", "listen=" + path,
               handler("talkback")) as forkd:
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
        equal(talk(path, b"x\n"), b"You said 'x'.\n")


@test
def longest():
    """names of 107 bytes; longer ones are refused"""
    room = 107 - len(os.path.dirname(place())) - 1
    for name in os.path.join(os.path.dirname(place()), "x" * room), \
            "@" + os.path.basename(place()).ljust(106, "x"):
        equal(len(name), 107)
        with Forkd("-l", name, handler("talkback")):
            equal(talk(name, b"x\n"), b"You said 'x'.\n")
        for args in [], ["-n"]:
            refused(64, "unix://%sx: too long for a unix socket: 108 bytes, "
                    "and 107 is the most" % name, "-d", *as_user(), *args,
                    "-l", "unix://%sx" % name)


@test
def nonsense():
    """what is no name"""
    for address, why in (
            ("unix://", 'neither a path nor @name; unix:///run/x.sock?'),
            ("unix://run/x", 'neither a path nor @name; unix:///run/x.sock?'),
            ("unix://@", 'no name behind the "@"'),
            ("@", 'no name behind the "@"'), ("/", 'no name behind the "/"')):
        refused(64, "%s: %s" % (address, why), "-d", *as_user(), "-l",
                address)


@test
def modes():
    """socket-mode, whatever the umask"""
    for args, mode in (([], 0o660), (["-o", "socket-mode=0600"], 0o600),
                       (["-o", "socket-mode=777"], 0o777),
                       (["-o", "socket-mode=0"], 0)):
        for mask in 0, 0o777:
            path = place()
            with Forkd("-l", path, *args, handler("talkback"), umask=mask):
                equal(stat.S_IMODE(os.lstat(path).st_mode), mode)
    refused(64, 'socket-mode: "1777" is not 0 to 777', "-d", *as_user(),
            "-l", place(), "-o", "socket-mode=1777")


def owner_of(*options):
    path = place()
    with Forkd("-l", path, *options, handler("talkback")):
        st = os.lstat(path)
    return st.st_uid, st.st_gid


@test
def owners():
    """socket-owner and socket-group, names and numbers"""
    mine = os.geteuid(), os.getegid()
    equal(owner_of(), mine)
    equal(owner_of("-o", "socket-owner=%d" % mine[0], "-o",
                   "socket-group=%d" % mine[1]), mine)
    if not ROOT:
        return
    entry = pwd.getpwnam("daemon")
    equal(owner_of("-o", "socket-owner=daemon"), (entry.pw_uid, mine[1]))
    equal(owner_of("-o", "socket-group=daemon"), (mine[0], entry.pw_gid))
    equal(owner_of("-o", "socket-owner=daemon", "-o", "socket-group=12345"),
          (entry.pw_uid, 12345))


@test
def no_owners():
    """those that do not exist: exit code 67, with -n too"""
    for args in ["-d"], ["-n"]:
        path = place()
        for kind, what in ("owner", "user"), ("group", "group"):
            refused(67, "socket-%s nosuch: no such %s" % (kind, what), *args,
                    *as_user(), "-l", path, "-o", "socket-%s=nosuch" % kind)
        equal(os.listdir(os.path.dirname(path)), [])


@test
def foreign_owner():
    """an owner that only root can give: exit code 77"""
    directory = os.path.dirname(place())
    os.chmod(directory, 0o777)
    for option, name in ("socket-owner", "root"), ("socket-group", "0"):
        refused(77, "%s/x: %s %s: Operation not permitted" %
                (directory, option, name), "-d", "-l", directory + "/x",
                "-o", "%s=%s" % (option, name), **unprivileged())
        equal(os.listdir(directory), [])


@test
def stale():
    """the file of a server that was killed is taken over"""
    path = place()
    with Forkd("-l", path, handler("talkback")) as forkd:
        forkd.process.kill()
        forkd.wait()
    for kind, prefix in (STREAM, "unix://"), (PACKET, "unix-seqpacket://"):
        if not os.path.lexists(path):
            socket.socket(socket.AF_UNIX, kind).bind(path)
        before = os.lstat(path).st_mode
        assert stat.S_ISSOCK(before)
        with Forkd("-l", prefix + path, handler("talkback")):
            equal(os.listdir(os.path.dirname(path)), [os.path.basename(path)])
            equal(talk(path, b"x\n", kind), b"You said 'x'.\n")
        assert not os.path.lexists(path)


@test
def live():
    """the file of a live server is refused, and the server is not bothered"""
    for kind in STREAM, PACKET, socket.SOCK_DGRAM:
        path = place()
        with socket.socket(socket.AF_UNIX, kind) as server:
            server.bind(path)
            if kind != socket.SOCK_DGRAM:
                server.listen()
            inode = os.lstat(path).st_ino
            for prefix in "unix://", "unix-seqpacket://":
                refused(69, "%s%s: Address already in use; see: ss -lxp src "
                        "'%s'" % (prefix, path, path), "-d", *as_user(),
                        "-l", prefix + path)
            server.setblocking(False)
            if kind != socket.SOCK_DGRAM:
                try:
                    server.accept()
                    raise AssertionError("it was connected to")
                except BlockingIOError:
                    pass
            equal(os.lstat(path).st_ino, inode)
            equal(len(os.listdir(os.path.dirname(path))), 1)


@test
def abstract_live():
    """an abstract name that is taken"""
    name = "@" + place()
    with Forkd("-l", name, handler("talkback")):
        refused(69, "unix://%s: Address already in use; see: ss -lxp src "
                "'%s'" % (name, name), "-d", *as_user(), "-l", name)


@test
def not_a_socket():
    """what is no socket stays where it is"""
    def link(path):
        os.symlink("/nonexistent", path)
    for make, what in ((lambda p: open(p, "w").close(), "a file"),
                       (os.mkdir, "a directory"), (link, "a symbolic link"),
                       (os.mkfifo, "what is not a socket")):
        path = place()
        make(path)
        before = os.lstat(path)
        for args in ["-d"], ["-n"]:
            refused(69, "unix://%s: %s is in its place, which is not removed"
                    % (path, what), *args, *as_user(), "-l", path)
            equal(os.lstat(path)[:8], before[:8])


@test
def no_directory():
    """a missing directory, with -n too"""
    path = place() + "/x"
    for args in ["-d"], ["-n"]:
        refused(69, "unix://%s: No such file or directory; make the "
                "directory first" % path, *args, *as_user(), "-l", path)


@test
def closed_directory():
    """a directory that may not be written to: exit code 77"""
    path = place()
    os.chmod(os.path.dirname(path), 0o555)
    refused(77, "unix://%s: Permission denied" % path, "-d", "-l", path,
            **unprivileged())


@test
def foreign_socket():
    """somebody else's socket that may not be tried: refused, not removed"""
    if not ROOT:
        raise Skip("needs root")
    path = place()
    os.chmod(os.path.dirname(path), 0o777)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
    os.chmod(path, 0o600)
    refused(77, "unix://%s: it cannot be asked whether it is in use: "
            "Permission denied" % path, "-d", "-l", path, **unprivileged())
    assert os.path.lexists(path)


@test
def locked():
    """only one of two that start at once gets there"""
    path = place()
    with open(path + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(69, "unix://%s: another process is starting there and has "
                "locked %s.lock" % (path, path), "-d", *as_user(), "-l", path)
        assert os.path.exists(path + ".lock")
    # one that was left by a process that was killed is nobody's
    with Forkd("-l", path, handler("talkback")):
        equal(os.listdir(os.path.dirname(path)), [os.path.basename(path)])


@test
def lock_is_link():
    """the lock file is never somebody else's choice"""
    path = place()
    os.symlink("/nonexistent/x", path + ".lock")
    refused(71, "%s.lock: Too many levels of symbolic links" % path, "-d",
            *as_user(), "-l", path)


@test
def races():
    """many that start over one stale file: one serves, the others say why"""
    path = place()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
    many = [Forkd("-l", path, handler("talkback"), ready=False)
            for _ in range(4 if SHORT else 8)]
    for forkd in many:
        wait_until(lambda: forkd.ended or forkd.count_lines("listening"))
    serving = [f for f in many if f.count_lines("listening")]
    for forkd in many:
        if forkd not in serving:
            equal(forkd.wait(), 69)
    equal(len(serving), 1)
    equal(talk(path, b"x\n"), b"You said 'x'.\n")
    equal(serving[0].stop(), 0)
    equal(os.listdir(os.path.dirname(path)), [])


@test
def replaced():
    """what somebody else put in the place of our file is not removed"""
    for make in (lambda p: open(p, "w").close(),
                 lambda p: socket.socket(socket.AF_UNIX).bind(p)):
        path = place()
        with Forkd("-l", path, handler("talkback")):
            os.unlink(path)
            make(path)
        assert os.path.lexists(path), "it was removed"


@test
def failed_start():
    """a start that fails later takes its file away again"""
    path = place()
    refused(66, "nosuch: no such handler in %s or PATH; see "
            "forkd-handlers(8)" % os.environ["HANDLERDIR"], "-d", *as_user(),
            "-l", path, "nosuch")
    equal(os.listdir(os.path.dirname(path)), [])
    refused(69, "unix://%s/y/x: No such file or directory; make the "
            "directory first" % os.path.dirname(path), "-d", *as_user(),
            "-l", path, "-l", os.path.dirname(path) + "/y/x")
    equal(os.listdir(os.path.dirname(path)), [])


main()
