# SPDX-License-Identifier: ISC
"""For the tests of the example sendmail: SMTP servers that say what a test
wants, or nothing, and how to call it.

    with Server(RCPT=b"550 no\\r\\n") as server:
        done = server.sendmail(b"Hello\\n")

Steps are greeting, EHLO, HELO, MAIL, RCPT, DATA, message and QUIT.  What is
said there: bytes, a list of them for one after the other, None to close, or a
function that gets the connection; then nothing more is said.
"""

from forkdtest import *

SENDER = "me@example.org"
YOU = "you@example.org"
GOOD = {"greeting": b"220 test ready\r\n",
        "EHLO": b"250-test\r\n250 HELP\r\n", "HELO": b"250 test\r\n",
        "MAIL": b"250 sender\r\n", "RCPT": b"250 recipient\r\n",
        "DATA": b"354 go on\r\n", "message": b"250 it is here\r\n",
        "QUIT": b"221 bye\r\n"}
EIGHTBIT = b"250-test\r\n250-SIZE 1000\r\n250-8bitmime\r\n250 HELP\r\n"


def program():
    return reachable(os.path.join(os.environ["EXAMPLES"], "sendmail"))


def sendmail(*args, text=b"Hello\n", **popen):
    """Runs it; args are all of its arguments."""
    return subprocess.run([program(), *args], input=text, timeout=DEADLINE,
                          capture_output=True, **popen)


class Single(bytes):
    """Bytes that come each in a packet of its own."""


class Server:
    """commands: the lines it got; message: the lines between DATA and dot,
    as they were on the way; strict: each line ends with CR LF."""

    def __init__(self, address="127.0.0.1", port=0, **replies):
        self.replies = {step: list(said) if isinstance(said, list) else [said]
                        for step, said in dict(GOOD, **replies).items()}
        self.commands = []
        self.message = None
        self.failure = None
        self.done = threading.Event()
        self.address = address
        self.listener = socket.create_server(
            (address, port), family=socket.AF_INET6 if ":" in address else
            socket.AF_INET)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.done.set()
        # it may wait for a client that never came
        try:
            socket.create_connection((self.address, self.port), 1).close()
        except OSError:
            pass
        self.thread.join()
        self.listener.close()
        if kind is None and self.failure:
            raise self.failure

    def sendmail(self, text=b"Hello\n", args=(), to=(YOU,), sender=SENDER,
                 **popen):
        return sendmail("-w", "20", "-p", str(self.port), "-f", sender, *args,
                        self.address, *to, text=text, **popen)

    def _run(self):
        connection, _ = self.listener.accept()
        connection.settimeout(DEADLINE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with connection, connection.makefile("rb") as lines:
                self._talk(connection, lines)
        except ConnectionError:
            pass                # it may leave when it likes
        except BaseException as failure:
            self.failure = failure

    def _talk(self, connection, lines):
        if not self._say(connection, "greeting"):
            return
        while True:
            line = self._line(lines)
            if line is None:
                return
            self.commands.append(line.decode("ascii"))
            word = line[:4].decode().upper()
            if not self._say(connection, word) or word == "QUIT":
                return
            if word != "DATA" or self.refused:
                continue
            self.message = []
            while True:
                line = self._line(lines)
                if line is None:
                    return
                if line == b".":
                    break
                self.message.append(line)
            if not self._say(connection, "message"):
                return

    @staticmethod
    def _line(lines):
        line = lines.readline()
        if not line:
            return None
        assert line.endswith(b"\r\n"), line
        assert len(line) <= 1001, line
        assert b"\r" not in line[:-2], line
        return line[:-2]

    def _say(self, connection, step):
        said = self.replies[step]
        said = said.pop(0) if len(said) > 1 else said[0]
        if isinstance(said, bytes):
            self.refused = said[:1] in b"45"
            for piece in ([said[i:i + 1] for i in range(len(said))]
                          if isinstance(said, Single) else [said]):
                connection.sendall(piece)
            return True
        if said is not None:
            said(connection, self.done)
        return False

    def text(self):
        """The message as it was meant: the dots of the way are gone."""
        return b"".join((line[1:] if line.startswith(b".") else line) +
                        b"\r\n" for line in self.message)


def silent(connection, done):
    """Says nothing until the test is over or the client has gone."""
    connection.settimeout(0.05)
    while not done.is_set():
        try:
            if not connection.recv(65536):
                return
        except TimeoutError:
            pass


def endless(data):
    """Says that again and again, until the client has gone."""
    def say(connection, done):
        while not done.is_set():
            connection.sendall(data * 100)
    return say


def trickle(data):
    """Says one byte of it after the other, over and over, slowly."""
    def say(connection, done):
        for number in range(10 ** 9):
            at = number % len(data)
            connection.sendall(data[at:at + 1])
            if done.wait(0.02):
                return
    return say


def told(done, status, *lines, out=b""):
    """It ended so, with these lines on standard error."""
    equal((done.returncode, done.stderr.decode(), done.stdout),
          (status, "".join("sendmail: %s\n" % line for line in lines), out))
