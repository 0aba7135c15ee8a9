# SPDX-License-Identifier: ISC
"""A network outside the one of an isolated test: a tun device.  What is written
there comes in from any source, and what is sent to it can be read there."""

import select

from forkdtest import *

PORT = 4711                     # of nobody else: the network is the test's


class Four:
    """Addresses, and packets as they are on the wire."""
    family, level = socket.AF_INET, socket.IPPROTO_IP
    any, own, second_own = "0.0.0.0", "10.9.1.1", "10.9.2.1"
    group, other = "239.1.2.3", "239.1.2.4"
    one, two, three = "10.9.1.11", "10.9.1.12", "10.9.1.13"

    @staticmethod
    def packet(source, destination, payload, ttl=9):
        udp = struct.pack("!4H", PORT, PORT, 8 + len(payload), 0) + payload
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, ttl,
                           17, 0, socket.inet_aton(source),
                           socket.inet_aton(destination))
        return head[:10] + checksum(head) + head[12:] + udp

    @staticmethod
    def read(packet):
        """(destination, hops, payload) of a datagram; None of others"""
        if packet[0] >> 4 != 4 or packet[9] != 17:
            return None
        return socket.inet_ntoa(packet[16:20]), packet[8], packet[28:]


class Six:
    family, level = socket.AF_INET6, socket.IPPROTO_IPV6
    any, own, second_own = "::", "fd09:1::1", "fd09:2::1"
    group, other = "ff15::123", "ff15::124"
    one, two, three = "fd09:1::11", "fd09:1::12", "fd09:1::13"

    @staticmethod
    def packet(source, destination, payload, ttl=9):
        udp = struct.pack("!4H", PORT, PORT, 8 + len(payload), 0) + payload
        addresses = socket.inet_pton(socket.AF_INET6, source) + \
            socket.inet_pton(socket.AF_INET6, destination)
        pseudo = addresses + struct.pack("!II", len(udp), 17)
        udp = udp[:6] + checksum(pseudo + udp) + udp[8:]
        return struct.pack("!IHBB", 6 << 28, len(udp), 17, ttl) + \
            addresses + udp

    @staticmethod
    def read(packet):
        if packet[0] >> 4 != 6 or packet[6] != 17:
            return None
        return socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[7], \
            packet[48:]


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


class Tun:
    """A network behind an interface; the test is all that is in it."""

    def __init__(self, name, *addresses):
        self.name = name
        try:
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(self.fd, 0x400454ca, struct.pack(
                "16sH22x", name.encode(), 0x1001))  # IFF_TUN, IFF_NO_PI
        except OSError as error:
            raise Skip("no tun device: %s" % error)
        self.index = socket.if_nametoindex(name)
        for address in addresses:
            self._address(address)
        for address in addresses:
            if ":" in address:
                wait_until(lambda: self._has_routes(address), "IPv6")

    def _has_routes(self, address):
        """The kernel does its part of IPv6 when it has the time."""
        own = socket.inet_pton(socket.AF_INET6, address).hex() + " 80"
        with open("/proc/thread-self/net/ipv6_route") as file:
            rows = [line for line in file if line.split()[-1] == self.name]
        return any(row.startswith(own) for row in rows) and \
            any(row.startswith("ff" + 30 * "0" + " 08") for row in rows)

    def _address(self, address):
        name = self.name.encode()
        if ":" in address:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
                fcntl.ioctl(control, 0x8916, struct.pack(
                    "16sIi", socket.inet_pton(socket.AF_INET6, address), 64,
                    self.index))
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            for request, value in (0x8916, address), (0x891c, "255.255.255.0"):
                fcntl.ioctl(control, request, struct.pack(
                    "16sHH4s8x", name, socket.AF_INET, 0,
                    socket.inet_aton(value)))
            flags = 0x1 | 0x40 | 0x1000     # IFF_UP, _RUNNING, _MULTICAST
            fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", name, flags))

    def write(self, packet):
        equal(os.write(self.fd, packet), len(packet))

    def sent(self, family):
        """The next datagram of ours that leaves here, as Four.read says."""
        while True:
            ready, _, _ = select.select([self.fd], [], [], DEADLINE)
            assert ready, "nothing leaves by " + self.name
            found = family.read(os.read(self.fd, 65536))
            if found and found[2].startswith(b"test"):
                return found

    def silent(self, family):
        """No datagram of ours has left here."""
        while True:
            try:
                found = family.read(os.read(self.fd, 65536))
            except BlockingIOError:
                return
            assert not found or not found[2].startswith(b"test"), found

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        os.close(self.fd)
