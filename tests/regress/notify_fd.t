#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# notify-fd, as s6 has it: a new line on that descriptor when the program is
# ready, then it is closed; one that cannot be it is refused.
import errno
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *
from supervisor import *


class Pipe:
    """A pipe whose other end forkd inherits as its number."""

    def __init__(self):
        self.read, self.write = os.pipe()
        self.option = ["-o", "notify-fd=%d" % self.write]

    def closed(self):
        """Closes the other end, which forkd has now."""
        os.close(self.write)
        self.write = -1

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        os.close(self.read)
        if self.write != -1:
            os.close(self.write)


@test
def ready():
    """a new line and no more, when it serves"""
    with Pipe() as pipe:
        with Forkd("-p", "0", *pipe.option, testbin("puppet"),
                   pass_fds=[pipe.write]) as forkd:
            pipe.closed()
            equal(os.read(pipe.read, 100), b"\n")
            equal(os.read(pipe.read, 100), b"")         # while it runs
            puppet = Puppet(forkd)
            equal([fd for fd in descriptors(puppet.pid) if fd > 2], [])
            forkd.send(signal.SIGHUP)
            forkd.wait_line("reload: HUP")
            puppet.order("exit 0")
            puppet.close()


@test
def both():
    """beside NOTIFY_SOCKET"""
    with Pipe() as pipe, Supervisor() as supervisor:
        with Forkd("-p", "0", *pipe.option, handler("talkback"),
                   env=supervisor.environment(),
                   pass_fds=[pipe.write]) as forkd:
            pipe.closed()
            supervisor.ready(forkd)
            equal(os.read(pipe.read, 100), b"\n")


@test
def not_ready():
    """nothing when it does not start"""
    with Pipe() as pipe, socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, _ = run("-d", *as_user(), *pipe.option, "-l", "127.0.0.1:%d"
                         % taken.getsockname()[1], handler("talkback"),
                         pass_fds=[pipe.write])
        equal(code, 69)
        pipe.closed()
        equal(os.read(pipe.read, 100), b"")


@test
def full():
    """a full pipe makes it wait for the reader, and nobody else"""
    with Pipe() as pipe:
        os.set_blocking(pipe.write, False)
        junk = 0
        try:
            while True:
                junk += os.write(pipe.write, bytes(4096))
        except BlockingIOError:
            pass
        os.set_blocking(pipe.write, True)
        with Forkd("-p", "0", *pipe.option, handler("talkback"),
                   pass_fds=[pipe.write]) as forkd:
            assert os.get_blocking(pipe.write)  # its flags are not ours
            pipe.closed()
            equal(forkd.talk(b"one\n"), b"You said 'one'.\n")
            data = b""
            while len(data) <= junk:
                data += os.read(pipe.read, 65536)
            equal(data[junk:], b"\n")
            equal(os.read(pipe.read, 100), b"")


@test
def nobody():
    """a pipe that nobody reads is no reason to end"""
    with Pipe() as pipe:
        os.close(pipe.read)
        with Forkd("-p", "0", *pipe.option, handler("talkback"),
                   pass_fds=[pipe.write]) as forkd:
            pipe.closed()
            equal(forkd.talk(b"one\n"), b"You said 'one'.\n")
        pipe.read = os.open("/dev/null", os.O_RDONLY)


START = ["-d", "-l", "127.0.0.1:0"] + as_user()
END = [handler("talkback")]


@test
def not_open():
    """one that is not open is refused"""
    for number in 200, 2147483647:
        refused(64, "notify-fd: %d is not open: whoever starts this program "
                "has to open it" % number, *START, "-o",
                "notify-fd=%d" % number, *END)


@test
def our_own():
    """one that only forkd itself has opened is refused"""
    refused(64, "notify-fd: 3 is one of our own descriptors: whoever starts "
            "this program has to open it", *START, "-o", "notify-fd=3", *END)


@test
def not_writable():
    """one that cannot be written to is refused"""
    with socket.create_server(("127.0.0.1", 0)) as listening, \
            open("/dev/null", "rb") as null, Pipe() as pipe:
        for number in listening.fileno(), null.fileno(), pipe.read:
            refused(64, "notify-fd: %d cannot be written to: it should be "
                    "the end of a pipe" % number, *START, "-o",
                    "notify-fd=%d" % number, *END, pass_fds=[number])


@test
def values():
    """3 and more, or off"""
    for value in "0", "1", "2", "-1", "2147483648", "x", "":
        refused(64, "notify-fd: \"%s\" is not 3 to 2147483647 or off" % value,
                *START, "-o", "notify-fd=" + value, *END)
    with Forkd("-p", "0", "-o", "notify-fd=200", "-o", "notify-fd=off", *END):
        pass


main()
