# SPDX-License-Identifier: ISC
"""What the regression tests share: starting forkd, talking to it, TAP.

A test file defines functions with @test and ends with main().  Each function
is one test point; it fails by an exception.  Nothing sleeps to synchronise:
waiting is for a line of the log, for a byte, or for the end of a process,
always with a deadline.

The environment (see tests/local.mk): FORKD the program, HANDLERS the directory
of the built handlers, TESTBIN that of the test programs, PRELOAD that of the
objects for LD_PRELOAD, FORKD_TESTS "short" for smaller counts.
"""

import atexit
import ctypes
import fcntl
import functools
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback

DEADLINE = 30.0         # seconds; a machine under load is slow, not wrong
FORKD = os.environ["FORKD"]
HANDLERS = os.environ["HANDLERS"]
ROOT = os.geteuid() == 0
# whoever runs the tests may have a supervisor that is not forkd's
for _name in "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS":
    os.environ.pop(_name, None)
# a shell that was told to run them in the background ignores the first two,
# nohup the third
for _name in signal.SIGINT, signal.SIGQUIT, signal.SIGHUP:
    if signal.getsignal(_name) == signal.SIG_IGN:
        signal.signal(_name, signal.SIG_DFL)
SHORT = os.environ.get("FORKD_TESTS") == "short"
SANITIZED = bool(os.environ.get("SANITIZERS"))

_tests = []
_running = []
_scratch = None


class Skip(Exception):
    """This machine cannot run the test; says why."""


def test(function):
    """Registers a test point; its docstring is its description."""
    _tests.append(function)
    return function


def full(function):
    """Registers a test point that takes long: not in the short suite."""
    return function if SHORT else test(function)


def scratch():
    """A directory of this test's own that every user can reach."""
    global _scratch
    if _scratch is None:
        _scratch = tempfile.mkdtemp(prefix="forkd-test-", dir="/tmp")
        os.chmod(_scratch, 0o755)
        atexit.register(shutil.rmtree, _scratch, True)
    return _scratch


def reachable(path):
    """A copy of a program where every user can reach it."""
    copy = os.path.join(scratch(), "bin", os.path.basename(path))
    if not os.path.exists(copy):
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copy(path, copy)
        os.chmod(copy, 0o755)
    return copy


def handler(name):
    """The path of one of forkd's own handlers."""
    return reachable(os.path.join(HANDLERS, name))


def testbin(name):
    """The path of a program of the tests."""
    return reachable(os.path.join(os.environ["TESTBIN"], name))


def needs_filter():
    """Skips where a kernel keeps socket filters from whoever is not root."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 1))
        program = struct.pack("HP", 1, ctypes.addressof(code))
        try:
            listener.setsockopt(socket.SOL_SOCKET, 26, program)
        except PermissionError:
            raise Skip("socket filters are not permitted")


def script(name, text, mode=0o755):
    """Writes an executable file; returns its path."""
    path = os.path.join(scratch(), name)
    with open(path, "w", newline="") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def as_user():
    """-u for a start by root, nothing for others."""
    return ["-u", "nobody"] if ROOT else []


def as_self():
    """-u for handlers that only our own user can reach."""
    return ["-u", "root"] if ROOT else []


def unprivileged():
    """Popen's keywords for a start by somebody who is not root."""
    if not ROOT:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"executable": reachable(FORKD), "user": entry.pw_uid,
            "group": entry.pw_gid, "extra_groups": []}


class Forkd:
    """A running forkd; `with' stops it.

    args: everything behind the program's name; -d and -u are added unless
    plain=True.  Other keywords go to subprocess.Popen.  With a stderr among
    them, and ready=False, the log is the caller's to read.
    """

    def __init__(self, *args, plain=False, program=None, ready=True, **popen):
        command = [program or FORKD]
        if not plain:
            command += ["-d"] + as_user()
        command += args
        self.lines = []
        self.ended = False
        self.changed = threading.Condition()
        popen.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, **popen)
        self.pid = self.process.pid
        _running.append(self)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.ports = []
        if ready:
            line = self.wait_line(r'listening|"event":"ready"')
            self.addresses = re.findall(r"tcp[46]?://[^ ,\"]*:\d+", line)
            self.ports = [int(a.rsplit(":", 1)[1]) for a in self.addresses]

    def _read(self):
        for raw in self.process.stderr or ():
            with self.changed:
                self.lines.append(raw.decode(errors="replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    @property
    def port(self):
        return self.ports[0]

    def wait_line(self, pattern, count=1, since=0, seconds=DEADLINE):
        """Waits for the count-th line that matches; returns it."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [l for l in self.lines[since:]
                         if re.search(pattern, l)]
                if len(found) >= count:
                    return found[count - 1]
                left = end - time.monotonic()
                if self.ended or left <= 0:
                    raise AssertionError(
                        "no line matches %r (%d times) in:\n%s" %
                        (pattern, count, "\n".join(self.lines)))
                self.changed.wait(left)

    def count_lines(self, pattern):
        with self.changed:
            return len([l for l in self.lines if re.search(pattern, l)])

    def has_lines(self, pattern, count):
        """So many lines match, no more; they are waited for, since what they
        tell of can be seen before they are read here."""
        self.wait_line(pattern, count)
        equal(self.count_lines(pattern), count)

    def connect(self, host="127.0.0.1", port=None, source=None):
        connection = socket.create_connection(
            (host, port or self.port), DEADLINE,
            (source, 0) if source else None)
        connection.settimeout(DEADLINE)
        return connection

    def talk(self, data=b"", host="127.0.0.1", port=None):
        """Sends data, half-closes, returns everything that comes back."""
        with self.connect(host, port) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return read_all(connection)

    def send(self, number):
        os.kill(self.pid, number)

    def wait(self):
        """Waits for the end; returns the exit code."""
        code = self.process.wait(DEADLINE)
        if self in _running:
            _running.remove(self)
        return code

    def stop(self, number=signal.SIGTERM):
        """Asks it to stop; returns the exit code."""
        self.send(number)
        code = self.wait()
        self.reader.join(DEADLINE)      # the log is whole then
        return code

    def kill(self):
        """The end, whatever state it is in."""
        if self.process.poll() is None:
            for pid in children(self.pid):
                try:
                    os.killpg(pid, signal.SIGKILL)
                except OSError:
                    pass
            self.process.kill()
        self.process.wait()
        if self in _running:
            _running.remove(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print("# log of forkd:")
            for line in self.lines[-40:]:
                print("#   " + line)
            self.kill()
        elif self.process.poll() is None:
            code = self.stop()
            assert code == 0, "forkd ended with %d" % code


def run(*args, **popen):
    """Runs forkd to its end; returns exit code, stdout, stderr."""
    done = subprocess.run([FORKD] + list(args), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE,
                          **popen)
    return done.returncode, done.stdout, done.stderr


def refused(code, message, *args, **popen):
    """forkd does not start, and says why: the code, one line, no more."""
    have = run(*args, **popen)
    equal(have, (code, "", "forkd: %s\n" % message),
          "forkd " + " ".join(args))
    left = _leftovers()
    assert not left, "processes are left: %s" % left


def read_all(connection):
    data = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece


def read_line(connection):
    data = b""
    while not data.endswith(b"\n"):
        piece = connection.recv(1)
        if not piece:
            break
        data += piece
    return data


def wait_full(connection):
    """Waits until a sender is held up: nobody reads, and no more arrives."""
    seen = [0]

    def held_up():
        waiting = struct.unpack("i", fcntl.ioctl(
            connection, termios.FIONREAD, bytes(4)))[0]
        seen.append(waiting)
        return waiting > 0 and seen[-20:] == [waiting] * 20
    wait_until(held_up, "a sender that is held up")


def wait_until(predicate, what="a condition"):
    """Polls with a deadline, for what nobody announces."""
    end = time.monotonic() + DEADLINE
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.005)


def at_once(functions):
    """Calls all of them in threads of their own; fails if one does."""
    failures = []

    def call(function):
        try:
            function()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=call, args=(function,))
               for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def children(pid):
    """The child processes of a process, zombies included."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def descriptors(pid):
    """What the descriptors of a process are."""
    found = {}
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            found[int(name)] = os.readlink("/proc/%d/fd/%s" % (pid, name))
        except OSError:
            pass
    return found


def listeners(pid):
    """The TCP sockets that a process listens on: (address, port) of each."""
    inodes = set(descriptors(pid).values())
    found = []
    for name in "tcp", "tcp6":
        with open("/proc/%d/net/%s" % (pid, name)) as file:
            rows = [line.split() for line in file][1:]
        for row in rows:
            if row[3] != "0A" or "socket:[%s]" % row[9] not in inodes:
                continue
            address, port = row[1].split(":")
            raw = b"".join(struct.pack("=I", int(address[i:i + 8], 16))
                           for i in range(0, len(address), 8))
            family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
            found.append((socket.inet_ntop(family, raw), int(port, 16)))
    return sorted(found)


def isolated(hosts=None, sysctl=None):
    """Makes a test run in a network of its own, with only a loopback device.

    hosts: what /etc/hosts says there; no other source of names is asked.
    sysctl: {"ipv6/bindv6only": 1} sets that below /proc/sys/net.
    The test runs in a thread: what it starts and opens is in there, too.
    """
    def decorate(function):
        @functools.wraps(function)
        def inside():
            if not ROOT:
                raise Skip("needs root")
            failure = []

            def body():
                try:
                    _unshare(hosts, sysctl)
                    function()
                except BaseException as error:
                    failure.append(error)
            thread = threading.Thread(target=body)
            thread.start()
            thread.join()
            if failure:
                raise failure[0]
        return inside
    return decorate


def _call(name, *args):
    """A function of the C library that sets errno."""
    function = ctypes.CDLL(None, use_errno=True)[name]
    if function(*args) == -1:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (name, os.strerror(number)))


def need_ipv6():
    """Skips where there is no IPv6 loopback address."""
    try:
        with socket.socket(socket.AF_INET6) as any_socket:
            any_socket.bind(("::1", 0))
    except OSError as error:
        raise Skip("no IPv6: %s" % error)


def mount(source, target, kind=None, flags=0):
    """mount(2); for isolated tests only."""
    _call("mount", *(None if s is None else os.fsencode(s)
                     for s in (source, target, kind)),
          ctypes.c_ulong(flags), None)


MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 0x8, 0x1000, 0x4000, 0x40000


def _unshare(hosts, sysctl):
    try:
        _call("unshare", 0x40000000 | 0x20000)  # CLONE_NEWNET, CLONE_NEWNS
        mount("none", "/", None, MS_REC | MS_PRIVATE)
    except OSError as error:
        raise Skip("no namespaces: %s" % error)
    for name, value in (sysctl or {}).items():
        try:
            with open("/proc/sys/net/" + name, "w") as file:
                file.write("%s" % value)
        except OSError as error:
            raise Skip(str(error))
    with socket.socket() as any_socket:         # loopback up
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))
    if hosts is None:
        return
    for name, text in ("hosts", hosts), ("nsswitch.conf", "hosts: files\n"):
        path = os.path.join(scratch(), name)
        with open(path, "w") as file:
            file.write(text)
        try:
            mount(path, "/etc/" + name, None, MS_BIND)
        except OSError as error:
            raise Skip("/etc/%s: %s" % (name, error))


def cpu_seconds(pid):
    """User and system time of a process so far."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kb(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def equal(have, want, what=""):
    if have != want:
        raise AssertionError("%s\n have %r\n want %r" % (what, have, want))


def match(pattern, text):
    if not re.search(pattern, text):
        raise AssertionError("%r does not match %r" % (text, pattern))


def _leftovers():
    """Processes that outlived their forkd: they are our children now."""
    running = [forkd.pid for forkd in _running]
    return [pid for pid in children(os.getpid())
            if pid not in running and os.waitpid(pid, os.WNOHANG)[0] == 0]


def left_over():
    """What outlived its forkd, apart from what the leak check of a sanitizer
    starts: that ends by itself when the process that it looks at is killed."""
    end = time.monotonic() + (DEADLINE if SANITIZED else 0)
    while True:
        left = _leftovers()
        if not left or time.monotonic() >= end:
            return left
        time.sleep(0.01)


def _run_one(number, function):
    name = (function.__doc__ or function.__name__).split("\n")[0]
    try:
        function()
        left = left_over() + [forkd.pid for forkd in _running]
        assert not left, "processes are left: %s" % left
    except Skip as reason:
        print("ok %d - %s # SKIP %s" % (number, name, reason))
        return
    except BaseException:
        print("not ok %d - %s" % (number, name))
        for line in traceback.format_exc().splitlines():
            print("# " + line)
        for forkd in list(_running):
            forkd.kill()
        for pid in _leftovers():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return
    print("ok %d - %s" % (number, name))


def main():
    # orphans become our children: none can escape unseen
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)     # PR_SET_CHILD_SUBREAPER
    print("1..%d" % len(_tests))
    for number, function in enumerate(_tests, 1):
        _run_one(number, function)
        sys.stdout.flush()
