#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example chat: what one client says is sent to all others, and whatever one
# of them does or does not do, the others hear each other.  As a handler it is
# the same program; see handler_chat.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chats import *

import contextlib
import random
import select


@test
def everywhere():
    """IPv4, IPv6, unix sockets with a file and without: one room"""
    path, name = place(), "@forkd-test-chat-%d" % os.getpid()
    words = [LOCAL, "unix://" + path, "unix://" + name, LOCAL]
    try:
        need_ipv6()
        words += ["tcp://[::1]:0", "tcp://:0"]
    except Skip:
        pass
    with Chat(*words) as chat:
        equal(chat.urls[1:3], words[1:3])
        for url, word in zip(chat.urls, words):
            match("^" + re.escape({"tcp://:0": "tcp://[::]:0"}.get(
                word, word)).replace(r":0", r":[1-9]\d*") + "$", url)
        everybody = [chat.enter(url.replace("//[::]", "//[::1]"))
                     for url in chat.urls]
        for speaker in everybody:
            others = [one for one in everybody if one is not speaker]
            number = meet(speaker, *others)
            for end in b"\n", b"\r\n":
                speaker.says(b"what I say" + end)
                for other in others:
                    equal(other.hears(), b"%d: what I say\n" % number)
        assert not any(one.hears_now() for one in everybody)
        assert os.path.exists(path)
    assert not os.path.exists(path)


@test
def pieces():
    """half a line is nobody's business; bytes one by one become a line"""
    with Chat(LOCAL) as chat:
        one, two, three = [chat.enter() for _ in range(3)]
        first = meet(one, two, three)
        second = meet(two, one, three)
        one.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for half in "Grüße,".encode(), b" all", b"\r":
            one.says(half)
            two.says(b"between\n")
            equal(three.hears(), b"%d: between\n" % second)
            equal(one.hears(), b"%d: between\n" % second)
        assert not two.hears_now()
        is_idle(chat)       # while half a line has come
        one.says(b"\n")
        for other in two, three:
            equal(other.hears(), "%d: Grüße, all\n".encode() % first)
        one.says(*[bytes([byte]) for byte in b"byte by byte\nand\n"])
        for other in two, three:
            equal(other.hears(), b"%d: byte by byte\n" % first)
            equal(other.hears(), b"%d: and\n" % first)


@test
def long_lines():
    """a line of 1000 bytes is one, more come in pieces; `quit' in one is text"""
    with Chat(LOCAL) as chat:
        one, two = chat.enter(), chat.enter()
        number = meet(one, two)
        for said, heard in ((999 * b"x", [999 * b"x"]),
                            (1000 * b"x", [1000 * b"x"]),
                            (1000 * b"x" + b"\r", [1000 * b"x"]),
                            (1001 * b"x", [1000 * b"x", b"x"]),
                            (1000 * b"x" + b"quit", [1000 * b"x", b"quit"]),
                            (b"quit ", [b"quit "]), (b"", [b""])):
            one.says(said + b"\n")
            for line in heard:
                equal(two.hears(), b"%d: %s\n" % (number, line))
        one.says(b"last\nquit\nnever\n")
        equal(two.hears(), b"%d: last\n" % number)
        equal(one.hears(), b"")
        three = chat.enter()
        number = meet(two, three)
        two.says(b"no newline")
        two.sock.shutdown(socket.SHUT_WR)
        equal(three.hears(), b"%d: no newline\n" % number)
        equal(two.hears(), b"")


def slow(chat):
    with chat:
        one, two, lazy = chat.enter(), chat.enter(), chat.enter(small=True)
        number = meet(one, two, lazy)
        line = 999 * b"y" + b"\n"
        sent = 0
        while sent < 100 or not has_gone(chat, 3):
            one.says(line)
            equal(two.hears(), b"%d: " % number + line)
            sent += 1
            assert sent < 20000, sent
        assert sent > 64, sent      # it may be 64 kB behind
        assert rss_kb(chat.pid) < (200000 if SANITIZED else 20000)
        one.says(b"still here\n")
        equal(two.hears(), b"%d: still here\n" % number)
        is_idle(chat)
        # what it had got by then is whole, but for its last line
        have = b""
        with contextlib.suppress(ConnectionResetError):
            have = read_all(lazy.sock)
        said = (lazy.data + have).split(b"\n")
        equal(set(said[:-1]) - {b"%d: hello" % number},
              {b"%d: " % number + line[:-1]})
        assert len(said) < sent, (len(said), sent)


def has_gone(chat, clients):
    """It has less sockets than those of a chat with so many clients."""
    sockets = [path for path in descriptors(chat.pid).values()
               if path.startswith("socket:")]
    return len(sockets) < 3 + clients   # a pair, and a listener


@test
def slow_tcp():
    """a client that reads nothing keeps nobody waiting, and is dropped"""
    slow(Chat(LOCAL))


@test
def slow_unix():
    """the same on unix sockets"""
    slow(Chat("unix://" + place()))


@test
def slow_linger():
    """the same where its listener has SO_LINGER: to close it waits for nobody"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 300))
        chat = Chat(stdin=server)
        chat.urls.append("tcp://127.0.0.1:%d" % server.getsockname()[1])
        slow(chat)


@test
def late_reader():
    """one that reads late, but is less than 64 kB behind, misses nothing"""
    with Chat("unix://" + place()) as chat:
        one, two = chat.enter(), chat.enter()
        number = meet(one, two)
        # many small messages: the kernel takes a few hundred of them
        said = [b"this is line %d\n" % i for i in range(2000)]
        one.says(b"".join(said))
        wait_until(lambda: unread(one.sock) == 0, "what was said")
        is_idle(chat)
        for line in said:
            equal(two.hears(), b"%d: " % number + line)
        meet(one, two)


def unread(sock):
    """Bytes that the other side of a unix socket has not received."""
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ,
                                          bytes(4)))[0]


@test
def nonsense():
    """random bytes: what the others get is text, and the chat goes on"""
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    dice = random.Random(seed)
    print("# SEED=%d" % seed)
    with Chat(LOCAL) as chat:
        one, two, three = [chat.enter() for _ in range(3)]
        meet(one, two, three)
        number = meet(two, one, three)
        for _ in range(200 if SHORT else 2000):
            one.says(dice.randbytes(dice.randrange(1, 5000)))
            two.says(b"clear\n")
            while (line := three.hears()) != b"%d: clear\n" % number:
                text = line.decode()        # it is UTF-8
                assert len(line) <= 4 * 1000 + 32, len(line)
                match(r"^\d+: [^\x00-\x08\x0a-\x1f\x7f-\x9f]*\n$", text)
            two.data = b""
            while select.select([two.sock], [], [], 0)[0]:
                two.sock.recv(65536)
            equal(one.hears(), b"%d: clear\n" % number)


@test
def resets():
    """clients that leave in whatever way are forgotten"""
    with Chat(LOCAL) as chat:
        one, two = chat.enter(), chat.enter()
        number = meet(one, two)
        start = len(descriptors(chat.pid))
        for round_ in range(20):
            for data in b"", b"half", b"whole\n" * 50:
                for reset in False, True:
                    client = chat.enter()
                    client.says(data)
                    if reset:
                        client.sock.setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
                    client.leaves()
            one.says(b"round %d\n" % round_)
            while two.hears() != b"%d: round %d\n" % (number, round_):
                pass
        wait_until(lambda: len(descriptors(chat.pid)) == start,
                   "the ends of all")
        while one.hears_now():
            one.sock.recv(65536)
        is_idle(chat)


@test
def crowd():
    """200 clients at once; who comes then waits until one leaves"""
    with Chat("unix://" + place(), "unix://" + place()) as chat:
        everybody = [chat.enter(chat.urls[i % 2]) for i in range(200)]
        number = meet(*everybody)
        late = chat.enter()
        late.says(b"late\n")
        for other in everybody[1:]:
            assert not other.hears_now()
        is_idle(chat)       # though somebody waits
        everybody.pop(1).leaves()
        for other in everybody:
            equal(other.hears(), b"201: late\n")
        meet(everybody[0], late)
        for other in everybody[1:]:
            while not other.hears().startswith(b"%d: met" % number):
                pass


main()
