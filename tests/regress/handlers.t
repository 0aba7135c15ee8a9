#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# The handlers as a client sees them: what they answer, what they write to the
# log, how they end.  Each runs as forkd would run it, with a socket on
# descriptors 0 and 1, but without forkd.
#
# HANDLERS is the directory, absolute, of the programs to test.

import os
import pty
import random
import re
import resource
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HANDLERS = os.environ.get("HANDLERS", "")
ALL = ["talkback", "echo", "discard", "daytime", "time", "chargen"]
PATIENCE = 60           # seconds until something that hangs is called a failure
MEGABYTE = 1 << 20
tests = []


class Skip(Exception):
    pass


def test(what):
    def add(function):
        tests.append((what, function))
        return function
    return add


def same(got, want, what="value"):
    if got != want:
        raise AssertionError("%s: got %.300r, want %.300r" % (what, got, want))


def tcp_pair():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server = listener.accept()[0]
    client.settimeout(PATIENCE)
    return client, server


def unix_pair(kind):
    client, server = socket.socketpair(socket.AF_UNIX, kind)
    client.settimeout(PATIENCE)
    return client, server


class Handler:
    """A running handler; self.client is the client's end."""

    def __init__(self, name, pair=None, stderr=None, before=b"", **options):
        self.client, server = pair or tcp_pair()
        self.log = tempfile.TemporaryFile()
        if before:
            self.client.sendall(before)
        self.process = subprocess.Popen(
            [os.path.join(HANDLERS, name)], stdin=server, stdout=server,
            stderr=stderr or self.log, **options)
        server.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def stderr(self):
        self.log.seek(0)
        return self.log.read()

    def get(self, size):
        data = b""
        while len(data) < size:
            piece = self.client.recv(size - len(data))
            if not piece:
                break
            data += piece
        return data

    def get_all(self):
        pieces = []
        while piece := self.client.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)

    def half_close(self):
        self.client.shutdown(socket.SHUT_WR)

    def ends(self, status=0):
        same(self.process.wait(PATIENCE), status, "exit status")

    def converse(self, data):
        """Sends all while reading all, ends the input, returns the answer."""
        def send():
            try:
                self.client.sendall(data)
                self.half_close()
            except OSError as error:
                failed.append(error)
        failed = []
        sender = threading.Thread(target=send)
        sender.start()
        answer = self.get_all()
        sender.join()
        same(failed, [], "errors of the sender")
        return answer


def serve(name, data=b"", **options):
    """The answer to data, and the log."""
    with Handler(name, **options) as handler:
        answer = handler.converse(data)
        handler.ends()
        return answer, handler.stderr()


def run(name, *arguments, **options):
    """By hand: no socket anywhere."""
    return subprocess.run([os.path.join(HANDLERS, name), *arguments],
                          stderr=subprocess.PIPE, timeout=PATIENCE, **options)


def reset_pair():
    client, server = tcp_pair()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      struct.pack("ii", 1, 0))
    return client, server


# talkback


@test("talkback: answers each line, LF or CR LF")
def _():
    answer, log = serve("talkback", b"one\ntwo\r\n\n\r\nthr'ee\n")
    same(answer, b"You said 'one'.\nYou said 'two'.\nYou said ''.\n"
                 b"You said ''.\nYou said 'thr'ee'.\n")
    same(log, b"one\ntwo\n\n\nthr'ee\n", "log")


@test("talkback: answers before it waits for more")
def _():
    with Handler("talkback") as handler:
        for n in range(50):
            handler.client.sendall(b"line %d\n" % n)
            want = b"You said 'line %d'.\n" % n
            same(handler.get(len(want)), want)
            same(handler.stderr().splitlines()[-1], b"line %d" % n, "log")


@test("talkback: the last line needs no LF")
def _():
    same(serve("talkback", b"a\nb"), (b"You said 'a'.\nYou said 'b'.\n",
                                      b"a\nb\n"))
    same(serve("talkback", b"c\r")[0], b"You said 'c\r'.\n")
    same(serve("talkback", b""), (b"", b""))


@test("talkback: any bytes, NUL too, come back as they are")
def _():
    line = bytes(b for b in range(256) if b != 10)
    same(serve("talkback", line + b"\n")[0], b"You said '" + line + b"'.\n")
    same(serve("talkback", b"\0\n\0\0\r\n")[0],
         b"You said '\0'.\nYou said '\0\0'.\n")
    same(serve("talkback", b"a\rb\r\r\n")[0], b"You said 'a\rb\r'.\n")


@test("talkback: the log sees lines through vis(3)")
def _():
    log = serve("talkback", b"\0\x01\t\x1b[31m\\ %s\xff\x7f\rz\n")[1]
    same(log, rb"\0\^A\t\^[[31m\\ %s\M^?\^?\rz" + b"\n")
    line = bytes(b for b in range(256) if b != 10)
    log = serve("talkback", line + b"\n")[1]
    same(re.sub(rb"[ -~]", b"", log), b"\n", "what is not printable")


@test("talkback: the log shows 1000 bytes of a line and says how many it had")
def _():
    a, ff = b"a" * 1000, b"\xff" * 1000
    log = serve("talkback", a + b"\n" + ff + b"\n" + a + b"a\n" + ff + ff)[1]
    shown = rb"\M^?" * 1000
    same(log.split(b"\n"), [a, shown, a + b"... (1001 bytes)",
                            shown + b"... (2000 bytes)", b""])


@test("talkback: one write an answer, and one for what came together")
def _():
    with Handler("talkback", unix_pair(socket.SOCK_SEQPACKET)) as handler:
        handler.client.send(b"x" * 16382 + b"\r\n")
        same(handler.client.recv(99999), b"You said '" + b"x" * 16382 + b"'.\n")
        handler.client.send(b"a\nb\nc\n")
        same(handler.client.recv(99999), b"".join(
            b"You said '%c'.\n" % c for c in b"abc"))


@test("talkback: many short lines")
def _():
    chance = random.Random(3)
    lines = [b"s" * chance.randrange(20) for _ in range(50000)]
    answer, log = serve("talkback", b"\n".join(lines) + b"\n")
    same(answer == b"".join(b"You said '%s'.\n" % line for line in lines), True,
         "equal")
    same(log == b"\n".join(lines) + b"\n", True, "equal log")


@test("talkback: no line in the log is torn between two writes")
def _():
    log, theirs = unix_pair(socket.SOCK_SEQPACKET)
    with Handler("talkback", before=b"\xff" * 99 + b"\n" + b"y" * 1000 + b"\n",
                 stderr=theirs) as handler:
        theirs.close()
        answer = handler.converse((b"y" * 100 + b"\n") * 300)
        same(answer.count(b"\n"), 302, "answers")
    whole = b""
    while record := log.recv(99999):
        same(record[-1:], b"\n", "end of a write")
        same(len(record) <= 4096, True, "no more than PIPE_BUF")
        whole += record
    same(whole, rb"\M^?" * 99 + b"\n" + b"y" * 1000 + b"\n" +
         (b"y" * 100 + b"\n") * 300, "log")


@test("talkback: one byte at a time")
def _():
    with Handler("talkback", unix_pair(socket.SOCK_SEQPACKET)) as handler:
        for byte in b"ab\r\n\rc\nquit\r":
            handler.client.send(bytes([byte]))
        same(handler.client.recv(999), b"You said 'ab'.\n")
        same(handler.client.recv(999), b"You said '\rc'.\n")
        handler.client.send(b"\n")
        same(handler.client.recv(999), b"")
        handler.ends()


@test("talkback: line ends at and around the end of the input buffer")
def _():
    for end in b"\n", b"\r\n", b"\rx\n", b"\r\r\n", b"":
        for size in 16381, 16382, 16383, 16384, 16385, 32766, 32767, 32768:
            line = b"z" * size
            text = line + end[:-1] if end.endswith(b"\n") else line
            text = text[:-1] if end.endswith(b"\r\n") else text
            same(serve("talkback", b"", before=line + end, pair=unix_pair(
                socket.SOCK_STREAM))[0], b"You said '" + text + b"'.\n",
                "%d bytes and %r" % (size, end))


@test("talkback: what came of a long line is answered before it ends")
def _():
    with Handler("talkback") as handler:
        line = b"q" * 40000
        handler.client.sendall(line)
        same(handler.get(10 + 40000), b"You said '" + line)
        handler.client.sendall(b"\rt\r")
        same(handler.get(2), b"\rt")
        handler.client.sendall(b"\nquit\n")
        same(handler.get_all(), b"'.\n")
        handler.ends()
        same(handler.stderr(), b"q" * 1000 + b"... (40002 bytes)\n", "log")


@test("talkback: a line of 10 MB within 64 MB of memory")
def _():
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (64 * MEGABYTE, 64 * MEGABYTE))
    if os.environ.get("SANITIZERS"):
        raise Skip("a sanitizer needs more to start with")
    line = random.Random(1).randbytes(10 * MEGABYTE).replace(b"\n", b"\0")
    answer, log = serve("talkback", line + b"\nend\n", preexec_fn=limit)
    same(answer, b"You said '" + line + b"'.\nYou said 'end'.\n")
    end = b"... (10485760 bytes)\nend\n"
    same(log[-len(end):], end, "log")


@test("talkback: quit ends it, CR LF or LF, the exact line only")
def _():
    for line in b"quit\n", b"quit\r\n":
        with Handler("talkback", before=b"a\n" + line) as handler:
            same(handler.get_all(), b"You said 'a'.\n")
            handler.ends()
            same(handler.stderr(), b"a\n", "log")
    for line in b" quit", b"quit ", b"Quit", b"quit\0", b"quit\r", b"quitquit":
        same(serve("talkback", line + b"\r\nend\n")[0],
             b"You said '" + line + b"'.\nYou said 'end'.\n")
    same(serve("talkback", b"a\nquit")[0], b"You said 'a'.\n")
    long = b"z" * 16384
    same(serve("talkback", long + b"quit\n")[0],
         b"You said '" + long + b"quit'.\n")


# echo, discard


@test("echo: 5 MB come back, and the end of the input is the end")
def _():
    data = random.Random(2).randbytes(5 * MEGABYTE)
    same(serve("echo", data) == (data, b""), True, "equal, with an empty log")


@test("echo: a byte comes back at once")
def _():
    with Handler("echo") as handler:
        for byte in b"\0a\n":
            handler.client.sendall(bytes([byte]))
            same(handler.get(1), bytes([byte]))


@test("discard: takes everything, answers nothing, ends with the input")
def _():
    with Handler("discard") as handler:
        handler.client.sendall(bytes(20 * MEGABYTE))
        same(handler.process.poll(), None, "exit status before the end")
        handler.half_close()
        same(handler.get_all(), b"")
        handler.ends()
        same(handler.stderr(), b"", "log")


# daytime, time, chargen


@test("daytime: one line, local time")
def _():
    environment = dict(os.environ, TZ="TST-05:30")
    now = time.time()
    answer, log = serve("daytime", env=environment)
    same(re.sub(rb"^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) [A-Z][a-z]{2} [ 123]\d "
                rb"\d\d:\d\d:\d\d \d{4}\r\n$", b"", answer), b"", "form")
    same(log, b"", "log")
    wanted = [time.asctime(time.gmtime(now + 19800 + n)).encode() + b"\r\n"
              for n in range(PATIENCE)]
    same(answer in wanted, True, "%r in %r..." % (answer, wanted[:3]))


@test("time: 32 bits since 1900, within 2 seconds")
def _():
    answer, log = serve("time")
    same((len(answer), log), (4, b""))
    off = struct.unpack("!I", answer)[0] - 2208988800 - time.time()
    same(abs(off) <= 2, True, "%.1f s off" % off)


def chargen_lines(count):
    ring = bytes(range(32, 127)) * 2
    return b"".join(ring[n % 95:n % 95 + 72] + b"\r\n" for n in range(count))


@test("chargen: the first 96 lines, and a megabyte of them")
def _():
    with Handler("chargen") as handler:
        same(handler.get(96 * 74), chargen_lines(96))
    with Handler("chargen") as handler:
        want = chargen_lines(MEGABYTE // 74)
        same(handler.get(len(want)) == want, True, "equal")


@test("chargen: does not mind input, nor its end")
def _():
    with Handler("chargen", before=b"stop\n") as handler:
        handler.half_close()
        want = chargen_lines(5 * MEGABYTE // 74)
        same(handler.get(len(want)) == want, True, "equal")


# clients that leave or do not read, descriptors that fail


@test("a client that resets: status 0, nothing to report")
def _():
    for name in "talkback", "echo", "discard":
        with Handler(name, reset_pair()) as handler:
            handler.client.close()
            handler.ends()
            same(handler.stderr(), b"", name)


@test("a client that leaves while it is written to: status 0")
def _():
    for name in "talkback", "echo":
        with Handler(name, before=b"0123456789\n" * 10000) as handler:
            handler.get(1)
            handler.client.close()
            handler.ends()
            same(b"write" in handler.stderr(), False, name)
    with Handler("chargen") as handler:
        handler.get(5000)
        handler.client.close()
        handler.ends()
        same(handler.stderr(), b"", "chargen")


@test("nobody reads the pipe: status 0, in spite of SIGPIPE")
def _():
    for name in "talkback", "echo", "daytime", "time", "chargen":
        ours, theirs = os.pipe()
        os.close(ours)
        done = run(name, input=b"x\n", stdout=theirs)
        os.close(theirs)
        same((done.returncode, done.stderr),
             (0, b"x\n" if name == "talkback" else b""), name)


@test("a write that fails: status 1 and the reason")
def _():
    for name in "talkback", "echo", "daytime", "time", "chargen":
        with open("/dev/full", "wb") as full:
            done = run(name, input=b"x\n", stdout=full)
        same((done.returncode, done.stderr.splitlines()[-1]),
             (1, b"%s: write: No space left on device" % name.encode()), name)


@test("a read that fails: status 1 and the reason")
def _():
    for name in "talkback", "echo", "discard":
        directory = os.open("/", os.O_RDONLY)
        done = run(name, stdin=directory, stdout=subprocess.PIPE)
        os.close(directory)
        same((done.returncode, done.stderr),
             (1, b"%s: read: Is a directory\n" % name.encode()), name)


@test("talkback: a log that cannot be written does not stop it")
def _():
    with open("/dev/full", "wb") as full:
        with Handler("talkback", stderr=full) as handler:
            same(handler.converse(b"a\n"), b"You said 'a'.\n")
            handler.ends()


@test("non-blocking descriptors serve as well")
def _():
    for name in "echo", "talkback":
        client, server = tcp_pair()
        server.setblocking(False)
        with Handler(name, (client, server)) as handler:
            for n in range(50):
                handler.client.sendall(b"%d\n" % n)
                want = b"%d\n" if name == "echo" else b"You said '%d'.\n"
                same(handler.get(len(want % n)), want % n)
            handler.half_close()
            same(handler.get_all(), b"")
            handler.ends()
    client, server = unix_pair(socket.SOCK_STREAM)
    server.setblocking(False)
    with Handler("chargen", (client, server)) as handler:
        want = chargen_lines(20 * MEGABYTE // 74)
        same(handler.get(len(want)) == want, True, "equal")


@test("input that is not read does not cost the client its answer")
def _():
    for name, before, size in ("talkback", b"a\nquit\n", 14), \
            ("daytime", b"", 26), ("time", b"", 4):
        with Handler(name, before=before + b"x" * 20000) as handler:
            same(len(handler.converse(bytes(4 * MEGABYTE))), size, name)
            handler.ends()


@test("a client that neither ends nor reads does not keep a finished handler")
def _():
    for name, before in ("talkback", b"quit\nx"), ("daytime", b"x"):
        with Handler(name, before=before) as handler:
            handler.ends()
    fastest = PATIENCE
    for _ in range(5):
        with Handler("time") as handler:
            began = time.monotonic()
            handler.ends()
            fastest = min(fastest, time.monotonic() - began)
    same(fastest < 0.9, True, "silent client not waited for")


# by hand


@test("any argument: usage, status 64")
def _():
    for name in ALL:
        for arguments in ["x"], ["-h"], ["", ""]:
            done = run(name, *arguments, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE)
            same((done.returncode, done.stdout, done.stderr),
                 (64, b"", b"usage: %s\n" % name.encode()), name)


@test("in a pipe")
def _():
    done = run("talkback", input=b"a\nb", stdout=subprocess.PIPE)
    same((done.returncode, done.stdout, done.stderr),
         (0, b"You said 'a'.\nYou said 'b'.\n", b"a\nb\n"))
    for name, size in ("echo", 2), ("discard", 0), ("daytime", 26), ("time", 4):
        done = run(name, input=b"a\n", stdout=subprocess.PIPE)
        same((done.returncode, len(done.stdout), done.stderr), (0, size, b""),
             name)


@test("on a terminal")
def _():
    ours, theirs = pty.openpty()
    process = subprocess.Popen([os.path.join(HANDLERS, "talkback")],
                               stdin=theirs, stdout=theirs, stderr=theirs)
    try:
        os.write(ours, b"hello\nquit\n")
        screen = b""
        while b"'hello'." not in screen:
            same(bool(select.select([ours], [], [], PATIENCE)[0]), True,
                 "answer within patience")
            screen += os.read(ours, 999)
        same(process.wait(PATIENCE), 0, "exit status")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)


def main():
    if not os.path.isabs(HANDLERS):
        print("Bail out! HANDLERS is not an absolute directory")
        return 1
    print("1..%d" % len(tests))
    failures = 0
    for number, (what, function) in enumerate(tests, 1):
        try:
            function()
            print("ok %d - %s" % (number, what), flush=True)
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, what, reason), flush=True)
        except Exception:
            failures += 1
            print("not ok %d - %s" % (number, what))
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
