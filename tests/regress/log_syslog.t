#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# log=syslog:FACILITY: datagrams to /dev/log as syslog(3) sends them.  A log
# daemon that is gone, or does not read, costs lines and no connection.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from logs import *

FORM = (r"^<(\d+)>(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d "
        r"\d\d:\d\d:\d\d forkd\[%d\]: (.*)$")
INJECT = reachable(os.path.join(os.environ["PRELOAD"], "inject.so"))
DAEMON = 3 << 3


class Daemon:
    """A log daemon: what stands at /dev/log."""

    def __init__(self, path=None):
        self.path = path or os.path.join(scratch(), "dev-log")
        self.lines = []
        self.open()

    def open(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(DEADLINE)

    def close(self):
        self.socket.close()
        os.unlink(self.path)

    def wait(self, pattern):
        """Receives until a line matches; returns it."""
        while True:
            line = self.socket.recv(1 << 16).decode()
            self.lines.append(line)
            if re.search(pattern, line):
                return line

    def environment(self):
        return dict(os.environ, FORKD_TEST_LOG=self.path, TZ="UTC",
                    LD_PRELOAD=" ".join([INJECT] + os.environ.get(
                        "LD_PRELOAD", "").split()))


def logging_to(daemon, facility, *args, **popen):
    popen.setdefault("env", daemon.environment())
    forkd = Forkd("-l", "127.0.0.1:0", "-o", "log=syslog:" + facility, *args,
                  ready=False, **popen)
    line = daemon.wait('listening|"ready"')
    forkd.ports = [int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))]
    return forkd


@test
def lines():
    """priority, time, name, pid; no time and level of forkd's own"""
    daemon = Daemon()
    with logging_to(daemon, "daemon", script(
            "three", "#!/bin/sh\nexit 3\n")) as forkd:
        forkd.talk()
        daemon.wait("close")
        equal(forkd.stop(), 0)
        daemon.wait("all workers have ended")
        equal(forkd.lines, [])
    daemon.close()
    have = [re.search(FORM % forkd.pid, line).groups()
            for line in daemon.lines]
    for (priority, _, text), (want, form) in zip(have, (
            (6, "forkd: listening on "), (6, r"three#1: open pid \d+ "),
            (4, r"three#1: close pid \d+ status 3 in "), (6, "forkd: stop: "),
            (6, "forkd: stop: all workers have ended$"))):
        equal(int(priority), DAEMON + want)
        match("^" + form, text)
    equal(len(have), 5)


@test
def facilities():
    """each one by its name, with text and with json"""
    numbers = {"auth": 4, "authpriv": 10, "cron": 9, "daemon": 3, "ftp": 11,
               "lpr": 6, "mail": 2, "news": 7, "syslog": 5, "user": 1,
               "uucp": 8}
    numbers.update(("local%d" % i, 16 + i) for i in range(8))
    daemon = Daemon()
    for name, number in numbers.items():
        with logging_to(daemon, name, "-o", "log-format=json",
                        handler("echo")) as forkd:
            found = re.search(FORM % forkd.pid, daemon.lines[-1])
            equal(int(found.group(1)), number * 8 + 6, name)
            match(r'^\{"time":.*"event":"ready".*\}$', found.group(3))
            equal(forkd.stop(), 0)
            daemon.wait("ended")
    daemon.close()


@test
def gone():
    """the socket goes and comes back; what was lost is told"""
    daemon = Daemon()
    with logging_to(daemon, "local0", handler("echo")) as forkd:
        before = descriptors(forkd.pid)
        for _ in range(2):
            daemon.close()
            for _ in range(3):
                equal(forkd.talk(b"x"), b"x")
            wait_until(lambda: not children(forkd.pid))
            daemon.lines = []
            daemon.open()
            equal(forkd.talk(b"x"), b"x")
            daemon.wait("close")
            equal(lost(daemon.lines), 6)
            match(r"^<%d>.*: forkd: 6 log lines lost$" % (16 * 8 + 4),
                  daemon.lines[0])
            wait_until(lambda: not children(forkd.pid))
            equal(len(descriptors(forkd.pid)), len(before))
    daemon.close()


@test
def never_there():
    """without any at start it serves, and logs when there is one"""
    daemon = Daemon()
    daemon.close()
    forkd = Forkd("-l", "127.0.0.1:0", "-o", "log=syslog:daemon",
                  handler("echo"), ready=False, env=daemon.environment())
    with forkd:
        forkd.ports = [wait_until(lambda: listeners(forkd.pid))[0][1]]
        equal(forkd.talk(b"x"), b"x")
        wait_until(lambda: not children(forkd.pid))
        daemon.open()
        equal(forkd.talk(b"x"), b"x")
        daemon.wait("close")
        equal(lost(daemon.lines), 3)
    daemon.close()


@test
def full():
    """one that does not read: nobody waits, and what was lost is told"""
    daemon = Daemon()
    with logging_to(daemon, "daemon", handler("echo")) as forkd:
        count = 0
        while not _is_full(daemon):
            equal(forkd.talk(b"x"), b"x")
            count += 1
            assert count < 1000, "it takes everything"
        for _ in range(10):
            equal(forkd.talk(b"x"), b"x")
        count += 10
        wait_until(lambda: not children(forkd.pid))
        daemon.lines = []
        daemon.socket.setblocking(False)
        try:
            while True:
                daemon.wait(r"\A\Z")
        except BlockingIOError:
            pass
        daemon.socket.settimeout(DEADLINE)
        equal(forkd.talk(b"x"), b"x")
        daemon.wait("#%d: close" % (count + 1))
        whole = [line for line in daemon.lines if re.search(
            r"echo#\d+: (open|close) pid \d+ .*\d", line)]
        assert lost(daemon.lines) >= 18, lost(daemon.lines)
        equal(len(whole) + lost(daemon.lines), 2 * (count + 1))
    daemon.close()


def _is_full(daemon):
    """Whether one more message would have to wait."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        try:
            other.sendto(b"test", daemon.path)
            return False
        except BlockingIOError:
            return True


@test
@isolated()
def dev_log():
    """the name is /dev/log"""
    own = os.path.join(scratch(), "dev")
    os.mkdir(own)
    for name in "null", "full", "urandom":
        with open(os.path.join(own, name), "w"):
            pass
        mount("/dev/" + name, os.path.join(own, name), None, MS_BIND)
    mount(own, "/dev", None, MS_BIND | MS_REC)
    daemon = Daemon("/dev/log")
    with logging_to(daemon, "daemon", handler("echo"),
                    env=dict(os.environ)) as forkd:
        equal(forkd.talk(b"x"), b"x")
        daemon.wait("close")
    daemon.close()


@test
def reopened():
    """USR1 changes nothing"""
    daemon = Daemon()
    with logging_to(daemon, "daemon", handler("echo")) as forkd:
        forkd.send(signal.SIGUSR1)
        daemon.wait("reload: USR1: there is no log file to open again$")
    daemon.close()


main()
