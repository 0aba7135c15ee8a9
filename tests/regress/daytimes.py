# SPDX-License-Identifier: ISC
"""The example daytime for its tests."""

from answering import *


class Daytime:
    """A running daytime; its ports in the order of its URLs."""

    def __init__(self, *args, **popen):
        popen.setdefault("stdout", subprocess.PIPE)
        self.process = subprocess.Popen(
            [example("daytime"), *as_user(), *args],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            **popen)
        self.pid = self.process.pid
        self.urls = [re.fullmatch("listening on (.*)\n",
                                  self.process.stdout.readline())[1]
                     for word in args if "://" in word]
        self.ports = [int(url.rsplit(":", 1)[1]) for url in self.urls]
        self.port = self.ports[0]

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(DEADLINE)
        err = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        if kind is None:
            equal((code, err), (0, ""))


def tcp(port, host="127.0.0.1"):
    connection = socket.create_connection((host, port), DEADLINE)
    connection.settimeout(DEADLINE)
    return connection


def ask_tcp(port, host="127.0.0.1"):
    with tcp(port, host) as connection:
        return read_all(connection)


def udp(port, host="127.0.0.1", source=0, bound=None):
    """A datagram socket that is connected to the server."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                         socket.SOCK_DGRAM)
    sock.settimeout(DEADLINE)
    if source:
        sock.bind((bound or host, source))
    sock.connect((host, port))
    return sock


def ask_udp(port, host="127.0.0.1", question=b""):
    with udp(port, host) as sock:
        sock.send(question)
        return sock.recv(100)
