#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Pools when descriptors have run out, in a worker and in the master.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *


@test
def worker():
    """a full worker misses its connection: another one gets it"""
    with Pool("serve", "min-workers=2 min-spare=1") as forkd:
        for number in range(3):
            bad = Talk(forkd)
            bad.say("fill")
            bad.say("return 0")
            read_all(bad.connection)
            bad.connection.close()
            forkd.wait_line("close pid", 2 * number + 1)
            good = Talk(forkd)
            assert good.pid != bad.pid
            good.close()
            forkd.wait_line("close pid", 2 * number + 2)
            forkd.wait_line("handler-error pid %d: no descriptor is left for "
                            "a connection: it retires" % bad.pid)
            wait_until(lambda: not alive(bad.pid), "its end")
        equal(forkd.count_lines("throttle|KILL"), 0)
        forkd.has_lines("open pid", 9)     # three came back


@test
def never():
    """workers that never have one for a connection throttle the pool"""
    with Pool("startfills", "min-workers=2") as forkd:
        with forkd.connect() as client:
            forkd.wait_line("throttle: spawning nothing .*: no descriptor")
            equal(client.recv(1), b"")  # after a while without any worker
        forkd.wait_line("refuse .*: no worker")


def limited(number):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                                      (number, number))


@test
def master():
    """a full master spawns no more, waits, and loses nobody"""
    with Pool("serve", "min-workers=2 min-spare=2",
              preexec_fn=limited(16)) as forkd:
        clients = [forkd.connect() for _ in range(40)]
        forkd.wait_line("setup-error: fork: Too many open files; next try in "
                        "100ms")
        forkd.wait_line("setup-error: fork: .*next try in 1000ms")
        used = cpu_seconds(forkd.pid)
        forkd.wait_line("setup-error: fork: .*next try in 1000ms", 2)
        assert cpu_seconds(forkd.pid) - used < 0.5
        for client in clients:
            client.sendall(b"pid\nreturn 0\n")
        for client in clients:
            assert int(read_all(client)) > 0
            client.close()


@test
def master_exec():
    """the same with executables"""
    with Forkd("-p", "0", "-m", "prefork", testbin("puppet"),
               preexec_fn=limited(18)) as forkd:
        clients = [forkd.connect() for _ in range(30)]
        for client in clients:
            client.sendall(b"exit 0\n")
        for client in clients:
            read_all(client)
            client.close()
        forkd.wait_line("close pid .* status 0", 30)


main()
