#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example daytime: whom it answers over UDP.  forkd-examples(7) says why.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daytimes import *
from tuns import *


@test
def questions():
    """UDP: what is too long for a question is not answered"""
    with Daytime("-v", "udp://127.0.0.1:0") as server, \
            udp(server.port) as sock:
        for size in 16, 0, 17, 1, 26, 15, 60000, 2:
            sock.send(b"x" * size)
            who = "udp 127.0.0.1 port %d: " % sock.getsockname()[1]
            if size < 16:
                equal(server.line(), who + "answered")
                data = sock.recv(100)
                assert len(data) <= 26, data
            else:
                equal(server.line(), who + "not answered: too long for a "
                                           "question")
        sock.setblocking(False)
        try:
            raise AssertionError(sock.recv(100))
        except BlockingIOError:
            pass


@test
def asked_at():
    """UDP: the answer comes from the address that was asked, on each family"""
    need_ipv6()
    with Daytime("udp://0.0.0.0:0", "udp://:0") as server:
        for port in server.ports:
            for host in "127.0.0.1", "127.0.0.2", "127.3.2.1":
                ask_udp(port, host)
        ask_udp(server.ports[1], "::1")


class Link(Six):
    """Addresses that mean something on one interface only."""
    own, one = "fe80::a:1", "fe80::a:11"


@test
@isolated()
def link():
    """UDP: a link-local address is answered from there, by its interface"""
    need_ipv6()
    with Tun("tun-a", Four.own, Link.own) as tun, \
            Daytime("-v", "udp://:%d" % PORT) as server:
        tun.write(Link.packet(Link.one, Link.own, b""))
        equal(server.line(), "udp %s%%tun-a port %d: answered" % (
            Link.one, PORT))
        while True:
            select.select([tun.fd], [], [], DEADLINE)
            packet = os.read(tun.fd, 65536)
            if Link.read(packet):
                break
        equal(socket.inet_ntop(socket.AF_INET6, packet[8:24]), Link.own)
        equal(Link.read(packet)[0], Link.one)


@test
@isolated()
def low_ports():
    """UDP: no answer to a port of servers"""
    with Daytime("-v", "udp://127.0.0.1:4711", "udp://[::1]:4711") as server:
        for host in "127.0.0.1", "::1":
            for source in 7, 13, 19, 37, 1023:
                with udp(4711, host, source) as sock:
                    sock.send(b"")
                    equal(server.line(), "udp %s port %d: not answered: a "
                                         "port of servers" % (host, source))
                    sock.setblocking(False)
                    try:
                        raise AssertionError(sock.recv(100))
                    except BlockingIOError:
                        pass
            with udp(4711, host, 1024) as sock:
                sock.send(b"")
                sock.recv(100)
                equal(server.line(), "udp %s port 1024: answered" % host)


def forge(source, port, payload=b""):
    """A datagram to a port of 127.0.0.1, as if another port there had sent
    it."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_UDP) as raw:
        raw.bind(("127.0.0.1", 0))
        raw.sendto(struct.pack("!4H", source, port, 8 + len(payload), 0) +
                   payload, ("127.0.0.1", 0))


@test
@isolated()
def no_loops():
    """UDP: two servers do not answer one another, nor does an echo keep on"""
    with Daytime("-v", "udp://127.0.0.1:4711") as one, \
            Daytime("-v", "udp://127.0.0.1:4712") as other:
        forge(4712, 4711)
        equal(one.line(), "udp 127.0.0.1 port 4712: answered")
        equal(other.line(), "udp 127.0.0.1 port 4711: not answered: too long "
                            "for a question")
        # the next one that comes to either is ours
        for server in one, other:
            with udp(server.port) as sock:
                sock.send(b"")
                sock.recv(100)
                equal(server.line(), "udp 127.0.0.1 port %d: answered" %
                      sock.getsockname()[1])
        # itself
        forge(4711, 4711)
        equal(one.line(), "udp 127.0.0.1 port 4711: answered")
        equal(one.line(), "udp 127.0.0.1 port 4711: not answered: too long "
                          "for a question")
        # an echo
        with udp(4711) as echo:
            echo.send(b"")
            echo.send(echo.recv(100))
            match("port %d: answered" % echo.getsockname()[1], one.line())
            match("not answered: too long", one.line())


@test
@isolated()
def everybody():
    """UDP: what was sent to all, or to a group, is not answered"""
    need_ipv6()
    with Tun("tun-a", Four.own, Six.own) as tun, \
            Daytime("-v", "udp://0.0.0.0:%d" % PORT, "udp://[::]:%d" % PORT,
                    "udp://10.9.1.1:4712") as server:
        equal(server.ports, [PORT, PORT, 4712])

        def question(family, to, result):
            tun.write(family.packet(family.one, to, b""))
            match(r"^udp %s port %d: %s" % (family.one, PORT, result),
                  server.line())
        for family in Four, Six:
            question(family, family.own, "answered$")
            answer = None
            while answer is None:
                select.select([tun.fd], [], [], DEADLINE)
                answer = family.read(os.read(tun.fd, 65536))
            equal(answer[0], family.one)
            match(r"\A\w\w\w \w\w\w \d+ \d\d:\d\d:\d\d \d{4}\r\n\Z",
                  answer[2].decode())
        for to in "10.9.1.255", "255.255.255.255", "224.0.0.1":
            question(Four, to, "send")
        question(Six, "ff02::1", "send")
        # nothing has gone out, but what IPv6 says by itself
        while select.select([tun.fd], [], [], 0)[0]:
            packet = os.read(tun.fd, 65536)
            assert not Four.read(packet) and not Six.read(packet), packet


main()
