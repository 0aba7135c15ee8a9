# SPDX-License-Identifier: ISC
"""What the tests of the example chat share: one that runs, and its clients."""

import select

from unixtest import *

CHAT = reachable(os.path.join(os.environ["EXAMPLES"], "chat"))
LOCAL = "tcp://127.0.0.1:0"
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
