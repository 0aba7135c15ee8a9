#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode wait: a handler that ends in no time makes no spin, whatever its status;
# one that serves is never paused for; what cannot be set up is throttled.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import faulty, Faults, FOREVER
from waits import *
import errno

LINE = (r" warning sh: throttle pid \d+: starting no handler for %dms: it "
        r"ended after \d+ms%s$")


def ends(command, *args):
    return Forkd("-m", "wait", "-l", "127.0.0.1:0", *args, "/bin/sh", "-c",
                 command)


@test
def takes_nothing():
    """exits without accepting: ten in a row, then pauses up to a second"""
    for command in "exit 0", "exit 1", "kill -SEGV $$":
        with ends(command) as forkd:
            with forkd.connect():
                for delay in 100, 200, 400, 800, 1000:
                    forkd.wait_line(LINE % (delay, ", and clients still wait"))
                first = forkd.count_lines("throttle")
                assert 14 <= opened(forkd) <= 17, opened(forkd)
                before = cpu_seconds(forkd.pid)
                forkd.wait_line("throttle", first + 1)
                assert cpu_seconds(forkd.pid) - before < 0.1


@test
def nobody_waits():
    """one that takes the client and is quick is never paused for"""
    with waiting() as forkd:
        for count in range(30):
            puppet = Puppet(forkd)
            puppet.order("exit 1")
            puppet.ended()
            puppet.close()
            forkd.wait_line("close pid", count + 1)
            if count % 5 == 4:      # not always before the master sees that
                turn(forkd)
        equal(forkd.count_lines("throttle"), 0)


@test
def queue():
    """nor while a queue is there that gets shorter"""
    with waiting(program="puppet") as forkd:
        first = Puppet(forkd)
        clients = [forkd.connect() for _ in range(40)]
        for client in clients:
            client.sendall(b"exit 0\n")
        first.order("exit 0")
        for client in clients:
            equal(read_line(client), b"0\n")
            client.close()
        first.close()
        forkd.wait_line("close pid", 41)
        equal(forkd.count_lines("throttle"), 0)


@test
def kept():
    """with min-workers the first quick end makes a pause, 0 or not"""
    for command in "exit 0", "exit 1":
        with ends(command, "-o", "min-workers=3") as forkd:
            for delay in 100, 200, 400, 800, 1000:
                forkd.wait_line(LINE % (delay, ""))
            # three are started after each pause
            assert opened(forkd) <= 3 * 5 + 3, opened(forkd)
            equal(forkd.stop(), 0)


@test
def not_set_up():
    """who cannot be executed is throttled as in every mode"""
    path = script("away", "#!/bin/sh\n")
    for args in [], ["-o", "min-workers=2"]:
        with Forkd("-m", "wait", "-l", "127.0.0.1:0", *args, path,
                   ready=False) as forkd:
            if not args:
                line = forkd.wait_line("listening")
                os.rename(path, path + ".away")
                client = socket.create_connection(
                    ("127.0.0.1", int(re.search(r":(\d+): /", line)[1])))
            else:
                forkd.wait_line("listening")
                os.rename(path, path + ".away")
                client = None
            line = forkd.wait_line(" error away: throttle: accepting nothing")
            delay = int(re.search(r"for (\d+)ms", line).group(1))
            assert 1600 <= delay <= 2400, delay
            forkd.wait_line("setup-error", 3)
            assert not is_watched(forkd)
            os.rename(path + ".away", path)
            forkd.wait_line("close pid .* status 0")    # when it is over
            if client:
                client.close()
            equal(forkd.stop(), 0)


@test
def fork_fails():
    """fork fails: the next try comes soon, and the client is served"""
    faults = Faults()
    for args in [], ["-o", "min-workers=2"]:
        with faulty(faults, "-m", "wait", *args, testbin("waiter"),
                    serve=testbin("puppet")) as forkd:
            turn(forkd)
            if args:
                forkd.wait_line("open pid", 2)
            before = opened(forkd)
            fault = faults.set("fork", errno.EAGAIN, FOREVER)
            if args:
                slay(handlers(forkd)[0])
            client = forkd.connect()
            for delay in 100, 200, 400:
                forkd.wait_line("setup-error: fork: .*; next try in %dms"
                                % delay)
            fault.clear()
            forkd.wait_line("open pid", before + 1)
            client.sendall(b"pid\n")
            assert int(read_line(client)) in handlers(forkd)
            client.close()


main()
