#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example daytime_client: forkd-examples(7).
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answering import *

LINE = b"Sun Nov 22 15:16:11 2026\r\n"
TEXT = "Sun Nov 22 15:16:11 2026\n"
FORM = r"\w\w\w \w\w\w +\d+ \d\d:\d\d:\d\d \d{4}\n"


def asks(form, *words):
    code, out, err = outcome("daytime_client", *words)
    equal((code, err), (0, ""), out)
    match(r"\A%s\Z" % form, out)


@contextlib.contextmanager
def datagrams(function, host="127.0.0.1"):
    """A UDP server: the function gets the socket, which is read until a
    datagram from here.  Gives its URL."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        sock.bind((host, 0))
        ours.bind(("127.0.0.1", 0))
        questions = []

        def serve():
            while True:
                data, peer = sock.recvfrom(100)
                if peer == ours.getsockname():
                    return
                questions.append(data)
                function(sock, peer, len(questions))
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield "udp://%s:%d" % sock.getsockname(), questions
        finally:
            ours.sendto(b"", sock.getsockname())
            thread.join()


def replies(data, first=1):
    def function(sock, peer, number):
        if number >= first:
            sock.sendto(data, peer)
    return function


@test
def example_server():
    """asks the example daytime, over both transports and families"""
    need_ipv6()
    process = subprocess.Popen(
        [example("daytime"), *as_user(), "tcp://127.0.0.1:0", "tcp://[::1]:0",
         "udp://127.0.0.1:0", "udp://[::1]:0", "udp://:0"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        urls = [process.stdout.readline().split()[-1] for _ in range(5)]
        for url in urls[:4]:
            asks(FORM if "udp" in url else
                 r"The local time is [0-9/]+ \d+:\d\d [ap]m\n", url)
        port = urls[4].rsplit(":", 1)[1]
        for host in "127.0.0.1", "127.0.0.9", "[::1]", "localhost":
            asks(FORM, "-w", "20", "udp://%s:%s" % (host, port))
    finally:
        process.terminate()
        equal(process.wait(DEADLINE), 0)
        process.stdout.close()


@test
def handler_of_forkd():
    """asks forkd's own daytime"""
    with Forkd("-l", "127.0.0.1:0", handler("daytime")) as forkd:
        for _ in range(3):
            asks(FORM, "tcp://127.0.0.1:%d" % forkd.port)


@test
@isolated()
def inetd():
    """asks the daytime of Debian's inetd, over both transports"""
    program = shutil.which("inetd", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise Skip("inetd is missing (openbsd-inetd)")
    try:
        equal(socket.getservbyname("daytime", "udp"), 13)
    except OSError as error:
        raise Skip("%s (netbase)" % error)
    # it answers nobody on 127.0.0.1 over UDP
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8916, struct.pack(        # SIOCSIFADDR
            "16sHH4s8x", b"lo:1", socket.AF_INET, 0,
            socket.inet_aton("10.9.1.1")))
    config = script("inetd.conf", "daytime stream tcp4 nowait root internal\n"
                    "daytime dgram udp4 wait root internal\n", 0o644)
    process = subprocess.Popen([program, "-i", config],
                               stdin=subprocess.DEVNULL)
    try:
        def serves():
            assert process.poll() is None, "inetd has ended"
            return outcome("daytime_client", "tcp://10.9.1.1:13")[0] == 0
        wait_until(serves, "inetd")
        asks(FORM, "tcp://10.9.1.1:daytime")
        asks(FORM, "udp://10.9.1.1:daytime")
    finally:
        process.terminate()
        process.wait(DEADLINE)


@test
def lines():
    """TCP: the first line that has text, however it comes"""
    for function in (says(LINE), goes_on(LINE), piecemeal(LINE),
                     says(LINE[:-2] + b"\n"), says(b"\n" + LINE),
                     says(b"\r\n\r\n" + LINE), goes_on(LINE + b"\x1b[2J")):
        with answering(function) as url:
            equal(outcome("daytime_client", url), (0, TEXT, ""))
    with answering(says(b"\n" * 10)) as url:
        fails(PROTOCOL, "only empty lines", "daytime_client", url)
    with answering(says(b"\n")) as url:
        fails(UNAVAILABLE, "closed without an answer", "daytime_client", url)


@test
def bad_peers():
    """TCP: whatever a server does, a clear error in time"""
    refuses_bad_peers("daytime_client")


@test
def answers():
    """UDP: one datagram is the answer"""
    for data in LINE, LINE[:-2], LINE[:-2] + b"\n":
        with datagrams(replies(data)) as (url, questions):
            equal(outcome("daytime_client", url), (0, TEXT, ""))
            equal(questions[0], b"\n")
    with datagrams(replies(b"x" * 510 + b"\r\n")) as (url, _):
        equal(outcome("daytime_client", url), (0, "x" * 510 + "\n", ""))


@test
def again():
    """UDP: asks again when a datagram is lost, until the time is over"""
    with datagrams(replies(LINE, 3)) as (url, questions):
        equal(outcome("daytime_client", "-w", "20", url), (0, TEXT, ""))
        assert len(questions) >= 3, questions
    begin = time.monotonic()
    with datagrams(replies(b"", 99)) as (url, questions):
        fails(TEMPFAIL, "timed out|no answer in time", "daytime_client", "-w",
              "1.4", url)
        assert time.monotonic() - begin >= 1.4
        wait_until(lambda: len(questions) == 2, "two questions")


@test
def bad_datagrams():
    """UDP: nonsense is told"""
    for data, pattern in (
            (b"", "an empty datagram"), (b"\r\n", "an empty datagram"),
            (b"\x1b[2J", r"no text: byte 1 is \\033"),
            (b"a\nb\n", r"no text: byte 2 is \\012"),
            (b"ab\0", r"no text: byte 3 is \\000"),
            (b"x" * 512, "more than 512 bytes"),
            (b"x" * 513, "a datagram of 513 bytes"),
            (b"x" * 60000, "a datagram of 60000 bytes")):
        with datagrams(replies(data)) as (url, _):
            fails(PROTOCOL, pattern, "daytime_client", url)


@test
def others():
    """UDP: an answer from another address, or another port, is none"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as address, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))

        def function(sock, peer, number):
            if number == 1:
                address.bind(("127.0.0.2", sock.getsockname()[1]))
                address.sendto(b"wrong\r\n", peer)
                port.sendto(b"wrong\r\n", peer)
            else:
                sock.sendto(LINE, peer)
        with datagrams(function) as (url, questions):
            equal(outcome("daytime_client", "-w", "20", url), (0, TEXT, ""))
            assert len(questions) > 1, questions


@test
def nobody():
    """UDP: nobody there is told at once"""
    sock, port = closed_port(socket.SOCK_DGRAM)
    with sock:
        begin = time.monotonic()
        fails(UNAVAILABLE, "Connection refused", "daytime_client", "-w", "20",
              "udp://127.0.0.1:%d" % port)
        assert time.monotonic() - begin < 15


@test
@isolated(hosts="127.0.0.1 here\n")
def names():
    """names of hosts; one that is not there is 68"""
    for scheme in "tcp", "udp":
        fails(68, "nowhere.invalid", "daytime_client",
              scheme + "://nowhere.invalid:13")
    with datagrams(replies(LINE)) as (url, _):
        equal(outcome("daytime_client", url.replace("127.0.0.1", "here")),
              (0, TEXT, ""))


@test
def usage():
    """wrong options are 64, lost output is 74"""
    wrong_usage("daytime_client", [], ["-x"], ["-w"],
                ["udp://127.0.0.1:1", "udp://127.0.0.1:1"],
                ["-w", "0", "udp://127.0.0.1:1"],
                ["-w", "86401", "udp://127.0.0.1:1"],
                ["http://127.0.0.1:1"], ["unix:///tmp/x"], ["127.0.0.1:13"],
                ["tcp://127.0.0.1:65536"], ["udp://127.0.0.1:0"])
    with answering(says(LINE)) as url:
        output_lost("daytime_client", url)


main()
