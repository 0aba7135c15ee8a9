#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example chat, run by hand: what one client says is sent to all others, and
# whatever one of them does or does not do, the others hear each other.  As a
# handler it is the same program; see handler_chat.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from unixtest import *

import contextlib
import random
import resource
import select

CHAT = reachable(os.path.join(os.environ["EXAMPLES"], "chat"))
LOCAL = "tcp://127.0.0.1:0"
USAGE = "usage: chat [-t seconds] [url ...]\n"
# seconds of processor time, at most, in half of one in which nothing happens
IDLE_CPU = 0.1
_words = itertools.count(1)


class Client:
    """One of them; lines are bytes with their end, b"" is the end of all."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""

    def says(self, *pieces):
        for piece in pieces:
            self.sock.sendall(piece)

    def hears(self):
        while b"\n" not in self.data:
            piece = self.sock.recv(65536)
            if not piece:
                return b""
            self.data += piece
        line, self.data = self.data.split(b"\n", 1)
        return line + b"\n"

    def hears_now(self):
        """Whether anything has come."""
        return bool(self.data or select.select([self.sock], [], [], 0)[0])

    def leaves(self):
        self.sock.close()


class Chat:
    """One that runs; `with' ends it by a signal, and proves that."""

    def __init__(self, *words, **popen):
        popen.setdefault("stdin", subprocess.DEVNULL)
        self.process = subprocess.Popen(
            [CHAT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, **popen)
        self.pid = self.process.pid
        self.urls = []
        self.clients = []
        for word in words:
            if "://" in word:
                line = self.process.stdout.readline()
                match(r"^listening on \w+://\S+\n$", line)
                self.urls.append(line.split()[2])

    def enter(self, url=None, small=False):
        """Another client; small: with little room for what it has not read."""
        url = url or self.urls[0]
        scheme, rest = url.split("://")
        if scheme == "unix":
            sock = dial(rest)
        else:
            host, port = re.fullmatch(r"\[?([^]]*)\]?:(\d+)", rest).groups()
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            sock = socket.socket(family)
            if small:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(DEADLINE)
            sock.connect((host, int(port)))
        client = Client(sock)
        self.clients.append(client)
        return client

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.outcome()

    def outcome(self):
        out, err = self.process.communicate(timeout=DEADLINE)
        for client in self.clients:
            client.leaves()
        return self.process.returncode, out, err

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.process.kill()
            self.outcome()
        elif self.process.returncode is None:
            equal(self.end(), (0, "", ""))


def meet(speaker, *others):
    """All of them are in: each has heard the speaker; its number."""
    waiting = set(others)

    def all_heard():
        speaker.says(b"hello\n")
        heard = select.select([one.sock for one in waiting], [], [], 0.01)[0]
        waiting.difference_update([one for one in waiting
                                   if one.sock in heard])
        return not waiting
    wait_until(all_heard, "all clients")
    word = b"met %d\n" % next(_words)
    speaker.says(word)
    for other in others:
        while not (line := other.hears()).endswith(b": " + word):
            match(rb"^\d+: hello\n$", line)
    return int(line.split(b":")[0])


def is_idle(chat):
    """Nothing is to be done, and it does nothing."""
    before = cpu_seconds(chat.pid)
    time.sleep(0.5)     # the measurement itself
    used = cpu_seconds(chat.pid) - before
    assert used < IDLE_CPU, used


def outcome(*words, **popen):
    done = subprocess.run([CHAT, *words], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=DEADLINE, **popen)
    return done.returncode, done.stdout, done.stderr


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


@test
def descriptors_run_out():
    """without a descriptor for a client it rests, and serves those it has"""
    with Chat(LOCAL, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (9, 9))) as chat:
        everybody = [chat.enter() for _ in range(5)]
        wait_until(lambda: len(descriptors(chat.pid)) == 9,
                   "no descriptor left")
        inside = everybody[:3]
        meet(*inside)
        everybody[3].says(b"hello\n")
        is_idle(chat)
        meet(inside[1], inside[0], inside[2])
        for one in inside[:2]:
            one.leaves()
        meet(everybody[3], everybody[4], inside[2])


@test
def signals():
    """TERM and INT: status 0, everybody is let go, and no file is left"""
    for number in signal.SIGTERM, signal.SIGINT:
        path = place()
        with Chat(LOCAL, "unix://" + path) as chat:
            one, two = chat.enter(), chat.enter(chat.urls[1])
            meet(one, two)
            clients = list(chat.clients)
            chat.clients.clear()            # they stay open here
            equal(chat.end(number), (0, "", ""))
            for client in clients:
                equal(client.hears(), b"")
                client.leaves()
        equal(os.listdir(os.path.dirname(path)), [])


@test
def signal_before():
    """a signal that comes just before the wait ends that, too"""
    path = place()
    source = script("before.c", """#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
int
poll(struct pollfd *fds, nfds_t count, int ms)
{
	int	(*next)(struct pollfd *, nfds_t, int);

	*(void **)&next = dlsym(RTLD_NEXT, "poll");
	if (ms == -1)
		raise(SIGTERM);
	return next(fds, count, ms);
}
int
__poll_chk(struct pollfd *fds, nfds_t count, int ms, unsigned long size)
{
	(void)size;
	return poll(fds, count, ms);
}
""")
    shared = source[:-2] + ".so"
    subprocess.run(os.environ["CC"].split() + [
        "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", shared, source, "-ldl"],
        check=True)
    url = "unix://" + path
    equal(outcome(url, env=dict(os.environ, LD_PRELOAD=shared)),
          (0, "listening on %s\n" % url, ""))
    assert not os.path.exists(path)


@test
def idle():
    """-t: it ends when nobody has been there for so long"""
    path = place()
    url = "unix://" + path
    equal(outcome("-t1", url), (0, "listening on %s\n" % url, ""))
    assert not os.path.exists(path)
    # 0 is never: it is there after the second that another one has taken
    with Chat("-t", "0", LOCAL) as chat:
        equal(outcome("-t", "1", LOCAL)[0], 0)
        meet(chat.enter(), chat.enter())
    with invited("-t", "1") as (process, one, two):
        meet(one, two)
        time.sleep(1.2)     # they are silent; the time itself
        equal(process.poll(), None)
        meet(one, two)
        start = time.monotonic()
        one.leaves(), two.leaves()
        equal(process.wait(DEADLINE), 0)
        assert time.monotonic() - start > 0.9


@contextlib.contextmanager
def invited(*words):
    """One that has its listener as descriptor 0, and two clients in it who
    came before, and so in time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        one, two = [Client(socket.create_connection(
            server.getsockname(), DEADLINE)) for _ in range(2)]
        with subprocess.Popen([CHAT, *words], stdin=server,
                              stdout=subprocess.PIPE) as process:
            try:
                yield process, one, two
                process.terminate()
                equal(process.communicate(timeout=DEADLINE), (b"", None))
                equal(process.returncode, 0)
            finally:
                process.kill()
                one.leaves(), two.leaves()


@test
def inherited():
    """without a URL its listeners are those of LISTEN_FDS, or descriptor 0"""
    for words in [], ["60"], ["-t", "60"], ["0"]:
        with invited(*words) as (process, one, two):
            meet(one, two)
    path = place()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        equal(subprocess.run([CHAT, "1"], stdin=server, timeout=DEADLINE,
                             check=False).returncode, 0)
        assert os.path.exists(path)     # it is not chat's to remove
    equal(outcome("-t", "1"), (64, "", "chat: descriptor 0 is not a socket "
                               "that listens: forkd -m wait?\n"))


@test
def wrong():
    """wrong options and URLs: 64, a line, and nothing is left"""
    for words in ["-x"], ["-t"], ["-h"], ["--help"], ["-t", "1", "-x", LOCAL]:
        equal(outcome(*words), (64, "", USAGE), words)
    for word in "x", "-1", "86401", "1.5", "":
        equal(outcome("-t", word, LOCAL), (64, "", "chat: -t: %s is not a "
                                           "number of 0 to 86400\n" % word))
    path = place()
    for url, why in (
            ("127.0.0.1:8888", "none of tcp://"),
            ("http://127.0.0.1:8888", "none of tcp://"),
            ("tcp://127.0.0.1", "port"), ("tcp://127.0.0.1:99999", "port"),
            ("udp://127.0.0.1:0", "does not listen"),
            ("udg://%s-2" % path, "does not listen"),
            ("unix://", ""), ("unix:///" + 200 * "x", "")):
        code, out, err = outcome("unix://" + path, url)
        equal((code, err.count("\n")), (64, 1), url)
        match("^chat: .*" + why, err)
        equal(os.listdir(os.path.dirname(path)), [])
    code, out, err = outcome(*["unix://%s-%d" % (path, i) for i in range(65)])
    equal((code, err), (64, "chat: unix://%s-64: more than 64\n" % path))
    equal(os.listdir(os.path.dirname(path)), [])


@test
def refused():
    """69: in use, or not ours; 74: no output; 71: no descriptors; 77"""
    path = place()
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = "tcp://127.0.0.1:%d" % other.getsockname()[1]
        code, out, err = outcome("unix://" + path, url)
        equal(code, 69, err)
        match("^chat: bind 127.0.0.1:%d: Address already in use\n$" %
              other.getsockname()[1], err)
    for url in "tcp://192.0.2.1:0", "unix:///nonexistent/x":
        code, out, err = outcome("unix://" + path, url)
        equal((code, err.count("\n")), (69, 1), url)
    with open(path, "w"):
        pass
    code, out, err = outcome("unix://" + path)
    equal((code, out), (69, ""))
    assert os.path.exists(path)         # somebody else's
    os.unlink(path)
    with open("/dev/full", "w") as output:
        done = subprocess.run([CHAT, "unix://" + path], stdout=output,
                              stderr=subprocess.PIPE, text=True)
    equal((done.returncode, done.stderr), (
        74, "chat: standard output: No space left on device\n"))
    equal(os.listdir(os.path.dirname(path)), [])
    code, out, err = outcome("unix://" + path, preexec_fn=lambda:
                             resource.setrlimit(resource.RLIMIT_NOFILE,
                                                (4, 4)))
    equal((code, out), (71, ""))
    match("^chat: .*Too many open files\n$", err)
    directory = os.path.dirname(path)
    os.chmod(directory, 0o555)
    user = unprivileged()
    user.pop("executable", None)
    code, out, err = outcome("unix://" + path, **user)
    os.chmod(directory, 0o755)
    equal((code, out), (77, ""), err)


@test
@isolated(hosts="")
def nobody_knows():
    """68: a host that nobody knows"""
    code, out, err = outcome("tcp://nosuch.example:1")
    equal((code, out), (68, ""))
    match("^chat: .*nosuch.example", err)


main()
