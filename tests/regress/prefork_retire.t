#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Retiring a pool's worker loses no connection.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *

RETIREMENTS = 200 if SHORT else 3000


def clients(forkd, count, failures, ended):
    """Clients without pause, in threads; each must have its answer."""
    def one():
        while not ended.is_set() and not failures:
            try:
                with forkd.connect() as connection:
                    connection.sendall(b"pid\nreturn 0\n")
                    answer = read_all(connection)
                    if not re.fullmatch(rb"\d+\n", answer):
                        failures.append("answer %r" % answer)
            except OSError as error:
                failures.append(str(error))
    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def under_load(hooks, settings, retirements, during=lambda forkd: None):
    failures, ended = [], threading.Event()
    with Pool(hooks, settings) as forkd:
        threads = clients(forkd, 6, failures, ended)
        try:
            deadline = time.monotonic() + (60 if SHORT else 600)
            while not failures and \
                    forkd.count_lines("^finish slot") < retirements:
                assert time.monotonic() < deadline, \
                    forkd.count_lines("^finish slot")
                during(forkd)
                time.sleep(0.05)
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        equal(failures, [])
        equal(forkd.count_lines("(warning|error) (?!.*: full: )"), 0)
        assert len(children(forkd.pid)) <= 8


@test
def requests():
    """max-requests, under clients without pause: none is reset or unanswered"""
    under_load("finish", "max-requests=5 min-workers=4 max-workers=8",
               RETIREMENTS)


@test
def lifetime():
    """max-lifetime, the same"""
    under_load("finish", "max-lifetime=30ms min-workers=4 max-workers=8",
               RETIREMENTS // 4)


@test
def spare():
    """pools that grow and shrink all the time, the same"""
    def adjust(forkd):
        forkd.send(signal.SIGTTIN)
        forkd.send(signal.SIGTTOU)
    under_load("finish", "max-spare=1 min-spare=1 min-workers=0 "
               "max-requests=20 idle-interval=10ms max-workers=8",
               RETIREMENTS // 8, adjust)


@test
def jittered():
    """max-requests differs by up to a fifth from worker to worker"""
    with Pool("finish", "max-requests=20 min-workers=1 min-spare=0") as forkd:
        served = {}
        for number in range(1, 241):
            talk = Talk(forkd)
            talk.close()
            forkd.wait_line("s#%d: close" % number)
            served[talk.pid] = served.get(talk.pid, 0) + 1
        counts = list(served.values())[:-1]
        assert len(counts) >= 9, counts
        assert all(16 <= count <= 24 for count in counts), counts


@test
def idle():
    """a worker that is too old retires though nobody comes"""
    with Pool("finish,reaped", "max-lifetime=200ms min-workers=1 "
              "min-spare=0") as forkd:
        pid = children(forkd.pid)[0]
        forkd.wait_line("^finish slot . pid %d" % pid)
        forkd.wait_line("^reaped slot . pid %d status 0" % pid)
        wait_until(lambda: Talk(forkd).close() is None, "a connection")
        equal(forkd.count_lines("warning|error"), 0)


@test
def slow():
    """one that does not leave is ended, when drain-timeout is over"""
    with Pool("startignores,finishstops", "max-requests=1 min-workers=1 "
              "drain-timeout=100ms kill-grace=100ms") as forkd:
        talk = Talk(forkd)
        talk.close()
        forkd.wait_line("handler-error pid %d.*it does not leave: TERM" %
                        talk.pid)
        forkd.wait_line("handler-error pid %d.*KILL to its group" % talk.pid)
        equal(forkd.count_lines("throttle|setup-error"), 0)


main()
