#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# on-stop = leave: the master closes the listeners and exits at once; busy
# handlers finish alone, and nothing of theirs is killed.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stopload import *
from libtests import Lib

LEAVE = ["-o", "on-stop=leave", "-o", "drain-timeout=1h", "-o",
         "kill-grace=1h"]


def finish(puppet, *others):
    """The handler is as it was, and ends when it is told to."""
    equal(puppet.order("pid"), puppet.pid)
    for pid in others:
        assert alive(pid)
        slay(pid)
    puppet.order("exit 0")
    equal(puppet.ended(), b"")
    wait_until(lambda: not alive(puppet.pid), "the handler's end")
    puppet.close()


def leave(forkd, number=signal.SIGTERM):
    """A stop; the handlers keep the log open, so it has no end yet."""
    forkd.send(number)
    equal(forkd.wait(), 0)
    forkd.wait_line(" info forkd: stop: [0-9]+ workers are left behind and "
                    "finish alone$")


@test
def leaves():
    """TERM, QUIT, INT: exit 0, the handler and its group go on"""
    for number in signal.SIGTERM, signal.SIGQUIT, signal.SIGINT:
        with Forkd("-p", "0", *LEAVE, testbin("puppet")) as forkd:
            puppet = Puppet(forkd)
            child = puppet.order("child")
            began = time.monotonic()
            leave(forkd, number)
            assert time.monotonic() - began < DEADLINE / 2
            name = signal.Signals(number).name[3:]
            forkd.wait_line(" info forkd: stop: %s: 1 workers: on-stop: they "
                            "are left to finish alone$" % name)
            forkd.wait_line(": 1 workers are left behind ")
            equal(forkd.count_lines(": close "), 0)
            finish(puppet, child)


@test
def idle():
    """without handlers it is a stop like any other"""
    with Forkd("-p", "0", *LEAVE, testbin("puppet")) as forkd:
        equal(forkd.stop(), 0)
        match("stop: all workers have ended$", forkd.lines[-1])


@test
def twice():
    """who asks again gets no more"""
    with Forkd("-p", "0", *LEAVE, testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        os.kill(forkd.pid, signal.SIGSTOP)
        for number in signal.SIGTERM, signal.SIGQUIT, signal.SIGINT:
            forkd.send(number)
        os.kill(forkd.pid, signal.SIGCONT)
        equal(forkd.wait(), 0)
        finish(puppet)


@test
def again():
    """another forkd takes the port while they go on"""
    with Forkd("-l", "127.0.0.1:0", *LEAVE, testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        leave(forkd)
        with Forkd("-l", "127.0.0.1:%d" % forkd.port,
                   testbin("puppet")) as other:
            newer = Puppet(other)
            finish(puppet)
            finish(newer)


@test
def queued():
    """who waits in the queue is served where there is room"""
    needs_filter()
    with Forkd("-l", "127.0.0.1:0", *LEAVE, testbin("puppet")) as forkd:
        os.kill(forkd.pid, signal.SIGSTOP)
        clients = [forkd.connect() for _ in range(3)]
        forkd.send(signal.SIGTERM)
        os.kill(forkd.pid, signal.SIGCONT)
        equal(forkd.wait(), 0)
        forkd.wait_line(": 3 workers are left behind ")
        for client in clients:
            client.sendall(b"exit 0\n")
            equal(read_all(client), b"0\n")
            client.close()
        wait_handlers(forkd)
        equal(forkd.count_lines(" warning "), 0)


@test
def full():
    """where there is none, it is refused, and the log says so"""
    with Forkd("-l", "127.0.0.1:0", "-c", "1", *LEAVE,
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        client = forkd.connect()
        leave(forkd)
        forkd.wait_line(r" warning puppet: stop: tcp://127\.0\.0\.1:%d: "
                        "on-stop: closed, 1 connections that waited are "
                        "refused$" % forkd.port)
        try:
            equal(read_all(client), b"", "served")
            raise AssertionError("not refused by the kernel")
        except ConnectionResetError:
            client.close()
        finish(puppet)


@test
def ending():
    """one that is being ended for its timeout is seen to its end"""
    with Forkd("-p", "0", "-o", "on-stop=leave", "-o", "timeout=300ms", "-o",
               "kill-grace=700ms", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        puppet.order("ignore 15")
        forkd.wait_line("timeout: TERM to its group")
        forkd.send(signal.SIGTERM)
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        forkd.wait_line(r"close pid %d signal 9 KILL in [\d.]+s: timeout$"
                        % puppet.pid)
        puppet.ended()
        puppet.close()


@test
def watched():
    """client-gone, idle-timeout: nobody watches any more, and no client sees
    anything of the stop"""
    with Forkd("-p", "0", *LEAVE, "-o", "client-gone=eof", "-o",
               "idle-timeout=3s", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        leave(forkd)
        # silent for longer than it might have been: neither bytes nor an end
        equal(select.select([puppet.connection], [], [], 3.5)[0], [])
        equal(puppet.order("pid"), puppet.pid)
        # nor does it harm the handler that the client ends its half
        puppet.connection.sendall(b"pid\nexit 0\n")
        puppet.connection.shutdown(socket.SHUT_WR)
        equal(puppet.ended(), b"%d\n0\n" % puppet.pid)
        wait_until(lambda: not alive(puppet.pid), "the handler's end")
        puppet.close()


@test
def copies():
    """a program that goes on after forkd_run has no copy of a connection"""
    words = sum((["set", "s", name, value] for name, value in (
        ("on-stop", "leave"), ("client-gone", "reset"),
        ("idle-timeout", "1h"))), [])
    with Lib(after=words, then=["report"]) as lib:
        before = sorted(descriptors(lib.pid).values())
        client = lib.connect()
        lib.wait_line(": open pid ")
        # the copy, and the channel of the worker, which is a C function
        equal(len(descriptors(lib.pid)), len(before) + 2)
        lib.send(signal.SIGTERM)
        equal(lib.wait(), 0)
        match("(?m)^fd 2 ", "\n".join(lib.output))
        equal([line for line in lib.output
               if re.match(r"fd \d+ socket", line)], [])
        equal(select.select([client], [], [], 0)[0], [])
        client.close()
        wait_handlers(lib)


@test
def default():
    """drain is the default, and may be asked for"""
    for args in [], ["-o", "on-stop=drain"]:
        with Forkd("-p", "0", *args, testbin("puppet")) as forkd:
            puppet = Puppet(forkd)
            forkd.send(signal.SIGINT)
            equal(forkd.wait(), 0)
            wait_until(lambda: not alive(puppet.pid), "the handler's end")
            puppet.close()


@test
def values():
    """nothing else is taken"""
    for value in "", "stay", "LEAVE":
        code, _, message = run("-d", "-p", "0", *as_user(), "-o",
                               "on-stop=" + value)
        equal(code, 64)
        match(r"^forkd: on-stop: .*drain.*leave", message)


main()
