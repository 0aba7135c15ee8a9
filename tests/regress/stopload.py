# SPDX-License-Identifier: ISC
"""What the tests of stops share: clients that know what became of them.

A connection is one of
    served      the whole answer, then end of file
    refused     by the kernel: connect() failed, or never came about
    reset       connect() came about, and then a reset
    empty       connect() came about, and then no answer
The last two are what a stop must not do to anybody.
"""

import functools
import random
import select
import selectors
import struct

from puppets import *

SO_DETACH_FILTER = 27
SO_ATTACH_FILTER = 26
PARALLEL = 3            # stops at once
_DROP_ALL = struct.pack("HBBI", 6, 0, 0, 0)     # BPF: return 0


def handshake(host, port):
    """A client whose handshake is under way: it does not hear the answer."""
    client = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    code = ctypes.create_string_buffer(_DROP_ALL, len(_DROP_ALL))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                      struct.pack("HxxxxxxP" if struct.calcsize("P") == 8
                                  else "HxxP", 1, ctypes.addressof(code)))
    client.setblocking(False)
    client.connect_ex((host, port))
    return client


def unfilter(client):
    """From now on it hears, when the server repeats itself."""
    client.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)


def hear(client):
    """Waits until it is connected; returns what came of it."""
    wait_until(lambda: select.select([], [client], [], 0)[1], "a connect")
    client.settimeout(DEADLINE)
    return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def attempt(host, port):
    """A client whose connect() has begun."""
    client = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    client.setblocking(False)
    client.connect_ex((host, port))
    return client


def connects(client, seconds):
    """Whether the attempt comes about within that time."""
    if not select.select([], [client], [], seconds)[1]:
        return False
    return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def wait_handlers(forkd):
    """Waits until all that it has begun have ended, without it too."""
    with forkd.changed:
        pids = re.findall(r": open pid (\d+) ", "\n".join(forkd.lines))
    wait_until(lambda: not any(alive(int(pid)) for pid in pids),
               "the handlers' end")


class Load:
    """Connections to a server, several at once, one after another."""

    REQUEST = b"hello\n"
    ANSWER = b"You said 'hello'.\n"

    def __init__(self, host, port, width):
        self.target = host, port
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.ends = dict.fromkeys(("served", "refused", "reset", "empty"), 0)
        self.selector = selectors.DefaultSelector()
        self.starting = True
        for _ in range(width):
            self._begin()

    def run(self, until):
        """Serves its connections until that is true."""
        while not until():
            self._turn(0.002)

    def finish(self):
        """After the end of the server: what became of each connection."""
        self.starting = False
        end = time.monotonic() + DEADLINE
        while self.selector.get_map() and time.monotonic() < end:
            if self._turn(0.002):
                continue
            for key in list(self.selector.get_map().values()):
                if key.data is None:    # its handshake was never answered
                    self._end(key.fileobj, "refused")
        assert not self.selector.get_map(), "a connection hangs"
        self.selector.close()
        return self.ends

    def _begin(self):
        client = socket.socket(self.family)
        client.setblocking(False)
        client.connect_ex(self.target)
        self.selector.register(client, selectors.EVENT_WRITE, None)

    def _turn(self, seconds):
        events = self.selector.select(seconds)
        for key, _ in events:
            try:
                if key.data is None:
                    self._connected(key.fileobj)
                else:
                    self._read(key.fileobj, key.data)
            except ConnectionRefusedError:
                self._end(key.fileobj, "refused")
            except OSError:
                self._end(key.fileobj, "reset")
        return events

    def _connected(self, client):
        error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        self.selector.modify(client, selectors.EVENT_READ, bytearray())
        client.send(self.REQUEST)
        client.shutdown(socket.SHUT_WR)

    def _read(self, client, data):
        piece = client.recv(65536)
        data += piece
        if not piece:
            self._end(client, "served" if bytes(data) == self.ANSWER
                      else "empty")

    def _end(self, client, how):
        self.ends[how] += 1
        self.selector.unregister(client)
        client.close()
        if self.starting and how == "served":
            self._begin()


def random_stops(stop_once, count, seed):
    """So many of them, several at once; stop_once(dice) makes one and returns
    how many clients were served."""
    served = []

    def some(dice):
        for _ in range(count // PARALLEL):
            served.append(stop_once(dice))

    try:
        at_once([functools.partial(some, random.Random(seed + number))
                 for number in range(PARALLEL)])
    except BaseException as failure:
        raise AssertionError("seed %d" % seed) from failure
    equal(len(served), count // PARALLEL * PARALLEL)
    assert sum(served) > count, "it was no load"
