#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Several services in one master, functions and executables together, by
# forkd_run() and in steps: each has its own listeners, settings and limits;
# what befalls one does not touch the others; a stop drains all.
import os
import select
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import *

import contextlib


@contextlib.contextmanager
def serving(how, *services):
    """A host that serves these by forkd_run() or in steps; its ports."""
    with Host() as host:
        ports = host.master(*services)
        host.how = how
        if how == "run":
            host.channel.sendall(b"run\n")
            host.wait_line("listening on", len(services))
        else:
            host.watch()
        yield host, ports
        if not ended(host):
            stop(host, 2)
            finished(host)


def ended(host):
    return getattr(host, "finished", False)


def stop(host, how):
    if host.how == "run":
        host.send(signal.SIGTERM if how == 1 else signal.SIGINT)
    else:
        host.works("stop", how)


def finished(host):
    """It stops, without a worker left."""
    if host.how == "run":
        line = host._answer()
        while line.startswith("* "):
            line = host._answer()
        equal(line, "0")
    else:
        host.wait_said("^step 0 0$")
    equal(children(host.pid), [])
    host.finished = True


def each(function):
    """A test with each of the ways to serve."""
    def both():
        for how in "run", "step":
            function(how)
    both.__doc__ = function.__doc__
    return test(both)


def puppet(port, orders=b"pid\n"):
    """A connection to puppet that has answered its orders."""
    peer = socket.create_connection(("127.0.0.1", port), DEADLINE)
    peer.settimeout(DEADLINE)
    peer.sendall(orders)
    read_line(peer)
    return peer


@each
def own(how):
    """each has its own listeners, handler, user, mode and numbers"""
    other = {"user": "daemon"} if ROOT else {}
    with serving(how, ("f", None, {"umask": "027", "mode": "fork"}),
                 ("g", None, {"nice": "3"}),
                 ("x", testbin("probe"), {"env": "WHO=x", **other}),
                 ("y", testbin("probe"), {"umask": "077"})) as (host, ports):
        f, g, x, y = ports
        for _ in range(2):
            have = [facts(ask(port, data)) for port, data in
                    ((f, b"report\n"), (g, b"report\n"), (x, b""), (y, b""))]
        equal([one["umask"] for one in have], ["027", "022", "022", "077"])
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        equal([int(one["nice"]) - nice for one in have], [0, 3, 0, 0])
        equal([one.get("env FORKD_SERVICE") for one in have[2:]], ["x", "y"])
        equal([one.get("env WHO") for one in have[2:]], ["x", None])
        if ROOT:
            users = [pwd.getpwnam(name).pw_uid for name in
                     ("nobody", "nobody", "daemon", "nobody")]
            equal([int(one["uid"].split()[0]) for one in have], users)
        for one in have:
            equal([name for name in one if name.endswith("listening") and
                   one[name] != "0"], [])
        for name in "fgxy":
            host.wait_line(r" %s#2: close pid \d+ status 0 " % name)


@each
def modes(how):
    """one of each mode: all serve, and a worker of a pool again and again"""
    waiter = handler("chat")
    with serving(how, ("f", testbin("probe"), {"mode": "fork"}),
                 ("p", None, {"mode": "prefork", "min-workers": "1",
                              "min-spare": "0"}),
                 ("x", testbin("probe"), {"mode": "prefork",
                                          "min-workers": "2"}),
                 ("w", waiter, {"mode": "wait"})) as (host, ports):
        f, p, x, w = ports
        pids = set()
        for number in range(1, 4):
            equal(facts(ask(f, b""))["env FORKD_SERVICE"], "f")
            equal(facts(ask(x, b""))["env FORKD_SERVICE"], "x")
            pids.add(facts(ask(p, b"report\n"))["pid"])
            host.wait_line(r" p#%d: close pid \d+ status 0 " % number)
        equal(len(pids), 1)
        with socket.create_connection(("127.0.0.1", w), DEADLINE) as one, \
                socket.create_connection(("127.0.0.1", w), DEADLINE) as two:
            two.settimeout(DEADLINE)
            while True:     # until the second one is in the room, too
                one.sendall(b"hello\n")
                if select.select([two], [], [], 0.05)[0]:
                    break
            assert b"hello" in read_line(two)
        stop(host, 1)
        finished(host)


@each
def full(how):
    """one that is full keeps its own clients waiting, and no others"""
    for names in "fx", "xf":
        programs = {"f": None, "x": testbin("puppet")}
        with serving(how, *[(name, programs[name],
                             {"max-workers": "1"} if name == names[0] else {})
                            for name in names]) as (host, ports):
            busy, other = ports
            holds = dial if names[0] == "f" else puppet
            with holds(busy) as first:
                host.wait_line(" %s: full: 1 of 1 workers" % names[0])
                with socket.create_connection(("127.0.0.1", busy),
                                              DEADLINE) as second:
                    second.settimeout(DEADLINE)
                    second.sendall(b"pid\n")
                    for _ in range(3):
                        if names[1] == "f":
                            equal(ask(other, b"x\n"), b"You said 'x'.\n")
                        else:
                            equal(ask(other, b"exit 0\n"), b"0\n")
                    host.wait_line(" %s#3: close " % names[1])
                    equal(host.count_lines(" %s#2: open" % names[0]), 0)
                    first.close()
                    assert read_line(second)


@each
def throttled(how):
    """one that cannot be set up is throttled alone"""
    path = script("gone", "#!/bin/sh\n")
    with serving(how, ("x", path, {}), ("f", None, {})) as (host, ports):
        os.unlink(path)
        while not host.count_lines(" x: throttle: "):
            with socket.create_connection(("127.0.0.1", ports[0]), DEADLINE):
                equal(ask(ports[1], b"x\n"), b"You said 'x'.\n")
        equal(ask(ports[1], b"x\n"), b"You said 'x'.\n")


@each
def drains(how):
    """a stop lets all of them finish, and those who wait in the queue"""
    with serving(how, ("f", None, {"max-workers": "1"}),
                 ("x", testbin("puppet"), {}),
                 ("y", testbin("puppet"), {"on-stop": "drain"})
                 ) as (host, ports):
        needs_filter()
        f, x, y = ports
        with dial(f) as first, puppet(x) as second, puppet(y) as third, \
                socket.create_connection(("127.0.0.1", f)) as queued:
            queued.settimeout(DEADLINE)
            queued.sendall(b"late\n")
            host.wait_line(" f: full: 1 of 1 workers")
            stop(host, 1)
            host.wait_line("stop: TERM: 3 workers: they may finish")
            for peer in second, third:
                peer.sendall(b"pid\n")
                assert read_line(peer)
                peer.close()
            host.wait_line("y#1: close ")
            host.wait_line("x#1: close ")
            first.sendall(b"still\n")
            equal(read_line(first), b"You said 'still'.\n")
            first.close()
            equal(read_line(queued), b"You said 'late'.\n")
        finished(host)
        for port in ports:
            try:
                socket.create_connection(("127.0.0.1", port), 5).close()
                raise AssertionError("somebody listens")
            except ConnectionRefusedError:
                pass


@each
def ends(how):
    """a stop at once ends the workers of all"""
    with serving(how, ("f", None, {"kill-grace": "50ms"}),
                 ("x", testbin("puppet"), {"kill-grace": "50ms"})
                 ) as (host, ports):
        with dial(ports[0]), puppet(ports[1], b"ignore 15\n"):
            stop(host, 2)
            finished(host)
        host.wait_line(r"x#1: close pid \d+ signal 9 KILL")
        host.wait_line(r"f#1: close pid \d+ signal 15 TERM")


main()
