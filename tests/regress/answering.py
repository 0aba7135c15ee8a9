# SPDX-License-Identifier: ISC
"""Servers that answer as no server should, for clients among the examples."""

import contextlib

from forkdtest import *

EXAMPLES = os.environ["EXAMPLES"]
# a peer that refuses or went away, time over, nonsense
UNAVAILABLE, TEMPFAIL, PROTOCOL = 69, 75, 76


def example(name):
    """The path of an example, which every user can reach; apart from those of
    reachable(), since a handler may have the same name."""
    copy = os.path.join(scratch(), "examples", name)
    if not os.path.exists(copy):
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copy(os.path.join(EXAMPLES, name), copy)
        os.chmod(copy, 0o755)
    return copy


def outcome(name, *args, **popen):
    """(exit status, standard output, standard error) of an example."""
    popen.setdefault("stdout", subprocess.PIPE)
    done = subprocess.run([example(name), *args], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=DEADLINE,
                          errors="surrogateescape", **popen)
    return done.returncode, done.stdout, done.stderr


def fails(code, pattern, name, *args, **popen):
    """It fails with that status and one line that begins with its name."""
    have, out, err = outcome(name, *args, **popen)
    equal(have, code, err)
    match(r"\A%s: .*(%s).*\n\Z" % (name, pattern), err)
    return out


@contextlib.contextmanager
def answering(function, family=socket.AF_INET):
    """A TCP server that gives each connection to a function, in a thread; what
    goes wrong there because the client has left is nobody's fault.  Gives its
    URL."""
    address = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    over = threading.Event()

    def serve(listener):
        while True:
            connection, _ = listener.accept()
            if over.is_set():
                connection.close()
                return
            connection.settimeout(DEADLINE)
            with connection, contextlib.suppress(OSError):
                function(connection)

    with socket.create_server((address, 0), family=family) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield "tcp://%s:%d" % ("[::1]" if ":" in address else address,
                                   listener.getsockname()[1])
        finally:
            over.set()
            socket.create_connection(listener.getsockname()[:2]).close()
            thread.join()


def says(data):
    """Sends that, and waits until the client has left."""
    def function(connection):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        read_all(connection)
    return function


def goes_on(data):
    """Sends that and leaves the connection open."""
    def function(connection):
        connection.sendall(data)
        read_all(connection)
    return function


def endless(data):
    def function(connection):
        while True:
            connection.sendall(data)
    return function


def piecemeal(data):
    """One byte at a time: the next one when this one has arrived."""
    def function(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(data)):
            connection.sendall(data[i:i + 1])
            wait_until(lambda: fcntl.ioctl(connection, termios.TIOCOUTQ,
                                           bytes(4)) == bytes(4), "a byte")
        read_all(connection)
    return function


def drips(connection):
    """A byte now and then, never a whole line."""
    connection.settimeout(0.02)
    while True:
        connection.sendall(b"x")
        with contextlib.suppress(TimeoutError):
            if connection.recv(1) == b"":
                return


def resets(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))


def closed_port(kind=socket.SOCK_STREAM):
    """A port that nobody else gets while the socket is open, and where nobody
    is: (socket, port)."""
    sock = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_DGRAM:
        # connected elsewhere: the kernel answers others as if it were closed
        sock.bind(("127.0.0.1", 0))
        sock.connect(("127.0.0.1", 9))
    else:
        sock.bind(("127.0.0.1", 0))     # bound and not listening
    return sock, sock.getsockname()[1]


def refuses_bad_peers(name, *args):
    """What every client that reads a line of TCP has to do."""
    for function, code, pattern in (
            (says(b""), UNAVAILABLE, "closed without an answer"),
            (resets, UNAVAILABLE, "Connection reset by peer"),
            (says(b"half a l"), UNAVAILABLE, "in the middle of a line"),
            (says(b"\x1b[2Jhello\n"), PROTOCOL, r"no text: byte 1 is \\033"),
            (says(b"ab\0c\n"), PROTOCOL, r"no text: byte 3 is \\000"),
            (says(b"abc\xff\r\n"), PROTOCOL, r"no text: byte 4 is \\377"),
            (says(b"a\x7f\n"), PROTOCOL, r"no text: byte 2 is \\177"),
            (says(b"a\rb\n"), PROTOCOL, r"no text: byte 2 is \\015"),
            (endless(b"x" * 4096), PROTOCOL, "a line of more than 512 bytes")):
        with answering(function) as url:
            fails(code, pattern, name, *args, url)
    for function in goes_on(b""), goes_on(b"half a l"), drips:
        with answering(function) as url:
            begin = time.monotonic()
            fails(TEMPFAIL, "timed out|no answer in time", name, "-w", "0.3",
                  *args, url)
            assert time.monotonic() - begin >= 0.3
    sock, port = closed_port()
    with sock:
        fails(UNAVAILABLE, "Connection refused", name, *args,
              "tcp://127.0.0.1:%d" % port)


def wrong_usage(name, *wrong):
    """Each of these command lines is refused before anything is done."""
    for words in wrong:
        fails(64, "", name, *words)


def output_lost(name, *args):
    """Standard output that cannot be written is an error."""
    with open("/dev/full", "w") as full:
        fails(74, "standard output: No space left on device", name, *args,
              stdout=full)
