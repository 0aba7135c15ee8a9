#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A stop with unix listeners: who waits is served, nobody new finds the socket.
# And stops at odd moments: a service that is throttled, a handler whose last
# words fill its pipe.
import contextlib
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


def connect(path):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(DEADLINE)
    client.connect(path)
    return client


def is_refused(path):
    try:
        with connect(path):
            return False
    except ConnectionRefusedError:
        return True


@test
def queue():
    """who waits on a unix socket is served, and its file is gone at once"""
    for name in "TERM", "QUIT":
        path = os.path.join(tempfile.mkdtemp(dir=scratch()), "s")
        os.chmod(os.path.dirname(path), 0o755)
        with Forkd("-d", *as_user(), "-l", "unix://" + path, "-c", "1",
                   handler("talkback"), plain=True) as forkd:
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(connect(path))
                           for _ in range(4)]
                forkd.wait_line("open pid")
                forkd.send(getattr(signal, "SIG" + name))
                forkd.wait_line("stop: " + name)
                wait_until(lambda: not os.path.exists(path), "no file")
                for client in clients:
                    client.sendall(b"hello\nquit\n")
                    equal(read_all(client), b"You said 'hello'.\n")
            equal(forkd.wait(), 0)
        equal(os.listdir(os.path.dirname(path)), [])


@test
def throttled():
    """a pause does not keep a stop waiting"""
    program = script("vanishes", "#!/bin/sh\nexit 0\n")
    with Forkd("-p", "0", "-o", "drain-timeout=20s", program) as forkd:
        os.unlink(program)
        for _ in range(3):
            equal(forkd.talk(), b"")
        line = forkd.wait_line("throttle")
        paused = int(re.search(r"nothing for (\d+)ms", line).group(1)) / 1000
        began = time.monotonic()
        with forkd.connect() as client:     # waits in the queue
            forkd.send(signal.SIGQUIT)
            equal(read_all(client), b"")
            equal(forkd.wait(), 0)
        took = time.monotonic() - began
        assert took < paused - 0.1, (took, paused)


@test
def last_words():
    """the last worker ends while its full pipe rests"""
    for turn in range(10 if SHORT else 30):
        log = os.path.join(scratch(), "log-%d" % turn)
        path = os.path.join(scratch(), "s-%d" % turn)
        forkd = subprocess.Popen(
            [FORKD, "-d", *as_user(), "-l", "unix://@" + path, "-o",
             "log=" + log, testbin("puppet")])
        wait_until(lambda: os.path.exists(log) and
                   "listening" in open(log).read(), "readiness")
        with connect("\0" + path) as client:
            client.sendall(b"pid\n")
            assert read_line(client)
            forkd.send_signal(signal.SIGTERM)
            wait_until(lambda: is_refused("\0" + path), "no listener")
            client.sendall(b"log " + b"x" * 4095 + b"\nexit 0\n")
            equal(forkd.wait(DEADLINE), 0)


main()
