#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# records: integers as bytes, held against the struct module of Python, and
# peers that do not do what they should.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oneshot import *

NAME = "records"
SIZES = range(1, 9)
STRUCT = {1: "b", 2: "h", 4: "i", 8: "q"}


def packed(kind, size, order, number):
    """The bytes: of struct where it has such a size, else of a longer one of
    struct without the bytes that only repeat the sign."""
    letter = STRUCT[size if size in STRUCT else 8 if size > 4 else 4]
    letter = letter.upper() if kind == "u" else letter
    whole = struct.pack(">" + letter, number)
    cut = whole[len(whole) - size:]
    return cut[::-1] if order == "l" else cut


def extremes(kind, size):
    """The least and the greatest of a size, and what lies between."""
    bits = 8 * size
    if kind == "u":
        return [0, 1, 2 ** bits - 1, 2 ** (bits - 1), 2 ** (bits - 1) - 1,
                int("0102030405060708"[16 - 2 * size:], 16)]
    return [-2 ** (bits - 1), 2 ** (bits - 1) - 1, -1, 0, 1,
            -int("0102030405060708"[16 - 2 * size:], 16)]


def numbers():
    """(layout of one field, its numbers, their bytes)"""
    for kind in "us":
        for size in SIZES:
            for order in "", "b", "l":
                chosen = extremes(kind, size)
                yield ("%s%d%s" % (kind, size, order), chosen,
                       b"".join(packed(kind, size, order, n)
                                for n in chosen))


def take(connection):
    """Reads all, and closes: the sender is content."""
    return read_all(connection)


class Listening:
    """records -l, and the address where it waits."""

    def __init__(self, *args, url="tcp://127.0.0.1:0", wait="30"):
        self.process = subprocess.Popen(
            [example(NAME), "-l", "-w", wait, url, *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        line = self.process.stderr.readline().decode()
        found = re.fullmatch(r"listening on (\S+?)(?:, port (\d+))?\n", line)
        self.address, self.port = found[1], found[2] and int(found[2])

    def connect(self):
        connection = socket.create_connection((self.address, self.port),
                                              DEADLINE)
        connection.settimeout(DEADLINE)
        return connection

    def end(self):
        output, error = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, output, error.decode()


def receives(data, *args, **options):
    """What it makes of the bytes: status, output, error."""
    one = Listening(*args, **options)
    with one.connect() as connection:
        if callable(data):
            data(connection)
        else:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        return one.end()


def received_wrong(status, pattern, data, *args, **options):
    code, output, error = receives(data, *args, **options)
    equal(code, status, error)
    match("^records: [^\n]*%s[^\n]*\n\\Z" % pattern, error)
    return output


def lines(numbers):
    return "".join("%d\n" % n for n in numbers).encode()


@test
def sends():
    """every size, sign and order: the bytes are those of struct"""
    for layout, chosen, want in numbers():
        with Peer(take) as peer:
            equal(works(NAME, peer.url, layout, *chosen), b"")
        equal(peer.result, want, layout)


@test
def prints():
    """every size, sign and order: bytes of struct are the numbers again"""
    for layout, chosen, data in numbers():
        with Peer(lambda conn: conn.sendall(data)) as peer:
            equal(works(NAME, peer.url, layout), lines(chosen), layout)


@test
def mixed():
    """records of several fields, as struct has them"""
    values = [(16705, -1, 2 ** 64 - 1, -2), (0, 2 ** 31 - 1, 1, 127)]
    data = b"".join(struct.pack(">Hi", *one[:2]) +
                    struct.pack("<QB", one[2], one[3] & 255) for one in values)
    words = [n for one in values for n in one]
    with Peer(take) as peer:
        works(NAME, peer.url, "u2,s4b,u8l,s1l", *words)
    equal(peer.result, data)
    with Peer(lambda conn: conn.sendall(data)) as peer:
        equal(works(NAME, peer.url, "u2,s4b,u8l,s1l"),
              b"16705 -1 18446744073709551615 -2\n0 2147483647 1 127\n")


@test
def seed():
    """the numbers of the notes: AA is 16705, lowest byte first"""
    with Peer(take) as peer:
        works(NAME, peer.url, "u2l", "16705")
    equal(peer.result, b"AA")
    with Peer(take) as peer:
        works(NAME, peer.url, "u4l", "16705")
    equal(peer.result, b"AA\0\0")


@test
def pair():
    """one records to another one, in both directions, over TCP and unix"""
    path = os.path.join(scratch(), "records.socket")
    for url in "tcp://127.0.0.1:0", "unix://" + path:
        one = Listening("u2,s4l", url=url)
        to = "tcp://127.0.0.1:%d" % one.port if one.port else url
        equal(works(NAME, to, "u2,s4l", 16705, -1, 65535, 2147483647), b"")
        equal(one.end(), (0, b"16705 -1\n65535 2147483647\n", ""))
        assert not os.path.exists(path)
        one = Listening("u2,s4l", 16705, -1, 65535, 2147483647, url=url)
        to = "tcp://127.0.0.1:%d" % one.port if one.port else url
        equal(works(NAME, to, "u2,s4l"), b"16705 -1\n65535 2147483647\n")
        equal(one.end(), (0, b"", ""))
        assert not os.path.exists(path)


@test
def signals():
    """a signal that ends it leaves no file of a unix socket, and an ignored one
    does not end it"""
    path = os.path.join(scratch(), "killed.socket")

    def started(number, ignored):
        # what is caught here is the default there
        before = signal.signal(number, signal.SIG_IGN if ignored else
                               signal.default_int_handler)
        try:
            one = Listening("u1", url="unix://" + path)
        finally:
            signal.signal(number, before)
        one.process.send_signal(number)
        return one

    for number in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:
        equal(started(number, False).end(), (-number, b"", ""))
        assert not os.path.exists(path), number
    one = started(signal.SIGHUP, True)
    equal(works(NAME, "unix://" + path, "u1", 7), b"")
    equal(one.end(), (0, b"7\n", ""))


@test
def page():
    """what the page shows"""
    shown = page_shows("records")
    match(r"^\$ \./records -l tcp://127\.0\.0\.1:10000 \S+ &\n", shown[0])
    one = Listening(shown[0].split()[4])
    equal(shown[1], "listening on 127.0.0.1, port 10000\n")
    words = shown[2].split()
    equal(words[:3], ["$", "./records", "tcp://127.0.0.1:10000"])
    works(NAME, "tcp://127.0.0.1:%d" % one.port, *words[3:])
    equal(one.end(), (0, "".join(shown[3:]).encode(), ""))


@test
def time_handler():
    """the handler time, which is older than any of this: RFC 868"""
    with Forkd("-l", "127.0.0.1:0", handler("time")) as forkd:
        before = int(time.time())
        said = int(works(NAME, "tcp://127.0.0.1:%d" % forkd.port, "u4"))
        assert before <= said - 2208988800 <= time.time(), said


@test
def ipv6():
    """over IPv6"""
    need_ipv6()
    one = Listening("s3", url="tcp://[::1]:0")
    equal(one.address, "::1")
    works(NAME, "tcp://[::1]:%d" % one.port, "s3", -5)
    equal(one.end(), (0, b"-5\n", ""))


@test
def pieces():
    """records that come byte by byte, or many at once"""
    data = struct.pack(">Iq", 7, -7) * 3
    want = (0, b"7 -7\n" * 3, "")
    equal(receives(data, "u4,s8"), want)

    def slowly(connection):
        by_bytes(connection, data)
        connection.shutdown(socket.SHUT_WR)
        until_gone(connection)
    equal(receives(slowly, "u4,s8"), want)
    equal(receives(b"", "u4"), (0, b"", ""))
    many = struct.pack(">20000I", *range(20000))
    equal(receives(many, "u4"), (0, lines(range(20000)), ""))


@test
def at_once():
    """each record is printed when it has come"""
    one = Listening("u2")
    with one.connect() as connection:
        for number in 1, 2:
            connection.sendall(struct.pack(">H", number))
            equal(one.process.stdout.readline(), b"%d\n" % number)
    equal(one.end(), (0, b"", ""))


@test
def truncated():
    """a record that is cut short is an error: 69, those before it are there"""
    record = struct.pack(">Iq", 7, -7)
    for cut in range(1, len(record)):
        equal(received_wrong(EX_UNAVAILABLE,
                             "within a record: %d of 12 bytes" % cut,
                             record + record[:cut], "u4,s8"), b"7 -7\n")
    received_wrong(EX_UNAVAILABLE, "reset", lambda conn: (
        conn.sendall(record[:5]), reset(conn)), "u4,s8")


@test
def never():
    """a peer that sends nothing, or never ends: 75 when the time is over"""
    for serve in until_gone, lambda conn: until_cut(drip, conn):
        # time enough to connect, however busy the machine is
        in_time(lambda: received_wrong(EX_TEMPFAIL, "time", serve, "u8",
                                       wait="1.5"))
    with Peer(lambda conn: drip(conn)) as peer:
        in_time(lambda: fails(EX_TEMPFAIL, "time", NAME, "-w", "0.3", peer.url,
                              "u2"))
    # one that takes the records, and does not say that it has them
    ended = threading.Event()
    with Peer(lambda conn: (read_all(conn), ended.wait(DEADLINE))) as peer:
        in_time(lambda: fails(EX_TEMPFAIL, "time", NAME, "-w", "0.3", peer.url,
                              "u1", 1))
        ended.set()
    one = Listening("u1", wait="0.3")      # nobody comes
    in_time(lambda: equal(one.end(), (EX_TEMPFAIL, b"",
                                      "records: nobody connects in time\n")))


def until_cut(function, connection):
    try:
        function(connection)
    except ConnectionError:
        pass


@test
def sending_wrong():
    """a peer that closes early, or sends, too: 69, 76"""
    with Peer(lambda conn: (conn.recv(1), reset(conn))) as peer:
        fails(EX_UNAVAILABLE, "reset|roken pipe|not connected", NAME,
              peer.url, "u1", 1)
    with Peer(lambda conn: (read_all(conn), conn.sendall(b"x"))) as peer:
        fails(EX_PROTOCOL, "the other side sends, too", NAME, peer.url, "u1",
              1)


@test
def nobody():
    """a port where nobody listens: 69"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))    # and does not listen
        fails(EX_UNAVAILABLE, "refused", NAME,
              "tcp://127.0.0.1:%d" % taken.getsockname()[1], "u1", 1)


@test
def ranges():
    """a number that a field has no room for is refused: 64"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
        for size in SIZES:
            for number in -1, 2 ** (8 * size):
                fails(EX_USAGE, "number 2: no unsigned integer of %d bits" %
                      (8 * size), NAME, url, "u%d" % size, 0, number)
            for number in -2 ** (8 * size - 1) - 1, 2 ** (8 * size - 1):
                fails(EX_USAGE, "number 2: no signed integer of %d bits" %
                      (8 * size), NAME, url, "s%dl" % size, 0, number)
        for word in "", "x", "1x", " 1", "+1", "0x1", "1.0", "--1", "-", \
                "9" * 40:
            for layout in "s8", "u8":
                fails(EX_USAGE, "number 1: no ", NAME, url, layout, word)
        unvisited(server)


@test
def arguments():
    """what the user gives is looked at before anything is sent: 64"""
    for args in ([], ["u"], ["-x", "u", "u1"], ["-w"], ["-l"]):
        wrong_use(NAME, *args)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
        for layout in ("", "u", "1", "u0", "u9", "x1", "u1,", ",u1", "u1,,u1",
                       "u1x", "u1bl", "U1", "u1 ", "u10",
                       ",".join(["u1"] * 33)):
            fails(EX_USAGE, "layout", NAME, url, layout)
        fails(EX_USAGE, "3 numbers do not make records of 2", NAME, url,
              "u1,u1", 1, 2, 3)
        for wrong in "udp://127.0.0.1:9", "udg:///x", "x", "ftp://x:1", "":
            for option in [], ["-l"]:
                fails(EX_USAGE, "stream|url", NAME, *option, wrong, "u1")
        fails(EX_USAGE, "-w", NAME, "-w", "0", url, "u1")
        unvisited(server)
    with Peer(lambda conn: conn.sendall(bytes(range(64)))) as peer:
        equal(works(NAME, peer.url, ",".join(["u1"] * 32)).split(),
              [b"%d" % n for n in range(64)])


@test
def output():
    """standard output that cannot be written: 74"""
    with open("/dev/full", "w") as full, \
            Peer(lambda conn: conn.sendall(b"x")) as peer:
        fails(EX_IOERR, "standard output", NAME, peer.url, "u1", stdout=full)


main()
