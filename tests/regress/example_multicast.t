#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# src/examples/multicast, in networks of the test's own: what is sent is compared
# byte for byte, and the other side is Python, or multicast itself.  That a
# datagram is not printed is seen by the next one, which is.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lans import *

PORT = 4711


class Four:
    family, largest, filters = socket.AF_INET, 65507, "mcfilter"
    group, other, udp = "239.1.2.3", "239.129.2.3", "udp"   # of one MAC
    mac = bytes.fromhex("01005e010203")
    address = staticmethod(four)

    @staticmethod
    def shown(text):
        return text


class Six:
    family, largest, filters = socket.AF_INET6, 65527, "mcfilter6"
    group, other, udp = "ff15::aa00:123", "ff15::1:aa00:123", "udp6"
    mac = bytes.fromhex("3333aa000123")
    address = staticmethod(six)

    @staticmethod
    def shown(text):
        return "[%s]" % text


def lans_of(family, *hosts):
    """The networks, with hosts that are in those."""
    if family is Six:
        need_ipv6()
    lans = Lans()
    for networks in hosts:
        lans.host(*networks)
    lans.ready(family.family)
    return lans


def sender(family, host, network=1):
    """A socket that sends to groups on a network, by Python."""
    sock = host.socket(family.family,
                       bind=(family.address(network, host.number), PORT + 1))
    index = host.do(socket.if_nametoindex, "eth%d" % network)
    if family is Four:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                        struct.pack("4s4si", bytes(4), bytes(4), index))
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    return sock


def member(family, host, group, network=1, port=PORT):
    """A socket that has joined a group, by Python."""
    sock = host.socket(family.family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("" if family is Four else "::", port))
    index = host.do(socket.if_nametoindex, "eth%d" % network)
    if family is Four:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        struct.pack("4s4si", packed(group), bytes(4), index))
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                        packed(group) + struct.pack("i", index))
    return sock


def receive(family, host, *options, group=None, network=1, filters=0,
            **popen):
    """multicast receive, which has joined."""
    rows = len(host.table(family.filters))
    process = host.start("multicast", "receive", "-w", "25", *options,
                         group or family.group, str(PORT), **popen)
    wait_until(lambda: family.group in host.groups("eth%d" % network) and
               len(host.table(family.filters)) >= rows + filters or
               process.poll() is not None, "a member")
    return process


def line(family, host, data, port=PORT + 1, network=1):
    return "%s:%d %s\n" % (
        family.shown(family.address(network, host.number)), port,
        "".join("\\\\" if c == 92 else chr(c) if 32 <= c <= 126
                else "\\%03o" % c for c in data))


def first_port(packet):
    """Where it was sent from."""
    return struct.unpack_from("!H", packet, 20 if packet[0] >> 4 == 4
                              else 40)[0]


def sent(family):
    with lans_of(family, (1, 2), (1, 2)) as lans:
        one, two = lans.hosts
        wires = {n: two.capture("eth%d" % n, PORT) for n in (1, 2)}

        def expect(network, hops, payload):
            wires[network].expect(
                (one.mac("eth%d" % network), family.mac),
                family.address(network, 1), family.group, (None, PORT),
                payload, hops)
        for network, options, hops in (
                (1, [], 1), (2, [], 1), (1, ["-t", "5"], 5),
                (2, ["-t", "255"], 255), (1, ["-L"], 1), (1, ["-t", "1"], 1)):
            equal(one.run("multicast", "send", "-i", "eth%d" % network,
                          *options, family.group, str(PORT), "Hello World!",
                          "", "x y"), (0, "", ""))
            # one after the other, each by itself, and nothing else
            for payload in b"Hello World!", b"", b"x y":
                expect(network, hops, payload)
        data = bytes(range(256)) + b"\n"
        for payload in data, b"":
            equal(one.run("multicast", "send", "-i", "eth1", family.group,
                          str(PORT), input=payload), (0, "", ""))
            expect(1, 1, payload)


def stays(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        wire = two.capture("eth1", PORT)
        process = receive(family, one, "-i", "eth1", "-c", "2")
        for hops in 0, 1:
            equal(one.run("multicast", "send", "-i", "eth1", "-t", str(hops),
                          family.group, str(PORT), "hops %d" % hops)[0], 0)
        code, out, err = finished(process)
        equal((code, re.findall("hops .*", out), err),
              (0, ["hops 0", "hops 1"], ""))
        equal(wire.next()[2][-6:], b"hops 1")


def looping(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        wire = two.capture("eth1", PORT)
        process = receive(family, one, "-i", "eth1", "-c", "2")
        for options in [], ["-L"], []:
            equal(one.run("multicast", "send", "-i", "eth1", *options,
                          family.group, str(PORT),
                          " ".join(options) or "loop")[0], 0)
        packets = [wire.next()[2] for _ in range(3)]
        equal(finished(process), (0, "".join(
            line(family, one, b"loop", first_port(packets[n]))
            for n in (0, 2)), ""))
        assert packets[1].endswith(b"-L"), packets


def received(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        assert family.group not in two.groups("eth1")
        nonsense = [b"", bytes(range(256)), b"\x1b[2J\r\nfoo\\033", b" ",
                    b"\xc2\x9b1m", os.urandom(1000)]
        # several at once, and somebody else; each has everything
        both = [receive(family, two, "-i", "eth1", "-c", str(len(nonsense)))
                for _ in range(2)]
        wait_until(lambda: sum(row[1].endswith(":%04X" % PORT) for row in
                               two.table(family.udp)[1:]) == 2, "two")
        longer = receive(family, two, "-i", "eth1")
        other = member(family, two, family.group)
        # the second has joined when the kernel counts it
        wait_members(family, two, 4)
        sock = sender(family, one)
        for data in nonsense:
            sock.sendto(data, (family.group, PORT))
            equal(other.recv(2000), data)
        for process in both:
            equal(finished(process), (0, "".join(
                line(family, one, data) for data in nonsense), ""))
        wait_members(family, two, 2)
        other.close()
        wait_members(family, two, 1)
        # who is killed has left, too
        longer.kill()
        longer.wait()
        assert family.group not in two.groups("eth1")


def wait_members(family, host, count):
    """Until the group has so many members."""
    def users():
        for row in host.table("igmp6" if family is Six else "igmp"):
            if family is Six and row[2:3] == [packed(family.group).hex()]:
                return int(row[3])
            if family is Four and row[0] == "%08X" % struct.unpack(
                    "=I", packed(family.group)):
                return int(row[1])
        return 0
    wait_until(lambda: users() == count, "%d members" % count)


def interfaces(family):
    with lans_of(family, (1, 2), (1, 2)) as lans:
        one, two = lans.hosts
        by_one, by_two = sender(family, one), sender(family, one, 2)
        # another program has joined it there: that is not ours
        elsewhere = member(family, two, family.group)
        process = receive(family, two, "-i", "eth2", "-c", "1", network=2)
        by_one.sendto(b"by the first", (family.group, PORT))
        equal(elsewhere.recv(100), b"by the first")
        by_two.sendto(b"by the second", (family.group, PORT))
        equal(finished(process), (0, line(family, one, b"by the second",
                                          network=2), ""))
        equal(family.group in two.groups("eth2"), False)
        equal(family.group in two.groups("eth1"), True)


def not_to_us(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        other = member(family, two, family.other)
        # last: what is sent to one goes to who came last
        process = receive(family, two, "-i", "eth1", "-c", "1")
        sock = sender(family, one)
        sock.sendto(b"another group", (family.other, PORT))
        equal(other.recv(100), b"another group")
        other.close()
        sock.sendto(b"to you alone", (family.address(1, 2), PORT))
        if family is Four:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.sendto(b"to all", ("10.9.1.255", PORT))
        sock.sendto(b"to the group", (family.group, PORT))
        equal(finished(process), (0, line(family, one, b"to the group"), ""))


def sources(family):
    with lans_of(family, (1,), (1,), (1,), (1,)) as lans:
        *senders, here = lans.hosts
        names = [family.address(1, host.number) for host in senders]
        socks = [sender(family, host) for host in senders]
        # nobody else's filter counts
        everything = member(family, here, family.group)
        for options, heard in (
                (["-s", names[0]], [0]), (["-s", names[1]], [1]),
                (["-s", names[0], "-s", names[2]], [0, 2]),
                (["-b", names[0]], [1, 2]),
                (["-b", names[0], "-b", names[2]], [1]), ([], [0, 1, 2])):
            process = receive(family, here, "-i", "eth1", "-c",
                              str(2 * len(heard)), *options,
                              filters=len(options) // 2)
            wait_members(family, here, 2)
            for data in b"first", b"second":
                for sock in socks:
                    sock.sendto(data, (family.group, PORT))
                    everything.recv(100)        # one after the other
            equal(finished(process), (0, "".join(
                line(family, senders[n], data)
                for data in (b"first", b"second") for n in heard), ""))
            wait_members(family, here, 1)
            equal(len(here.table(family.filters)), 1)


def silence(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        began = time.monotonic()
        equal(two.run("multicast", "receive", "-i", "eth1", "-w", "0.5",
                      family.group, str(PORT)), (1, "", ""))
        took = time.monotonic() - began
        assert 0.5 <= took < 15, took
        equal(family.group in two.groups("eth1"), False)


def flood(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        sock = sender(family, one)
        began = time.monotonic()
        process = two.start("multicast", "receive", "-i", "eth1", "-w", "1",
                            family.group, str(PORT),
                            stdout=subprocess.DEVNULL)
        most = 0
        while process.poll() is None:
            for _ in range(50):
                sock.sendto(b"\0" * 1000, (family.group, PORT))
            try:
                most = max(most, rss_kb(process.pid))
            except (OSError, AttributeError):
                pass                            # it has just ended
            assert time.monotonic() - began < DEADLINE
        equal(finished(process), (0, "", ""))
        if not SANITIZED:
            assert 0 < most < 16384, most


def sizes(family):
    with lans_of(family, (1,), (1,)) as lans:
        one, two = lans.hosts
        other = member(family, two, family.group)
        for data in os.urandom(family.largest), b"", b"x" * family.largest:
            process = receive(family, two, "-i", "eth1", "-c", "1")
            wait_members(family, two, 2)
            words = [data.decode()] if data[:2] == b"xx" else []
            equal(one.run("multicast", "send", "-i", "eth1", family.group,
                          str(PORT), *words, input=b"" if words else data),
                  (0, "", ""))
            have, address = other.recvfrom(65536)
            assert have == data, (len(have), len(data))
            code, out, err = finished(process)
            equal((code, err), (0, ""))
            assert out == line(family, one, data, address[1]), out[:100]
        for words, data in ((), b"x" * (family.largest + 1)), \
                (("x" * (family.largest + 1),), b""):
            code, out, err = one.run("multicast", "send", "-i", "eth1",
                                     family.group, str(PORT), *words,
                                     input=data)
            equal((code, out), (65, ""))
            match("^multicast: .*Message too long\n$", err)
        other.setblocking(False)
        try:
            raise AssertionError(other.recv(100))
        except BlockingIOError:
            pass


def no_route(family):
    with lans_of(family, ()) as lans:
        one, = lans.hosts
        if family is Six:       # its loopback device has a table of its own
            equal(one.do(subprocess.run, ["ip", "link", "set", "lo", "down"])
                  .returncode, 0)
        code, out, err = one.run("multicast", "receive", "-w", "20",
                                 family.group, str(PORT))
        equal((code, out), (69, ""))
        match(r"\Amulticast: .*No such device\n\Z", err)
        code, out, err = one.run("multicast", "send", family.group, str(PORT),
                                 "x")
        equal((code, out), (69, ""))
        match(r"\Amulticast: .*(Network is unreachable|Cannot assign "
              r"requested address)\n\Z", err)


def points(function, text):
    """A test point for each family."""
    for family, number in (Four, 4), (Six, 6):
        def point(family=family):
            function(family)
        point.__doc__ = "IPv%d: %s" % (number, text)
        point.__name__ = "%s%d" % (function.__name__, number)
        test(isolated()(point))


points(sent, "datagrams leave by the interface of -i, with the hops of -t")
points(stays, "-t 0: they do not leave this host")
points(looping, "-L: they do not come to this host")
points(received, "all members get everything, visible; and they leave")
points(interfaces, "what comes by another interface is not printed")
points(not_to_us, "what was sent to another group, or to one, is not printed")
points(sources, "-s: those sources alone; -b: all others")
points(silence, "status 1 when nothing has come in time")
points(flood, "datagrams without end: it ends in time, with no more memory")
points(sizes, "the largest datagram, and one byte more: status 65")
points(no_route, "without an interface and a route: status 69")


@test
@isolated()
def routed():
    """without -i: by the interface of the route, whoever has joined elsewhere"""
    with lans_of(Four, (1, 2), (1, 2)) as lans:
        one, two = lans.hosts
        for host in one, two:
            host.do(ip, "route", "add", "239.0.0.0/8", "dev", "eth1")
        elsewhere = member(Four, two, Four.group, network=2)
        sock = sender(Four, one, 2)
        for options in [], ["-s", four(1, 1)]:
            process = receive(Four, two, "-c", "1", *options)
            sock.sendto(b"elsewhere", (Four.group, PORT))
            while elsewhere.recv(100) != b"elsewhere":
                pass                    # it hears what others have joined
            wire = two.capture("eth1", PORT)
            equal(one.run("multicast", "send", Four.group, str(PORT), "here"),
                  (0, "", ""))
            equal(finished(process), (0, line(
                Four, one, b"here", first_port(wire.next()[2])), ""))


@test
@isolated()
def link():
    """a group of the link: its interface is behind it"""
    with lans_of(Six, (1, 2), (1, 2)) as lans:
        one, two = lans.hosts
        group = "ff02::1234"
        elsewhere = member(Six, two, group)
        process = two.start("multicast", "receive", "-w", "25", "-c", "1",
                            group + "%eth2", str(PORT))
        wait_until(lambda: group in two.groups("eth2"), "a member")
        equal(one.run("multicast", "send", group + "%eth1", str(PORT),
                      "one")[0], 0)
        equal(elsewhere.recv(100), b"one")
        wire = two.capture("eth2", PORT)
        equal(one.run("multicast", "send", group + "%eth2", str(PORT),
                      "two")[0], 0)
        code, out, err = finished(process)
        equal((code, err), (0, ""))
        match(r"\A\[fe80::[0-9a-f:]+%%eth2\]:%d two\n\Z" %
              first_port(wire.next()[2]), out)


def goes(*options):
    with lans_of(Four, (1,), (1,)) as lans:
        two = lans.hosts[1]
        process = two.start("multicast", "receive", "-i", "eth1", "-w", "2",
                            *options, Four.group, str(PORT))
        wait_until(lambda: Four.group in two.groups("eth1"), "a member")
        two.do(ip, "link", "delete", "eth1")
        equal(finished(process), (1, "", ""))


@test
@isolated()
def gone():
    """an interface that goes meanwhile is not to be left any more"""
    goes()


@test
@isolated()
def gone_with_source():
    """nor with a source"""
    goes("-s", four(1, 1))


@test
@isolated()
def nobody_reads():
    """standard output that is full: status 74, at the first datagram"""
    with lans_of(Four, (1,), (1,)) as lans, open("/dev/full", "w") as full:
        one, two = lans.hosts
        process = receive(Four, two, "-i", "eth1", stdout=full)
        sender(Four, one).sendto(b"x", (Four.group, PORT))
        equal(finished(process), (74, "", "multicast: standard output: "
                                  "No space left on device\n"))


def here(*args, **popen):
    """Runs it outside of any such network."""
    popen.setdefault("input", b"")
    done = subprocess.run([reachable(os.path.join(EXAMPLES, "multicast")),
                           *args], capture_output=True, timeout=DEADLINE,
                          **popen)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@test
def usage():
    """wrong options and operands: status 64, and why"""
    group, port = Four.group, str(PORT)
    for words in ((), ("both", group, "1"), ("send",), ("send", group),
                  ("receive", group), ("receive", group, "1", "x"),
                  ("send", "-c", "1", group, "1", "x"), ("send", "-i"),
                  ("send", "-s", "10.0.0.1", group, "1", "x"),
                  ("receive", "-t", "1", group, "1"),
                  ("receive", "-L", group, "1"), ("-x",)):
        code, out, err = here(*words)
        equal((code, out), (64, ""), str(words))
        match(r"(?m)^usage: multicast send \[-L\]", err)
        assert not err.startswith(("send", "receive")), err
    for words in (("send", group, "0", "x"), ("send", group, "http", "x"),
                  ("send", "10.9.1.1", "1", "x"), ("receive", "::1", port),
                  ("send", "localhost", "1", "x"), ("receive", "", port),
                  ("send", "-t", "256", group, "1", "x"),
                  ("send", "-t", "-1", group, "1", "x"),
                  ("send", "-w", "0", group, "1", "x"),
                  ("receive", "-c", "0", group, port),
                  ("receive", "-w", "x", group, port),
                  ("receive", "-b", "10.0.0.1", "-s", "10.0.0.2", group, port),
                  ("receive", *11 * ("-s", "10.0.0.1"), group, port),
                  ("receive", "-s", "::2", "-i", "lo", group, port),
                  ("receive", "-b", "x", "-i", "lo", group, port),
                  ("receive", "-s", "239.1.1.1", "-i", "lo", group, port)):
        code, out, err = here(*words)
        equal((code, out), (64, ""), str(words))
        match(r"\Amulticast: .*\n\Z", err)


@test
def not_there():
    """no such interface, a port that is taken, no end of standard input"""
    for what in "send", "receive":
        equal(here(what, "-i", "nosuch0", Four.group, "1"),
              (69, "", "multicast: nosuch0: no such interface\n"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        code, out, err = here("receive", "-i", "lo", "-w", "1", Four.group,
                              str(taken.getsockname()[1]))
        equal((code, out), (69, ""))
        match(r"\Amulticast: .*Address already in use\n\Z", err)
    reading, writing = os.pipe()
    equal(here("send", "-i", "lo", "-w", "0.2", Four.group, "1",
               stdin=reading, input=None),
          (75, "", "multicast: standard input has not ended in time\n"))
    os.close(reading)
    os.close(writing)


main()
