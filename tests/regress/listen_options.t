#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What sockets are made with: backlog, freebind, SO_REUSEADDR always and
# SO_REUSEPORT never (promise 14).
import errno
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

TIME_WAIT = "06"


def backlog(forkd):
    """Send-Q of the listener, as ss(8) has it."""
    if shutil.which("ss") is None:
        raise Skip("no ss")
    shown = subprocess.run(["ss", "-Hltn", "sport = :%d" % forkd.port],
                           capture_output=True, text=True, check=True).stdout
    return [int(line.split()[2]) for line in shown.splitlines()]


@test
@isolated(sysctl={"core/somaxconn": 4000})
def backlogs():
    """-b, --backlog and -o backlog"""
    for args, wanted in ((["-b", "7"], 7), (["--backlog=12"], 12),
                         (["-o", "backlog=1"], 1),
                         (["-b", "1000000"], 4000)):
        with Forkd("-l", "127.0.0.1:0", *args, handler("talkback")) as forkd:
            equal(backlog(forkd), [wanted], " ".join(args))
    # SOMAXCONN
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd:
        equal(backlog(forkd), [min(socket.SOMAXCONN, 4000)])


@test
@isolated()
def freebind():
    """freebind: an address that comes later"""
    ip = shutil.which("ip", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if ip is None:
        raise Skip("no ip")
    for host, address in (("192.0.2.77", "192.0.2.77:1000"),
                          ("2001:db8::77", "[2001:db8::77]:1000")):
        refused(69, "tcp://%s: Cannot assign requested address" % address,
                "-d", *as_user(), "-l", address, handler("talkback"))
        with Forkd("-o", "freebind=yes", "-l", address,
                   handler("talkback")) as forkd:
            equal(listeners(forkd.pid), [(host, 1000)])
            subprocess.run([ip, "addr", "add", host, "dev", "lo"] +
                           (["nodad"] if ":" in host else []), check=True)
            # the kernel finishes that in its own time
            wait_until(lambda: can_connect(host), "the address")
            equal(forkd.talk(b"x\n", host), b"You said 'x'.\n")


def can_connect(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as client:
        try:
            client.bind((host, 0))
            client.connect((host, 1000))
        except OSError:
            return False
    return True


def time_waits(port):
    with open("/proc/thread-self/net/tcp") as file:
        rows = [line.split() for line in file][1:]
    return len([row for row in rows if row[3] == TIME_WAIT and
                row[1].endswith(":%04X" % port)])


@test
def restart():
    """a restart on the port of connections that ended a moment ago"""
    # an address of our own: nobody else is given this port meanwhile
    host = "127.%d.%d.1" % (os.getpid() >> 8 & 255, os.getpid() & 255)
    port = 0
    for _ in range(3):
        with Forkd("-l", "%s:%d" % (host, port), handler("daytime")) as forkd:
            port = forkd.port
            for _ in range(10):
                # the server closes first, and so has to wait
                with forkd.connect(host) as client:
                    read_all(client)
            wait_until(lambda: time_waits(port) > 5, "TIME_WAIT")


@test
@isolated()
def restart_busy():
    """a restart while a handler of the one before still talks"""
    path = handler("talkback")
    with Forkd("-p", "1000", path) as forkd:
        with forkd.connect() as client:
            client.sendall(b"x\n")
            equal(read_line(client), b"You said 'x'.\n")
            os.kill(forkd.pid, signal.SIGKILL)
            equal(forkd.wait(), -signal.SIGKILL)
            with Forkd("-p", "1000", path) as second:
                equal(second.talk(b"y\n"), b"You said 'y'.\n")
                client.sendall(b"z\n")
                equal(read_line(client), b"You said 'z'.\n")
    wait_until(lambda: not _left(), "the end of the orphan")


def _left():
    """Orphans of the forkd that was killed: they are ours now."""
    for pid in children(os.getpid()):
        os.waitpid(pid, os.WNOHANG)
    return children(os.getpid())


@test
def one_only():
    """two cannot share a port, even if both ask for it"""
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd:
        address = "127.0.0.1:%d" % forkd.port
        refused(69, "tcp://%s: Address already in use; see: ss -ltnp "
                "'sport = :%d'" % (address, forkd.port), "-d", *as_user(),
                "-l", address, handler("talkback"))
        # a socket that offers to share is refused as well
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            try:
                other.bind(("127.0.0.1", forkd.port))
                raise AssertionError("the port is shared")
            except OSError as error:
                equal(error.errno, errno.EADDRINUSE)


main()
