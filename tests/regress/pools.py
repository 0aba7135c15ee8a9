# SPDX-License-Identifier: ISC
"""Services with a pool: what their workers are."""

from puppets import *
from libtests import *


class Pool(Lib):
    """A libtest with a pool: settings as NAME=VALUE in `set'."""

    def __init__(self, hooks="serve", set="", **more):
        words = ["set", "s", "mode", "prefork"]
        for pair in set.split():
            words += ["set", "s", *pair.split("=")]
        super().__init__(hooks, after=words, **more)


class Talk:
    """A connection to libtest's serve function."""

    def __init__(self, forkd):
        self.connection = forkd.connect()
        self.pid = int(self.ask("pid"))

    def say(self, order):
        self.connection.sendall(order.encode() + b"\n")

    def ask(self, order):
        self.say(order)
        return read_line(self.connection).decode().rstrip("\n")

    def close(self):
        """Ends it, and waits for the worker's end of it."""
        self.connection.shutdown(socket.SHUT_WR)
        read_all(self.connection)
        self.connection.close()


def pool_is(forkd, size):
    """Waits until the pool has that many workers; returns their pids."""
    wait_until(lambda: len(children(forkd.pid)) == size and
               all(alive(pid) for pid in children(forkd.pid)),
               "%d workers, there are %r" % (size, children(forkd.pid)))
    return children(forkd.pid)


def asleep(pid):
    """Whether a process waits for something."""
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "S"


def settled(forkd):
    """Whether the master and all workers wait."""
    return all(asleep(pid) for pid in [forkd.pid] + children(forkd.pid))
