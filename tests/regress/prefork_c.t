#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode prefork with C functions: workers that are there before the client, and
# serve one connection after the other.
import fcntl
import os
import pty
import sys
import termios
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *


@test
def ahead():
    """min-workers are ready before it says that it serves"""
    with Pool("start", "min-workers=5") as forkd:
        index = [i for i, line in enumerate(forkd.lines)
                 if "listening" in line][0]
        starts = [line for line in forkd.lines[:index]
                  if line.startswith("start slot")]
        equal(len(starts), 5)
        pids = {int(re.search(r"pid (\d+)", line)[1]) for line in starts}
        equal(pids, set(children(forkd.pid)))
        equal(sorted(int(line.split()[2]) for line in starts),
              [0, 1, 2, 3, 4])


@test
def again():
    """one after the other, by the worker that became idle last"""
    with Pool("start,finish,reaped", "min-workers=3 min-spare=0") as forkd:
        pids = set()
        for number in range(1, 30):
            talk = Talk(forkd)
            pids.add(talk.pid)
            talk.close()
            forkd.wait_line(r"s#%d: close pid %d status 0 in \d+\.\d{3}s$" %
                            (number, talk.pid))
            forkd.wait_line(r"s#%d: open pid %d from 127\.0\.0\.1:\d+ to "
                            r"127\.0\.0\.1:\d+, 1/128$" % (number, talk.pid))
        equal(len(pids), 1)
        forkd.has_lines("^start", 3)
        equal(forkd.count_lines("^(finish|reaped)"), 0)
    forkd.has_lines("^finish slot", 3)
    forkd.has_lines("^reaped slot . pid .* status 0", 3)


@test
def facts_of():
    """what serve sees of a connection, and the worker's state, as in mode fork"""
    answers = []
    for mode in "fork", "prefork":
        with Lib("serve", after=["set", "s", "mode", mode, "set", "s",
                                 "min-workers", "1"]) as forkd:
            answer = forkd.ask("facts\nreport\n")
            # numbers of descriptors are the library's, others the system's
            answers.append([line for line in answer.splitlines()
                            if not re.match(r"fd ([3-9]|\d\d|2 )|p?pid|pgid|"
                                            r"sid|peer|local|sockopt", line)])
    assert len(answers[0]) > 100
    equal(answers[1], answers[0])


@test
def descriptors_of():
    """only its channel, its connection and what the program had"""
    with Pool("serve", "min-workers=3 min-spare=0") as forkd:
        talks = [Talk(forkd) for _ in range(2)]
        for talk in talks:
            kinds = sorted(re.sub(r"\d+", "", what).rstrip(":[]")
                           for number, what in descriptors(talk.pid).items()
                           if number > 2)
            # connection, its two streams, channel
            equal([kind for kind in kinds if kind == "socket"],
                  ["socket"] * 4)
            equal([kind for kind in kinds if "eventpoll" in kind], [])
            talk.close()
        idle = [pid for pid in children(forkd.pid)]
        for pid in idle:
            found = [what for what in descriptors(pid).values()
                     if what.startswith("socket:")]
            wait_until(lambda: len([
                what for what in descriptors(pid).values()
                if what.startswith("socket:")]) == 1, "one socket")


@test
def results():
    """failed connections and a worker's last one"""
    with Pool("finish,reaped", "min-workers=1 min-spare=0") as forkd:
        first = Talk(forkd)
        first.say("return -1")
        first.close()
        forkd.wait_line("warning s#1: close pid %d status 1 in" % first.pid)
        second = Talk(forkd)
        equal(second.pid, first.pid)
        second.say("return 1")          # FORKD_RETIRE
        second.close()
        forkd.wait_line("info s#2: close pid %d status 0 in" % first.pid)
        forkd.wait_line(r"^reaped slot 0 pid %d status 0" % first.pid)
        forkd.wait_line(r"^finish slot 0 pid %d" % first.pid)
        third = Talk(forkd)
        assert third.pid != first.pid
        third.say("exit 3")
        third.close()
        forkd.wait_line("warning s#3: close pid %d status 3 in" % third.pid)
        fourth = Talk(forkd)
        fourth.say("signal 11")
        fourth.close()
        forkd.wait_line("s#4: close pid %d signal 11 SEGV" % fourth.pid)
        equal(forkd.count_lines("throttle"), 0)


@test
def full():
    """`full' when all max-workers are busy, `free' afterwards"""
    with Pool("serve", "max-workers=3") as forkd:
        talks = [Talk(forkd) for _ in range(3)]
        equal(len({talk.pid for talk in talks}), 3)
        forkd.wait_line("s: full: 3 of 3 workers busy, new connections wait")
        late = forkd.connect()
        late.sendall(b"pid\n")
        talks.pop().close()
        assert int(read_line(late)) > 0
        late.close()
        for talk in talks:
            talk.close()
        forkd.wait_line("s: free: was full for")


@test
def allows():
    """allow is asked in the master, for each connection"""
    with Pool("allow", "min-workers=2") as forkd:
        for serial in range(1, 7):
            with forkd.connect() as client:
                try:
                    client.sendall(b"pid\n")
                    client.shutdown(socket.SHUT_WR)
                    answer = read_all(client)
                except OSError:
                    answer = b""
            equal(answer != b"", serial % 2 == 1)
        # the client may have seen its end before we have read the line
        forkd.wait_line("refuse .*: not allowed", 3)
        forkd.has_lines("^allow serial", 6)


@test
def limits():
    """timeout and idle-timeout end a worker, and the next one serves"""
    for setting in "timeout", "idle-timeout":
        with Pool("serve", "min-workers=1 %s=300ms" % setting) as forkd:
            with forkd.connect() as client:
                equal(read_all(client), b"")
            forkd.wait_line("s#1: handler-error .*%s: TERM" % setting)
            forkd.wait_line("s#1: close pid .* signal 15 TERM .*: " + setting)
            wait_until(lambda: Talk(forkd).close() is None, "a connection")


@test
def gone():
    """client-gone ends a busy worker, and none that is idle"""
    with Pool("serve", "min-workers=1 min-spare=0 client-gone=eof") as forkd:
        talk = Talk(forkd)
        talk.connection.close()
        forkd.wait_line("s#1: close pid")
        for number in range(2, 6):
            other = Talk(forkd)
            other.say("return 0")
            read_all(other.connection)
            other.connection.close()
            forkd.wait_line("s#%d: close pid %d" % (number, other.pid))


@test
def errors():
    """stderr = socket is the connection, for each one"""
    with Pool("serve", "min-workers=1 min-spare=0 stderr=socket") as forkd:
        for _ in range(3):
            with forkd.connect() as client:
                client.sendall(b"facts\nreport\n")
                client.shutdown(socket.SHUT_WR)
                match(r"(?m)^fd 2 socket", read_all(client).decode())


@test
def name():
    """workers are called as their service"""
    for title, want in ("yes", "s"), ("no", "libtest"):
        with Pool("serve", "min-workers=1 title=" + title) as forkd:
            pid = children(forkd.pid)[0]
            with open("/proc/%d/comm" % pid) as file:
                equal(file.read().strip(), want)


@test
def session():
    """a group of its own; and a session, where there is a terminal to lose"""
    def take_terminal():
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    ours, theirs = pty.openpty()
    for begin, own in (os.setsid, False), (take_terminal, True):
        with Pool("serve", "min-workers=1", preexec_fn=begin,
                  pass_fds=[theirs]) as forkd:
            pid = Talk(forkd).pid
            equal(os.getpgid(pid), pid)
            equal(os.getsid(pid), pid if own else os.getsid(forkd.pid))
    os.close(theirs)
    os.close(ours)


main()
