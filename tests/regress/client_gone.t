#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# client-gone: a client that has left ends its handler, if it is told so.
import os
import re
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from puppets import *

TALKBACK = os.path.join(os.environ["EXAMPLES"], "talkback")



def start(gone, *args, **popen):
    return Forkd("-p", "0", "-o", "client-gone=" + gone, "-o",
                 "kill-grace=1h", *args, testbin("puppet"), **popen)


def reset(connection):
    """The client leaves without taking leave."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.close()


def sockets(forkd):
    return [what for what in descriptors(forkd.pid).values()
            if what.startswith("socket:")]


def lasts(forkd, puppet):
    """It is not ended: the master has had time to see what there is."""
    for _ in range(3):
        turn(forkd)
    assert alive(puppet.pid)
    equal(forkd.count_lines("client gone"), 0)
    slay(puppet.pid)
    forkd.wait_line("close pid %d signal 9 KILL" % puppet.pid)


@test
def resets():
    """reset, eof: a reset sends TERM to the group, and that is information"""
    for gone in "reset", "eof":
        with start(gone) as forkd:
            puppet = Puppet(forkd)
            child = puppet.order("child")
            os.kill(puppet.pid, signal.SIGSTOP)     # it would end by itself
            reset(puppet.connection)
            forkd.wait_line(r" info puppet#1: close pid %d signal 15 TERM in "
                            r"[\d.]+s: client gone$" % puppet.pid)
            wait_until(lambda: not alive(child), "a descendant's death")
            equal(forkd.count_lines("warning"), 0)


def asleep(name, text):
    """A handler that does not look at its connection."""
    return script(name, "#!/bin/sh\n%secho ready\nexec sleep 1000\n" % text)


@test
def busy():
    """a handler that does not look at its connection is ended, too"""
    with Forkd("-p", "0", "-o", "client-gone=reset", "-o", "kill-grace=1h",
               asleep("busy", "")) as forkd:
        client = forkd.connect()
        equal(read_line(client), b"ready\n")
        reset(client)
        forkd.wait_line("close pid .* signal 15 TERM .*: client gone$")


@test
def killed():
    """KILL after kill-grace for one that ignores TERM"""
    with Forkd("-p", "0", "-o", "client-gone=reset", "-o", "kill-grace=50ms",
               asleep("deaf", "trap '' TERM\n")) as forkd:
        client = forkd.connect()
        equal(read_line(client), b"ready\n")
        reset(client)
        forkd.wait_line("handler-error pid .*: kill-grace is over: KILL")
        forkd.wait_line("close pid .* signal 9 KILL .*: client gone$")


@test
def half():
    """the end of input: eof ends the handler, reset does not"""
    with start("eof") as forkd:
        puppet = Puppet(forkd)
        os.kill(puppet.pid, signal.SIGSTOP)
        puppet.connection.shutdown(socket.SHUT_WR)
        forkd.wait_line("close pid %d signal 15 TERM .*: client gone$" %
                        puppet.pid)
        puppet.close()
    with start("reset") as forkd:
        puppet = Puppet(forkd)
        os.kill(puppet.pid, signal.SIGSTOP)
        puppet.connection.shutdown(socket.SHUT_WR)
        lasts(forkd, puppet)
        puppet.close()


@test
def ignored():
    """ignore, the default: a reset ends nobody, and there is no copy"""
    for args in [], ["-o", "client-gone=ignore"]:
        with Forkd("-p", "0", *args, testbin("puppet")) as forkd:
            before = sockets(forkd)
            puppet = Puppet(forkd)
            equal(sockets(forkd), before)
            os.kill(puppet.pid, signal.SIGSTOP)
            reset(puppet.connection)
            lasts(forkd, puppet)


@test
def data():
    """data does not wake the master"""
    with Forkd("-p", "0", "-o", "client-gone=eof", handler("echo")) as forkd:
        with forkd.connect() as client:
            client.sendall(b"x")
            equal(client.recv(1), b"x")
            before = switches(forkd.pid)
            for _ in range(500):
                client.sendall(b"x")
                equal(client.recv(1), b"x")
            assert switches(forkd.pid) - before < 100


def switches(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)",
                             file.read(), re.M).group(1))


@test
def finished():
    """a handler that has ended its half first may finish, and nobody spins"""
    path = script("finish", """#!/usr/bin/python3 -u
import os, signal, socket
connection = socket.socket(fileno=0)
connection.send(b"answer")
connection.shutdown(socket.SHUT_WR)
signal.sigwait([signal.SIGCONT])
os._exit(7)
""")
    for gone in "reset", "eof":
        with Forkd("-p", "0", "-o", "client-gone=" + gone, path) as forkd:
            with forkd.connect() as client:
                equal(read_all(client), b"answer")
                pid, = children(forkd.pid)
            turn(forkd)
            bad_second([forkd])
            equal(forkd.count_lines("close pid"), 0)
            slay(pid)
            forkd.wait_line("close pid %d signal 9" % pid)
            equal(forkd.count_lines("client gone"), 0)


@test
def ended():
    """the client sees the end when the handler has ended, not before"""
    path = script("closes", "#!/bin/sh\nexec >/dev/null </dev/null\n"
                  "kill -STOP $$\n")
    for gone in "ignore", "reset":
        with Forkd("-p", "0", "-o", "client-gone=" + gone, path) as forkd:
            with forkd.connect() as client:
                forkd.wait_line("open pid")
                pid, = children(forkd.pid)
                if gone == "ignore":
                    equal(client.recv(1), b"")
                else:
                    wait_until(lambda: state(pid) == "T", "a stop")
                    client.setblocking(False)
                    try:
                        raise AssertionError(client.recv(1))
                    except BlockingIOError:
                        client.settimeout(DEADLINE)
                slay(pid)
                equal(client.recv(1), b"")


def state(pid):
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rsplit(")", 1)[1].split()[0]


@test
def left_alone():
    """a handler that ends by itself leaves its descendants alone"""
    with start("eof") as forkd:
        puppet = Puppet(forkd)
        child = puppet.order("child")
        forkd.send(signal.SIGSTOP)
        puppet.order("exit 0")
        wait_until(lambda: not alive(puppet.pid), "its end")
        reset(puppet.connection)
        forkd.send(signal.SIGCONT)
        forkd.wait_line(r"close pid %d status 0 in [\d.]+s$" % puppet.pid)
        turn(forkd)
        assert alive(child)
        slay(child)


@test
def descriptors_of_others():
    """no worker has the copies: neither handlers nor C functions"""
    for program in None, TALKBACK:
        args = [testbin("puppet")] if program is None else []
        with Forkd("-p", "0", "-o", "client-gone=reset", *args,
                   program=program) as forkd:
            alone = len(sockets(forkd))
            clients = [forkd.connect() for _ in range(4)]
            for number, client in enumerate(clients, 1):
                client.sendall(b"pid\n")
                read_line(client)
            # a C function has a channel, and the master its other end
            channels = 0 if program is None else 1
            equal(len(sockets(forkd)), alone + 4 + 4 * channels)
            for pid in children(forkd.pid):
                own = {what for what in descriptors(pid).values()
                       if what.startswith("socket:")}
                equal(len(own), 1 + channels, "sockets of a worker")
            for client in clients:
                client.close()
            wait_until(lambda: not children(forkd.pid), "their ends")
            wait_until(lambda: len(sockets(forkd)) == alone, "the copies")


@test
def functions():
    """C functions are ended, too"""
    with Forkd("-p", "0", "-o", "client-gone=reset",
               program=TALKBACK) as forkd:
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            read_line(client)
            pid, = children(forkd.pid)
            os.kill(pid, signal.SIGSTOP)
            reset(client)
        forkd.wait_line("close pid %d signal 15 TERM .*: client gone$" % pid)


@test
def no_descriptor():
    """no descriptor for a copy: served, not watched, and said"""
    with start("reset") as forkd:
        free = len(descriptors(forkd.pid))
        highest = max(descriptors(forkd.pid))
        equal(highest, free - 1)        # no holes
        resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE, (free + 2,) * 2)
        puppets = [Puppet(forkd) for _ in range(3)]
        for number in 2, 3:
            forkd.wait_line(
                r" warning puppet#%d: setup-error pid \d+ 127\.0\.0\.1:\d+: "
                r"client-gone, idle-timeout: Too many open files; "
                r"not watched$" % number)
        forkd.has_lines("setup-error", 2)
        equal(forkd.count_lines("accept-error"), 0)
        os.kill(puppets[0].pid, signal.SIGSTOP)
        reset(puppets[0].connection)
        forkd.wait_line("puppet#1: close .*: client gone$")
        for puppet in puppets[1:]:
            puppet.order("exit 0")
            puppet.close()
        forkd.wait_line("close .*status 0", 2)


@test
def no_watch():
    """a copy that cannot be watched: served, and said"""
    faults = Faults()
    with faulty(faults, "-o", "client-gone=reset",
                serve=testbin("puppet")) as forkd:
        before = len(descriptors(forkd.pid))
        faults.set("epoll_ctl", errno.ENOSPC, 1, argument=1)
        puppet = Puppet(forkd)
        forkd.wait_line(r"setup-error pid %d \S+: client-gone: "
                        r"No space left on device; not watched$" % puppet.pid)
        puppet.order("exit 0")
        forkd.wait_line("close pid %d status 0" % puppet.pid)
        turn(forkd)
        equal(len(descriptors(forkd.pid)), before)
        puppet.close()


@test
def unknown():
    """one of which nothing can be asked: gone is gone; silent is not idle"""
    faults = Faults()
    with faulty(faults, "-o", "client-gone=reset", "-o", "idle-timeout=100ms",
                serve=testbin("puppet")) as forkd:
        fault = faults.set("getsockopt", errno.ENOMEM, FOREVER,
                           argument=socket.TCP_INFO)
        puppet = Puppet(forkd)
        fault.wait(3)       # it was looked at, and has gone on
        equal(puppet.order("pid"), puppet.pid)
        os.kill(puppet.pid, signal.SIGSTOP)
        reset(puppet.connection)
        forkd.wait_line(r" info puppet#1: close pid %d .*: client gone$" %
                        puppet.pid)


@test
def unix():
    """other than tcp: served, not watched, and there is no copy"""
    path = os.path.join(scratch(), "x.sock")
    with Forkd("-l", path, "-l", "127.0.0.1:0", "-o", "client-gone=eof", "-o",
               "idle-timeout=50ms", "-o", "socket-mode=0666",
               testbin("puppet")) as forkd:
        before = descriptors(forkd.pid)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(DEADLINE)
            client.connect(path)
            client.sendall(b"pid\n")
            pid = int(read_line(client))
            equal(descriptors(forkd.pid), before)
            # one over tcp shows that the time has come
            puppet = Puppet(forkd)
            puppet.ended()
            puppet.close()
            client.sendall(b"pid\nexit 0\n")
            client.shutdown(socket.SHUT_WR)
            equal(read_all(client), b"%d\n0\n" % pid)
        forkd.wait_line("close pid %d status 0 " % pid)


@test
def stopped():
    """a stop with clients that are watched leaves nothing"""
    with start("eof") as forkd:
        puppets = [Puppet(forkd) for _ in range(5)]
        equal(forkd.stop(signal.SIGINT), 0)
        for puppet in puppets:
            puppet.close()


main()
