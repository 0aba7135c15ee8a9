# SPDX-License-Identifier: ISC
"""Clients of src/examples against servers that a test makes up.

    with Peer(lambda conn: conn.sendall(b"nonsense\\r\\n")) as peer:
        fails(EX_PROTOCOL, "begin", "head", "-p", peer.port, "127.0.0.1")

A function is what the server does with its only client; the connection is
closed behind it.  What it raises fails the test, but for a client that is gone.
"""

import os

from forkdtest import *
import manpages

EXAMPLES = os.environ["EXAMPLES"]
EX_OK, EX_USAGE, EX_DATAERR, EX_NOHOST, EX_UNAVAILABLE = 0, 64, 65, 68, 69
EX_IOERR, EX_TEMPFAIL, EX_PROTOCOL, EX_NOPERM = 74, 75, 76, 77
QUICK = 5.0     # seconds: more than any -w of the tests, even on a slow machine


def example(name):
    return reachable(os.path.join(EXAMPLES, name))


def call(name, *args, stdin=b"", **popen):
    """Runs one; returns exit status, standard output, standard error."""
    done = subprocess.run([example(name), *map(str, args)], input=stdin,
                          stdout=popen.pop("stdout", subprocess.PIPE),
                          stderr=subprocess.PIPE, timeout=DEADLINE, **popen)
    return done.returncode, done.stdout, done.stderr.decode()


def works(name, *args, **popen):
    """It ends well and says nothing on standard error; returns its output."""
    code, output, error = call(name, *args, **popen)
    equal((code, error), (0, ""), "%s %s" % (name, args))
    return output


def fails(status, pattern, name, *args, **popen):
    """It ends with the status and one line; returns its output."""
    code, output, error = call(name, *args, **popen)
    equal(code, status, "%s %s: %s" % (name, args, error))
    match(r"^%s: [^\n]*(%s)[^\n]*\n\Z" % (name, pattern), error)
    return output


def wrong_use(name, *args):
    """Its usage line, and nothing else."""
    code, output, error = call(name, *args)
    equal((code, output), (EX_USAGE, b""), args)
    match(r"(?s)^(%s: [^\n]*\n|[^\n]*option[^\n]*\n)?usage: %s \[[^\n]*\n\Z"
          % (name, name), error)


class Peer:
    """A server for one client, on a free port."""

    def __init__(self, function, address="127.0.0.1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        # a name of an interface becomes its number
        place = socket.getaddrinfo(address, 0, family, socket.SOCK_STREAM)
        self.listener = socket.create_server(place[0][4], family=family)
        self.port = self.listener.getsockname()[1]
        self.url = "tcp://127.0.0.1:%d" % self.port
        self.function = function
        self.result = self.failure = None
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:         # shut down: nobody came
            return
        with connection:
            connection.settimeout(DEADLINE)
            try:
                self.result = self.function(connection)
            except ConnectionError:
                pass
            except BaseException as failure:
                self.failure = failure

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        # nobody can come any more; wakes the thread if nobody has come
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join()
        self.listener.close()
        if kind is None and self.failure is not None:
            raise self.failure


def unvisited(server):
    """Nobody has connected to what listens."""
    server.setblocking(False)
    try:
        server.accept()
    except BlockingIOError:
        return
    raise AssertionError("it has connected")


def until_gone(connection):
    """What comes until the client has closed its side."""
    if connection.fileno() == -1:       # it is this side that has closed it
        return b""
    try:
        return read_all(connection)
    except ConnectionError:
        return b""


def reset(connection):
    """The connection ends with a RST, which takes the client's data along."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.close()


def by_bytes(connection, data):
    """One byte a segment, as far as the kernel can be made to."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in data:
        connection.sendall(bytes([byte]))
        # it has reached the other side: the next one goes by itself
        wait_until(lambda: fcntl.ioctl(connection, termios.TIOCOUTQ,
                                       bytes(4)) == bytes(4), "a byte")


def drip(connection, data=b"x"):
    """A byte now and then, for as long as somebody is there."""
    gone = threading.Event()
    while True:
        connection.sendall(data)
        gone.wait(0.02)


def flood(connection, data):
    """As much as it takes."""
    data *= 1 + 65536 // len(data)
    while True:
        connection.sendall(data)


def in_time(function):
    """It takes no longer than the deadline that it was given, by and large."""
    begun = time.monotonic()
    function()
    assert time.monotonic() - begun < QUICK


def page_shows(name):
    """The lines of the example call in its section of forkd-examples(7)."""
    section = manpages.source("forkd-examples.7").split(
        '.\\" ---- %s ----\n' % name)[1].split('.\\" ---- end')[0]
    return manpages.displays(section)[0].splitlines(keepends=True)
