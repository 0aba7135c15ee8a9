#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The examples hello and hello_client: forkd-examples(7).
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answering import *

TEXT = b"hello world ^_^\n"


def server(*args, **more):
    return Forkd("-l", "127.0.0.1:0", *args, program=example("hello"), **more)


@test
def greets():
    """hello: everybody has the text, in every mode, and TERM ends it"""
    for mode in "fork", "prefork":
        with server("-m", mode) as hello:
            idle = [hello.connect() for _ in range(5)]
            for _ in range(10):
                equal(hello.talk(), TEXT)
            for connection in idle:
                with connection:
                    equal(read_all(connection), TEXT)
            equal(hello.stop(), 0)


@test
def unread():
    """hello: a client that sends has its answer all the same"""
    with server() as hello:
        for _ in range(20):
            with hello.connect() as connection:
                connection.sendall(b"x" * 1000)
                equal(read_all(connection), TEXT)


@test
def in_use():
    """hello: an address in use is told, with 69"""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        have = subprocess.run([example("hello"), "-d", *as_user(), "-l",
                               "127.0.0.1:%d" % port], capture_output=True,
                              text=True, timeout=DEADLINE)
    equal(have.returncode, 69)
    match(r"^hello: tcp://127.0.0.1:%d: Address already in use" % port,
          have.stderr)


@test
def client():
    """hello_client: prints the line, also if it comes byte by byte"""
    want = (0, "from simple-tcp-server:hello world ^_^\n", "")
    with server() as hello:
        equal(outcome("hello_client", "tcp://127.0.0.1:%d" % hello.port), want)
        equal(outcome("hello_client", "-w", "20", "tcp://localhost:%d" %
                      hello.port), want)
    for function in (piecemeal(TEXT), goes_on(TEXT), says(TEXT[:-1] + b"\r\n"),
                     says(TEXT + b"\x1b more")):
        with answering(function) as url:
            equal(outcome("hello_client", url), want)
    with answering(says(b"x" * 511 + b"\n")) as url:
        equal(outcome("hello_client", url),
              (0, "from simple-tcp-server:" + "x" * 511 + "\n", ""))


@test
def bad_peers():
    """hello_client: whatever a server does, a clear error in time"""
    refuses_bad_peers("hello_client")


@test
def usage():
    """hello_client: wrong options are 64, lost output is 74"""
    wrong_usage("hello_client", [], ["-x"], ["-w"], ["tcp://a:1", "b"],
                ["-w", "0", "tcp://a:1"], ["-w", "1s", "tcp://a:1"],
                ["http://127.0.0.1:1"], ["127.0.0.1:1"],
                ["udp://127.0.0.1:1"], ["udg:///x"],
                ["tcp://127.0.0.1:65536"])
    with answering(says(TEXT)) as url:
        output_lost("hello_client", url)


main()
