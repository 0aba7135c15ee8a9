#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd_stat() and forkd_worker_stat(): each field, while the master runs and
# after it.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *

BUSY = 3        # FORKD_WORKER_BUSY
TEXT = re.compile(r"^(stat|worker \d+) (\S+)(?: (-?\d+))?$")


def numbers(forkd):
    """What a HUP makes libtest say: of the services, and of each worker."""
    since = len(forkd.lines)
    forkd.send(signal.SIGHUP)
    forkd.wait_line("^stat end$", since=since)
    service, workers = {}, {}
    for line in forkd.lines[since:]:
        found = TEXT.match(line)
        if not found or found[2] == "end":
            continue
        if found[1] == "stat":
            service[found[2]] = int(found[3])
        else:
            workers.setdefault(int(found[1].split()[1]), {})[found[2]] = \
                int(found[3])
    return service, workers


def service_numbers(forkd, **want):
    """Waits until these are so: a worker is reaped some time after its end."""
    want = {name.replace("_", "-"): value for name, value in want.items()}
    have = {}

    def so():
        have.update(numbers(forkd)[0])
        return all(have[name] == value for name, value in want.items())
    try:
        wait_until(so)
    except AssertionError:
        raise AssertionError("have %s, want %s" % (have, want))
    return have


@test
def nothing_yet():
    """a service that has done nothing: zeros"""
    with Lib("serve,stats", after=["set", "s", "max-workers", "7"]) as forkd:
        service, workers = numbers(forkd)
        equal((service.pop("max-workers"), service.pop("slots")), (7, 7))
        equal(len(service), 14)
        equal(set(service.values()), {0})
        equal(workers, {})


@test
def busy():
    """workers and busy; what a worker is"""
    with Lib("serve,stats") as forkd:
        begun = time.monotonic()
        with forkd.connect() as one, forkd.connect() as two:
            pids = []
            for connection in one, two:
                connection.sendall(b"pid\n")
                pids.append(int(read_line(connection)))
            service, workers = numbers(forkd)
            equal((service["workers"], service["busy"], service["accepted"]),
                  (2, 2, 2))
            equal((service["idle"], service["starting"], service["retiring"],
                   service["served"]), (0, 0, 0, 0))
            equal(sorted(workers), [0, 1])
            for slot in 0, 1:
                have = workers[slot]
                age = have.pop("age"), have.pop("time-in-state")
                passed = (time.monotonic() - begun) * 1000
                assert 0 <= age[1] <= age[0] <= passed + 1, (age, passed)
                equal(have, {"pid": pids[slot], "generation": 1,
                             "state": BUSY, "busy": 1, "served": 0,
                             "connection": slot + 1})
            # it grows: wait until it does
            wait_until(lambda: numbers(forkd)[1][0]["age"] > age[0])
        service_numbers(forkd, workers=0, served=2)
        equal(numbers(forkd)[1], {})
        # a slot that is used again is another worker
        with forkd.connect() as again:
            again.sendall(b"pid\n")
            pid = int(read_line(again))
            workers = numbers(forkd)[1]
            have, = workers.values()
            equal((have["pid"], have["generation"], have["connection"]),
                  (pid, 2, 3))


@test
def ends():
    """served, failed and crashed"""
    with Lib("serve,stats") as forkd:
        for orders in "return 0\n", "return 1\n", "return -1\n", "exit 3\n", \
                "signal 11\n", "signal 13\n", "signal 9\n":
            forkd.ask(orders)
        # a client that leaves early is nobody's failure: 13 is PIPE
        service_numbers(forkd, accepted=7, served=7, failed=2, crashed=2,
                        killed=0, workers=0, setup_failures=0)


@test
def refused():
    """refused: connections that allow does not let in"""
    with Lib("serve,allow,stats") as forkd:
        for _ in range(4):
            with forkd.connect() as connection:
                try:
                    connection.sendall(b"pid\n")
                    connection.shutdown(socket.SHUT_WR)
                    read_all(connection)
                except OSError:
                    pass
        service_numbers(forkd, accepted=4, served=2, refused=2)


@test
def killed():
    """killed: by the master, here because of timeout"""
    with Lib("serve,stats", after=["set", "s", "timeout", "100ms"]) as forkd:
        with forkd.connect() as connection:
            equal(read_all(connection), b"")
        service_numbers(forkd, killed=1, crashed=0, failed=0, served=1)


@test
def full():
    """full: how often the service became so"""
    with Lib("serve,stats", after=["set", "s", "max-workers", "1"]) as forkd:
        for count in 1, 2:
            with forkd.connect() as connection:
                connection.sendall(b"pid\n")
                read_line(connection)
                service_numbers(forkd, full=count, busy=1)
            forkd.wait_line(" s: free: ", count)   # else it is the same fullness


@test
def setup():
    """setup-failures and throttled"""
    with Lib("startfails,stats") as forkd:
        for count in range(1, 100):
            with forkd.connect() as connection:
                read_all(connection)
            have = service_numbers(forkd, setup_failures=count, workers=0)
            if have["throttled"]:
                break
        equal((have["throttled"], have["served"], have["failed"]), (1, 0, 0))
        forkd.wait_line("accepting nothing for")


@test
def of_several():
    """of one service, or of all"""
    with Lib("serve,stats", before=["service", "t", "serve",
                                    *user_words("t"), "set", "t",
                                    "max-workers", "5", "listen", "t",
                                    "127.0.0.1:0"],
             then=["stat", "s", "served", "stat", "t", "served",
                   "stat", "-", "served", "stat", "-", "max-workers"]
             ) as forkd:
        for name in "s", "t", "t":
            line = forkd.wait_line("listening on .*: %s$" % name)
            forkd.talk(b"pid\n", port=int(re.search(r":(\d+): ", line)[1]))
        have = service_numbers(forkd, served=3)
        equal((have["max-workers"], have["slots"]), (133, 133))
        equal(forkd.stop(), 0)
        equal([line.split()[-1] for line in forkd.output[-4:]],
              ["1", "2", "3", "133"])


@test
def afterwards():
    """after a run: nobody works, the counters stay; the next one begins anew"""
    words = ["stat", "s", "accepted", "stat", "s", "served", "stat", "s",
             "failed", "stat", "s", "workers", "stat", "s", "max-workers"]
    zero = "accepted 0", "served 0", "failed 0", "workers 0"
    with Lib(after=words, then=[*words, "listen", "s", "127.0.0.1:0", "stop",
                                "1", "run", *words]) as forkd:
        forkd.talk(b"return -1\n")
        forkd.talk()
        forkd.wait_line(": close ", 2)
        equal(forkd.stop(), 0)
        have = [line[5:] for line in forkd.output if line.startswith("stat ")]
    equal(have, [*zero, "max-workers 128",
                 "accepted 2", "served 2", "failed 1", "workers 0",
                 "max-workers 128", *zero, "max-workers 128"])


main()
