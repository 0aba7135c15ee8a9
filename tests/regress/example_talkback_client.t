#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# talkback_client: against the talkback of forkd's handlers and of the examples,
# and against servers that do not do what they should.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oneshot import *

NAME = "talkback_client"
EXAMPLE = os.path.join(EXAMPLES, "talkback")    # the handler has its name


def both():
    """The handler, and the example in both modes."""
    yield lambda url: Forkd("-l", url, handler("talkback"))
    for mode in "fork", "prefork":
        yield lambda url, mode=mode: Forkd("-l", url, "-m", mode,
                                           program=EXAMPLE)


def said(*lines):
    return b"".join(b"You said '%s'.\n" % line for line in lines)


def scripted(*replies):
    """A server that answers each line with the next of these, and then waits
    for the client to go."""
    def serve(connection):
        heard = []
        for reply in replies:
            heard.append(read_line(connection))
            if callable(reply):
                reply(connection)
            else:
                connection.sendall(reply)
        heard.append(until_gone(connection))
        return heard
    return serve


def client_fails(status, pattern, *replies, args=("one", "two"), **popen):
    with Peer(scripted(*replies)) as peer:
        return fails(status, pattern, NAME, "-w", "20", peer.url, *args,
                     **popen)


@test
def real():
    """the talkback servers: lines of arguments and of standard input"""
    for start in both():
        with start("127.0.0.1:0") as forkd:
            url = "tcp://127.0.0.1:%d" % forkd.port
            equal(works(NAME, url, "hello", "", "-x", "how are you?"),
                  said(b"hello", b"", b"-x", b"how are you?"))
            equal(works(NAME, url, stdin=b"one\r\n\ntwo\nthree"),
                  said(b"one", b"", b"two", b"three"))
            equal(works(NAME, url, stdin=b""), b"")
            # the end, whatever follows
            equal(works(NAME, url, "one", "quit", "two"), said(b"one"))
            equal(works(NAME, url, stdin=b"one\nquit\ntwo\n"), said(b"one"))
            long = b"x" * 8191
            equal(works(NAME, url, stdin=(long + b"\n") * 20),
                  said(long) * 20)


@test
def page():
    """what the page shows"""
    shown = page_shows(NAME)
    equal(shown[0], "$ ./talkback -d -l 127.0.0.1:10000\n")
    match(r"^\$ \./talkback_client tcp://127\.0\.0\.1:10000 ", shown[1])
    with Forkd("-l", "127.0.0.1:0", program=EXAMPLE) as forkd:
        command = shown[1][2:].replace("10000", str(forkd.port))
        have = subprocess.run(["sh", "-c", command], cwd=EXAMPLES,
                              capture_output=True, text=True)
        equal((have.stdout, have.stderr), ("".join(shown[2:]), ""))


@test
def unix():
    """a unix socket"""
    path = os.path.join(scratch(), "talkback")
    with Forkd("-l", "unix://" + path, handler("talkback")):
        equal(works(NAME, "unix://" + path, "hello"), said(b"hello"))


@test
def bytes_on_the_wire():
    """what it sends, byte for byte, and that it ends with quit"""
    with Peer(scripted(said(b"one"), said(b"two"), lambda conn:
                       conn.shutdown(socket.SHUT_WR))) as peer:
        equal(works(NAME, peer.url, stdin=b"one\r\ntwo"), said(b"one", b"two"))
    equal(peer.result, [b"one\n", b"two\n", b"quit\n", b""])


@test
def pieces():
    """an answer that comes byte by byte"""
    with Peer(scripted(lambda conn: by_bytes(conn, said(b"one")),
                       lambda conn: conn.shutdown(socket.SHUT_WR))) as peer:
        equal(works(NAME, peer.url, "one"), said(b"one"))


@test
def visible():
    """what a terminal would obey is shown"""
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd:
        equal(works(NAME, "tcp://127.0.0.1:%d" % forkd.port,
                    stdin=b"\x1b[2J\\\xff\t\n"),
              b"You said '\\033[2J\\\\\\377\\011'.\n")


@test
def conversation():
    """each answer is there before the next line is read"""
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd:
        with subprocess.Popen([example(NAME), "tcp://127.0.0.1:%d" %
                               forkd.port], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as client:
            for line in b"one", b"two":
                client.stdin.write(line + b"\n")
                client.stdin.flush()
                equal(client.stdout.readline(), said(line))
            client.stdin.close()
            equal((client.stdout.read(), client.wait(DEADLINE)), (b"", 0))


def drip_answer(connection):
    """The right one, too slowly."""
    gone = threading.Event()
    for byte in said(b"one"):
        connection.sendall(bytes([byte]))
        gone.wait(0.1)


@test
def never():
    """a server that never answers, or drips: 75 when the time is over"""
    for server in (until_gone, drip_answer, scripted(drip_answer),
                   scripted(said(b"one"), until_gone),
                   scripted(said(b"one"), said(b"two"), until_gone)):
        with Peer(server) as peer:
            in_time(lambda: fails(EX_TEMPFAIL, "time", NAME, "-w", "0.3",
                                  peer.url, "one", "two"))


@test
def nobody_types():
    """nothing on standard input: 75 when the time is over"""
    with Peer(until_gone) as peer, subprocess.Popen(
            [example(NAME), "-w", "1.5", peer.url], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
        in_time(lambda: equal(client.wait(DEADLINE), EX_TEMPFAIL))
        equal((client.stdout.read(), client.stderr.read().decode()),
              (b"", NAME + ": standard input: nothing in time\n"))


@test
def early():
    """a connection that ends before or within an answer, or is reset: 69"""
    close = "closed the connection"
    with Peer(lambda connection: None) as peer:
        code, output, error = call(NAME, peer.url, "one")
        equal((code, output), (EX_UNAVAILABLE, b""))    # whichever is first
    gone = lambda conn: conn.shutdown(socket.SHUT_WR)
    equal(client_fails(EX_UNAVAILABLE, close + " without an answer", gone),
          b"")
    equal(client_fails(EX_UNAVAILABLE, close + " without an answer",
                       said(b"one"), gone), said(b"one"))
    for part in b"Y", b"You said 'one'", b"You said 'one'.":
        def cut(conn, part=part):
            conn.sendall(part)
            gone(conn)
        client_fails(EX_UNAVAILABLE, close + " in the middle", cut)
    client_fails(EX_UNAVAILABLE, "reset", reset)


@test
def early_idle():
    """the end of the connection is noticed while nobody types"""
    for server, status, pattern in (
            (lambda conn: conn.shutdown(socket.SHUT_WR), EX_UNAVAILABLE,
             "closed"),
            (reset, EX_UNAVAILABLE, "reset"),
            (None, EX_PROTOCOL, "without being asked"),
            (lambda conn: conn.sendall(b"x"), EX_PROTOCOL,
             "without being asked"),
            (lambda conn: conn.sendall(b"x\n"), EX_PROTOCOL,
             "without being asked")):
        def serve(connection, server=server):
            read_line(connection)
            # with the answer, or behind it
            connection.sendall(said(b"one") + (b"" if server else b"x\n"))
            started.wait(DEADLINE)
            if server:
                server(connection)
            until_gone(connection)
        started = threading.Event()
        with Peer(serve) as peer, subprocess.Popen(
                [example(NAME), peer.url], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            client.stdin.write(b"one\n")
            client.stdin.flush()
            equal(client.stdout.readline(), said(b"one"))
            started.set()
            equal(client.wait(DEADLINE), status)
            match(pattern, client.stderr.read().decode())


@test
def nonsense():
    """what is not the answer to what was said: 76"""
    for answer in (b"\n", b"hello\n", said(b"One"), said(b"onE"), said(b"on"),
                   said(b"onee"), b"you said 'one'.\n", b"You said 'one'!\n",
                   b"You said 'one'.\r\n", b"You said 'one'. \n",
                   said(b"one") * 2, b"\0" * 30):
        client_fails(EX_PROTOCOL, "not the answer", answer, said(b"two"))
    client_fails(EX_PROTOCOL, "goes on after quit", said(b"one"), said(b"two"),
                 b"x")


@test
def endless():
    """an answer without an end: 76"""
    client_fails(EX_PROTOCOL, "not the answer",
                 lambda conn: flood(conn, b"You said 'one"))
    client_fails(EX_PROTOCOL, "goes on after quit", said(b"one"), said(b"two"),
                 lambda conn: flood(conn, b"x"))


@test
def nobody():
    """a port where nobody listens, a socket that is not there: 69"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))    # and does not listen
        fails(EX_UNAVAILABLE, "refused", NAME,
              "tcp://127.0.0.1:%d" % taken.getsockname()[1], "one")
    fails(EX_UNAVAILABLE, "No such file", NAME, "unix:///nonexistent", "one")


@test
def arguments():
    """what the user gives is looked at before anything is sent: 64"""
    for args in ([], ["-x", "u"], ["-w"]):
        wrong_use(NAME, *args)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
        for line in "a\nb", "a\rb", "x" * 8192:
            fails(EX_USAGE, "line 2", NAME, url, "fine", line)
        for wrong in "udp://127.0.0.1:9", "udg:///x", "x", "ftp://x:1", "":
            fails(EX_USAGE, "stream|url", NAME, wrong, "one")
        fails(EX_USAGE, "-w", NAME, "-w", "0", url, "one")
        unvisited(server)


@test
def input_wrong():
    """standard input that is no text, or cannot be read: 65, 74"""
    for data in b"a\0b\n", b"a\rb\n", b"a\0":
        with Peer(until_gone) as peer:
            fails(EX_DATAERR, "not lines of text", NAME, peer.url, stdin=data)
    with Peer(until_gone) as peer:
        fails(EX_DATAERR, "a line of 8192 bytes or more", NAME, peer.url,
              stdin=b"x" * 8192 + b"\n")
    directory = os.open("/", os.O_RDONLY)
    try:
        with Peer(until_gone) as peer:
            done = subprocess.run([example(NAME), peer.url], stdin=directory,
                                  capture_output=True, timeout=DEADLINE)
            equal((done.returncode, done.stdout), (EX_IOERR, b""))
            match(b"standard input: Is a directory", done.stderr)
    finally:
        os.close(directory)


@test
def output():
    """standard output that cannot be written: 74"""
    with open("/dev/full", "w") as full, \
            Peer(scripted(said(b"one"))) as peer:
        fails(EX_IOERR, "standard output", NAME, peer.url, "one", stdout=full)


main()
