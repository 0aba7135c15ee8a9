#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# kill -9 of a detached master with busy handlers: they finish alone, and what
# it has left is in nobody's way.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *
from puppets import *

OPTIONS = ["-o", "stderr=log"], ["-o", "stderr=null"], \
    ["-o", "client-gone=eof", "-o", "idle-timeout=1h"]


def place(name):
    return os.path.join(scratch(), name)


def killed(daemon):
    daemon.send(signal.SIGKILL)
    equal(daemon.wait(), signal.SIGKILL)


def finish(puppets):
    """They are as they were, and end when they are told to."""
    for puppet in puppets:
        equal(puppet.order("pid"), puppet.pid)
        puppet.order("exit 0")
        equal(puppet.ended(), b"")
        equal(ended(puppet.pid), 0)
        puppet.close()


@test
def finishes():
    """handlers finish; a new start takes over pid file and port meanwhile"""
    path, log = place("forkd.pid"), place("forkd.log")
    for number, options in enumerate(OPTIONS):
        args = ["-P", path, "-o", "log=" + log, *options, testbin("puppet")]
        daemon = Detached("-l", "127.0.0.1:0", *args)
        puppets = [Puppet(daemon) for _ in range(3)]
        for puppet in puppets:
            assert path not in descriptors(puppet.pid).values()
        killed(daemon)
        with open(path) as file:
            equal(int(file.read()), daemon.pid)     # it is left, and stale
        with Detached("-l", "127.0.0.1:%d" % daemon.port, *args) as second:
            equal(second.port, daemon.port)
            with open(path) as file:
                equal(int(file.read()), second.pid)
            newer = Puppet(second)
            finish(puppets)
            newer.order("exit 0")
            newer.ended()
            newer.close()
        assert not os.path.exists(path)


@test
def unix():
    """so it is with a unix socket, whose file is left, too"""
    directory = place("run")
    os.mkdir(directory)
    path = os.path.join(directory, "x.sock")
    daemon = Detached("-l", path, "-P", place("unix.pid"),
                      testbin("puppet"))
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE)
        client.connect(path)
        client.sendall(b"pid\n")
        pid = int(read_line(client))
        killed(daemon)
        with Detached("-l", path, "-P", place("unix.pid"),
                      testbin("puppet")):
            client.sendall(b"pid\n")
            equal(int(read_line(client)), pid)
            client.sendall(b"exit 0\n")
            equal(read_all(client), b"0\n")
            equal(ended(pid), 0)
    equal(os.listdir(directory), [])


@test
def writes():
    """one that writes to its standard error after that gets SIGPIPE"""
    path = script("writes", "#!/bin/sh\necho $$\nread line\n"
                  "echo more >&2\nread line\n")
    daemon = Detached("-l", "127.0.0.1:0", path)
    with daemon.connect() as client:
        pid = int(read_line(client))
        killed(daemon)
        client.sendall(b"\n")
        equal(read_all(client), b"")
        # a shell may say so by itself
        assert ended(pid) != 0


main()
