#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# kill -9 of every worker of a pool in turn, while clients connect without
# pause.  Who was with a killed worker loses that connection; everybody else
# has the whole answer, and afterwards the pool is what it was.
import errno
import itertools
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *

COUNT = 30 if SHORT else 400            # C functions: four times as many
REQUEST = b"pid\nwrite 3000\n"
ANSWER = re.compile(rb"(\d+)\nx{3000}\n?")


class Clients:
    """Threads that connect, one connection after another."""

    def __init__(self, forkd, width):
        self.forkd = forkd
        self.ends = {}          # port: for each connection, whether whole
        self.whole = itertools.count()
        self.known = set()      # workers that have answered
        self.failures = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._run)
                        for _ in range(width)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        try:
            while not self.over.is_set():
                self._one()
        except BaseException as failure:        # connect(), or a time-out
            self.failures.append(failure)

    def _one(self):
        with self.forkd.connect() as client:
            port = client.getsockname()[1]
            data = b""
            try:
                client.sendall(REQUEST)
                client.shutdown(socket.SHUT_WR)
                data = read_all(client)
            except ConnectionError:
                pass
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
            found = ANSWER.fullmatch(data)
            self.ends.setdefault(port, []).append(bool(found))
            if found:
                self.known.add(int(found[1]))
                next(self.whole)

    def some_more(self):
        """Until each could have begun another one, and that is whole."""
        goal = self.count() + 2 * len(self.threads)
        wait_until(lambda: self.failures or self.count() >= goal, "clients")

    def count(self):
        return self.whole.__reduce__()[1][0]

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]


def connections(lines):
    """What the log says of each: by the client's port, in order, its workers
    and how the last one ended."""
    workers, ports, closed = {}, {}, {}
    for line in lines:
        found = re.search(r"#(\d+): open pid (\d+) from \S+:(\d+) to", line)
        if found:
            serial, pid, port = map(int, found.groups())
            if serial not in workers:
                ports.setdefault(port, []).append(serial)
            workers.setdefault(serial, []).append(pid)
        found = re.search(r"#(\d+): close pid (\d+) (\w+ \d+)", line)
        if found:
            serial, pid = int(found[1]), int(found[2])
            assert serial not in closed, line
            equal(pid, workers[serial][-1], line)
            closed[serial] = found[3]
    equal(set(workers) - set(closed), set(), "connections without an end")
    return {port: [(workers[serial], closed[serial]) for serial in serials]
            for port, serials in ports.items()}


def check(forkd, clients, killed):
    """Whose answer was not whole had a worker that we have killed; whose
    worker was gone before it began had another one."""
    told = connections(forkd.lines)
    equal(sorted(told), sorted(clients.ends))
    lost = 0
    for port, ends in clients.ends.items():
        equal(len(told[port]), len(ends), "connections of port %d" % port)
        for whole, (workers, end) in zip(ends, told[port]):
            assert set(workers[:-1]) <= killed, workers
            if not whole:
                lost += 1
                equal(end, "signal 9")
                assert workers[-1] in killed, workers
            elif end != "status 0":             # killed after its work
                equal((end, workers[-1] in killed), ("signal 9", True))
    assert lost <= len(killed), (lost, len(killed))
    assert clients.count() > len(killed), "it was no load"


def kinds(pid):
    return sorted(re.sub(r"\d+", "N", what)
                  for what in descriptors(pid).values())


def kill(pid):
    """Returns False when it has just ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def storm(forkd, size, width, victims, count=COUNT):
    with forkd:
        pool_is(forkd, size)
        wait_until(lambda: settled(forkd), "quiet")
        before = kinds(forkd.pid)
        clients = Clients(forkd, width)
        killed = set()
        try:
            while len(killed) < count and not clients.failures:
                for pid in victims(forkd, clients, len(killed)):
                    if pid not in killed and kill(pid):
                        killed.add(pid)
        finally:
            clients.stop()
        wait_until(lambda: not killed & set(children(forkd.pid)), "the dead")
        pool_is(forkd, size)
        wait_until(lambda: kinds(forkd.pid) == before, "its descriptors")
        equal(forkd.count_lines("throttle|refuse|nonsense"), 0)
        equal(forkd.stop(), 0)
    check(forkd, clients, killed)


def who_has_served(forkd, clients, count):
    """Each one, when it has served somebody: it is busy, or idle again.  (Who
    dies without that is a set-up failure.)"""
    for pid in children(forkd.pid):
        wait_until(lambda: pid in clients.known or clients.failures or
                   not alive(pid), "worker %d to serve" % pid)
        yield pid


def who_is_known(forkd, clients, count):
    """Those at the end of the list never have anything to do."""
    clients.some_more()
    return [pid for pid in children(forkd.pid) if pid in clients.known]


def next_one(forkd, clients, count):
    """Each one, whatever it does; between two of them somebody is served."""
    clients.some_more()
    pids = children(forkd.pid)
    if not pids:        # for a moment: each one serves once
        return []
    return pids[count % len(pids):][:1]


@test
def functions():
    """workers of C functions: all of them busy, and clients wait"""
    storm(Pool("serve", "min-workers=4 max-workers=4"), 4, 6,
          who_has_served, 4 * COUNT)


@test
def functions_idle():
    """the same with fewer clients than workers"""
    storm(Pool("serve", "min-workers=4 min-spare=2 max-workers=4"), 4, 2,
          who_is_known, 4 * COUNT)


@test
def executables():
    """workers that wait for exec, and those that have done it"""
    storm(Forkd("-p", "0", "-m", "prefork", "-c", "6", "-o", "min-workers=6",
                testbin("puppet")), 6, 4, next_one)


@test
def executables_busy():
    """the same with more clients than workers"""
    storm(Forkd("-p", "0", "-m", "prefork", "-c", "3", "-o", "min-workers=3",
                testbin("puppet")), 3, 6, next_one)


main()
