#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example daytime, a server over TCP and UDP: forkd-examples(7).  What it
# does with datagrams is in example_daytime_udp.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daytimes import *

import resource

LEAVING = 64            # connections that are kept after the answer


def tcp_text(now):
    """What the document prints: date("n/j/Y g:i a")."""
    return "The local time is %d/%d/%d %d:%02d %s\n" % (
        now.tm_mon, now.tm_mday, now.tm_year, now.tm_hour % 12 or 12,
        now.tm_min, "am" if now.tm_hour < 12 else "pm")


def udp_text(now):
    """date("D M j H:i:s Y\\r\\n")"""
    return time.strftime("%a %b ", now) + "%d" % now.tm_mday + \
        time.strftime(" %H:%M:%S %Y\r\n", now)


def told(ask, text, hours):
    """The time between question and answer, so many hours from UTC."""
    begin = time.time() - 0.1       # time(3) is a tick of the clock late
    have = ask().decode()
    end = time.time()
    want = [text(time.gmtime(second + hours * 3600))
            for second in range(int(begin), int(end) + 1)]
    assert have in want, (have, want)


@test
def texts():
    """over TCP and UDP, with the time zone of TZ, at any hour"""
    now = time.gmtime().tm_hour
    # midnight, noon, and those before and after
    for hours in [hour - now for hour in (0, 12, 11, 1, 23)]:
        with Daytime("tcp://127.0.0.1:0", "udp://127.0.0.1:0",
                     env=dict(os.environ, TZ="XYZ%+d" % -hours)) as server:
            told(lambda: ask_tcp(server.ports[0]), tcp_text, hours)
            told(lambda: ask_udp(server.ports[1]), udp_text, hours)


@test
def families():
    """IPv4 and IPv6 at once, on one address or on all; -v says who it was"""
    need_ipv6()
    with Daytime("-v", "tcp://127.0.0.1:0", "tcp://[::1]:0",
                 "udp://127.0.0.1:0", "udp://[::1]:0", "tcp://:0",
                 "udp://:0") as server:
        match(r"tcp://127\.0\.0\.1:\d+ tcp://\[::1\]:\d+ udp://127\.0\.0\.1:"
              r"\d+ udp://\[::1\]:\d+ tcp://\[::\]:\d+ udp://\[::\]:\d+",
              " ".join(server.urls))
        for place, host in ((0, "127.0.0.1"), (1, "::1"), (4, "127.0.0.1"),
                            (4, "::1")):
            with tcp(server.ports[place], host) as connection:
                match(rb"\AThe local time is .*\n\Z", read_all(connection))
                match(r"^tcp (::ffff:)?%s port %d: answered$" % (
                    host, connection.getsockname()[1]), server.line())
        for place, host in ((2, "127.0.0.1"), (3, "::1"), (5, "127.0.0.1"),
                            (5, "::1"), (5, "127.0.0.77")):
            with udp(server.ports[place], host) as sock:
                sock.send(b"\n")
                match(rb"\A\w\w\w \w\w\w .*\r\n\Z", sock.recv(100))
                match(r"^udp (::ffff:)?[0-9.:]+ port %d: answered$" %
                      sock.getsockname()[1], server.line())


@test
def silent():
    """without -v it says nothing but where it listens"""
    with Daytime("tcp://127.0.0.1:0", "udp://127.0.0.1:0") as server:
        ask_tcp(server.ports[0])
        ask_udp(server.ports[1])
        server.process.terminate()
        equal(server.process.stdout.read(), "")


@test
def unread():
    """TCP: a client that sends much is not reset, but has its answer"""
    with Daytime("tcp://127.0.0.1:0") as server:
        for _ in range(5):
            os.kill(server.pid, signal.SIGSTOP)
            try:        # all that is there before the answer
                connection = tcp(server.port)
                connection.sendall(b"x" * 20000)
            finally:
                os.kill(server.pid, signal.SIGCONT)
            with connection:
                match(rb"\AThe local time is .*\n\Z", read_all(connection))
                for _ in range(3):
                    connection.sendall(b"x")
                equal(connection.getsockopt(socket.SOL_SOCKET,
                                            socket.SO_ERROR), 0)


@test
def not_waited_for():
    """TCP: clients that read nothing, or do not leave, hold up nobody"""
    count = LEAVING + 40
    with Daytime("tcp://127.0.0.1:0", "udp://127.0.0.1:0") as server:
        before = len(descriptors(server.pid))
        stay = [tcp(server.port) for _ in range(count)]
        ask_tcp(server.port)
        ask_udp(server.ports[1])
        assert len(descriptors(server.pid)) <= before + LEAVING
        # the oldest had to go, and all have their answer
        for connection in stay:
            match(rb"\AThe local time is .*\n\Z", read_all(connection))
        # for a second each
        wait_until(lambda: len(descriptors(server.pid)) == before,
                   "the end of those that stay")
        for connection in stay:
            connection.close()


@test
def sends_on():
    """TCP: one that sends without end is left after a second"""
    with Daytime("tcp://127.0.0.1:0") as server:
        with tcp(server.port) as connection:
            with contextlib.suppress(ConnectionError):
                while True:
                    connection.sendall(b"x" * 4096)
        ask_tcp(server.port)


@test
def gone():
    """TCP: clients that reset, or leave at once, are no errors, nor kept"""
    with Daytime("tcp://127.0.0.1:0") as server:
        before = len(descriptors(server.pid))
        for _ in range(20):
            ask_tcp(server.port)
        wait_until(lambda: len(descriptors(server.pid)) == before,
                   "the end of those that have left")
        for _ in range(50):
            with tcp(server.port) as connection:
                resets(connection)
            tcp(server.port).close()
        ask_tcp(server.port)


@test
def no_descriptors():
    """without descriptors it rests, does not spin, and goes on later"""
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
    with Daytime("tcp://127.0.0.1:0", "udp://127.0.0.1:0",
                 preexec_fn=few) as server:
        begin = time.monotonic()
        stay = [tcp(server.port) for _ in range(60)]
        for connection in stay:
            match(rb"\AThe local time is .*\n\Z", read_all(connection))
        # not a second for each five of them: who has the answer has to go
        assert time.monotonic() - begin < 8
        for connection in stay:
            connection.close()
        ask_tcp(server.port)

    def none():         # 0 to 2, two sockets, and two to be stopped by
        resource.setrlimit(resource.RLIMIT_NOFILE, (7, 7))
    # a sanitizer's look for leaks wants descriptors, too
    leaks = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    with Daytime("-v", "tcp://127.0.0.1:0", "udp://127.0.0.1:0",
                 env=dict(os.environ, ASAN_OPTIONS=leaks.lstrip(":")),
                 preexec_fn=none) as server:
        before = cpu_seconds(server.pid)
        begin = time.monotonic()
        with tcp(server.port):
            for _ in range(8):      # says so before each rest, of 100 ms
                match("^accept .*Too many open files", server.line())
            assert time.monotonic() - begin > 0.6
            assert cpu_seconds(server.pid) - before < 0.3
            ask_udp(server.ports[1])        # which needs none


@test
def reader_gone():
    """-v: nobody has to read what it says"""
    with Daytime("-v", "tcp://127.0.0.1:0") as server:
        server.process.stdout.close()
        for _ in range(5):
            ask_tcp(server.port)


@test
def stops():
    """SIGTERM and SIGINT end it at once with 0, whoever is there"""
    for number in signal.SIGTERM, signal.SIGINT:
        with Daytime("tcp://127.0.0.1:0") as server:
            with tcp(server.port) as stays:
                read_all(stays)
                server.process.send_signal(number)
                equal(server.process.wait(DEADLINE), 0)


@test
def user():
    """root has to say who it is to be, and is that one then"""
    if not ROOT:
        raise Skip("needs root")
    with Daytime("tcp://127.0.0.1:0") as server:
        entry = pwd.getpwnam("nobody")
        with open("/proc/%d/status" % server.pid) as file:
            text = file.read()
        match(r"\nUid:" + (r"\t%d" % entry.pw_uid) * 4 + "\n", text)
        match(r"\nGid:" + (r"\t%d" % entry.pw_gid) * 4 + "\n", text)
        ask_tcp(server.port)
    fails(64, "-u: who is it to be instead of root", "daytime",
          "tcp://127.0.0.1:0")
    fails(67, "no_such_user", "daytime", "-u", "no_such_user",
          "tcp://127.0.0.1:0")


@test
def not_root():
    """without root nobody else can be had"""
    more = unprivileged()
    more.pop("executable", None)
    fails(77, "", "daytime", "-u", "root", "tcp://127.0.0.1:0", **more)


@test
def usage():
    """wrong options and URLs, an address in use, no output"""
    url = "tcp://127.0.0.1:0"
    wrong_usage("daytime", [], ["-x", url], ["-u"], [url] * 17,
                ["unix:///tmp/x"], ["127.0.0.1:13"], ["tcp://127.0.0.1"],
                ["udp://127.0.0.1:65536"])
    with socket.create_server(("127.0.0.1", 0)) as other:
        fails(69, "Address already in use", "daytime", *as_user(),
              "tcp://127.0.0.1:%d" % other.getsockname()[1])
    fails(69, "Cannot assign requested address", "daytime", *as_user(),
          "udp://192.0.2.1:0")
    output_lost("daytime", *as_user(), url)


main()
