#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# src/examples/broadcast, in networks of the test's own: what is sent is compared
# byte for byte, and who answers is Python, or broadcast itself.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lans import *

PORT, LOCAL = 4711, 4712
ALL = "10.9.1.255"
EVERYBODY = b"\xff" * 6


def here(*args, input=b"", **popen):
    """Runs it outside of any such network."""
    done = subprocess.run([reachable(os.path.join(EXAMPLES, "broadcast")),
                           *args], input=input, capture_output=True,
                          timeout=DEADLINE, **popen)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def listening(host, port=PORT):
    return host.socket(socket.AF_INET, bind=("0.0.0.0", port))


def visible(data):
    return "".join("\\\\" if c == 92 else chr(c) if 32 <= c <= 126
                   else "\\%03o" % c for c in data)


def line(host, port, data, network=1):
    return "%s:%d %s\n" % (four(network, host.number), port, visible(data))


@test
@isolated()
def collected():
    """it asks all; answers of any host and port come with their senders"""
    with Lans() as lans:
        for _ in range(3):
            lans.host(1)
        one, two, three = lans.ready()
        second, third = listening(two), listening(three)
        other = listening(three, 999)
        capture = two.capture("eth1", PORT)
        asking = one.start("broadcast", "-c", "4", "-w", "20", ALL, str(PORT),
                           "-l is there?")
        ports = capture.expect((one.mac("eth1"), EVERYBODY),
                               four(1, 1), ALL, (None, PORT),
                               b"-l is there?", 64)
        for sock in second, third:
            data, sender = sock.recvfrom(100)
            equal((data, sender), (b"-l is there?", (four(1, 1), ports[0])))
        want = []
        for sock, host, data in (
                (second, two, b"I am"), (third, three, b"So am I"),
                (second, two, b"still"), (other, three, b"another port")):
            sock.sendto(data, sender)
            want.append(line(host, sock.getsockname()[1], data))
        code, out, err = finished(asking)
        # they may overtake each other on the way
        equal((code, sorted(out.splitlines(True)), err), (0, sorted(want), ""))


@test
@isolated()
def counted():
    """-c: it ends with so many answers"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        sock = listening(two)
        for count in 1, 3:
            asking = one.start("broadcast", "-w", "20", "-c", str(count), ALL,
                               str(PORT), "?")
            sender = sock.recvfrom(100)[1]
            for number in range(5):
                sock.sendto(b"%d" % number, sender)
            equal(finished(asking), (0, "".join(
                line(two, PORT, b"%d" % number) for number in range(count)),
                ""))


@test
@isolated()
def printed():
    """all answers are printed, each with what is in it, made visible"""
    with Lans() as lans:
        for _ in range(3):
            lans.host(1)
        one, two, three = lans.ready()
        socks = [(listening(host), host) for host in (two, three)]
        nonsense = [b"", bytes(range(256)), b"\x1b[2J\r\nfoo\\033", b" ",
                    b"10.9.1.7:1 lies\n10.9.1.8:2 more", b"\xc2\x9b1m",
                    os.urandom(1000)]
        asking = one.start("broadcast", "-c", str(2 * len(nonsense)), "-w",
                           "20", ALL, str(PORT), "")
        want = []
        for sock, host in socks:
            data, sender = sock.recvfrom(100)
            equal(data, b"")
            for data in nonsense:
                sock.sendto(data, sender)
                want.append(line(host, PORT, data))
        code, out, err = finished(asking)
        equal((code, err), (0, ""))
        equal(sorted(out.splitlines(True)), sorted(want))
        # the largest that there can be
        asking = one.start("broadcast", "-c", "1", "-w", "20", ALL, str(PORT),
                           "")
        sock, data = socks[0][0], os.urandom(65507)
        sock.sendto(data, sock.recvfrom(100)[1])
        code, out, err = finished(asking)
        equal((code, err), (0, ""))
        assert out == line(two, PORT, data)


@test
@isolated()
def silence():
    """nobody answers: status 1 when the time is over, and no earlier"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        began, spent = time.monotonic(), os.times()
        equal(one.run("broadcast", "-w", "1", ALL, str(PORT), "?"),
              (1, "", ""))
        took, now = time.monotonic() - began, os.times()
        assert 1 <= took < 15, took
        # waiting costs nothing
        spent = now.children_user + now.children_system - \
            spent.children_user - spent.children_system
        assert spent < 0.5, spent


@test
@isolated()
def default_time():
    """without -w it waits 3 seconds"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        began = time.monotonic()
        equal(one.run("broadcast", ALL, str(PORT), "?"), (1, "", ""))
        took = time.monotonic() - began
        assert 3 <= took < 10, took


@test
@isolated()
def flood():
    """answers without end: it ends in time, with no more memory"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        sock = listening(two)
        began = time.monotonic()
        asking = one.start("broadcast", "-w", "1", ALL, str(PORT), "?",
                           stdout=subprocess.DEVNULL)
        sender = sock.recvfrom(100)[1]
        most = 0
        while asking.poll() is None:
            for _ in range(50):
                sock.sendto(b"\0" * 1000, sender)
            try:
                most = max(most, rss_kb(asking.pid))
            except (OSError, AttributeError):
                pass                            # it has just ended
            assert time.monotonic() - began < DEADLINE
        equal(finished(asking)[::2], (0, ""))
        assert time.monotonic() - began < 6
        if not SANITIZED:
            assert 0 < most < 16384, most


@test
@isolated()
def interfaces():
    """an interface by its name: to its broadcast addresses, each once"""
    with Lans() as lans:
        one = lans.host(1, 2)
        two = lans.host(1, 2, brd=False)
        lans.ready()
        for words in (("10.9.1.77/24", "brd", "+"),     # the same network
                      ("10.8.0.1/22", "brd", "10.8.3.254", "label",
                       "eth1:2")):
            one.do(ip, "addr", "add", *words, "dev", "eth1")
        asked = [two.capture(name, PORT) for name in ("eth1", "eth2")]
        ports = LOCAL, PORT

        def ask(host, name, capture, *wanted):
            asking = host.start("broadcast", "-c", "1", "-w", "20", "-p",
                                str(LOCAL), name, str(PORT), "by " + name)
            for sender, destination in wanted:
                capture.expect((host.mac(name), EVERYBODY), sender,
                               destination, ports, b"by " + name.encode(), 64)
            sock = two.socket(socket.AF_INET) if host is one else \
                one.socket(socket.AF_INET)
            sock.sendto(b"", (four(1, host.number), LOCAL))
            equal(finished(asking)[::2], (0, ""))
        ask(one, "eth1", asked[0], (four(1, 1), ALL),
            ("10.8.0.1", "10.8.3.254"))
        ask(one, "eth2", asked[1], (four(2, 1), "10.9.2.255"))
        # nobody has set it there: it is what the network says
        ask(two, "eth1", one.capture("eth1", PORT), (four(1, 2), ALL))
        # the first network had nothing of what was for the second
        equal(asked[0].next()[1][6:12], two.mac("eth1"))


@test
@isolated()
def everybody():
    """255.255.255.255, by the interface of -i, without a route"""
    with Lans() as lans:
        one, two = lans.host(1, 2), lans.host(1, 2)
        lans.ready()
        asked = {name: two.capture(name, PORT) for name in ("eth1", "eth2")}
        everywhere = "255.255.255.255"
        code, out, err = one.run("broadcast", "-w", "20", everywhere,
                                 str(PORT), "nowhere")
        equal((code, out), (69, ""))
        match(r"^broadcast: .*255\.255\.255\.255:%d: Network is unreachable\n$"
              % PORT, err)
        for name in "eth2", "eth1", "eth2":
            asking = one.start("broadcast", "-i", name, "-c", "1", "-w", "20",
                               "-p", str(LOCAL), everywhere, str(PORT), name)
            asked[name].expect((one.mac(name), EVERYBODY),
                               four(int(name[3:]), 1), everywhere,
                               (LOCAL, PORT), name.encode(), 64)
            sock = two.socket(socket.AF_INET)
            sock.sendto(b"yes", (four(1, 1), LOCAL))    # by either
            equal(finished(asking), (0, line(two, sock.getsockname()[1],
                                             b"yes"), ""))


@test
@isolated()
def own_port():
    """-p: answers come there; the own broadcast is none, another's is"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        sock = listening(two)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        asking = one.start("broadcast", "-c", "2", "-p", str(PORT), "-w",
                           "20", ALL, str(PORT), "mine")
        equal(sock.recvfrom(100), (b"mine", (four(1, 1), PORT)))
        sock.sendto(b"yours", (ALL, PORT))
        sock.sendto(b"for you", (four(1, 1), PORT))
        equal(finished(asking), (0, line(two, PORT, b"yours") +
                                 line(two, PORT, b"for you"), ""))
        taken = listening(one, LOCAL)
        code, out, err = one.run("broadcast", "-p", str(LOCAL), ALL,
                                 str(PORT), "")
        equal((code, out), (69, ""))
        match("^broadcast: .*Address already in use\n$", err)
        taken.close()


@test
@isolated()
def unreachable():
    """that ports and hosts cannot be reached does not end it"""
    with Lans() as lans:
        for _ in range(3):
            lans.host(1)
        one, two, three = lans.ready()
        sock, capture = listening(two), two.capture("eth1", PORT)
        asking = one.start("broadcast", "-c", "1", "-w", "20", ALL, str(PORT),
                           "?")
        sender = sock.recvfrom(100)[1]
        asked = capture.next()[2]
        for kind, code in (3, 3), (3, 1), (3, 13), (11, 0), (3, 2), (4, 0):
            body = struct.pack("!BBHI", kind, code, 0, 0) + asked
            icmp = body[:2] + checksum(body) + body[4:]
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 1, 0,
                               9, 1, 0, packed(four(1, 3)),
                               packed(four(1, 1)))
            three.raw().sendto(head + icmp, (four(1, 1), 0))
        wait_until(lambda: [row for row in one.table("snmp")
                            if row[0] == "Icmp:" and row[1] != "InMsgs" and
                            int(row[1]) >= 6], "ICMP")
        sock.sendto(b"but I am here", sender)
        equal(finished(asking), (0, line(two, PORT, b"but I am here"), ""))


@test
@isolated()
def sizes():
    """the largest message is sent whole, one byte more is refused"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        sock = listening(two)
        text = "x" * 65507
        for words, data in ((), b""), ((), b"\0\n\0"), \
                ((), os.urandom(65507)), ((text,), text.encode()):
            asking = one.start("broadcast", "-c", "1", "-w", "20", ALL,
                               str(PORT), *words, stdin=subprocess.PIPE)
            asking.stdin.write(b"" if words else data)
            asking.stdin.close()
            asking.stdin = None
            have, sender = sock.recvfrom(65536)
            assert have == data, (len(have), len(data))
            sock.sendto(b"", sender)
            equal(finished(asking), (0, line(two, PORT, b""), ""))
        for words, more in ((text + "x",), b""), ((), b"x" * 65508):
            code, out, err = one.run("broadcast", ALL, str(PORT), *words,
                                     input=more)
            equal((code, out), (65, ""))
            match("^broadcast: .*Message too long\n$", err)
        equal(one.run("broadcast", ALL, str(PORT), input=b"x" * 70000),
              (65, "", "broadcast: standard input is longer than a "
               "datagram\n"))
        # nothing of it was sent
        sock.setblocking(False)
        try:
            raise AssertionError(sock.recv(100))
        except BlockingIOError:
            pass


@test
@isolated()
def answering():
    """-l answers each broadcast, and only its sender; both sides are ours"""
    with Lans() as lans:
        for _ in range(3):
            lans.host(1)
        one, two, three = lans.ready()
        there = [host.start("broadcast", "-l", "-c", "2", "-w", "20",
                            str(PORT), "I am %d" % host.number)
                 for host in (two, three)]
        for host in two, three:
            host.wait_bound(PORT)
        capture = one.capture("eth1", PORT)
        code, out, err = one.run("broadcast", "-c", "2", "-p", str(LOCAL),
                                 "-w", "20", ALL, str(PORT), "\t?")
        equal((code, err), (0, ""))
        equal(sorted(out.splitlines(True)), [line(two, PORT, b"I am 2"),
                                             line(three, PORT, b"I am 3")])
        capture.expect((one.mac("eth1"), EVERYBODY), four(1, 1), ALL,
                       (LOCAL, PORT), b"\t?", 64, outgoing=True)
        _, ether, first = capture.next()
        host = two if first[12:16] == packed(four(1, 2)) else three
        equal(first, packet(four(1, host.number), four(1, 1), (PORT, LOCAL),
                            b"I am %d" % host.number, 64, first))
        equal(ether[:12], one.mac("eth1") + host.mac("eth1"))
        # to all of the world, too
        equal(one.run("broadcast", "-c", "2", "-w", "20", "-i", "eth1", "-p",
                      str(LOCAL), "255.255.255.255", str(PORT), "2")[0], 0)
        for process in there:
            equal(finished(process), (0, line(one, LOCAL, b"\t?") +
                                      line(one, LOCAL, b"2"), ""))


@test
@isolated()
def no_loop():
    """-l does not answer answers, whoever is said to have asked"""
    with Lans() as lans:
        for _ in range(3):
            lans.host(1)
        one, two, three = lans.ready()
        there = [host.start("broadcast", "-l", "-c", str(count), "-w", "20",
                            str(PORT), "answer")
                 for host, count in ((two, 2), (three, 1))]
        for host in two, three:
            host.wait_bound(PORT)
        capture = three.capture("eth1", PORT)
        # two is asked alone, in the name of three: nothing happens
        raw = one.raw()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        raw.sendto(packet(four(1, 3), four(1, 2), (PORT, PORT), b"alone", 64),
                   (four(1, 2), 0))
        # all are asked in the name of three: two answers it, and that is all
        raw.sendto(packet(four(1, 3), ALL, (PORT, PORT), b"all", 64), (ALL, 0))
        equal(capture.next()[2][28:], b"all")
        _, _, answer = capture.next()
        equal(answer, packet(four(1, 2), four(1, 3), (PORT, PORT), b"answer",
                             64, answer))
        sock = one.socket(socket.AF_INET, bind=("0.0.0.0", LOCAL))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.sendto(b"end", (ALL, PORT))
        equal(sorted(sock.recvfrom(100) for _ in range(2)),
              [(b"answer", (four(1, host), PORT)) for host in (2, 3)])
        end = line(one, LOCAL, b"end")
        equal(finished(there[0]), (0, line(three, PORT, b"all") + end, ""))
        equal(finished(there[1]), (0, end, ""))


@test
@isolated()
def no_way_back():
    """-l: who cannot be answered does not keep it from others"""
    with Lans() as lans:
        one, two = lans.host(1), lans.host(1)
        lans.ready()
        there = two.start("broadcast", "-l", "-c", "3", "-w", "20", str(PORT),
                          stdin=subprocess.PIPE)
        there.stdin.write(b"from a\0pipe")
        there.stdin.close()
        there.stdin = None
        two.wait_bound(PORT)
        raw = one.raw()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for sender, port in (four(1, 1), 0), ("192.0.2.1", 9):
            raw.sendto(packet(sender, ALL, (port, PORT), b"who?", 64),
                       (ALL, 0))
        equal(one.run("broadcast", "-c", "1", "-w", "20", "-p", str(LOCAL),
                      "eth1", str(PORT), "?"),
              (0, line(two, PORT, b"from a\0pipe"), ""))
        code, out, err = finished(there)
        equal(code, 0)
        equal(out.splitlines()[0], "10.9.1.1:0 who?")
        equal(out.splitlines()[-1], "10.9.1.1:%d ?" % LOCAL)
        match(r"\Abroadcast: .*10\.9\.1\.1:0: .*\n", err)


@test
@isolated()
def nobody_asks():
    """-l -w: status 1 when nobody has asked; the port can be taken"""
    with Lans() as lans:
        one = lans.host()
        equal(one.run("broadcast", "-l", "-w", "0.2", str(PORT), "x"),
              (1, "", ""))
        taken = listening(one)
        code, out, err = one.run("broadcast", "-l", str(PORT), "x")
        equal((code, out), (69, ""))
        match("^broadcast: .*Address already in use\n$", err)


@test
@isolated()
def nobody_reads():
    """standard output that is full: status 74, at the first answer"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, \
            open("/dev/full", "w") as full:
        sock.bind(("0.0.0.0", PORT))
        sock.settimeout(DEADLINE)
        asking = subprocess.Popen(
            [reachable(os.path.join(EXAMPLES, "broadcast")), "-w", "20",
             "127.255.255.255", str(PORT), "?"], stdout=full,
            stderr=subprocess.PIPE)
        sock.sendto(b"x", sock.recvfrom(100)[1])
        equal(asking.communicate(timeout=DEADLINE)[1],
              b"broadcast: standard output: No space left on device\n")
        equal(asking.returncode, 74)


@test
def usage():
    """wrong options and operands: status 64, and why"""
    for words in ((), (ALL,), (ALL, "1", "x", "y"), ("-x", ALL, "1"),
                  ("-l",), ("-l", "1", "x", "y"), ("-l", "-i", "lo", "1"),
                  ("-l", "-p", "1", "1"), ("-w",)):
        code, out, err = here(*words)
        equal((code, out), (64, ""), str(words))
        match(r"(?m)^usage: broadcast \[-c", err)
    for words in ((ALL, "0"), (ALL, "65536"), (ALL, "http"), (ALL, ""),
                  ("-c", "0", ALL, "1"), ("-c", "x", ALL, "1"),
                  ("-p", "65536", ALL, "1"), ("-w", "0", ALL, "1"),
                  ("-w", "-1", ALL, "1"), ("nosuch", "1", "x"),
                  ("10.9.1.300", "1", "x"), ("::1", "1", "x"),
                  ("localhost", "1", "x"), ("", "1", "x")):
        code, out, err = here(*words)
        equal((code, out), (64, ""), str(words))
        match(r"\Abroadcast: .*\n\Z", err)


@test
def not_there():
    """no broadcast address, no interface, no end of standard input"""
    equal(here("lo", "1", "x"), (69, "", "broadcast: lo has no broadcast "
                                 "address\n"))
    code, out, err = here("-i", "nosuch0", "127.255.255.255", "1", "x")
    equal((code, out), (69, ""))
    match(r"\Abroadcast: .*nosuch0.*\n\Z", err)
    reading, writing = os.pipe()
    done = subprocess.run([reachable(os.path.join(EXAMPLES, "broadcast")),
                           "-w", "0.2", "127.255.255.255", "1"],
                          stdin=reading, capture_output=True,
                          timeout=DEADLINE)
    equal((done.returncode, done.stdout, done.stderr),
          (75, b"", b"broadcast: standard input has not ended in time\n"))
    os.close(reading)
    os.close(writing)


main()
