#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The pid file: there and locked while forkd runs; what counts is the lock, and
# nobody but the master has it.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *

LISTEN = ["-l", "127.0.0.1:0"]
CANTCREAT = 73


def place(name):
    return os.path.join(scratch(), name)


def pid_in(path):
    with open(path) as file:
        return int(file.read())


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def in_use(path, pid):
    return "pidfile %s: in use by pid %d; stop it: kill %d" % (path, pid, pid)


@test
def foreground():
    """-P, --pidfile and the setting, in the foreground"""
    path = place("foreground")
    for option in (["-P", path], ["--pidfile", path],
                   ["-o", "pidfile=" + path]):
        with Forkd(*LISTEN, *option, handler("talkback"), umask=0) as forkd:
            equal(pid_in(path), forkd.pid)
            equal(os.stat(path).st_mode & 0o7777, 0o644)
            equal(forkd.stop(), 0)
            assert not os.path.exists(path), "it is left"


@test
def detached():
    """the same when detached; it is the daemon's pid"""
    path = place("detached")
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        daemon = Detached(*LISTEN, "-P", path, handler("talkback"), umask=0)
        equal(pid_in(path), daemon.pid)
        equal(os.stat(path).st_mode & 0o7777, 0o644)
        equal(daemon.stop(number), 0)
        assert not os.path.exists(path), "it is left"


@test
def alive():
    """of one that runs: an error that names it; it goes on"""
    path = place("alive")
    with Forkd(*LISTEN, "-P", path, handler("talkback")) as forkd:
        refused(CANTCREAT, in_use(path, forkd.pid), "-d", *as_user(), *LISTEN,
                "-P", path, handler("talkback"))
        refused(CANTCREAT, in_use(path, forkd.pid), *as_user(), *LISTEN, "-P",
                path, handler("talkback"))
        # and it comes before the address, which is in use, too
        refused(CANTCREAT, in_use(path, forkd.pid), "-d", *as_user(), "-l",
                "127.0.0.1:%d" % forkd.port, "-P", path, handler("talkback"))
        equal(pid_in(path), forkd.pid)
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")


@test
def stale():
    """one that was left behind is taken over, whatever pid it has"""
    path = place("stale")
    for text in "", "1", "%d\n" % os.getpid(), "4194304\n", "0\n":
        write(path, text)
        with Forkd(*LISTEN, "-P", path, handler("talkback")) as forkd:
            equal(pid_in(path), forkd.pid)
        assert not os.path.exists(path)


@test
def race():
    """many starts on a stale one: one serves, the others name it or wait"""
    path = write(place("race"), "1\n")
    starts = [Forkd(*LISTEN, "-P", path, handler("talkback"), ready=False)
              for _ in range(8)]
    wait_until(lambda: sum(forkd.process.poll() is None
                           for forkd in starts) == 1, "seven to give up")
    winner = [forkd for forkd in starts if forkd.process.poll() is None][0]
    winner.wait_line("listening")
    equal(pid_in(path), winner.pid)
    for forkd in starts:
        if forkd is winner:
            continue
        equal(forkd.wait(), CANTCREAT)
        forkd.reader.join(DEADLINE)
        equal(len(forkd.lines), 1, forkd.lines)
        match("^forkd: pidfile %s: (in use by pid %d;|locked by a process)" %
              (path, winner.pid), forkd.lines[0])
    equal(winner.stop(), 0)
    assert not os.path.exists(path)


@test
def killed():
    """kill -9: neither a busy handler nor its descriptors keep the lock"""
    path = place("killed")
    forkd = Forkd(*LISTEN, "-P", path, handler("talkback"))
    with forkd.connect() as client:
        client.sendall(b"hello\n")
        equal(read_line(client), b"You said 'hello'.\n")
        worker = children(forkd.pid)[0]
        assert path not in descriptors(worker).values()
        forkd.send(signal.SIGKILL)
        forkd.wait()
        equal(pid_in(path), forkd.pid)      # it is left, and stale
        with Forkd(*LISTEN, "-P", path, handler("talkback")) as second:
            equal(pid_in(path), second.pid)
    equal(ended(worker), 0)


@test
def functions():
    """so it is with workers that are C functions"""
    path = place("functions")
    program = os.path.join(os.environ["EXAMPLES"], "talkback")
    forkd = Forkd(*LISTEN, "-P", path, program=program)
    with forkd.connect() as client:
        client.sendall(b"hello\n")
        equal(read_line(client), b"You said 'hello'.\n")
        worker = children(forkd.pid)[0]
        assert path not in descriptors(worker).values()
        forkd.send(signal.SIGKILL)
        forkd.wait()
        with Forkd(*LISTEN, "-P", path, handler("talkback")) as second:
            equal(pid_in(path), second.pid)
    ended(worker)


@test
def failed_start():
    """a start that fails removes it again"""
    path = place("failed")
    talkback = handler("talkback")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for where in ["-d"], []:
            code, _, _ = run(*where, *as_user(), "-l", "127.0.0.1:%d" % port,
                             "-P", path, talkback)
            equal((code, os.path.exists(path)), (69, False))
            code, _, _ = run(*where, *as_user(), *LISTEN, "-P", path,
                             "/nonexistent/handler")
            equal((code, os.path.exists(path)), (66, False))


@test
def somebody_elses():
    """one that another process made since is left"""
    path = place("other")
    with Forkd(*LISTEN, "-P", path, handler("talkback")) as first:
        os.unlink(path)
        with Forkd(*LISTEN, "-P", path, handler("talkback")) as second:
            equal(first.stop(), 0)
            equal(pid_in(path), second.pid)
    assert not os.path.exists(path)


@test
def removed():
    """one that was removed by hand is not missed"""
    path = place("removed")
    with Forkd(*LISTEN, "-P", path, handler("talkback")) as forkd:
        os.unlink(path)
        equal(forkd.stop(), 0)
        equal(len(forkd.lines), 3, forkd.lines)


@test
def relative():
    """a relative path begins where forkd was started"""
    path = place("relative")
    with Detached(*LISTEN, "-P", "relative", handler("talkback"),
                  cwd=scratch()) as daemon:
        equal(pid_in(path), daemon.pid)
    assert not os.path.exists(path)


main()
