#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 10: the master is killed with -9.  Busy handlers finish their
# connection alone, and a new forkd can take the port meanwhile.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stopload import *


def killed(forkd):
    """Without a chance to do anything."""
    forkd.send(signal.SIGKILL)
    equal(forkd.wait(), -signal.SIGKILL)


def finish(puppets):
    for puppet in puppets:
        equal(puppet.order("pid"), puppet.pid)
        puppet.order("exit 0")
        equal(puppet.ended(), b"")
        wait_until(lambda: not alive(puppet.pid), "the handler's end")
        puppet.close()


@test
def finishes():
    """busy handlers finish alone"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppets = [Puppet(forkd) for _ in range(3)]
        killed(forkd)
        finish(puppets)


@test
def function():
    """so does a C function"""
    with Forkd("-d", "-l", "127.0.0.1:0", *as_user(), plain=True,
               program=reachable(os.path.join(os.environ["EXAMPLES"],
                                              "talkback"))) as forkd:
        with forkd.connect() as client:
            client.sendall(b"one\n")
            equal(read_line(client), b"You said 'one'.\n")
            killed(forkd)
            client.sendall(b"two\nquit\n")
            equal(read_all(client), b"You said 'two'.\n")
        wait_handlers(forkd)


def again(listen, host):
    with Forkd("-l", listen + ":0", testbin("puppet")) as forkd:
        puppets = [Puppet(forkd, host) for _ in range(3)]
        killed(forkd)
        with Forkd("-l", "%s:%d" % (listen, forkd.port),
                   testbin("puppet")) as other:
            equal(other.port, forkd.port)
            newer = Puppet(other, host)
            finish(puppets)
            finish([newer])


@test
def port():
    """a new forkd can take the port at once, while they run"""
    again("127.0.0.1", "127.0.0.1")
    again("*", "127.0.0.1")


@test
def port_ipv6():
    """the same over IPv6"""
    need_ipv6()
    again("[::1]", "::1")


@test
def draining():
    """also when it was killed while it stopped"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM: 1 workers")
        killed(forkd)
        finish([puppet])


main()
