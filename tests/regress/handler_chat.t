#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The handler chat: what one client says is sent to all others; nobody is
# waited for, and no client can do more to another's terminal than print.
import os
import select
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from waits import *
from inheritance import *

CHAT = handler("chat")


def chat(*args, listen=("127.0.0.1:0",), operands=(), **popen):
    words = sum((["-l", word] for word in listen), [])
    return Forkd("-m", "wait", *words, *args, CHAT, *operands, **popen)


def settle(speaker, *others):
    """All of them are clients now: each has heard the speaker; its number."""
    for other in others:
        other.setblocking(False)
    waiting = set(others)
    heard = {other: b"" for other in others}

    def all_heard():
        speaker.sendall(b"settle\n")
        for other in list(waiting):
            try:
                heard[other] += other.recv(65536)
            except BlockingIOError:
                continue
            waiting.discard(other)
        return not waiting
    wait_until(all_heard, "all clients")
    for other in others:
        other.setblocking(True)
        other.settimeout(DEADLINE)
    speaker.sendall(b"settled\n")
    for other in others:
        data = heard[other]
        while not data.endswith(b": settled\n"):
            data += other.recv(65536)
    return int(data.split(b":")[0])


@test
def everybody():
    """each line goes to everybody else, with the number of who says it"""
    with chat() as forkd:
        clients = [forkd.connect() for _ in range(4)]
        numbers = {}
        for speaker in clients:
            others = [c for c in clients if c is not speaker]
            numbers[speaker] = settle(speaker, *others)
        equal(sorted(numbers.values()), [1, 2, 3, 4])
        for end in b"\n", b"\r\n":
            for speaker in clients:
                speaker.sendall(b"hello" + end + b"there" + end)
                for other in clients:
                    if other is not speaker:
                        equal(read_line(other),
                              b"%d: hello\n" % numbers[speaker])
                        equal(read_line(other),
                              b"%d: there\n" % numbers[speaker])
        # nobody hears itself
        equal(select.select(clients, [], [], 0)[0], [])
        equal(opened(forkd), 1)
        for client in clients:
            client.close()


@test
def ends():
    """quit and the end of the input end a client, and no other"""
    with chat() as forkd:
        one, two, three = forkd.connect(), forkd.connect(), forkd.connect()
        number = settle(one, two, three)
        settle(two, one, three)
        one.sendall(b"last\nquit\nnever\n")
        equal(read_all(one), b"")
        equal(read_line(two), b"%d: last\n" % number)
        three.sendall(b"no line end")
        three.shutdown(socket.SHUT_WR)
        match(r"^\d+: no line end\n$", read_line(two).decode())
        equal(read_all(three), b"%d: last\n" % number)
        one.close(), three.close()
        four = forkd.connect()
        equal(settle(four, two), 4)
        two.close(), four.close()


@test
def visible():
    """control characters and what is no UTF-8 cannot reach a terminal"""
    with chat() as forkd:
        one, two = forkd.connect(), forkd.connect()
        number = settle(one, two)
        for said, shown in (
                (b"\x1b[2J\x07\x00", rb"^[[2J^G\000"), (b"\x7f\r", b"^?^M"),
                (b"tab\tand \\ stay", b"tab\tand \\ stay"),
                ("Grüße, 世界 🙂".encode(),) * 2,
                (b"\x9b2J \xff \x80", rb"M^[2J M^? M^@"),
                (b"\xc2\x9b2J", rb"M-BM^[2J"),     # a control of C1
                (b"\xc0\x9b \xe0\x80\x9b", b"M-@M^[ M-`M^@M^["),
                (b"\xed\xa0\x80", b"M-m\\240M^@"), (b"\xf4\x90\x80\x80",
                                                   b"M-tM^PM^@M^@"),
                (b"%s%n", b"%s%n"), (b"", b"")):
            one.sendall(said + b" \r\n")
            have = read_line(two)
            equal(have, b"%d: %s \n" % (number, shown))
        every = bytes(b for b in range(256) if b != 10)
        one.sendall(every + b"\n")
        have = read_line(two)
        equal(re.sub(rb"[ -~\t]", b"", have), b"\n")
        one.close(), two.close()


@test
def long_lines():
    """a line of more than 1000 bytes comes in pieces"""
    with chat() as forkd:
        one, two = forkd.connect(), forkd.connect()
        number = settle(one, two)
        one.sendall(b"x" * 2500 + b"\n")
        for length in 1000, 1000, 500:
            equal(read_line(two), b"%d: %s\n" % (number, b"x" * length))
        one.close(), two.close()


@test
def slow():
    """a client that does not read is dropped; the others are served"""
    with chat("-o", "send-buffer=16384") as forkd:
        one, two, slow = forkd.connect(), forkd.connect(), forkd.connect()
        settle(one, two, slow)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for sent in range(20000):
            one.sendall(b"y" * 999 + b"\n")
            match(r"^\d+: y{999}\n$", read_line_fast(two).decode())
            if sent % 100 == 0 and is_dropped(forkd, slow):
                break
        assert 64 < sent < 19999, sent      # 64 kB, and what the kernel has
        one.sendall(b"still here\n")
        match("still here", read_line_fast(two).decode())
        one.close(), two.close(), slow.close()


def read_line_fast(connection):
    data = b""
    while not data.endswith(b"\n"):
        data += connection.recv(65536)
    return data


def is_dropped(forkd, client):
    """Whether the handler has closed its side of a connection."""
    host, port = client.getsockname()
    wanted = "%08X:%04X" % (struct.unpack("=I", socket.inet_aton(host))[0],
                            port)
    handler, = handlers(forkd)
    inodes = set(descriptors(handler).values())
    with open("/proc/net/tcp") as file:
        for line in file:
            fields = line.split()
            if fields[2] == wanted and "socket:[%s]" % fields[9] in inodes:
                return False
    return True


@test
def crowd():
    """200 clients at once; who comes then waits until one leaves"""
    with chat() as forkd:
        clients = [forkd.connect() for _ in range(200)]
        settle(clients[0], *clients[1:])
        late = forkd.connect()
        late.sendall(b"late\n")
        clients[0].sendall(b"now\n")
        for client in clients[1:]:
            match(": now\n$", read_line_fast(client).decode())
        clients.pop(1).close()
        for client in clients:
            match("^201: late\n$", read_line_fast(client).decode())
        for client in clients + [late]:
            client.close()


@test
def listeners_():
    """several listeners, of several kinds: one chat; inherited ones too"""
    path = place()
    with chat("-o", "socket-mode=0666",
              listen=("127.0.0.1:0", "unix://" + path, "127.0.0.1:0")) \
            as forkd:
        clients = [forkd.connect(port=port) for port in forkd.ports]
        clients.append(dial(path))
        for speaker in clients:
            settle(speaker, *[c for c in clients if c is not speaker])
        equal(opened(forkd), 1)
        for client in clients:
            client.close()
    server = tcp()
    with server, inherit([server], "-m", "wait", CHAT) as forkd:
        one, two = forkd.connect(), forkd.connect()
        settle(one, two)
        one.close(), two.close()


@test
def descriptor_0():
    """without LISTEN_FDS, or with that of another process: descriptor 0"""
    for env in {}, {"LISTEN_FDS": "7", "LISTEN_PID": "1"}:
        server = tcp()
        with subprocess.Popen([CHAT], stdin=server, env=env) as process:
            address = server.getsockname()
            server.close()
            one, two = [socket.create_connection(address, DEADLINE)
                        for _ in range(2)]
            settle(one, two)
            process.terminate()
            equal(process.wait(DEADLINE), 0)
            equal(read_all(two), b"")
            one.close(), two.close()


@test
def term():
    """TERM ends it with status 0"""
    with chat() as forkd:
        one, two = forkd.connect(), forkd.connect()
        settle(one, two)
        equal(forkd.stop(), 0)
        forkd.wait_line(r" info chat: close pid \d+ status 0 in \S+: stop$")
        one.close(), two.close()


@test
def idle():
    """it ends when nobody has been there for a while, and comes back"""
    with chat(operands=["1"]) as forkd:
        for count in 1, 2:
            with forkd.connect() as one, forkd.connect() as two:
                settle(one, two)
                pid, = handlers(forkd)
            forkd.wait_line(r" info chat: close pid %d status 0 in" % pid,
                            1)
            equal(opened(forkd), count)
        equal(forkd.count_lines("throttle"), 0)


@test
def kept():
    """kept running it is there before the first client, and again"""
    with chat("-o", "min-workers=1", operands=["1"]) as forkd:
        forkd.wait_line("open pid")
        forkd.wait_line("close pid .* status 0 in 1")
        forkd.wait_line("open pid", 2)
        equal(forkd.count_lines("throttle"), 0)


@test
def descriptors_run_out():
    """without a descriptor for a client it waits, and does not spin"""
    with chat("-o", "limit-nofile=8") as forkd:
        clients = [forkd.connect() for _ in range(8)]
        wait_until(lambda: handlers(forkd), "the handler")
        pid, = handlers(forkd)
        wait_until(lambda: len(descriptors(pid)) == 8, "no descriptor left")
        before = cpu_seconds(pid)
        time.sleep(0.5)     # the measurement itself
        assert cpu_seconds(pid) - before < 0.1
        for client in clients[:-1]:
            client.close()
        last = forkd.connect()
        settle(last, clients[-1])
        last.close(), clients[-1].close()


@test
def wrong():
    """what it cannot work with: 64 and a line"""
    no = "chat: descriptor 0 is not a socket that listens: forkd -m wait?\n"
    usage = "usage: chat [seconds]\n"
    for words, env, text in (
            ([], {}, no), (["x"], {}, usage), (["-1"], {}, usage),
            (["86401"], {}, usage), (["1", "2"], {}, usage)):
        done = subprocess.run([CHAT, *words], stdin=subprocess.DEVNULL,
                              env=env, capture_output=True, text=True,
                              timeout=DEADLINE)
        equal((done.returncode, done.stdout, done.stderr), (64, "", text))
    for count in "0", "65", "x":
        done = subprocess.run(
            ["/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=%s exec %s" %
             (count, CHAT)], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=DEADLINE)
        equal((done.returncode, done.stderr),
              (64, "chat: LISTEN_FDS: %s is not a number of 1 to 64\n"
               % count))


main()
