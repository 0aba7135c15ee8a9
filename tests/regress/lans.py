# SPDX-License-Identifier: ISC
"""Hosts and the networks between them, all of an isolated test's own: each host
is a network name space, each network a bridge.

    with Lans() as lans:
        one, two = lans.host(1), lans.host(1, 2)
        capture = two.capture("eth1")

Host number h has on network n, by the interface eth<n>, the addresses
10.9.<n>.<h> and fd09:<n>::<h>, and makes checksums itself.  What is started on a
host ends with the test at the latest.
"""

import ctypes
import queue

from forkdtest import *
from forkdtest import _call

EXAMPLES = os.environ["EXAMPLES"]
ETH_IP, ETH_IPV6, ETH_ALL = 0x0800, 0x86dd, 0x0003
OUTGOING = 4                    # PACKET_OUTGOING


def four(network, host):
    return "10.9.%d.%d" % (network, host)


def six(network, host):
    return "fd09:%d::%x" % (network, host)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


def udp(source, destination, ports, payload):
    """A UDP datagram between addresses as bytes, with its checksum."""
    head = struct.pack("!3H", *ports, 8 + len(payload))
    pseudo = source + destination + struct.pack("!II", 8 + len(payload), 17)
    return head + checksum(pseudo + head + bytes(2) + payload) + payload


def packet(source, destination, ports, payload, hops, like=None):
    """An IP packet with a UDP datagram, all its bytes; `like' is one whose
    identification, and flow label, it has."""
    data = packed(source), packed(destination)
    body = udp(*data, ports, payload)
    if len(data[0]) == 16:
        head = like[:4] if like else b"\x60\0\0\0"
        return b"\x60" + bytes([head[1] & 0xf]) + head[2:] + \
            struct.pack("!HBB", len(body), 17, hops) + data[0] + data[1] + body
    head = struct.pack("!BBH4sBBH4s4s", 0x45, 0, 20 + len(body),
                       like[4:8] if like else bytes(4), hops, 17, 0, *data)
    return head[:10] + checksum(head) + head[12:] + body


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address
                            else socket.AF_INET, address)


class Host:
    """A name space with a thread in it, which does what it is told."""

    def __init__(self, number):
        self.number = number
        self.orders = queue.Queue()
        self.made = []
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()
        self.do(self._enter)

    def _enter(self):
        try:
            _call("unshare", 0x40000000)        # CLONE_NEWNET
        except OSError as error:
            raise Skip("no namespaces: %s" % error)
        for name in "default", "all":
            try:
                for what, value in ("accept_dad", 0), ("dad_transmits", 0), \
                        ("router_solicitations", 0):
                    with open("/proc/sys/net/ipv6/conf/%s/%s" %
                              (name, what), "w") as file:
                        file.write(str(value))
            except OSError:
                pass                            # no IPv6: need_ipv6()
        ip("link", "set", "lo", "up")
        self.name_space = os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def _work(self):
        while True:
            order = self.orders.get()
            if order is None:
                return
            function, args, popen, answer = order
            try:
                answer.put((function(*args, **popen), None))
            except BaseException as error:
                answer.put((None, error))

    def do(self, function, *args, **keywords):
        """What the function returns, called here."""
        answer = queue.Queue()
        self.orders.put((function, args, keywords, answer))
        result, error = answer.get()
        if error is not None:
            raise error
        return result

    def socket(self, family, kind=socket.SOCK_DGRAM, protocol=0, bind=None):
        sock = self.do(socket.socket, family, kind, protocol)
        self.made.append(sock)
        sock.settimeout(DEADLINE)
        if bind is not None:
            sock.bind(bind)
        return sock

    def raw(self):
        """A socket for whole IPv4 packets, of whatever sender."""
        return self.socket(socket.AF_INET, socket.SOCK_RAW,
                           socket.IPPROTO_RAW)

    def mac(self, name):
        return self.do(_mac, name)

    def capture(self, name, port):
        """What has to do with a UDP port there, from now on."""
        sock = self.socket(socket.AF_PACKET, socket.SOCK_RAW,
                           socket.htons(ETH_ALL))
        sock.bind((name, ETH_ALL))
        return Capture(sock, port)

    def start(self, name, *args, **popen):
        """An example, running here."""
        for stream in "stdout", "stderr":
            popen.setdefault(stream, subprocess.PIPE)
        popen.setdefault("stdin", subprocess.DEVNULL)
        process = self.do(subprocess.Popen,
                          [reachable(os.path.join(EXAMPLES, name)), *args],
                          **popen)
        self.made.append(process)
        return process

    def run(self, name, *args, input=b"", **popen):
        """Exit status, standard output, standard error."""
        return finished(self.start(name, *args, stdin=subprocess.PIPE,
                                   **popen), input)

    def table(self, name):
        """The rows of /proc/net/name."""
        def read():
            with open("/proc/thread-self/net/" + name) as file:
                return [line.split() for line in file]
        return self.do(read)

    def wait_bound(self, port, name="udp"):
        """Until somebody has the port."""
        wait_until(lambda: any(row[1].endswith(":%04X" % port)
                               for row in self.table(name)[1:]), "a port")

    def groups(self, name):
        """The groups, as addresses, that the interface is in."""
        found, device = [], None
        for row in self.table("igmp")[1:]:
            if row[0].isdigit():
                device = row[1]
            elif device == name:
                found.append(socket.inet_ntoa(struct.pack(
                    "=I", int(row[0], 16))))
        for row in self.table("igmp6"):
            if row[1] == name:
                found.append(socket.inet_ntop(socket.AF_INET6,
                                              bytes.fromhex(row[2])))
        return found

    def close(self):
        for one in self.made:
            if isinstance(one, subprocess.Popen):
                if one.poll() is None:
                    one.kill()
                one.wait()
                for stream in one.stdin, one.stdout, one.stderr:
                    if stream is not None:
                        stream.close()
            else:
                one.close()
        self.orders.put(None)
        self.thread.join()
        os.close(self.name_space)


class Capture:
    """The frames of one UDP port, or fragment, as they come and go."""

    def __init__(self, sock, port):
        self.sock = sock
        self.port = port

    def next(self):
        """(outgoing, Ethernet header, IP packet)"""
        while True:
            frame, about = self.sock.recvfrom(65536)
            body = {ETH_IP: frame[34:], ETH_IPV6: frame[54:]}.get(about[1])
            protocol = {ETH_IP: frame[23:24], ETH_IPV6: frame[20:21]}.get(
                about[1])
            if protocol == b"\x11" and self.port in struct.unpack(
                    "!HH", body[:4]):
                return about[2] == OUTGOING, frame[:14], frame[14:]

    def expect(self, macs, source, destination, ports, payload, hops,
               outgoing=False):
        """The next one is this datagram, byte for byte."""
        have = self.next()
        equal(have[0], outgoing)
        kind = ETH_IPV6 if ":" in source else ETH_IP
        equal(have[1], macs[1] + macs[0] + struct.pack("!H", kind))
        ports = tuple(port or struct.unpack_from(
            "!H", have[2], (40 if kind == ETH_IPV6 else 20) + 2 * place)[0]
            for place, port in enumerate(ports))
        want = packet(source, destination, ports, payload, hops, have[2])
        equal(have[2], want)
        return ports


class Lans:
    """The networks; every name space that it makes ends with it."""

    def __init__(self):
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        if shutil.which("ip") is None:
            raise Skip("no ip(8)")
        self.hosts = []
        self.networks = set()
        self.name_space = os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def host(self, *networks, brd=True):
        """Another host; brd: its broadcast addresses are set."""
        host = Host(len(self.hosts) + 1)
        self.hosts.append(host)
        for network in networks:
            if network not in self.networks:
                self._network(network)
            self._plug(host, network, brd)
        return host

    def _network(self, network):
        try:
            ip("link", "add", "net%d" % network, "type", "bridge",
               "mcast_snooping", "0")
        except AssertionError as error:
            raise Skip("no bridges: %s" % error)
        ip("link", "set", "net%d" % network, "up")
        self.networks.add(network)

    def _plug(self, host, network, brd):
        name, plug = "eth%d" % network, "p%d-%d" % (host.number, network)
        host.do(ip, "link", "add", name, "type", "veth", "peer", "name", plug,
                "netns", "/proc/%d/fd/%d" % (os.getpid(), self.name_space))
        ip("link", "set", plug, "master", "net%d" % network, "up")
        host.do(_no_offload, name)
        host.do(ip, "link", "set", name, "up")
        host.do(ip, "addr", "add", four(network, host.number) + "/24",
                *(["brd", "+"] if brd else []), "dev", name)
        if os.path.exists("/proc/sys/net/ipv6"):
            host.do(ip, "addr", "add", six(network, host.number) + "/64",
                    "dev", name, "nodad")

    def ready(self, family=socket.AF_INET):
        """Each host reaches the others, which takes its time at first."""
        address = four if family == socket.AF_INET else six
        for host in self.hosts:
            names = host.do(socket.if_nameindex)
            host.networks = [int(name[3:]) for _, name in names
                             if name.startswith("eth")]
        for one in self.hosts:
            for two in self.hosts:
                for network in set(one.networks) & set(two.networks):
                    if one is not two:
                        _reach(family, one, two,
                               address(network, two.number))
        return self.hosts

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for host in self.hosts:
            host.close()
        os.close(self.name_space)


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True,
                          timeout=DEADLINE)
    equal((done.returncode, done.stderr), (0, ""), "ip " + " ".join(words))


def finished(process, input=b""):
    """Exit status, standard output, standard error of a program."""
    out, err = process.communicate(input or None, DEADLINE)
    return process.returncode, (out or b"").decode(), err.decode()


def _reach(family, one, two, address):
    with two.do(socket.socket, family, socket.SOCK_DGRAM) as there, \
            one.do(socket.socket, family, socket.SOCK_DGRAM) as here:
        there.bind((address, 0))
        there.settimeout(0.05)

        def arrives():
            try:
                here.sendto(b"?", there.getsockname())
                return there.recv(1)
            except OSError:
                return None
        wait_until(arrives, "a network")


def _mac(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return fcntl.ioctl(sock, 0x8927, struct.pack(   # SIOCGIFHWADDR
            "16s24x", name.encode()))[18:24]


def _no_offload(name):
    """Checksums are made where a capture can see them."""
    value = ctypes.create_string_buffer(struct.pack("II", 0x17, 0), 8)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, 0x8946, struct.pack(          # SIOCETHTOOL
            "16sP16x", name.encode(), ctypes.addressof(value)))
