#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode wait with min-workers 0, as inetd's wait: a handler is started when a
# listener turns readable, one at a time, and accepts for itself.
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import ended
from waits import *
from unixtest import *


@test
def one_at_a_time():
    """nobody before the first client, one for two, the next one at once"""
    with waiting() as forkd:
        turn(forkd)
        equal((opened(forkd), handlers(forkd)), (0, []))
        assert is_watched(forkd)
        first = Puppet(forkd)
        line = forkd.wait_line("open pid")
        match(r" info waiter: open pid %d, 1/1$" % first.pid, line)
        equal(handlers(forkd), [first.pid])
        second = forkd.connect()
        turn(forkd)
        assert not is_watched(forkd)
        equal(opened(forkd), 1)
        before = cpu_seconds(forkd.pid)
        for _ in range(10):
            turn(forkd)
        equal(opened(forkd), 1)
        assert cpu_seconds(forkd.pid) - before < 0.3
        first.order("exit 0")
        second.sendall(b"pid\n")
        pid = int(read_line(second))
        assert pid != first.pid
        forkd.wait_line(r" info waiter: open pid %d, 1/1$" % pid)
        match(r" info waiter: close pid %d status 0 in \d+\.\d{3}s$" %
              first.pid, forkd.wait_line("close pid"))
        second.close()
        forkd.wait_line("close pid", 2)
        wait_until(lambda: is_watched(forkd), "the wait set")
        for pattern in "full", "free", "from", "throttle", "#":
            equal(forkd.count_lines(pattern), 0, pattern)


@test
def status():
    """what the handler's end says is logged, and the next one is started"""
    with waiting() as forkd:
        for count, (order, says) in enumerate(
                (("exit 3", "warning waiter: close pid %d status 3"),
                 ("signal 6", "warning waiter: close pid %d signal 6 ABRT"),
                 ("exit 0", "info waiter: close pid %d status 0"))):
            puppet = Puppet(forkd)
            puppet.order(order)
            puppet.ended()
            forkd.wait_line(says % puppet.pid)
            puppet.close()
        equal(opened(forkd), 3)


@test
def unix_sockets():
    """unix sockets of streams and packets"""
    for scheme, kind in ("unix", STREAM), ("unix-seqpacket", PACKET):
        path = place()
        with waiting("-l", "%s://%s" % (scheme, path), "-o",
                     "socket-mode=0666", program="puppet") as forkd:
            for _ in range(3):
                with dial(path, kind) as client:
                    client.sendall(b"pid\n")
                    pid = int(client.recv(100))
                    forkd.wait_line("open pid %d, 1/1" % pid)
        assert not os.path.lexists(path)


@test
def fields():
    """json has no connection, no peer and no address"""
    with waiting("-o", "log-format=json") as forkd:
        puppet = Puppet(forkd)
        line = json.loads(forkd.wait_line('"open"'))
        equal((line["pid"], line["workers"], line["max_workers"]),
              (puppet.pid, 1, 1))
        puppet.close()
        ended = json.loads(forkd.wait_line('"close"'))
        equal(ended["status"], 0)
        for name in "connection", "peer", "local":
            assert name not in line and name not in ended, name


@test
def second_listener():
    """any listener that turns readable starts one; it has them all"""
    with waiting("-l", "127.0.0.1:0", "-l", "127.0.0.1:0") as forkd:
        with forkd.connect(port=forkd.ports[1]):
            forkd.wait_line("open pid")     # it accepts on the first one only
            with forkd.connect(port=forkd.ports[0]) as client:
                client.sendall(b"exit 0\n")
                equal(read_line(client), b"0\n")
            forkd.wait_line("open pid", 2)
            with forkd.connect(port=forkd.ports[0]) as client:
                client.sendall(b"exit 0\n")
                equal(read_line(client), b"0\n")


@test
def timeout():
    """timeout bounds the life of the handler; nothing else does"""
    with waiting("-o", "timeout=1s") as forkd:
        puppet = Puppet(forkd)
        forkd.wait_line("handler-error pid %d: timeout: TERM" % puppet.pid)
        forkd.wait_line("warning waiter: close pid %d signal 15 TERM in "
                        r"\S+: timeout" % puppet.pid)
        puppet.close()
        puppet = Puppet(forkd)
        puppet.order("exit 0")
        puppet.close()


@test
def detached():
    """in the background too: the daemon is whom handlers belong to"""
    log, pid_file = (os.path.join(scratch(), name) for name in ("l", "p"))
    path = place()
    done = run(*as_user(), "-m", "wait", "-l", "unix://" + path, "-o",
               "socket-mode=0666", "-o", "log=" + log, "-P", pid_file,
               testbin("waiter"), testbin("puppet"))
    equal(done[0], 0, done[2])
    with open(pid_file) as file:
        master = int(file.read())
    with dial(path) as client:
        client.sendall(b"pid\n")
        pid = int(client.recv(100))
        equal(children(master), [pid])
    os.kill(master, signal.SIGTERM)
    equal(ended(master), 0)
    assert not os.path.exists(pid_file)


main()
