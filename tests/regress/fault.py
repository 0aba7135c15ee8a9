# SPDX-License-Identifier: ISC
"""What the tests of faults share: the other side of fault.c, and the proof
that a master is as well after a fault as it was before.

    faults = Faults()
    forkd = faulty(faults)
    health = Health(forkd)
    fault = faults.set("accept4", errno.EMFILE)     # once, in the master
    ...
    health.check()
"""

import errno
import itertools
import mmap
import os
import re
import signal
import socket
import struct
import threading
import time

from forkdtest import *

ANY, MASTER, CHILD = range(3)
FOREVER = -1            # until told otherwise
LIE = 0                 # for the errno: the call says that it worked
BAD_SECOND_CPU = 0.1    # seconds of processor time, at most, in a bad second

_FAULT = struct.Struct("20siiiqqQQ")
_FAULTS = 64
_JUNK = _FAULTS * _FAULT.size
_SIZE = 8192
_LEFT = 40              # of struct fault
_files = itertools.count(1)


class Fault:
    """Calls of one name that are to fail; see struct fault in fault.c."""

    def __init__(self, page, place):
        self.page = page
        self.place = place

    def _field(self, number):
        return _FAULT.unpack_from(self.page, self.place)[number]

    @property
    def left(self):
        return self._field(5)

    @property
    def calls(self):
        return self._field(6)

    @property
    def failed(self):
        return self._field(7)

    def clear(self):
        struct.pack_into("q", self.page, self.place + _LEFT, 0)

    def wait(self, count=1):
        """Until that many calls have failed."""
        wait_until(lambda: self.failed >= count, "%d faults" % count)


class Faults:
    """The file that a forkd and its children have mapped."""

    def __init__(self):
        path = os.path.join(scratch(), "faults.%d" % next(_files))
        with open(path, "w+b") as file:
            file.truncate(_SIZE)
            os.fchmod(file.fileno(), 0o666)
            self.page = mmap.mmap(file.fileno(), _SIZE)
        self.path = path
        self.faults = {}

    def environment(self, *objects):
        environment = dict(os.environ, FORKD_FAULTS=self.path)
        environment["LD_PRELOAD"] = ":".join(
            [_objects[name] for name in objects] +
            os.environ.get("LD_PRELOAD", "").split())
        return environment

    def set(self, name, error, times=1, scope=MASTER, argument=-1, skip=0):
        """Calls of name fail; the same name, scope and argument again
        replaces what was said before."""
        key = name, scope, argument
        fault = self.faults.get(key)
        if fault is None:
            place = len(self.faults) * _FAULT.size
            assert place < _JUNK, "too many faults"
            fault = self.faults[key] = Fault(self.page, place)
        fault.clear()
        _FAULT.pack_into(self.page, fault.place, name.encode(), scope,
                         argument, error, skip, 0, 0, 0)
        struct.pack_into("q", self.page, fault.place + _LEFT, times)
        return fault

    def junk(self, data):
        """What the faults "junk" and "flood" write."""
        struct.pack_into("Q%ds" % len(data), self.page, _JUNK, len(data),
                         data)


# Copied before there are threads: a file that one of them writes while
# another one forks cannot be executed.
_objects = {name: reachable(os.path.join(os.environ["PRELOAD"], name + ".so"))
            for name in ("inject", "nomalloc")}
_talkback = handler("talkback")


def faulty(faults, *args, objects=("inject",), workers=2, serve=_talkback,
           listen="127.0.0.1:0", **keywords):
    """A forkd whose calls can be made to fail, with few slots to lose."""
    if not keywords.get("program"):
        args += (serve,)
    return Forkd("-l", listen, "-c", str(workers), *args,
                 env=faults.environment(*objects), **keywords)


def is_ready(forkd):
    """Waits for a start (of ready=False); whether it came to listening."""
    with forkd.changed:
        while True:
            for line in forkd.lines:
                found = re.search(r"listening on .*:(\d+)(: |$)", line)
                if found:
                    forkd.ports = [int(found.group(1))]
                    return True
            if forkd.ended:
                return False
            assert forkd.changed.wait(DEADLINE), "it hangs"


class Health:
    """How a master was before: descriptors, children, slots."""

    def __init__(self, forkd, workers=2):
        self.forkd = forkd
        self.workers = workers
        self.serves()
        self.descriptors = descriptors(forkd.pid)

    def serves(self):
        """Every slot is there: so many clients are served at once."""
        clients = [self.forkd.connect() for _ in range(self.workers)]
        for client in clients:
            client.sendall(b"hello\n")
        for client in clients:
            equal(read_line(client), b"You said 'hello'.\n")
        for client in clients:
            client.close()
        wait_until(lambda: not children(self.forkd.pid),
                   "the end of every child")

    def check(self):
        """Serves two rounds, and nothing was lost or left."""
        self.serves()
        self.serves()
        assert self.forkd.process.poll() is None, "the master has ended"
        equal(descriptors(self.forkd.pid), self.descriptors, "descriptors")


def is_watched(forkd):
    """Whether the listener is in the wait set."""
    found = descriptors(forkd.pid)
    # it is older than any connection
    listener = min(fd for fd, what in found.items()
                   if what.startswith("socket:"))
    wait_set = [fd for fd, what in found.items() if "[eventpoll]" in what]
    with open("/proc/%d/fdinfo/%d" % (forkd.pid, wait_set[0])) as file:
        return listener in [int(tfd) for tfd in
                            re.findall(r"tfd:\s*(\d+)", file.read())]


def bad_second(forkds):
    """One second of all of them at once; fails if one of them was busy."""
    before = [cpu_seconds(forkd.pid) for forkd in forkds]
    time.sleep(1.0)     # the measurement itself
    for forkd, start in zip(forkds, before):
        used = cpu_seconds(forkd.pid) - start
        assert used < BAD_SECOND_CPU, \
            "%.2f s of processor time in a bad second" % used
