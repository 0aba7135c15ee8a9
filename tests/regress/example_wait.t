#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The clients of src/examples while a name server says nothing: getaddrinfo(3)
# has no time-out, and -w holds all the same.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oneshot import *
import manexamples

CLIENTS = (
    ("counter_client", "tcp://%s:1"),
    ("daytime_client", "tcp://%s:1"),
    ("daytime_client", "udp://%s:1"),
    ("head", "%s"),
    ("hello_client", "tcp://%s:1"),
    ("ping", "%s"),
    ("records", "tcp://%s:1", "u1"),
    ("sendmail", "-f", "me@example.org", "%s", "you@example.org"),
    ("talkback_client", "tcp://%s:1", "hello"),
)


def waits(number):
    """It asks for a name of its own, which the server can tell."""
    name, *words = [word.replace("%s", "web%d.test" % number)
                    for word in CLIENTS[number]]
    fails(EX_TEMPFAIL, "no answer in time", name, "-w", "2", *words,
          stdin=b"hello\n")


@test
@isolated()
def name_server():
    """a name server that never answers: 75 when the time is over"""
    # the resolver of the C library alone would take a minute
    for name, content in (("resolv.conf", "nameserver 127.0.0.1\n"
                           "options timeout:30\n"),
                          ("nsswitch.conf", "hosts: dns\n")):
        path = os.path.join(scratch(), "dead." + name)
        with open(path, "w") as file:
            file.write(content)
        mount(path, "/etc/" + name, None, MS_BIND)
    for name, *_ in CLIENTS:
        example(name)           # is copied here, and not by two at once
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        server.settimeout(DEADLINE)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 53))      # nor does it over TCP
            begin = time.monotonic()
            at_once([functools.partial(waits, number)
                     for number in range(len(CLIENTS))])
            assert time.monotonic() - begin < 25
        missing = {b"\x04web%d\x04test" % i for i in range(len(CLIENTS))}
        while missing:
            asked = server.recv(512)
            missing -= {name for name in missing if name in asked}


@test
def all_clients():
    """each program that looks up a host has been tried, and none by itself"""
    found = set()
    for name in manexamples.programs():
        for file in set(manexamples.files(name)) - {"cli.c"}:
            source = re.sub(r"(?s)/\*.*?\*/", "", manexamples.source(file))
            if re.search(r"\bcli_(client|lookup)\(", source):
                found.add(name)
            assert "forkd_socket_client(" not in source, file
    equal(sorted(found), sorted({name for name, *_ in CLIENTS}))


main()
