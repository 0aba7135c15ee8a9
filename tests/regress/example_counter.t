#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The examples counter_server and counter_client: forkd-examples(7).  The
# counter of visitors is in examples.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answering import *


def server(*args, **more):
    return Forkd("-l", "127.0.0.1:0", *args, program=example("counter_server"),
                 **more)


def said(count):
    return "".join("Sending %d to server.\nResponse from server is: %d\n" %
                   (i, i) for i in range(1, count + 1))


@test
def pair():
    """they count with each other, as far as is wanted, and both end"""
    for mode in "fork", "prefork":
        with server("-m", mode) as counter:
            url = "tcp://127.0.0.1:%d" % counter.port
            for words, count in ([], 10), (["-n", "1"], 1), \
                    (["-n", "1000", "-w", "20"], 1000):
                equal(outcome("counter_client", *words, url),
                      (0, said(count), ""))
                counter.wait_line(r"127\.0\.0\.1:\d+ has counted to %d$" %
                                  count)


@test
def several():
    """counter_server: one that is silent holds up nobody; SIGTERM ends it"""
    with server() as counter:
        with counter.connect() as silent:
            silent.sendall(b"1\n")
            equal(read_line(silent), b"1\n")
            silent.sendall(b"2")
            url = "tcp://127.0.0.1:%d" % counter.port
            at_once([lambda: equal(outcome("counter_client", url),
                                   (0, said(10), ""))] * 5)
            silent.sendall(b"\r\n")
            equal(read_line(silent), b"2\n")
        counter.wait_line("has counted to 2$")
        equal(counter.stop(), 0)


@test
def parts():
    """counter_server: numbers in parts, or several at once"""
    with server() as counter:
        equal(counter.talk(b""), b"")
        counter.wait_line("has counted to 0$")
        numbers = b"".join(b"%d\n" % i for i in range(1, 200))
        equal(counter.talk(numbers), numbers)
        with counter.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(1, 12):
                for byte in b"%d\n" % i:
                    connection.sendall(bytes([byte]))
                equal(read_line(connection), b"%d\n" % i)


@test
def wrong_numbers():
    """counter_server: a number that is not due is told, and ends it"""
    with server() as counter:
        for data, answer in ((b"2\n", b"Say 1.\n"), (b"01\n", b"Say 1.\n"),
                             (b"1\n1\n", b"1\nSay 2.\n"), (b"1", b"Say 1.\n"),
                             (b"\n", b"Say 1.\n"), (b"1\0\n", b"Say 1.\n"),
                             (b" 1\n", b"Say 1.\n"),
                             (b"\x1b[2J\n", b"Say 1.\n"),
                             (b"1" * 100000, b"Say 1.\n")):
            with counter.connect() as connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                equal(read_all(connection), answer)
        counter.wait_line(r"127\.0\.0\.1:\d+ did not say 2$")
        equal(counter.count_lines("\x1b"), 0)
        equal(counter.talk(b"1\n"), b"1\n")


@full
def silent():
    """counter_server: one that says nothing is left after ten seconds"""
    with server() as counter, counter.connect() as connection:
        begin = time.monotonic()
        connection.sendall(b"1")
        equal(read_all(connection), b"")
        assert 9.5 < time.monotonic() - begin, time.monotonic() - begin
        counter.wait_line("timed out")


def counts(number):
    """A server that counts so far, and then says what follows."""
    def function(connection, more):
        for i in range(1, number + 1):
            equal(read_line(connection), b"%d\n" % i)
            connection.sendall(b"%d\n" % i)
        more(connection)
    return function


def after(number, more):
    return lambda connection: counts(number)(connection, more)


@test
def client():
    """counter_client: answers byte by byte; what was said before an error"""
    with answering(after(2, piecemeal(b"3\r\n"))) as url:
        fails(TEMPFAIL, "timed out|no answer in time", "counter_client", "-w",
              "1", "-n", "4", url)
    for more, code, pattern in (
            (says(b"4\n"), PROTOCOL, "the server says 4, not 3"),
            (says(b"3 \n"), PROTOCOL, "the server says 3 , not 3"),
            (says(b"\n"), PROTOCOL, "the server says , not 3"),
            (says(b""), UNAVAILABLE, "closed without an answer")):
        with answering(after(2, more)) as url:
            out = fails(code, pattern, "counter_client", url)
            equal(out, said(2) + "Sending 3 to server.\n")


@test
def not_over():
    """counter_client: a server that does not end is an error, too"""
    with answering(after(2, says(b"3\n"))) as url:
        equal(fails(PROTOCOL, "the server goes on: 3", "counter_client", "-n",
                    "2", url), said(2))

    def stays(connection):
        read_all(connection)
        over.wait(DEADLINE)
    over = threading.Event()
    with answering(after(2, stays)) as url:
        equal(fails(TEMPFAIL, "timed out|no answer in time", "counter_client",
                    "-n", "2", "-w", "1.5", url), said(2))
        over.set()


@test
def bad_peers():
    """counter_client: whatever a server does, a clear error in time"""
    refuses_bad_peers("counter_client")


@test
def usage():
    """counter_client: wrong options are 64, lost output is 74"""
    wrong_usage("counter_client", [], ["-x"], ["-n"], ["tcp://a:1", "b"],
                ["-n", "0", "tcp://a:1"], ["-n", "1000001", "tcp://a:1"],
                ["-n", "2x", "tcp://a:1"], ["-w", "0", "tcp://a:1"],
                ["udp://127.0.0.1:1"], ["udg:///x"],
                ["http://127.0.0.1:1"], ["tcp://127.0.0.1:65536"])
    with answering(after(1, says(b""))) as url:
        output_lost("counter_client", "-n", "1", url)


main()
