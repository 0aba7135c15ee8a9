#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Several services in one master: functions and executables, each with its own
# name, settings, limit and numbers.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


def start(*more):
    """Services s and t of functions, x of an executable."""
    words = ["service", "t", "serve", *user_words("t"), "set", "t",
             "max-workers", "1", "set", "t", "umask", "027",
             "listen", "t", "127.0.0.1:0", "listen", "t", "127.0.0.2:0",
             "service", "x", "-", *user_words("x"),
             "set", "x", "handler", "%s 'a b'" % testbin("probe"),
             "listen", "x", "127.0.0.1:0", *more]
    forkd = Lib(before=words)
    forkd.wait_line("listening on", 3)
    forkd.services = {
        name: [int(port) for port in re.findall(r"127\.0\.0\.\d:(\d+)", line)]
        for name, line in zip("txs", [line for line in forkd.lines
                                      if "listening on" in line])}
    return forkd


@test
def each():
    """each answers on its own addresses, as itself"""
    with start() as forkd:
        ports = forkd.services
        equal([len(ports[name]) for name in "txs"], [2, 1, 1])
        have = facts(forkd.talk(port=ports["x"][0]))
        equal(have["argv"], [testbin("probe"), "a b"])
        equal((have["env FORKD_SERVICE"], have["umask"]), ("x", "022"))
        for host, port in (("127.0.0.1", ports["t"][0]),
                           ("127.0.0.2", ports["t"][1])):
            have = facts(forkd.talk(b"report\n", host, port))
            equal(have["umask"], "027")
        equal(facts(forkd.talk(b"report\n", port=ports["s"][0]))["umask"],
              "022")
        # serial numbers are each service's own
        for name in "x#1", "t#1", "t#2", "s#1":
            forkd.wait_line(r" %s: close pid \d+ status 0 " % name)


@test
def limits():
    """one that is full does not hold the others up"""
    with start() as forkd:
        ports = forkd.services
        with forkd.connect(port=ports["t"][0]) as first:
            first.sendall(b"pid\n")
            read_line(first)
            forkd.wait_line(" t: full: 1 of 1 workers busy")
            with forkd.connect("127.0.0.2", ports["t"][1]) as second:
                second.sendall(b"say late\n")
                second.shutdown(socket.SHUT_WR)
                equal(forkd.talk(b"say now\n", port=ports["s"][0]), b"now\n")
                equal(len(facts(forkd.talk(port=ports["x"][0]))["argv"]), 2)
                equal(forkd.count_lines(r" t#2: open"), 0)
                first.shutdown(socket.SHUT_WR)
                equal(read_all(second), b"late\n")


@test
def nothing_of_others():
    """a worker has no listener of any service"""
    with start() as forkd:
        for port, orders in ((forkd.services["t"][0], b"report\n"),
                             (forkd.services["x"][0], b"")):
            have = facts(forkd.talk(orders, port=port))
            equal([name for name in have if name.endswith("listening") and
                   have[name] != "0"], [])


main()
