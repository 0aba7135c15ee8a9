#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# idle-timeout: a connection on which nothing moves, in either direction, for
# that long, ends its handler as timeout does.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

EARLY = 0.05    # seconds by which the kernel's clock may differ


def start(seconds, *args, serve=None):
    return Forkd("-p", "0", "-o", "idle-timeout=%dms" % (seconds * 1000),
                 *args, *(serve or [testbin("puppet")]))


def closed(forkd, pid, how):
    line = forkd.wait_line(r" warning \w+#\d+: close pid %d %s in [\d.]+s: "
                           r"idle-timeout$" % (pid, how))
    return float(re.search(r" in ([\d.]+)s", line).group(1))


@test
@patiently
def silence(seconds):
    """TERM to the group, and the client sees the end"""
    with start(seconds, "-o", "kill-grace=1h") as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        equal(puppet.ended(), b"")
        forkd.wait_line(r" warning puppet#1: handler-error pid %d "
                        r"127\.0\.0\.1:\d+: idle-timeout: TERM to its group$"
                        % puppet.pid)
        took = closed(forkd, puppet.pid, "signal 15 TERM")
        assert took >= seconds - EARLY, took
        wait_until(lambda: not alive(child), "a descendant's death")
        equal(forkd.count_lines("KILL"), 0)
        puppet.close()


@test
@patiently
def kill(seconds):
    """KILL ends one that ignores TERM"""
    with start(seconds, "-o", "kill-grace=50ms") as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        equal(puppet.ended(), b"")
        closed(forkd, puppet.pid, "signal 9 KILL")
        puppet.close()


@test
def silent_from_the_start():
    """a client that never says anything"""
    with start(0.2) as forkd:
        began = time.monotonic()
        with forkd.connect() as client:
            equal(client.recv(1), b"")
        took = time.monotonic() - began
        assert took >= 0.2 - EARLY, took
        forkd.wait_line("idle-timeout$")


@test
@patiently
def talk(seconds):
    """whoever talks may go on for longer than that"""
    with start(seconds) as forkd:
        puppet = Puppet(forkd)
        began = time.monotonic()
        while time.monotonic() < began + 3 * seconds:
            puppet.order("pid")
            time.sleep(seconds / 10)    # a client with pauses
        puppet.ended()
        took = closed(forkd, puppet.pid, "signal 15 TERM")
        assert took >= 4 * seconds - EARLY, took
        assert took < 30, took
        puppet.close()


@test
@patiently
def one_way(seconds):
    """bytes in one direction alone are enough"""
    for program, sends in (("chargen", False), ("discard", True)):
        with start(seconds, serve=[handler(program)]) as forkd:
            with forkd.connect() as client:
                began = time.monotonic()
                while time.monotonic() < began + 3 * seconds:
                    if sends:
                        client.sendall(b"x")
                    else:
                        assert client.recv(1 << 20)
                    time.sleep(seconds / 10)
                pid, = children(forkd.pid)
                equal(forkd.count_lines("idle-timeout"), 0)
                closed(forkd, pid, "signal 15 TERM")


@test
@patiently
def not_read(seconds):
    """bytes that the client does not take do not count"""
    with start(seconds, serve=[handler("chargen")]) as forkd:
        with forkd.connect() as client:
            pid, = wait_until(lambda: children(forkd.pid), "a worker")
            closed(forkd, pid, "signal 15 TERM")


@test
@patiently
def escaped(seconds):
    """a process that has escaped loses the connection all the same"""
    path = script("escape", "#!/bin/sh\nsetsid sh -c 'echo $$; kill -STOP $$"
                  "' &\nwait\nsleep 1000\n")
    with start(seconds, serve=[path]) as forkd:
        with forkd.connect() as client:
            line = read_line(client)
            if not line:
                raise Gone("no line")
            equal(client.recv(1), b"")
            slay(int(line))


@test
def with_timeout():
    """timeout and idle-timeout: the one that comes first"""
    with start(0.1, "-o", "timeout=1h") as forkd:
        with forkd.connect() as client:
            equal(client.recv(1), b"")
        forkd.wait_line("idle-timeout$")
    with start(3600, "-o", "timeout=100ms") as forkd:
        with forkd.connect() as client:
            equal(client.recv(1), b"")
        forkd.wait_line(": timeout$")
        equal(forkd.count_lines("idle"), 0)


@test
def with_client_gone():
    """with client-gone, both are watched"""
    with start(0.1, "-o", "client-gone=eof") as forkd:
        with forkd.connect() as client:
            equal(client.recv(1), b"")
        forkd.wait_line("idle-timeout$")
    with start(3600, "-o", "client-gone=eof", "-o", "stderr=null",
               serve=["sleep", "1000"]) as forkd:
        forkd.connect().close()
        forkd.wait_line("client gone$")


@test
def many():
    """each connection has its own time, and no copy is left"""
    with start(0.2) as forkd:
        before = len(descriptors(forkd.pid))
        clients = [forkd.connect() for _ in range(20)]
        for client in clients:
            equal(client.recv(1), b"")
            client.close()
        forkd.wait_line(": idle-timeout$", 20)
        turn(forkd)
        equal(len(descriptors(forkd.pid)), before)


main()
