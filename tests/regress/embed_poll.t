#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A master in steps, in a program that waits with poll(2) or, in a set of its
# own, with epoll(7): what makes its descriptor readable, and what the calls
# return.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import *

import select

FUNCTIONS = ("f", None, {})


def program(**settings):
    return "x", testbin("puppet"), settings


def each(function):
    """A test with each of the loops."""
    def both():
        for loop in LOOPS:
            with Host(loop) as host:
                function(host)
    both.__doc__ = function.__doc__
    return test(both)


@each
def serves(host):
    """connections are served, workers reaped, by functions and executables"""
    functions, puppet = host.master(FUNCTIONS, program())
    host.watch()
    for _ in range(3):
        equal(ask(functions, b"a\nb\n"), b"You said 'a'.\nYou said 'b'.\n")
        # neither step, run nor free from a function of the master; fd works
        match(r"^reaped \d+ \d+ 0 1 2 1$", host.wait_said("reaped"))
        equal(ask(puppet, b"exit 3\n"), b"3\n")
    host.wait_line(r" x#3: close pid \d+ status 3 ")
    wait_until(lambda: not children(host.pid), "the reaper")
    host.works("stop", 1)
    host.wait_said("^step 0 0$")
    host.wait_line("stop: TERM: 0 workers")
    host.wait_line("stop: all workers have ended")
    equal([what for what in descriptors(host.pid).values()
           if re.search("eventfd|timerfd|pidfd", what)], [])


@each
def timers(host):
    """a timer alone makes it readable: timeout, and then kill-grace"""
    port, = host.master(program(timeout="50ms", **{"kill-grace": "50ms"}))
    host.watch()
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
        peer.settimeout(DEADLINE)
        peer.sendall(b"ignore 15\n")
        read_all(peer)
    host.wait_line("timeout: TERM to its group")
    host.wait_line("kill-grace is over: KILL to its group")
    host.wait_line(r"x#1: close pid \d+ signal 9 KILL .*: timeout")


@each
def stops(host):
    """forkd_stop() alone makes it readable; busy workers finish"""
    port, = host.master(FUNCTIONS)
    host.watch()
    peer = dial(port)
    host.works("stop", 1)
    host.wait_line("stop: TERM: 1 workers")
    peer.sendall(b"still\n")
    equal(read_line(peer), b"You said 'still'.\n")
    peer.close()
    host.wait_said("^step 0 0$")
    equal(children(host.pid), [])


@each
def stops_now(host):
    """forkd_stop() now: TERM, KILL after kill-grace"""
    port, = host.master(program(**{"kill-grace": "50ms"}))
    host.watch()
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
        peer.settimeout(DEADLINE)
        peer.sendall(b"ignore 15\n")
        read_line(peer)
        host.works("stop", 2)
        host.wait_said("^step 0 0$")
        host.wait_line(r"close pid \d+ signal 9 KILL ")


@test
def asked_before():
    """a stop that was asked for before the first step makes it readable"""
    with Host() as host:
        host.master(FUNCTIONS)
        host.works("stop", 1)
        host.watch()
        host.wait_said("^step 0 0$")


@test
def idle():
    """it is not readable while there is nothing to do"""
    with Host() as host:
        port, = host.master(program(timeout="1h", **{"max-workers": "1"}))
        number = host.watch()
        # busy, and the next one waits: nothing to do, though there is a timer
        with dial_puppet(port), socket.create_connection(
                ("127.0.0.1", port), DEADLINE):
            host.wait_line("full: 1 of 1 workers")
            before = cpu_seconds(host.pid)
            time.sleep(0.5)     # the measurement itself
            used = cpu_seconds(host.pid) - before
            assert used < 0.1, used
            host.works("unwatch", answer="-1")
            host.works("step", 0, answer="1")
            equal(int(host.order("fd").split()[0]), number)


def dial_puppet(port):
    peer = socket.create_connection(("127.0.0.1", port), DEADLINE)
    peer.settimeout(DEADLINE)
    peer.sendall(b"pid\n")
    read_line(peer)
    return peer


@test
def waits():
    """a step waits for its time, for what is due, or until a signal"""
    with Host() as host:
        port, = host.master(FUNCTIONS)
        host.works("step", 0, answer="1")
        start = time.monotonic()
        host.works("step", 100, answer="1")
        assert time.monotonic() - start > 0.09
        # -1: until a connection
        host.channel.sendall(b"step -1\n")
        peer = socket.create_connection(("127.0.0.1", port), DEADLINE)
        equal(host._answer(), "1")
        host.works("signal", 10, "note")
        peer.close()
        while not host.said:            # the worker's end is a step
            host.works("step", 1000, answer="1")
        host.channel.sendall(b"step -1\n")
        # one may come before it waits
        while not select.select([host.channel], [], [], 0.02)[0]:
            host.send(10)
        equal(host._answer(), "1")
        assert int(host.order("noted")) > 0


@test
def two():
    """two masters, with a worker of one that has nothing of the other"""
    with Host() as host:
        first, = host.master(FUNCTIONS)
        host.watch()
        second, late = host.master(FUNCTIONS, ("g", None, {}))
        host.watch()
        third, = host.master(FUNCTIONS)         # has made no step yet
        peers = [dial(first), dial(second)]
        for peer in peers:
            peer.sendall(b"report\n")
            peer.shutdown(socket.SHUT_WR)
            text = read_all(peer)
            have = facts(text)
            equal([name for name in have if name.endswith("listening") and
                   have[name] != "0"], [])
            # /dev/null, standard error, the connection, the channel to its
            # master, the orders
            equal(len({value for name, value in have.items()
                       if name.startswith("inode ")}), 5, text.decode())
            peer.close()
        host.wait_said("reaped")
        host.wait_said("reaped")
        host.works("use", 1, answer="1")
        host.works("stop", 1)
        host.wait_said("^step 1 0$")
        # its listeners are closed, though the other one's worker lives
        for port in second, late:
            try:
                socket.create_connection(("127.0.0.1", port), DEADLINE).close()
                raise AssertionError("somebody listens")
            except ConnectionRefusedError:
                pass
        equal(ask(first, b"x\n"), b"You said 'x'.\n")


@test
def again():
    """after a stop, steps begin anew; so does forkd_run"""
    with Host() as host:
        host.works("new")
        host.works("set", "-", "log", "stderr")
        host.works("service", "f", "c")
        if ROOT:
            host.works("set", "f", "user", "nobody")
        host.works("set", "f", "listen", "127.0.0.1:0")
        for _ in range(2):
            host.watch()
            port = int(host.order("address", "f").rsplit(":", 1)[1])
            equal(ask(port, b"x\n"), b"You said 'x'.\n")
            host.works("stop", 1)
            host.wait_said("^step 0 0$")
        host.works("stop", 1)
        host.works("run")


@test
def refusals():
    """what the calls refuse, and what they say"""
    with Host() as host:
        equal(host.order("step", 0), "-1 EINVAL ")
        equal(host.order("fd"), "-1 EINVAL ")
        port, = host.master(FUNCTIONS)
        host.works("step", 0, answer="1")
        equal(host.order("run"), "-1 EBUSY forkd_run: the master runs "
              "already")
        match("^-1 EBUSY", host.order("set", "-", "log", "stderr"))
        match("^-1 EBUSY", host.order("listen", "f", "127.0.0.1:0"))
        host.master(FUNCTIONS)
        equal(host.order("run"), "-1 EBUSY forkd_run: it wants the process "
              "for itself, and another master is in steps")
        host.works("set", "-", "notify-fd", "9")
        equal(host.order("step", 0), "-1 ENOTSUP notify-fd: not with "
              "forkd_step(): a program with a loop of its own says itself "
              "that it is ready")
        # the first one is none the worse
        host.works("use", 0, answer="0")
        host.watch()
        equal(ask(port, b"step\n"), b"-1 %d -1 %d\n" %
              (errno.EPERM, errno.EPERM))
        equal(ask(port, b"free\n"), b"freed\n")
        equal(ask(port, b"x\n"), b"You said 'x'.\n")


@test
def bad_start():
    """a start that fails leaves nothing, and can be repeated"""
    with Host() as host:
        port, = host.master(("x", "/nonexistent/handler", {}))
        before = descriptors(host.pid)
        for words in ("step", 0), ("fd",):
            match("^-1 ENOENT /nonexistent/handler", host.order(*words))
            equal(descriptors(host.pid), before)
        host.works("set", "x", "handler", testbin("puppet"))
        host.watch()
        equal(ask(port, b"exit 0\n"), b"0\n")


@test
def free():
    """forkd_free() of a master in steps kills and reaps its workers"""
    with Host() as host:
        port, = host.master(program())
        host.watch()
        with dial_puppet(port) as peer:
            peer.sendall(b"ignore 15\nchild\n")
            read_line(peer)
            child = int(read_line(peer))
            host.works("free", answer="-1")
            equal(children(host.pid), [])
            equal(read_all(peer), b"")
            wait_until(lambda: not os.path.exists("/proc/%d" % child) or
                       gone(child), "the end of the group")
        host.wait_line(r"x#1: close pid \d+ signal ")
        equal([what for what in descriptors(host.pid).values()
               if re.search("eventpoll|eventfd|timerfd|pidfd", what)], [])


def gone(pid):
    """Our own now, since we are a subreaper, and dead."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


@test
def pid_files():
    """a process has one pid file, whatever number of masters"""
    with Host() as host:
        path = os.path.join(scratch(), "pid")
        for _ in range(2):
            host.master(FUNCTIONS)
            host.works("set", "-", "pidfile", path)
        host.works("use", 0, answer="0")
        host.works("step", 0, answer="1")
        with open(path) as file:
            equal(int(file.read()), host.pid)
        host.works("use", 1, answer="1")
        equal(host.order("step", 0), "-1 EBUSY pidfile %s: this process has "
              "one already" % path)
        host.works("use", 0, answer="0")
        host.works("free", answer="-1")
        assert not os.path.exists(path)


main()
