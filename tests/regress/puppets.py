# SPDX-License-Identifier: ISC
"""Clients of puppet, the handler that does as it is told."""

from forkdtest import *


class Gone(Exception):
    """A puppet was ended before it had its orders."""


def patiently(function):
    """Calls function with more and more time for its handlers.

    On a slow machine they may be ended by a time limit before they have their
    orders; then it begins again with a longer one.
    """
    def point():
        for seconds in 0.3, 2, 10:
            try:
                return function(seconds)
            except Gone:
                if seconds == 10:
                    raise
    point.__doc__ = function.__doc__
    return point


class Puppet:
    """A connection to a puppet; its process is known."""

    def __init__(self, forkd, host="127.0.0.1"):
        self.connection = forkd.connect(host)
        self.pid = self.order("pid")

    def order(self, text):
        """Sends an order; returns the number that answers it."""
        try:
            self.connection.sendall(text.encode() + b"\n")
            answer = read_line(self.connection)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
        if not answer:
            raise Gone("no answer to " + text)
        number = int(answer)
        assert number >= 0, "%s: refused" % text
        return number

    def ended(self):
        """Waits until the handler's side is closed."""
        try:
            return read_all(self.connection)
        except ConnectionResetError:
            return b""

    def close(self):
        self.connection.close()


def alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def slay(pid):
    """Kills a process and waits until it is dead."""
    assert pid > 1, pid         # others mean many
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), "a process's death")


def turn(forkd):
    """Lets the master's loop turn: what was due before has been done."""
    pattern = "reload: HUP"
    before = forkd.count_lines(pattern)
    forkd.send(signal.SIGHUP)
    forkd.wait_line(pattern, before + 1)
