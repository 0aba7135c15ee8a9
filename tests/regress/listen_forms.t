#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# -l and -p: the ways to write an address, several of them, in any order, and
# the ready line, which has real ports.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

import itertools


def have_services():
    try:
        return (socket.getservbyname("daytime", "tcp"),
                socket.getservbyname("echo", "tcp")) == (13, 7)
    except OSError:
        raise Skip("no /etc/services")


def listens(addresses, *args):
    """forkd says and has these addresses; {} is its port."""
    with Forkd(*args, handler("talkback")) as forkd:
        port = forkd.port
        assert port > 0
        equal(forkd.addresses, ["tcp://" + a.format(port) for a in addresses])
        bound = []
        for address in addresses:
            host, number = address.format(port).rsplit(":", 1)
            host = host.strip("[]")
            bound.append(("::" if host == "*" else host, int(number)))
            equal(forkd.talk(b"x\n", "127.0.0.1" if host == "*" else host,
                             int(number)), b"You said 'x'.\n")
        equal(listeners(forkd.pid), sorted(bound))
        forkd.has_lines("listening on", 1)


@test
def hosts():
    """a host and a port"""
    for args in (["-l", "127.0.0.1:0"], ["-l", "tcp://127.0.0.1:0"],
                 ["-l", "tcp4://127.0.0.1:0"], ["--listen=127.0.0.1:0"],
                 ["-l127.0.0.1:0"], ["-l", "[127.0.0.1]:0"],
                 ["-o", "listen=127.0.0.1:0"]):
        listens(["127.0.0.1:{}"], *args)
    # the same in IPv6's notation
    listens(["127.0.0.1:{}"], "-l", "[::ffff:127.0.0.1]:0")
    need_ipv6()
    for address in "[::1]:0", "tcp://[::1]:0", "tcp6://[::1]:0":
        listens(["[::1]:{}"], "-l", address)


@test
@isolated()
def ports():
    """a port alone"""
    for args in (["-p", "10000"], ["-p10000"], ["--port=10000"],
                 ["--port", "10000"], ["-l", "10000"], ["-l", ":10000"],
                 ["-l", "*:10000"], ["-l", "tcp://*:10000"],
                 ["-p", "010000"]):
        listens(["*:10000"], *args)


@test
@isolated()
def services():
    """the name of a service"""
    have_services()
    listens(["*:13"], "-p", "daytime")
    listens(["*:13"], "-l", "daytime")
    listens(["127.0.0.1:7"], "-l", "127.0.0.1:echo")
    listens(["[::1]:7"], "-l", "tcp6://[::1]:echo")


@test
@isolated()
def several():
    """several addresses at once"""
    listens(["*:{}", "*:2000", "127.0.0.1:3000", "[::1]:3000"],
            "-p", "0", "-p", "2000", "-l", "127.0.0.1:3000", "-l",
            "[::1]:3000")
    listens(["127.0.0.1:3000", "*:2000"], "-l", "127.0.0.1:3000", "-p",
            "2000")


@test
def several_free():
    """several free ports, each a different one"""
    with Forkd(*["-p", "0"] * 20, handler("talkback")) as forkd:
        equal(len(set(forkd.ports)), 20)
        for port in forkd.ports:
            equal(forkd.talk(b"x\n", port=port), b"You said 'x'.\n")


@test
@isolated("127.0.0.1 both\n::1 both\n")
def order():
    """-4 and -6 hold for every address, before and behind them"""
    for family, wanted in (("-4", ["127.0.0.1", "0.0.0.0"]),
                           ("-6", ["::1", "::"])):
        for args in itertools.permutations(
                [[family], ["-l", "both:1000"], ["-p", "2000"]]):
            with Forkd(*sum(args, []), handler("talkback")) as forkd:
                equal(listeners(forkd.pid),
                      sorted(zip(wanted, (1000, 2000))))


@test
@isolated()
def literals():
    """-4 and -6 leave alone what is written out"""
    for family in "-4", "-6":
        for address, bound in (("127.0.0.1:1000", "127.0.0.1"),
                               ("[::1]:1000", "::1"),
                               ("tcp4://*:1000", "0.0.0.0"),
                               ("tcp6://*:1000", "::")):
            with Forkd(family, "-l", address, handler("talkback")) as forkd:
                equal(listeners(forkd.pid), [(bound, 1000)])


@test
def ready():
    """the ready line: the addresses as bound, the handler as found"""
    with Forkd("-l", "127.0.0.1:0", "-p", "0", handler("talkback")) as forkd:
        have = listeners(forkd.pid)
        ports = {address: port for address, port in have}
        match(r"Z info forkd: listening on tcp://127\.0\.0\.1:%d, "
              r"tcp4?://\*:%d: %s$" %
              (ports["127.0.0.1"],
               ports["::"] if "::" in ports else ports["0.0.0.0"],
               re.escape(handler("talkback"))), forkd.lines[0])
        # whoever reads it can connect
        for port in forkd.ports:
            equal(forkd.talk(b"x\n", port=port), b"You said 'x'.\n")


main()
