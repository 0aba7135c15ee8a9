# SPDX-License-Identifier: ISC
"""The other side of sd_notify(3): a datagram socket that forkd writes to."""

import fcntl
import itertools
import os
import socket
import struct
import termios

from forkdtest import *

_numbers = itertools.count(1)
_QUIET = "0/128 workers, 0 served, 0 refused"


class Supervisor:
    """A socket with a name that is nobody else's; `with' closes it."""

    def __init__(self, abstract=False):
        number = next(_numbers)
        if abstract:
            self.name = "@forkd-test-%d-%d" % (os.getpid(), number)
        else:
            self.name = os.path.join(scratch(), "notify.%d" % number)
        self.socket = None
        self.open()

    def open(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0"))
        self.socket.settimeout(DEADLINE)
        if self.name[0] == "/":
            os.chmod(self.name, 0o666)

    def close(self):
        """As a supervisor that ends: the name goes, too."""
        self.socket.close()
        if os.path.exists(self.name):
            os.unlink(self.name)

    def environment(self, **more):
        return dict(os.environ, NOTIFY_SOCKET=self.name, **more)

    def receive(self):
        """The next message, as a list of lines."""
        return self.socket.recv(4096).decode().split("\n")

    def waiting(self):
        """How many bytes of messages have arrived and were not received."""
        return struct.unpack("i", fcntl.ioctl(
            self.socket, termios.FIONREAD, bytes(4)))[0]

    def fill(self):
        """Sends to itself until no more goes in."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            count = 0
            try:
                while True:
                    sender.sendto(b"JUNK=1", self.name)
                    count += 1
            except BlockingIOError:
                assert count > 0
                return count

    def status(self, text):
        """Waits until the counts are those; others may come before."""
        while True:
            lines = self.receive()
            if lines == ["STATUS=" + text]:
                return
            match("^(STATUS|WATCHDOG)=", lines[0])
            equal(len(lines), 1)

    def ready(self, forkd, status=_QUIET):
        """Expects the message of a start or the end of a reload."""
        equal(self.receive(), ["READY=1", "MAINPID=%d" % forkd.pid,
                               "STATUS=" + status])

    def stopping(self, seconds=40, status=_QUIET):
        """Expects the message of a stop: drain-timeout, kill-grace, 5s."""
        extend = [] if seconds is None else \
            ["EXTEND_TIMEOUT_USEC=%d" % (seconds * 1000000)]
        equal(self.receive(), ["STOPPING=1"] + extend + ["STATUS=" + status])

    def ends(self):
        """Waits until it says that it stops."""
        while self.receive()[0] != "STOPPING=1":
            pass

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()
