#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 16: what is written arrives whole, also when the client reads slowly,
# in small pieces, or ends its own side first.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

SIZE = (1 if SHORT else 8) << 20
SMALL = ["-p", "0", "-o", "send-buffer=16k", "-o", "receive-buffer=16k"]


@test
def large():
    """megabytes through a handler, both ways at once"""
    data = os.urandom(SIZE)
    with Forkd(*SMALL, handler("echo")) as forkd:
        with forkd.connect() as connection:
            sender = threading.Thread(target=send, args=(connection, data))
            sender.start()
            have = read_all(connection)
            sender.join(DEADLINE)
        assert have == data, "%d of %d bytes" % (len(have), len(data))
        forkd.wait_line("close pid .* status 0 ")


def send(connection, data):
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


@test
def slow():
    """to a client with a small buffer that has ended its side"""
    with Forkd(*SMALL, testbin("puppet")) as forkd:
        with socket.socket() as connection:
            connection.settimeout(DEADLINE)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", forkd.port))
            connection.sendall(b"write %d\n" % SIZE)
            connection.shutdown(socket.SHUT_WR)
            wait_full(connection)
            have = 0
            while True:
                piece = connection.recv(1 << 16)
                if not piece:
                    break
                have += len(piece)
        equal(have, SIZE + 1)
        forkd.wait_line("close pid .* status 0 ")


@test
def pieces():
    """a client that sends byte by byte"""
    with Forkd(*SMALL, handler("talkback")) as forkd:
        with forkd.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"hello\r\nworld":
                connection.sendall(bytes([byte]))
            connection.shutdown(socket.SHUT_WR)
            equal(read_all(connection),
                  b"You said 'hello'.\nYou said 'world'.\n")


main()
