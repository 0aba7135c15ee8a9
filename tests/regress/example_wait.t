#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The clients of src/examples while a name server says nothing: getaddrinfo(3)
# has no time-out, and -w holds all the same.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oneshot import *

CLIENTS = (
    ("counter_client", "tcp://web.test:1"),
    ("daytime_client", "tcp://web.test:1"),
    ("daytime_client", "udp://web.test:1"),
    ("head", "web.test"),
    ("hello_client", "tcp://web.test:1"),
    ("ping", "web.test"),
    ("records", "tcp://web.test:1", "u1"),
    ("sendmail", "-f", "me@example.org", "web.test", "you@example.org"),
    ("talkback_client", "tcp://web.test:1", "hello"),
)


@test
@isolated()
def name_server():
    """a name server that never answers: 75 when the time is over"""
    for name, content in (("resolv.conf", "nameserver 127.0.0.1\n"),
                          ("nsswitch.conf", "hosts: dns\n")):
        path = os.path.join(scratch(), "dead." + name)
        with open(path, "w") as file:
            file.write(content)
        mount(path, "/etc/" + name, None, MS_BIND)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        server.settimeout(DEADLINE)
        for name, *words in CLIENTS:
            # the resolver of the C library alone would take 10 seconds
            in_time(lambda: fails(EX_TEMPFAIL, "no answer in time", name,
                                  "-w", "0.5", *words, stdin=b"hello\n"))
            assert b"\x03web\x04test" in server.recv(512), name
            server.setblocking(False)
            while True:         # what it asked again
                try:
                    server.recv(512)
                except BlockingIOError:
                    break
            server.settimeout(DEADLINE)


main()
