#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Hundreds of workers, where not every death has a SIGCHLD of its own: each one
# is reaped, told and given back, also when its group is to end.
import os
import signal
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

MANY = 300      # more than MANY of lifetime.c


def many(forkd):
    clients = [forkd.connect() for _ in range(MANY)]
    for client in clients:
        client.sendall(b"x")
        equal(client.recv(1), b"x")
    return clients


@test
def ends():
    """old ones, young ones and all others; their slots are free again"""
    with Forkd("-p", "0", "-c", str(MANY), handler("echo")) as forkd:
        for _ in range(2):
            clients = many(forkd)
            before = forkd.count_lines("close pid")
            for part in clients[:50], clients[-50:], clients[50:-50]:
                for client in part:
                    client.close()
                before += len(part)
                forkd.wait_line("close pid", before)
        wait_until(lambda: not children(forkd.pid))
        forkd.has_lines("close pid .* status 0 ", 2 * MANY)


@test
def killed():
    """killed at once, from outside"""
    with Forkd("-p", "0", "-c", str(MANY), handler("echo")) as forkd:
        clients = many(forkd)
        for pid in children(forkd.pid):
            os.kill(pid, signal.SIGKILL)
        forkd.wait_line("close pid .* signal 9 KILL", MANY)
        for client in clients:
            equal(read_all(client), b"")
            client.close()
        equal(forkd.talk(b"hello"), b"hello")


@test
def stopped():
    """a stop ends them with their groups"""
    path = script("group", "#!/bin/sh\nsleep 1000 &\necho ready\nread x\n")
    with Forkd("-p", "0", "-c", str(MANY), "-o", "kill-grace=1s",
               path) as forkd:
        clients = [forkd.connect() for _ in range(MANY)]
        for client in clients:
            equal(read_line(client), b"ready\n")
        equal(forkd.stop(signal.SIGINT), 0)
        for client in clients:
            client.close()
    # what was left of the groups is ours now, and dead
    equal([pid for pid in children(os.getpid())
           if os.waitpid(pid, os.WNOHANG)[0] == 0], [])


main()
