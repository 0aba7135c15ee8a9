#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What all clients among the examples have from cli.c: forkd-examples(7).
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answering import *

EX_USAGE, EX_IOERR = 64, 74
NASTY = "a\nb\r\t\x1b[2J\x7f\x9b\N{LATIN SMALL LETTER E WITH ACUTE}"
SHOWN = r"a\\012b\\015\\011\\033\[2J\\177\\302\\233\\303\\251"


def clients(url):
    """Each client with what makes it ask a stream server there."""
    host, port = re.fullmatch(r"tcp://(.*):(\w+)", url).groups()
    yield "counter_client", url
    yield "daytime_client", url
    yield "head", "-p", port, host
    yield "hello_client", url
    yield "records", url, "u1"
    yield "sendmail", "-p", port, "-f", "a@example.org", host, "b@example.org"
    yield "talkback_client", url, "hello"


def closing(*fds):
    """For a child, before its program: these descriptors are closed."""
    def function():
        for fd in fds:
            os.close(fd)
    return function


@test
def not_to_the_peer():
    """a closed standard descriptor: no socket becomes it, and the other side
    gets nothing that is meant for the user"""
    for closed in (1,), (2,), (0, 1, 2):
        heard = []

        def function(connection):
            heard.append(b"")
            connection.sendall(b"nonsense\n")
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(4096):
                heard[-1] += data

        with answering(function) as url:
            for name, *args in clients(url):
                if closed[0] == 0 and name == "sendmail":
                    continue            # there is no message
                heard.clear()
                status, out, err = outcome(name, "-w", str(DEADLINE), *args,
                                           preexec_fn=closing(*closed))
                assert status != 0 or (closed, name) in (
                    ((2,), "daytime_client"), ((2,), "hello_client"),
                    ((2,), "records")), name
                # what went out before it ended is there when the next one is
                outcome("hello_client", url)
                assert not re.search(rb"%s:|Sending|^\d\d+\n" %
                                     name.encode(), b"".join(heard)), \
                    (name, heard)
                equal(err if 2 in closed else "", "")


@test
def no_output():
    """standard output that is closed or full: 74, and that is said"""
    with answering(says(b"72\n")) as url, open("/dev/full", "w") as full:
        for name, *args in clients(url):
            if name not in ("daytime_client", "hello_client", "records"):
                continue
            have, _, err = outcome(name, *args, preexec_fn=closing(1))
            equal((have, err), (EX_IOERR, "%s: standard output: Bad file "
                                "descriptor\n" % name))
            have, _, err = outcome(name, *args, stdout=full)
            equal((have, err), (EX_IOERR, "%s: standard output: No space left "
                                "on device\n" % name))


@test
def no_input():
    """standard input that is closed is no connection to the server"""
    with answering(goes_on(b"")) as url:
        have, _, err = outcome("talkback_client", url,
                               preexec_fn=closing(0))
    equal((have, err), (EX_IOERR, "talkback_client: standard input: Bad file "
                        "descriptor\n"))


@test
def one_line():
    """an error is one line, whatever is in it, and no terminal obeys it"""
    for name, *args in (
            ("broadcast", NASTY, "9", "x"), ("chat", "-t", NASTY),
            ("counter_client", "-n", NASTY, "x"), ("daytime", NASTY),
            ("daytime_client", NASTY), ("head", "-w", NASTY, "x"),
            ("hello_client", "-w", NASTY, "x"),
            ("multicast", "send", NASTY, "9"), ("ping", "-c", NASTY, "x"),
            ("records", "-w", NASTY, "x", "u1"),
            ("sendmail", "-w", NASTY, "x"),
            ("talkback_client", "-w", NASTY, "x"), ("wol", NASTY)):
        fails(EX_USAGE, SHOWN, name, *args)


@test
def long_line():
    """an error does not become longer than 1000 bytes, and shows that"""
    _, _, err = outcome("head", "-w", "9" * 100000, "x")
    assert len(err) < 1100, len(err)
    match(r"\Ahead: -w: 9{900,} \.\.\.\n\Z", err)


@test
@isolated()
def name_server():
    """a name server that never answers: 75 when the time is over, also where
    the signal for it was blocked"""
    for name, content in (("resolv.conf", "nameserver 127.0.0.1\n"),
                          ("nsswitch.conf", "hosts: dns\n")):
        path = os.path.join(scratch(), "dead." + name)
        with open(path, "w") as file:
            file.write(content)
        mount(path, "/etc/" + name, None, MS_BIND)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        for name, *args in *clients("tcp://web.test:80"), ("ping", "web.test"):
            begin = time.monotonic()
            fails(TEMPFAIL, "no answer in time", name, "-w", "0.5", *args,
                  preexec_fn=lambda: signal.pthread_sigmask(
                      signal.SIG_BLOCK, [signal.SIGALRM]))
            assert time.monotonic() - begin < 3, name


main()
