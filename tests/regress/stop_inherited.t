#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A stop with sockets that forkd inherited: whoever else has them goes on with
# them, and notices nothing: no filter, no file that is gone, nobody refused.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from inheritance import *
from stopload import *

PUPPET = testbin("puppet")
GET_FILTER = SO_ATTACH_FILTER       # of getsockopt(2)


class Holder:
    """A listener that is ours, too; how to connect to it."""

    def __init__(self, kind):
        self.path = None
        if kind == "tcp":
            self.server = tcp()
        else:
            self.server, self.path = unix(STREAM if kind == "unix" else
                                          PACKET)
        self.kind = self.server.type
        self.server.settimeout(DEADLINE)
        self.inode = "socket:[%d]" % os.fstat(self.server.fileno()).st_ino

    def connect(self, *_):
        if self.path:
            return dial(self.path, self.kind)
        return socket.create_connection(self.server.getsockname(), DEADLINE)

    def is_with(self, forkd):
        return self.inode in descriptors(forkd.pid).values()

    def filter(self):
        """The instructions of its filter, as the kernel counts them."""
        if self.path:
            return 0
        return len(self.server.getsockopt(socket.SOL_SOCKET, GET_FILTER, 64))

    def serves(self, client, text):
        """That client is ours now."""
        with client:
            client.sendall(text)
            with self.server.accept()[0] as connection:
                connection.settimeout(DEADLINE)
                equal(connection.recv(64), text)
                connection.sendall(b"ours")
            equal(client.recv(64), b"ours")


def stop(kind, *args, **keywords):
    holder = Holder(kind)
    with holder.server, inherit([holder.server], *args, PUPPET,
                                **keywords) as forkd:
        puppet = Puppet(holder)
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM: 1 workers")
        equal(holder.filter(), 0, "a filter")
        wait_until(lambda: not holder.is_with(forkd), "its copy's end")
        assert forkd.process.poll() is None
        # while the handler is served to its end, and after that
        holder.serves(holder.connect(), b"during")
        puppet.order("exit 0")
        puppet.ended()
        puppet.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        equal(forkd.count_lines(" warning | error "), 0, forkd.lines)
        holder.serves(holder.connect(), b"after")
        equal(holder.filter(), 0, "a filter")
        if holder.path:
            assert os.path.lexists(holder.path), "its file is gone"


@test
def listen_fds():
    """LISTEN_FDS: tcp and unix"""
    for kind in "tcp", "unix":
        stop(kind)


@test
def by_number():
    """fd://N, without LISTEN_FDS, and fd://NAME"""
    for kind in "tcp", "unix":
        stop(kind, "-d", "-l", "fd://3", fds="", pid="")
        stop(kind, "-l", "fd://web", names="web")


@test
def others():
    """a socket of its own beside it is closed as any other"""
    holder = Holder("tcp")
    with holder.server, inherit([holder.server], "-l", "fd://3", "-l",
                                "127.0.0.1:0", PUPPET) as forkd:
        port = forkd.ports[1]
        equal(forkd.stop(), 0)
        try:
            forkd.connect(port=port)
            raise AssertionError("not refused")
        except ConnectionRefusedError:
            pass
        holder.serves(holder.connect(), b"after")


@test
def crowd():
    """a queue that does not become empty: it is left to the other one"""
    holder = Holder("tcp")
    with holder.server, inherit([holder.server], "-c", "1",
                                PUPPET) as forkd:
        puppet = Puppet(holder)
        client = holder.connect()       # waits, and nobody has room
        forkd.send(signal.SIGTERM)
        wait_until(lambda: not holder.is_with(forkd), "its copy's end")
        holder.serves(client, b"waited")
        puppet.order("exit 0")
        puppet.ended()
        puppet.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        equal(forkd.count_lines("refused"), 0, forkd.lines)


@test
def now():
    """INT, QUIT, and on-stop=leave are the same to it; packets, too"""
    for number, kind, args in (
            (signal.SIGINT, "tcp", []), (signal.SIGQUIT, "unix", []),
            (signal.SIGTERM, "packet", []),
            (signal.SIGTERM, "packet", ["-o", "on-stop=leave"])):
        holder = Holder(kind)
        with holder.server, inherit([holder.server], *args,
                                    PUPPET) as forkd:
            forkd.send(number)
            equal(forkd.wait(), 0)
            holder.serves(holder.connect(), b"after")
            assert not holder.path or os.path.lexists(holder.path)


main()
