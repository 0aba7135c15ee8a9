#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Calls that log files, the system's log and the pipes of handlers need fail:
# that costs lines or a handler's standard error, and no connection.
import fcntl
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from logs import *

E = errno


def serve(forkd):
    equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")


def start(faults, *args, **keywords):
    return logging(Log(), "-c", "2", *args, handler("talkback"),
                   env=faults.environment("inject"), **keywords)


@test
def pipes():
    """no pipe: the connection is served, and the log says why"""
    for call, number, which in (
            ("pipe2", E.EMFILE, {}), ("pipe2", E.ENFILE, {}),
            ("fcntl", E.EINVAL, {"argument": fcntl.F_SETFL}),
            ("epoll_ctl", E.ENOSPC, {"argument": 1}),
            ("epoll_ctl", E.ENOMEM, {"argument": 1})):
        faults = Faults()
        with start(faults) as forkd:
            health = Health(forkd)
            fault = faults.set(call, number, 1, **which)
            with forkd.connect() as client:
                client.sendall(b"hello\n")
                equal(read_line(client), b"You said 'hello'.\n")
                equal(descriptors(children(forkd.pid)[0])[2], "/dev/null")
            equal(fault.failed, 1)
            match(r"warning talkback: setup-error: standard error of the "
                  r"handler leads nowhere: %s$" % os.strerror(number),
                  forkd.log.wait("setup-error"))
            health.check()


@test
def fork():
    """fork fails: the pipe is given back, and made again"""
    faults = Faults()
    with start(faults) as forkd:
        health = Health(forkd)
        fault = faults.set("fork", E.EAGAIN, 2)
        serve(forkd)
        equal(fault.failed, 2)
        health.check()
        forkd.log.wait("handler-error.*hello", 5)


@test
def reading():
    """reading a pipe fails: once more, or never again"""
    for number in E.EINTR, E.EAGAIN, E.EIO:
        faults = Faults()
        with start(faults) as forkd:
            health = Health(forkd)
            with forkd.connect() as client:
                client.sendall(b"one\n")
                read_line(client)
                forkd.log.wait("handler-error.*one")
                end = [fd for fd in descriptors(forkd.pid)
                       if fd not in health.descriptors]
                equal(len(end), 1)
                fault = faults.set("read", number, 1, argument=end[0])
                client.sendall(b"two\n")
                read_line(client)
                fault.wait()
                if number != E.EIO:
                    forkd.log.wait("handler-error.*two")
            wait_until(lambda: not children(forkd.pid))
            health.check()


@test
def watching_again():
    """a pipe that rested cannot be watched again: later it can"""
    faults = Faults()
    log = Log()
    path = script("much", "#!/bin/sh\nread x\nhead -c 150000 /dev/zero | "
                  "tr '\\0' x >&2\necho $x\n")
    with logging(log, path, env=faults.environment("inject")) as forkd:
        with forkd.connect() as client:
            wait_until(lambda: children(forkd.pid))
            fault = faults.set("epoll_ctl", E.ENOMEM, 3, argument=1)
            client.sendall(b"x\n")
            equal(read_line(client), b"x\n")
            fault.wait(3)
        log.wait("close")
        text = "".join(line.rsplit(": ", 1)[1]
                       for line in log.lines("handler-error"))
        equal(text, "x" * 150000)


@test
def file():
    """writing to the file fails: lines are lost and counted"""
    for number in E.ENOSPC, E.EDQUOT, E.EFBIG, E.EIO, E.EAGAIN:
        faults = Faults()
        with start(faults, "-o", "stderr=null") as forkd:
            health = Health(forkd)
            own = [fd for fd, what in descriptors(forkd.pid).items()
                   if what == forkd.log.path]
            fault = faults.set("write", number, FOREVER, argument=own[0])
            for _ in range(3):
                serve(forkd)
            wait_until(lambda: not children(forkd.pid))
            fault.clear()
            serve(forkd)
            forkd.log.wait(r"talkback#6: close")
            equal(lost(forkd.log.lines()), 6)
            health.check()


@test
def opening_again():
    """opening the file again fails: the old one stays"""
    faults = Faults()
    with start(faults) as forkd:
        health = Health(forkd)
        for count, number in enumerate((E.EMFILE, E.ENFILE, E.EACCES,
                                        E.ENOMEM, E.EINTR), 1):
            fault = faults.set("open", number)
            forkd.send(signal.SIGUSR1)
            match("%s; the old one stays$" % os.strerror(number),
                  forkd.log.wait("error forkd: reload: USR1", count))
            equal(fault.failed, 1)
        health.check()


def _syslog(call, number, daemon, loses):
    faults = Faults()
    env = dict(faults.environment("inject"), FORKD_TEST_LOG=daemon.name)
    with Forkd("-l", "127.0.0.1:0", "-o", "log=syslog:daemon", "-o",
               "stderr=null", handler("talkback"), ready=False,
               env=env) as forkd:
        forkd.ports = [wait_until(lambda: listeners(forkd.pid))[0][1]]
        forkd.workers = 2
        Health(forkd)
        if call != "send":      # it has to look for it again
            faults.set("send", E.ECONNREFUSED, 1)
        fault = faults.set(call, number, 1)
        serve(forkd)
        wait_until(lambda: not children(forkd.pid))
        equal(fault.failed, 1, call)
        serve(forkd)
        wait_until(lambda: not children(forkd.pid))
        equal(forkd.stop(), 0)
    told = lost(daemon.receive())
    equal(told, loses, "%s %s" % (call, os.strerror(number)))


class _Daemon:
    def __init__(self):
        self.name = os.path.join(scratch(), "dev-log")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name)
        self.socket.setblocking(False)

    def receive(self):
        lines = []
        try:
            while True:
                lines.append(self.socket.recv(1 << 16).decode())
        except BlockingIOError:
            return lines


@test
def syslog():
    """sending to the system's log fails, or finding it"""
    daemon = _Daemon()
    for call, number, loses in (
            ("send", E.EAGAIN, 1), ("send", E.ENOBUFS, 1),
            ("send", E.EMSGSIZE, 1), ("send", E.EINTR, 0),
            ("send", E.ECONNREFUSED, 0), ("send", E.ENOTCONN, 0),
            ("send", E.ECONNRESET, 0), ("send", E.EPIPE, 0),
            ("socket", E.EMFILE, 1), ("socket", E.ENFILE, 1),
            ("connect", E.ENOENT, 1), ("connect", E.ECONNREFUSED, 1),
            ("connect", E.EPROTOTYPE, 1), ("connect", E.EACCES, 1)):
        _syslog(call, number, daemon, loses)
    daemon.socket.close()


@test
def starting():
    """no memory, no descriptor and no timer's worth: it does not start"""
    for call, number, code in (("open", E.EMFILE, 73),
                               ("open", E.ENFILE, 73)):
        faults = Faults()
        log = Log()
        faults.set(call, number, 1)
        code_is, out, err = run("-d", "-l", "127.0.0.1:0", *as_user(), "-o",
                                "log=" + log.path, handler("talkback"),
                                env=faults.environment("inject"))
        equal((code_is, out), (code, ""))
        equal(err, "forkd: log: %s: %s\n" % (log.path, os.strerror(number)))


main()
