#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# src/examples/wol: magic packets, byte for byte as they are on the wire, to each
# network of the machine and to one address; what is refused before any is sent.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pings import *

MAC, OTHER = "00:11:22:aa:bb:cc", "fe:dc:ba:98:76:54"


def magic(mac, password=b""):
    return b"\xff" * 6 + 16 * bytes.fromhex(mac.replace(":", "")) + password


def links(*names):
    """Networks that nobody else is in; what goes out there can be seen."""
    for name in names:
        ip("link", "add", name, "type", "veth", "peer", "name", name + "-end")
        for end in name, name + "-end":
            path = "/proc/sys/net/ipv6/conf/%s/disable_ipv6" % end
            if os.path.exists(path):
                with open(path, "w") as file:
                    file.write("1")
            ip("link", "set", end, "up")


@contextlib.contextmanager
def captures(*names):
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(Capture(name + "-end"))
               for name in names}


def check_udp(packet, source, destination, port, payload):
    """A packet of IPv4 is one such datagram, to each bit that matters."""
    length = 28 + len(payload)
    equal(packet[:4], struct.pack("!BBH", 0x45, 0, length))
    equal(checksum(packet[:20]), bytes(2))
    equal((packet[9], socket.inet_ntoa(packet[12:16]),
           socket.inet_ntoa(packet[16:20])), (17, source, destination))
    equal(packet[22:26], struct.pack("!HH", port, length - 20))
    equal(packet[28:], payload)
    # the checksum is that of the pseudo header, or of all of it: the device
    # would complete it on its way out
    pseudo = packet[12:20] + struct.pack("!HH", 17, length - 20)
    whole = checksum(pseudo + packet[20:26] + bytes(2) + packet[28:])
    begun = bytes(255 - byte for byte in checksum(pseudo))
    assert packet[26:28] in (whole, begun), packet


def sent(seen, *want):
    """What came by an interface is that: (source, destination, port,
    payload) of each; nothing else."""
    packets = [packet for gone, packet in seen.packets() if not gone]
    equal(len(packets), len(want))
    for packet, one in zip(packets, want):
        check_udp(packet, *one)


def wakes(*args, code=0, errors=""):
    have, output, stderr = call("wol", *args)
    equal((have, stderr), (code, errors), " ".join(args))
    return output


@test
def usage():
    """what is wrong in the command line is told, with 64"""
    line = r"usage: wol \[-a address\] .* mac \.\.\.\n$"
    for args, text in (
            ((), "^" + line), (("-p", "9"), "^" + line),
            (("-x", MAC), r"^.*/wol: invalid option -- 'x'\n" + line),
            (("-p", "0", MAC), r"^wol: -p: 0 is not a number of 1 to 65535"),
            (("-p", "65536", MAC), r"^wol: -p: 65536 is not"),
            (("-w", "0", MAC), r"^wol: -w: 0 is not a time"),
            (("-a", "here", MAC), r"^wol: -a: here is not an address\n$"),
            (("-a", "", MAC), r"^wol: -a:  is not an address\n$"),
            (("-a", "1.2.3.4.5", MAC), r"^wol: -a: 1.2.3.4.5 is not"),
            (("-P", "x", MAC), r"^wol: -P: x is not a password of 6 or 4 "),
            (("-P", "1.2.3", MAC), r"^wol: -P: 1.2.3 is not"),
            (("-P", MAC + ":00", MAC), r"^wol: -P: .* is not")):
        code, output, errors = call("wol", *args)
        equal((code, output), (64, ""), " ".join(args))
        match(text, errors)


@test
@isolated()
def refused():
    """one wrong address among others: 64, and nothing is sent"""
    links("one")
    ip("addr", "add", "10.9.1.1/24", "dev", "one")
    with captures("one") as seen:
        for wrong in ("", "your:MAC:address", "00:11:22:aa:bb",
                      "00:11:22:aa:bb:cc:dd", "00:11:22:aa:bb:cg",
                      "00:11-22:aa-bb:cc", "001122aabbc", "0011.22aa.bbc",
                      "x 00:11:22:aa:bb:cc", "00:11:22:aa:bb:cc x",
                      "00.11.22.aa.bb.cc", "10.9.1.255"):
            equal(wakes(MAC, wrong, OTHER, code=64, errors="wol: %s is not a "
                        "hardware address\n" % wrong), "")
        sent(seen["one"])


@test
@isolated()
def everywhere():
    """each network of each interface gets a packet for each address"""
    names = "one", "two", "same", "off", "bare"
    links(*names)
    ip("addr", "add", "10.9.1.1/24", "brd", "+", "dev", "one")
    # without a broadcast address of its own, and a second network
    ip("addr", "add", "10.9.2.1/20", "dev", "two")
    ip("addr", "add", "172.16.0.9/30", "brd", "172.16.0.11", "dev", "two",
       "label", "two:1")
    # by each of two interfaces that are in the same network
    ip("addr", "add", "10.9.1.2/24", "brd", "+", "dev", "same")
    ip("addr", "add", "10.9.4.1/24", "brd", "+", "dev", "off")
    ip("link", "set", "off", "down")
    ip("addr", "add", "10.9.5.1/32", "dev", "bare")
    ip("addr", "add", "10.9.6.0/31", "dev", "bare")
    with captures(*names) as seen:
        output = wakes(MAC, OTHER)
        want = [("one", "10.9.1.255"), ("two", "10.9.15.255"),
                ("two", "172.16.0.11"), ("same", "10.9.1.255")]
        equal(sorted(output.splitlines()),
              sorted("%s: sent to %s port 9 by %s" % (mac, address, name)
                     for mac in (MAC, OTHER) for name, address in want))
        sent(seen["one"], *(("10.9.1.1", "10.9.1.255", 9, magic(mac))
                            for mac in (MAC, OTHER)))
        sent(seen["same"], *(("10.9.1.2", "10.9.1.255", 9, magic(mac))
                             for mac in (MAC, OTHER)))
        # of two addresses of an interface the kernel takes the first, but
        # for a network of its own
        sent(seen["two"], *(
            (source, destination, 9, magic(mac)) for mac in (MAC, OTHER)
            for source, destination in (("10.9.2.1", "10.9.15.255"),
                                        ("172.16.0.9", "172.16.0.11"))))
        sent(seen["off"])
        sent(seen["bare"])


@test
@isolated()
def not_only_root():
    """it needs no privileges"""
    links("one")
    ip("addr", "add", "10.9.1.1/24", "dev", "one")
    with captures("one") as seen:
        equal(call("wol", MAC, **nobody()),
              (0, "%s: sent to 10.9.1.255 port 9 by one\n" % MAC, ""))
        sent(seen["one"], ("10.9.1.1", "10.9.1.255", 9, magic(MAC)))


@test
@isolated()
def spellings():
    """the usual spellings of an address are the same packet"""
    links("one")
    ip("addr", "add", "10.9.1.1/24", "dev", "one")
    want = "10.9.1.1", "10.9.1.255", 9, magic("00:01:02:0a:0b:0c")
    texts = ("00:01:02:0a:0b:0c", "0:1:2:a:b:c", "00-01-02-0A-0B-0C",
             "0-1-2-A-b-C", "0001.020a.0b0c", "0001020A0B0C")
    with captures("one") as seen:
        equal(wakes(*texts), len(texts) *
              "00:01:02:0a:0b:0c: sent to 10.9.1.255 port 9 by one\n")
        sent(seen["one"], *[want] * len(texts))


@test
@isolated()
def given():
    """-a, -p, -P: one address and port, and a password behind the packet"""
    links("one", "two")
    ip("addr", "add", "10.9.1.1/24", "dev", "one")
    ip("addr", "add", "10.9.2.1/24", "dev", "two")
    ip("neigh", "add", "10.9.1.77", "lladdr", OTHER, "dev", "one")
    with captures("one", "two") as seen:
        for args, destination, port, password in (
                (("-a", "10.9.1.255", "-p", "7"), "10.9.1.255", 7, b""),
                (("-a", "10.9.1.77"), "10.9.1.77", 9, b""),
                (("-a", "10.9.1.255", "-P", "1.2.3.255"), "10.9.1.255", 9,
                 b"\x01\x02\x03\xff"),
                (("-a", "10.9.1.255", "-P", "00-a0-c-d-E-FF", "-p", "65535"),
                 "10.9.1.255", 65535, b"\x00\xa0\x0c\x0d\x0e\xff")):
            equal(wakes(*args, MAC),
                  "%s: sent to %s port %d\n" % (MAC, destination, port))
            sent(seen["one"], ("10.9.1.1", destination, port,
                               magic(MAC, password)))
        equal(wakes("-p", "40000", MAC).count(" port 40000 by "), 2)
        sent(seen["two"], ("10.9.2.1", "10.9.2.255", 40000, magic(MAC)))


@test
@isolated()
def six():
    """-a: an address of IPv6, of a group too"""
    need_ipv6()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("::", 0))
        receiver.settimeout(DEADLINE)
        port = receiver.getsockname()[1]
        equal(wakes("-a", "::1", "-p", str(port), MAC),
              "%s: sent to ::1 port %d\n" % (MAC, port))
        equal(receiver.recv(1000), magic(MAC))
        ip("route", "add", "ff01::/16", "dev", "lo", "table", "local")
        receiver.setsockopt(
            socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
            socket.inet_pton(socket.AF_INET6, "ff01::1:2") +
            struct.pack("=I", socket.if_nametoindex("lo")))
        equal(wakes("-a", "ff01::1:2%lo", "-p", str(port), OTHER),
              "%s: sent to ff01::1:2%%lo port %d\n" % (OTHER, port))
        equal(receiver.recv(1000), magic(OTHER))


@test
@isolated()
def one_fails():
    """where sending fails is told, and the others are sent: 69"""
    links("one", "two")
    ip("addr", "add", "10.9.1.1/24", "dev", "one")
    ip("addr", "add", "10.9.2.1/24", "dev", "two")
    ip("xfrm", "policy", "add", "dst", "10.9.1.255/32", "dir", "out",
       "action", "block")
    with captures("one", "two") as seen:
        output = wakes(
            MAC, OTHER, code=69, errors="".join(
                "wol: %s: sendmsg to 10.9.1.255:9: Operation not "
                "permitted\n" % mac
                for mac in (MAC, OTHER)))
        equal(output, "".join("%s: sent to 10.9.2.255 port 9 by two\n" % mac
                              for mac in (MAC, OTHER)))
        sent(seen["one"])
        sent(seen["two"], *(("10.9.2.1", "10.9.2.255", 9, magic(mac))
                            for mac in (MAC, OTHER)))
    # in the order in which it happens
    done = subprocess.run([example("wol"), MAC, OTHER], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=DEADLINE)
    equal(re.findall(r"sendmsg|sent", done.stdout),
          ["sendmsg", "sent", "sendmsg", "sent"])
    equal(wakes("-a", "192.0.2.1", MAC, code=69, errors="wol: %s: sendmsg to "
                "192.0.2.1:9: Network is unreachable\n" % MAC), "")


@test
@isolated()
def nowhere():
    """no interface can broadcast: 69"""
    equal(wakes(MAC, code=69, errors="wol: no interface that is up can "
                "broadcast\n"), "")


@test
@isolated()
def time_over():
    """-w: when the time is over, the rest is not sent: 75"""
    macs = [":".join("%02x" % byte for byte in os.urandom(6))
            for _ in range(4000)]
    code, output, errors = call("wol", "-w", "0.001", "-a", "127.255.255.255",
                                *macs)
    equal(code, 75)
    count = output.count("\n")
    assert count < 4000
    equal(errors, "wol: no time left to send for %s\n" % macs[count])
    equal(output, "".join("%s: sent to 127.255.255.255 port 9\n" % mac
                          for mac in macs[:count]))
    wakes("-w", "10", "-a", "127.255.255.255", *macs)


@test
@isolated()
def output_full():
    """an output that takes nothing is 74"""
    with open("/dev/full", "w") as full:
        done = subprocess.run([example("wol"), "-a", "127.255.255.255", MAC],
                              stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=DEADLINE)
    equal((done.returncode, done.stderr),
          (74, "wol: standard output: No space left on device\n"))


main()
