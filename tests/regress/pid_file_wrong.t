#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 73: a pid file that cannot be one, or cannot be made.  One line
# says why; what is there stays as it is.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *

LISTEN = ["-l", "127.0.0.1:0"]
CANTCREAT = 73


def place(name):
    return os.path.join(scratch(), name)


def wrong(path, message, **popen):
    """Both ways to start say so."""
    message = "pidfile %s: %s" % (path, message)
    users = as_user() if "user" not in popen else []
    for where in ["-d"], []:
        refused(CANTCREAT, message, *where, *users, *LISTEN, "-P", path,
                handler("talkback"), **popen)


@test
def foreign():
    """a file with something else in it is not emptied"""
    path = place("foreign")
    for data in (b"root:x:0:0\n", b"12 34\n", b"12\n\n", b"\n", b"\0", b"-1",
                 b" 12", b"1" * 17, b"1" * 5000, b"\xff" * 16):
        with open(path, "wb") as file:
            file.write(data)
        wrong(path, "not a pid file: name another one")
        with open(path, "rb") as file:
            equal(file.read(), data)


@test
def kinds():
    """nor is anything but a regular file touched"""
    target = place("target")
    with open(target, "w") as file:
        file.write("4711\n")
    for path, make in ((place("dir"), os.mkdir), (place("fifo"), os.mkfifo)):
        make(path)
        wrong(path, "not a pid file: name another one")
    wrong("/dev/null", "not a pid file: name another one")
    for where in target, place("nothing"):
        link = place("link")
        os.symlink(where, link)
        wrong(link, "a symbolic link, which is not followed")
        assert os.path.islink(link)
        os.unlink(link)
    with open(target) as file:
        equal(file.read(), "4711\n")
    assert not os.path.exists(place("nothing"))


@test
def paths():
    """a directory that is not there, or is none; a path that is too long"""
    wrong("/nonexistent/forkd.pid", "No such file or directory")
    wrong("/dev/null/forkd.pid", "Not a directory")
    wrong("/tmp/" + "x" * 300, "File name too long")
    wrong("./", "not a pid file: name another one")


@test
def permissions():
    """a directory or a file that is closed to us"""
    directory = place("closed")
    os.makedirs(directory, 0o555, exist_ok=True)
    path = place("closed.pid")
    with open(path, "w") as file:
        file.write("4711\n")
    popen = unprivileged()
    for mode in 0, 0o444:
        os.chmod(path, mode)
        if mode == 0 or not ROOT:
            wrong(path, "Permission denied", **popen)
    if ROOT:    # somebody else's, which can be read
        os.chmod(path, 0o644)
        wrong(path, "Permission denied", **popen)
    wrong(os.path.join(directory, "x.pid"), "Permission denied", **popen)
    equal(os.listdir(directory), [])
    os.chmod(path, 0o644)
    with open(path) as file:
        equal(file.read(), "4711\n")


@test
def locked():
    """one that is locked by who has not written a pid"""
    path = place("locked")
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        wrong(path, "locked by a process that has not written its pid")
    with Detached(*LISTEN, "-P", path, handler("talkback")):
        pass


@test
@isolated()
def full():
    """a full disk: nothing is left there"""
    directory = place("full")
    os.mkdir(directory)
    mount("none", directory, "tmpfs")
    with open(os.path.join(directory, "fill"), "wb", buffering=0) as file:
        subprocess.run(["mount", "-o", "remount,size=64k", directory],
                       check=True)
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    path = os.path.join(directory, "x.pid")
    wrong(path, "No space left on device")
    equal(os.listdir(directory), ["fill"])


@test
@isolated()
def read_only():
    """a read-only file system"""
    directory = place("readonly")
    os.mkdir(directory)
    mount("none", directory, "tmpfs", 1)        # MS_RDONLY
    wrong(os.path.join(directory, "x.pid"), "Read-only file system")


main()
