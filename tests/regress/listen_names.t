#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A name is bound on all its addresses, with one port for all of them.  An
# address that is not this machine's warns, one that is in use fails.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

AWAY = ("warning talkback: setup-error: %s: tcp://%s: not an address of this "
        "machine, passed over")


def listens(name, bound, *args, port=0):
    with Forkd("-l", "%s:%d" % (name, port), *args,
               handler("talkback")) as forkd:
        port = port or forkd.port
        equal(listeners(forkd.pid), sorted((a, port) for a in bound))
        equal(sorted(forkd.addresses),
              sorted(("tcp://[%s]:%d" if ":" in a else "tcp://%s:%d") %
                     (a, port) for a in bound))
        for address in bound:
            equal(forkd.talk(b"x\n", address, port), b"You said 'x'.\n")
        return list(forkd.lines)


@test
@isolated("127.0.0.1 localhost\n::1 localhost\n")
def localhost():
    """localhost: 127.0.0.1 and ::1"""
    for port in 0, 10000:
        listens("localhost", ["127.0.0.1", "::1"], port=port)
        listens("tcp://localhost", ["127.0.0.1", "::1"], port=port)
        listens("localhost", ["127.0.0.1"], "-4", port=port)
        listens("tcp4://localhost", ["127.0.0.1"], port=port)
        listens("localhost", ["::1"], "-6", port=port)
        listens("tcp6://localhost", ["::1"], port=port)


@test
@isolated("".join("127.0.0.%d many\n" % n for n in range(1, 31)) +
          "127.0.0.7 many\n")
def many():
    """a name with many addresses, one of them twice"""
    lines = listens("many", ["127.0.0.%d" % n for n in range(1, 31)])
    equal(len([l for l in lines if "listening" in l]), 1)


@test
@isolated("127.0.0.2 both\n127.0.0.3 both\n",
          {"ipv4/ip_local_port_range": "40000 40007"})
def free_on_all():
    """port 0: a port that is free on all addresses"""
    # about every second time, 40001 is what the kernel chooses for the first
    with socket.create_server(("127.0.0.3", 40001)):
        for _ in range(20):
            with Forkd("-l", "both:0", handler("talkback")) as forkd:
                assert forkd.port != 40001
                # a try that failed has left nothing
                equal(listeners(forkd.pid), [("127.0.0.2", forkd.port),
                                             ("127.0.0.3", forkd.port)])


@test
@isolated("192.0.2.77 mixed\n127.0.0.2 mixed\n2001:db8::77 mixed\n")
def passed_over():
    """an address that is not this machine's warns"""
    lines = listens("mixed", ["127.0.0.2"], port=10000)
    for address in "192.0.2.77:10000", "[2001:db8::77]:10000":
        wanted = AWAY % ("mixed", address)
        equal(len([l for l in lines if l.endswith(wanted)]), 1, wanted)
    # before anybody is told that it listens
    assert "listening" in lines[2], lines


@test
@isolated("127.0.0.1 localhost\n::1 localhost\n",
          {"ipv6/conf/all/disable_ipv6": 1})
def without_ipv6():
    """localhost where IPv6 is off"""
    lines = listens("localhost", ["127.0.0.1"], port=10000)
    assert lines[0].endswith(AWAY % ("localhost", "[::1]:10000")), lines


@test
@isolated("127.0.0.2 both\n127.0.0.3 both\n")
def in_use():
    """an address that is in use fails, and nothing stays bound"""
    start = ["-d"] + as_user()
    for host in "127.0.0.2", "127.0.0.3":
        with socket.create_server((host, 10000)):
            refused(69, "tcp://%s:10000: Address already in use; see: "
                    "ss -ltnp 'sport = :10000'" % host, *start, "-l",
                    "both:10000", handler("talkback"))
    # both are free again
    listens("both", ["127.0.0.2", "127.0.0.3"], port=10000)


main()
