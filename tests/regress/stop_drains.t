#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 9: TERM lets busy handlers finish and takes no new connection; then
# forkd ends with 0.  tcpserver and ipsvd leave their handlers behind.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


def refused(port):
    """No connection to that port comes about."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except (ConnectionRefusedError, TimeoutError):
        return True
    return False


@test
def busy():
    """a busy handler finishes, new connections are refused"""
    needs_filter()
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppets = [Puppet(forkd), Puppet(forkd)]
        forkd.send(signal.SIGTERM)
        forkd.wait_line(" info forkd: stop: TERM: 2 workers: ")
        assert refused(forkd.port)
        for puppet in puppets:
            equal(puppet.order("pid"), puppet.pid)
            equal(puppet.order("exit 0"), 0)
            equal(puppet.ended(), b"")
            puppet.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        for number, puppet in enumerate(puppets, 1):
            forkd.wait_line(r" info puppet#%d: close pid %d status 0 in [\d.]+s$"
                            % (number, puppet.pid))
        match("Z info forkd: stop: all workers have ended$", forkd.lines[-1])


@test
def idle():
    """without handlers it ends at once"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        with Forkd("-p", "0", "-o", "drain-timeout=1h",
                   testbin("puppet")) as forkd:
            began = time.monotonic()
            equal(forkd.stop(number), 0)
            assert time.monotonic() - began < DEADLINE / 2


@test
def finishing():
    """a handler that ended with the signal is known and reaped"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        os.kill(forkd.pid, signal.SIGSTOP)
        puppet.order("exit 9")
        puppet.ended()
        forkd.send(signal.SIGTERM)
        os.kill(forkd.pid, signal.SIGCONT)
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        forkd.wait_line("puppet#1: close pid %d status 9 in " % puppet.pid)
        puppet.close()


@test
def quit():
    """QUIT has no deadline; a TERM behind it sets one"""
    needs_filter()
    with Forkd("-p", "0", "-o", "drain-timeout=100ms",
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        forkd.send(signal.SIGQUIT)
        forkd.wait_line("stop: QUIT: 1 workers: ")
        assert refused(forkd.port)
        time.sleep(0.3)         # it should not happen: nothing to wait for
        equal(puppet.order("pid"), puppet.pid)
        forkd.send(signal.SIGQUIT)
        turn(forkd)
        equal(puppet.order("pid"), puppet.pid)
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: TERM: 1 workers: ")
        puppet.ended()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        forkd.wait_line(r"close pid %d signal 15 TERM in [\d.]+s: "
                        r"drain-timeout$" % puppet.pid)
        puppet.close()


main()
