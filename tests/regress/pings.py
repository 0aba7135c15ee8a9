# SPDX-License-Identifier: ISC
"""What the tests of ping and wol share: a network with a kernel at its other
end, and one, behind a tun device, where whatever the test wants answers."""

import contextlib

from tuns import *

EXAMPLES = os.environ["EXAMPLES"]
EVERYBODY = {"ipv4/ping_group_range": "0 2147483647"}
OWN4, PEER4, FAR4 = "10.9.5.1", "10.9.5.2", "192.0.2.1"
OWN6, PEER6, FAR6 = "fd09:5::1", "fd09:5::2", "2001:db8::1"


def example(name):
    return reachable(os.path.join(EXAMPLES, name))


def nobody():
    """Popen's keywords for a start by somebody without privileges, who can
    reach the library wherever it was built."""
    entry = pwd.getpwnam("nobody")
    library = os.path.join(os.environ["top_builddir"], "src", "lib", ".libs",
                           "libforkd.so.0")
    if os.path.exists(library):
        reachable(library)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [],
            "env": dict(os.environ,
                        LD_LIBRARY_PATH=os.path.join(scratch(), "bin"))}


def call(name, *args, **popen):
    """Runs an example to its end; returns exit code, stdout, stderr."""
    done = subprocess.run([example(name), *args], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE,
                          **popen)
    return done.returncode, done.stdout, done.stderr


def timeless(text):
    """What ping says, without what differs each time."""
    text = re.sub(r"time=\d+\.\d{3} ms", "time", text)
    return re.sub(r"mdev = (\d+\.\d{3}/){3}\d+\.\d{3} ms", "mdev", text)


def ip(*words, within=None):
    """ip(8), here or in the network of a process."""
    enter = ["nsenter", "-t", str(within), "-n"] if within else []
    try:
        done = subprocess.run([*enter, "ip", *words], capture_output=True,
                              text=True, timeout=DEADLINE)
    except FileNotFoundError as error:
        raise Skip(str(error))
    if re.search("Unknown device type|Protocol not supported", done.stderr):
        raise Skip("this kernel has no such thing: " + " ".join(words))
    equal((done.returncode, done.stderr), (0, ""), " ".join(words))
    return done.stdout


@contextlib.contextmanager
def other_network():
    """A process in a network of its own."""
    with subprocess.Popen(["unshare", "-n", "cat"],
                          stdin=subprocess.PIPE) as holder:
        here = os.readlink("/proc/thread-self/ns/net")
        wait_until(lambda: os.readlink("/proc/%d/ns/net" % holder.pid) !=
                   here, "another network")
        yield holder.pid
        holder.stdin.close()


@contextlib.contextmanager
def peer():
    """A host, the kernel's, with the addresses PEER4 and PEER6 behind veth-a;
    it passes on packets, and to FAR4 and FAR6 they are on their way."""
    need_ipv6()
    with other_network() as pid:
        ip("link", "add", "veth-a", "type", "veth", "peer", "name", "veth-b",
           "netns", str(pid))
        ip("link", "set", "lo", "up", within=pid)
        for name, own, there in ("veth-a", (OWN4, OWN6), None), \
                ("veth-b", (PEER4, PEER6), pid):
            ip("addr", "add", own[0] + "/24", "dev", name, within=there)
            ip("addr", "add", own[1] + "/64", "dev", name, "nodad",
               within=there)
            ip("link", "set", name, "up", within=there)
        for setting in "ipv4/ip_forward", "ipv6/conf/all/forwarding":
            subprocess.run(["nsenter", "-t", str(pid), "-n", "sh", "-c",
                            "echo 1 >/proc/sys/net/" + setting], check=True)
        ip("route", "add", FAR4 + "/32", "via", PEER4)
        ip("route", "add", FAR6 + "/128", "via", PEER6)
        yield pid


class Capture:
    """The packets of IP that come and go by an interface."""

    def __init__(self, name, protocol=0x0003):          # all of them
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                    socket.htons(protocol))
        self.socket.bind((name, protocol))
        self.socket.setblocking(False)

    def packets(self):
        """What has come and gone so far: (whether it has gone, packet)."""
        found = []
        while True:
            try:
                packet, address = self.socket.recvfrom(65536)
            except BlockingIOError:
                return found
            found.append((address[2] == socket.PACKET_OUTGOING, packet))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.socket.close()


def icmp_checksum(family, source, destination, message):
    """Over the message with no checksum in it."""
    message = message[:2] + bytes(2) + message[4:]
    if family is Four:
        return checksum(message)
    return checksum(socket.inet_pton(socket.AF_INET6, source) +
                    socket.inet_pton(socket.AF_INET6, destination) +
                    struct.pack("!II", len(message), 58) + message)


class Echo:
    """A request, or reply, as it is on the wire; None of other packets."""

    def __init__(self, family, packet):
        self.family, self.packet = family, packet
        if family is Four:
            self.source, self.destination = (
                socket.inet_ntoa(packet[at:at + 4]) for at in (12, 16))
            self.hops = packet[8]
            self.message = packet[(packet[0] & 15) * 4:]
        else:
            self.source, self.destination = (
                socket.inet_ntop(socket.AF_INET6, packet[at:at + 16])
                for at in (8, 24))
            self.hops = packet[7]
            self.message = packet[40:]
        self.type, self.code = self.message[:2]
        self.id, self.sequence = struct.unpack("!HH", self.message[4:8])
        self.data = self.message[8:]

    @staticmethod
    def read(packet):
        if packet[:1] and packet[0] >> 4 == 4 and packet[9] == 1:
            found = Echo(Four, packet)
        elif packet[:1] and packet[0] >> 4 == 6 and packet[6] == 58:
            found = Echo(Six, packet)
        else:
            return None
        return found if found.type in (0, 8, 128, 129) else None

    def is_request(self):
        return self.type in (8, 128)

    def check_sum(self):
        equal(self.message[2:4], icmp_checksum(
            self.family, self.source, self.destination, self.message))

    def reply(self, id=None, sequence=None, data=None, type=None, code=0,
              source=None, ttl=64, options=b"", flip=0, cut=0):
        """The packet of the reply to it, or of something like it; flip: bits
        of its checksum, cut: bytes of the message that are missing."""
        if type is None:
            type = 0 if self.family is Four else 129
        message = struct.pack(
            "!BBHHH", type, code, 0, self.id if id is None else id,
            self.sequence if sequence is None else sequence) + \
            (self.data if data is None else data)
        if cut:
            message = message[:-cut]
        return self.answer(message, source, ttl, options, flip)

    def error(self, type, code, quoted=None, source=None, ttl=64):
        """The packet of an error about it."""
        message = struct.pack("!BBHI", type, code, 0, 0) + \
            (self.packet if quoted is None else quoted)
        return self.answer(message, source, ttl)

    def answer(self, message, source=None, ttl=64, options=b"", flip=0):
        source = source or self.destination
        total = icmp_checksum(self.family, source, self.source, message)
        message = message[:2] + bytes([total[0] ^ flip]) + total[1:] + \
            message[4:]
        if self.family is Six:
            return struct.pack("!IHBB", 6 << 28, len(message), 58, ttl) + \
                socket.inet_pton(socket.AF_INET6, source) + \
                socket.inet_pton(socket.AF_INET6, self.source) + message
        length = 20 + len(options)
        head = struct.pack("!BBHHHBBH4s4s", 0x40 + length // 4, 0,
                           length + len(message), 1, 0, ttl, 1, 0,
                           socket.inet_aton(source),
                           socket.inet_aton(self.source)) + options
        return head[:10] + checksum(head) + head[12:] + message


class Pinging:
    """A ping of a network where the test answers.  `with' ends it."""

    def __init__(self, family, raw, *args):
        self.family = family
        if family is Six:
            need_ipv6()
        self.tun = Tun("tun-a", Four.own,
                       *([Six.own] if family is Six else []))
        popen = {} if raw else nobody()
        self.process = subprocess.Popen(
            [example("ping"), *(["-r"] if raw else []), *args, family.one],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **popen)
        self.output = ""
        self.first = self.process.stdout.readline()

    def request(self):
        """The next request that it sends; None: it has ended."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            ready, _, _ = select.select([self.tun.fd], [], [], 0.01)
            if not ready:
                if self.process.poll() is not None:
                    return None
                continue
            found = Echo.read(os.read(self.tun.fd, 65536))
            if found and found.is_request():
                found.check_sum()
                return found
        raise AssertionError("it goes on and on")

    def answer(self, function):
        """Each request gets the packets that function gives; returns what
        ping says in the end: exit code and text."""
        while True:
            request = self.request()
            if request is None:
                return self.end()
            for packet in function(request):
                self.tun.write(packet)

    def line_with(self, text):
        """Waits until it says that."""
        found = ""
        while text not in found:
            found = self.process.stdout.readline()
            self.output += found
            assert found, "%s is not in\n%s" % (text, self.output)

    def end(self):
        rest, _ = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, timeless(self.output + rest)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        os.close(self.tun.fd)
