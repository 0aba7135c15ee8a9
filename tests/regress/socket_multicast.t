#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Multicast, broadcast and raw sockets by forkd_socket_set_option(3) and
# forkd_socket_join_group(3), in a network of the test's own; see tuns.py.  That
# a packet does not arrive is seen by the next one, which does: a device of one
# process keeps their order.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tuns import *

import errno

CLIENT = testbin("grouptest")


def outside(family):
    if family is Six:
        need_ipv6()
        return Tun("tun-a", Four.own, Six.own)
    return Tun("tun-a", Four.own)


def datagrams(family, kind=socket.SOCK_DGRAM, protocol=0):
    sock = socket.socket(family.family, kind, protocol)
    sock.settimeout(DEADLINE)
    if kind == socket.SOCK_DGRAM:
        sock.bind((family.any, PORT))
    return sock


def ask(sock, *calls):
    """What the calls return: numbers, or the name of an error."""
    done = subprocess.run([CLIENT, *calls], stdin=sock, capture_output=True,
                          text=True, timeout=DEADLINE)
    equal((done.returncode, done.stderr), (0, ""))
    results = []
    for line in done.stdout.splitlines():
        words = line.split(" ", 2)
        results.append(errno.errorcode[int(words[1])] if len(words) > 1
                       else int(words[0]))
    return results


def does(sock, *calls):
    equal(ask(sock, *calls), [0] * len(calls), " ".join(calls))


def arriving(sock, tun, family, group=None):
    """Whose datagrams to a group arrive, of these three hosts'."""
    for source in family.one, family.two, family.three:
        tun.write(family.packet(source, group or family.group,
                                b"test " + source.encode()))
    tun.write(family.packet(family.one, family.own, b"end"))
    found = []
    while True:
        data = sock.recv(100)
        if data == b"end":
            return found
        found.append(data.decode().split()[1])


def groups(family):
    with outside(family) as tun, datagrams(family) as sock:
        everybody = [family.one, family.two, family.three]
        equal(arriving(sock, tun, family), [])
        does(sock, "join,%s,tun-a" % family.group)
        equal(arriving(sock, tun, family), everybody)
        equal(arriving(sock, tun, family, family.other), [])
        does(sock, "join,%s,%d" % (family.other, tun.index))
        equal(arriving(sock, tun, family, family.other), everybody)
        does(sock, "leave,%s,%d" % (family.group, tun.index))
        equal(arriving(sock, tun, family), [])
        equal(arriving(sock, tun, family, family.other), everybody)


def blocked(family):
    with outside(family) as tun, datagrams(family) as sock:
        group = family.group
        does(sock, "join,%s,tun-a" % group)
        does(sock, "block,%s,%s,tun-a" % (group, family.two))
        equal(arriving(sock, tun, family), [family.one, family.three])
        does(sock, "block,%s,%s,tun-a" % (group, family.three))
        equal(arriving(sock, tun, family), [family.one])
        does(sock, "unblock,%s,%s,tun-a" % (group, family.two))
        equal(arriving(sock, tun, family), [family.one, family.two])
        # to join again is to forget
        does(sock, "leave,%s,tun-a" % group, "join,%s,tun-a" % group)
        equal(len(arriving(sock, tun, family)), 3)


def chosen(family):
    with outside(family) as tun, datagrams(family) as sock:
        group = family.group
        does(sock, "join-source,%s,%s,tun-a" % (group, family.two))
        equal(arriving(sock, tun, family), [family.two])
        does(sock, "join-source,%s,%s,tun-a" % (group, family.three))
        equal(arriving(sock, tun, family), [family.two, family.three])
        does(sock, "leave-source,%s,%s,tun-a" % (group, family.two))
        equal(arriving(sock, tun, family), [family.three])
        does(sock, "leave-source,%s,%s,tun-a" % (group, family.three))
        equal(arriving(sock, tun, family), [])


def others(family):
    """Linux: what another socket has joined, too, unless told otherwise."""
    option = "set,%d,%d," % (family.level, 49 if family is Four else 29)
    with outside(family) as tun, datagrams(family) as sock, \
            socket.socket(family.family, socket.SOCK_DGRAM) as other:
        does(other, "join,%s,tun-a" % family.group)
        equal(len(arriving(sock, tun, family)), 3)
        does(sock, option + "0")        # IP_MULTICAST_ALL and IPv6's
        equal(arriving(sock, tun, family), [])
        does(sock, "join,%s,tun-a" % family.group)
        equal(len(arriving(sock, tun, family)), 3)


def sending(family):
    with outside(family) as first, \
            Tun("tun-b", Four.second_own,
                *([Six.second_own] if family is Six else [])) as second, \
            datagrams(family) as sock:
        to = family.group, PORT
        for call, tun, others in (
                ("interface,tun-a", first, second),
                ("interface,%d" % second.index, second, first),
                ("interface,tun-a", first, second)):
            equal(ask(sock, call, "get-interface"), [0, tun.index])
            sock.sendto(b"test", to)
            equal(tun.sent(family), (family.group, 1, b"test"))
            others.silent(family)
        for ttl in 3, 255:
            equal(ask(sock, "ttl,%d" % ttl, "get-ttl"), [0, ttl])
            sock.sendto(b"test %d" % ttl, to)
            equal(first.sent(family), (family.group, ttl, b"test %d" % ttl))
        # 0 stays here; Linux sends it all the same where nobody has joined
        does(sock, "join,%s,tun-a" % family.group, "ttl,0")
        sock.sendto(b"test 0", to)
        does(sock, "ttl,1")
        sock.sendto(b"test 1", to)
        equal(first.sent(family), (family.group, 1, b"test 1"))
        equal([sock.recv(100), sock.recv(100)], [b"test 0", b"test 1"])


def looping(family):
    with outside(family) as tun, datagrams(family) as sock:
        does(sock, "join,%s,tun-a" % family.group, "interface,tun-a")
        to = family.group, PORT
        sock.sendto(b"test own", to)
        equal(sock.recv(100), b"test own")
        equal(ask(sock, "loop,0", "get-loop"), [0, 0])
        sock.sendto(b"test not", to)
        equal(ask(sock, "loop,1", "get-loop"), [0, 1])
        sock.sendto(b"test again", to)
        equal(sock.recv(100), b"test again")
        equal([tun.sent(family)[2] for _ in range(3)],
              [b"test own", b"test not", b"test again"])


def raw(family):
    """A raw socket has options and groups, as others have."""
    with outside(family) as tun, \
            datagrams(family, socket.SOCK_RAW, socket.IPPROTO_UDP) as sock:
        if family is Six:       # only so Linux looks at sources
            sock.bind((family.own, 0))
        head = 28 if family is Four else 8      # IPv4 gives its header, too
        equal(ask(sock, "get,%d,%d" % (socket.SOL_SOCKET, socket.SO_TYPE)),
              [socket.SOCK_RAW])

        def arrive():
            for source in family.one, family.two, family.three:
                tun.write(family.packet(source, family.group,
                                        b"test " + source.encode()))
            found = []
            while family.three not in found:
                found.append(sock.recv(200)[head:].decode().split()[-1])
            return found[:-1]

        does(sock, "join,%s,tun-a" % family.group)
        equal(arrive(), [family.one, family.two])
        does(sock, "block,%s,%s,tun-a" % (family.group, family.one))
        equal(arrive(), [family.two])
        does(sock, "interface,tun-a", "ttl,5", "loop,0")
        datagram = struct.pack("!4H", PORT, PORT, 12, 0) + b"test"
        sock.sendto(datagram, (family.group, 0))
        equal(tun.sent(family)[:2], (family.group, 5))


def points(function, text):
    """A test point for each family."""
    for family, number in (Four, 4), (Six, 6):
        def point(family=family):
            function(family)
        point.__doc__ = text % number
        point.__name__ = "%s%d" % (function.__name__, number)
        test(isolated()(point))


points(groups, "IPv%d: who has joined gets a group's datagrams, until it leaves")
points(blocked, "IPv%d: a source that is blocked is not heard, until unblocked")
points(chosen, "IPv%d: a group of one source, and of two")
points(others, "IPv%d: another socket's groups, and how not to hear them")
points(sending, "IPv%d: datagrams leave by the interface, with the hops")
points(looping, "IPv%d: the own datagrams come back, or do not")
points(raw, "IPv%d: raw sockets")


@test
@isolated()
def on_loopback():
    """a source is blocked on the loopback interface, where there is no tun"""
    with datagrams(Four) as sock, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.2", 0))
        for sender in one, two:
            does(sender, "interface,lo")
        does(sock, "join,239.1.2.3,lo", "block,239.1.2.3,127.0.0.1,lo")
        one.sendto(b"1", ("239.1.2.3", PORT))
        two.sendto(b"2", ("239.1.2.3", PORT))
        equal(sock.recvfrom(10), (b"2", two.getsockname()))
        does(sock, "unblock,239.1.2.3,127.0.0.1,lo")
        one.sendto(b"3", ("239.1.2.3", PORT))
        equal(sock.recvfrom(10), (b"3", one.getsockname()))


@test
@isolated()
def no_interface():
    """without an interface and without a route to the group: ENODEV"""
    with datagrams(Four) as sock:
        equal(ask(sock, "join,239.1.2.3,-", "join,239.1.2.3,0",
                  "join,239.1.2.3,tun-a"), ["ENODEV"] * 3)
    with outside(Four), datagrams(Four) as sock:
        equal(ask(sock, "join,239.1.2.3,-", "join,239.1.2.3,tun-a"),
              ["ENODEV", 0])


@test
@isolated()
def broadcast():
    """a broadcast is sent with SO_BROADCAST only"""
    option = "%d,%d" % (socket.SOL_SOCKET, socket.SO_BROADCAST)
    with datagrams(Four) as sock, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        to = "127.255.255.255", PORT

        def refused():
            try:
                sender.sendto(b"not this", to)
            except PermissionError as error:
                equal(error.errno, errno.EACCES)
            else:
                raise AssertionError("it was sent")
        equal(ask(sender, "get," + option), [0])
        refused()
        equal(ask(sender, "set,%s,1" % option, "get," + option), [0, 1])
        sender.sendto(b"this", to)
        equal(sock.recv(100), b"this")
        does(sender, "set,%s,0" % option)
        refused()


@test
@isolated()
def dont_route():
    """SO_DONTROUTE: no further than the networks that are there"""
    option = "%d,%d" % (socket.SOL_SOCKET, socket.SO_DONTROUTE)
    with outside(Four) as tun, datagrams(Four) as sock:
        route = struct.pack(
            "L16s16s16sHhLLhLP6x", 0,
            *(struct.pack("=HH4s8x", socket.AF_INET, 0,
                          socket.inet_aton(text))
              for text in ("0.0.0.0", "10.9.1.2", "0.0.0.0")),
            0x3, 0, 0, 0, 0, 0, 0)              # RTF_UP, RTF_GATEWAY
        fcntl.ioctl(sock, 0x890b, route + bytes(64))
        sock.sendto(b"test far", ("192.0.2.1", PORT))
        equal(tun.sent(Four)[2], b"test far")
        does(sock, "set,%s,1" % option)
        try:
            sock.sendto(b"test far", ("192.0.2.1", PORT))
            raise AssertionError("it was sent")
        except OSError as error:
            equal(error.errno, errno.ENETUNREACH)
        sock.sendto(b"test near", (Four.one, PORT))
        equal(tun.sent(Four)[2], b"test near")


main()
