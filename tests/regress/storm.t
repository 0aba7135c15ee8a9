#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Handlers that are killed and clients that behave badly, in great numbers:
# afterwards the master has the descriptors, children and slots that it had.
import os
import random
import struct
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

COUNT = 200 if SHORT else 1000
SLOTS = 16
LINGER = struct.pack("ii", 1, 0)        # close() sends a reset


def master(*args):
    return Forkd("-l", "127.0.0.1:0", "-c", str(SLOTS), "-o", "stderr=null",
                 *args, handler("talkback"))


def pids_of(forkd, since, count):
    forkd.wait_line(": open pid ", count, since)
    return [int(pid) for pid in re.findall(
        r": open pid (\d+)", "\n".join(forkd.lines[since:]))]


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    client.close()


@test
def handlers_killed():
    """Handlers are killed, some before they have begun"""
    with master() as forkd:
        health = Health(forkd, SLOTS)
        for _ in range(COUNT // SLOTS + 1):
            since = len(forkd.lines)
            clients = [forkd.connect() for _ in range(SLOTS)]
            pids = pids_of(forkd, since, SLOTS)
            for pid in pids:
                kill(pid)
            for client in clients:
                equal(client.recv(1), b"")
                client.close()
            forkd.wait_line("close pid .* signal 9 KILL", SLOTS, since)
        health.check()


@test
def killed_at_birth():
    """Children die before they have done anything"""
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        fault = faults.set("setsid", -signal.SIGKILL, FOREVER, CHILD)
        for _ in range(COUNT // 4):
            equal(forkd.talk(), b"")
        equal(fault.failed, COUNT // 4)
        fault.clear()
        health.check()


@test
def clients_reset():
    """Clients that reset at once, or after a few bytes"""
    with master() as forkd:
        health = Health(forkd, SLOTS)
        for number in range(COUNT):
            client = forkd.connect()
            if number % 3 == 0:
                client.sendall(b"hello\n" * (number % 7))
            reset(client)
        health.check()


@test
def clients_close():
    """Clients that close at once"""
    with master() as forkd:
        health = Health(forkd, SLOTS)
        for _ in range(COUNT):
            forkd.connect().close()
        health.check()


@test
def never_reads():
    """Clients that send without reading, and reset in the middle"""
    with master() as forkd:
        health = Health(forkd, SLOTS)
        clients = []
        for _ in range(SLOTS):
            client = forkd.connect()
            client.setblocking(False)
            try:
                while True:
                    client.send(b"x" * 1000 + b"\n")
            except BlockingIOError:
                clients.append(client)
        for client in clients:
            reset(client)
        health.check()


@test
def bytes_one_by_one():
    """A client that sends a byte at a time"""
    with master() as forkd:
        with forkd.connect() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"one by one\n":
                client.sendall(bytes([byte]))
            equal(read_line(client), b"You said 'one by one'.\n")


@test
def silent_at_the_limit():
    """Silent and half-open clients hold all slots; the next one waits"""
    with master() as forkd:
        health = Health(forkd, SLOTS)
        since = len(forkd.lines)
        silent = [forkd.connect() for _ in range(SLOTS)]
        forkd.wait_line(": open pid ", SLOTS, since)
        waiting = [forkd.connect() for _ in range(2 * SLOTS)]
        for number, client in enumerate(waiting):
            client.sendall(b"%d\n" % number)
        before = cpu_seconds(forkd.pid)
        forkd.has_lines(": open pid ", 2 * SLOTS)  # Health's, these
        for number, client in enumerate(silent):
            if number % 2:
                reset(client)
            else:
                client.shutdown(socket.SHUT_WR)
        for number, client in enumerate(waiting):
            equal(read_line(client), b"You said '%d'.\n" % number)
            client.close()
        assert cpu_seconds(forkd.pid) - before < 1
        for client in silent:
            client.close()
        health.check()


@test
def stop_in_the_storm():
    """TERM while handlers are being killed and clients come and go"""
    for turn in range(5 if SHORT else 20):
        random.seed(turn)
        with master() as forkd:
            clients = [forkd.connect() for _ in range(SLOTS + 4)]
            pids = pids_of(forkd, 0, SLOTS)
            # half of them before the signal, half behind it
            number = random.choice((signal.SIGTERM, signal.SIGQUIT,
                                    signal.SIGINT))
            for place, pid in enumerate(pids):
                if place == SLOTS // 2:
                    forkd.send(number)
                kill(pid)
            for client in clients:
                random.choice((reset, socket.socket.close))(client)
            equal(forkd.wait(), 0)


main()
