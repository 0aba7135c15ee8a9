#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 16: forkd_conn_out() is flushed after serve, whole or an error;
# forkd_conn_in() may be left half read without harm to the answer.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *

SIZE = (1 if SHORT else 8) << 20


@test
def flushed():
    """what serve left in the buffer arrives"""
    with Lib() as forkd:
        equal(forkd.ask("say one\nsay two\n"), "one\ntwo\n")
        equal(forkd.ask("say one\nreturn 0\n"), "one\n")
        equal(forkd.ask("say one\nreturn -1\n"), "one\n")


@test
def large():
    """megabytes arrive at a slow client"""
    with Lib(after=["set", "s", "send-buffer", "16k"]) as forkd:
        with socket.socket() as connection:
            connection.settimeout(DEADLINE)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", forkd.port))
            connection.sendall(b"write %d\nsay end\nreturn 0\n" % SIZE)
            wait_full(connection)
            have = read_all(connection)
        equal((len(have), have[-4:]), (SIZE + 4, b"end\n"))
        forkd.wait_line("s#1: close pid .* status 0 ")


@test
def unread():
    """an answer is not lost when the client had sent more than was read"""
    with Lib() as forkd:
        for _ in range(5):
            with forkd.connect() as connection:
                connection.sendall(b"pid\n")
                pid = int(read_line(connection))
                # all of it is there before serve ends
                os.kill(pid, signal.SIGSTOP)
                connection.sendall(b"say answer\nreturn 0\n" + b"x" * 50000)
                os.kill(pid, signal.SIGCONT)
                equal(read_all(connection), b"answer\n")


@test
def left():
    """a client that left before the flush is no failure"""
    with Lib() as forkd:
        connection = forkd.connect()
        connection.sendall(b"pid\n")
        read_line(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
        connection.sendall(b"say lost\nreturn 0\n")
        connection.close()
        forkd.wait_line(r" info s#1: close pid \d+ status 0 in ")


main()
