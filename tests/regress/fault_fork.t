#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# When fork fails: the connection is kept, no other one is taken, and it is
# served when there are processes again; after 5 s it is closed.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

NUMBERS = errno.EAGAIN, errno.ENOMEM
PATIENCE = 5.0          # FORK_PATIENCE_MS of dispatch.c


def says(number):
    return "setup-error.*fork: " + re.escape(os.strerror(number))


@test
def once():
    """fork fails once: the client is served, and no slot is lost"""
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        for turn in range(2 if SHORT else 5):
            for number in NUMBERS:
                fault = faults.set("fork", number)
                equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
                equal(fault.failed, 1)
                forkd.wait_line(says(number), turn + 1)
                health.check()
                forkd.has_lines(says(number), turn + 1)


def badly(number):
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        busy = forkd.connect()
        busy.sendall(b"a\n")
        equal(read_line(busy), b"You said 'a'.\n")
        fault = faults.set("fork", number, FOREVER)
        clients = [forkd.connect() for _ in range(3)]
        for client in clients:
            client.sendall(b"hello\n")
        forkd.wait_line(says(number))
        wait_until(lambda: not is_watched(forkd), "a rest")
        bad_second([forkd])
        busy.close()            # room for more changes nothing
        wait_until(lambda: not children(forkd.pid), "the reaper")
        assert not is_watched(forkd), "it goes on accepting"
        fault.clear()
        for client in clients:
            equal(read_line(client), b"You said 'hello'.\n")
            client.close()
        assert 3 <= forkd.count_lines(says(number)) <= 5
        assert fault.failed <= 5, "%d forks" % fault.failed
        health.check()


@test
def for_a_second():
    """fork fails for a second: all who came are served afterwards"""
    at_once([lambda number=number: badly(number) for number in NUMBERS])


def long(number):
    faults = Faults()
    with faulty(faults) as forkd:
        health = Health(forkd)
        fault = faults.set("fork", number, FOREVER)
        with forkd.connect() as client, forkd.connect() as after:
            after.sendall(b"hello\n")
            fault.wait()
            start = time.monotonic()
            before = cpu_seconds(forkd.pid)
            equal(client.recv(1), b"")
            taken = time.monotonic() - start
            assert taken >= PATIENCE - 0.5, "%.2f s" % taken
            used = cpu_seconds(forkd.pid) - before
            assert used < BAD_SECOND_CPU, "%.2f s of CPU" % used
            forkd.wait_line("refuse.*" + os.strerror(number))
            fault.clear()
            equal(read_line(after), b"You said 'hello'.\n")
        health.check()


@full
def for_long():
    """fork fails for more than 5 s: that client is closed, others wait"""
    at_once([lambda number=number: long(number) for number in NUMBERS])


def stopped(number, codes):
    """Signals while a connection is kept."""
    faults = Faults()
    with faulty(faults) as forkd:
        fault = faults.set("fork", errno.EAGAIN, FOREVER)
        with forkd.connect() as client:
            client.sendall(b"hello\nquit\n")
            forkd.wait_line(says(errno.EAGAIN))
            forkd.send(number)
            forkd.wait_line("stop: ")
            if codes:
                fault.clear()
                equal(read_line(client), b"You said 'hello'.\n")
                equal(client.recv(1), b"")
            else:
                try:
                    equal(client.recv(1), b"")
                except ConnectionResetError:
                    pass    # its bytes were never read
            equal(forkd.wait(), 0)


@test
def stop():
    """A kept connection is served by TERM and QUIT, closed by INT"""
    at_once([lambda: stopped(signal.SIGTERM, True),
             lambda: stopped(signal.SIGQUIT, True),
             lambda: stopped(signal.SIGINT, False)])


@test
def stop_deadline():
    """drain-timeout also ends the wait of a kept connection"""
    faults = Faults()
    with faulty(faults, "-o", "drain-timeout=100ms") as forkd:
        faults.set("fork", errno.EAGAIN, FOREVER)
        with forkd.connect():
            forkd.wait_line(says(errno.EAGAIN))
            equal(forkd.stop(), 0)
            forkd.has_lines("refuse.*drain-timeout", 1)


NOBODY = 65534          # root's processes are not counted


def limit_processes(forkd, soft):
    """Only the same user may: root may lack the capability."""
    pid = os.fork()
    if pid == 0:
        try:
            if ROOT:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            _, hard = resource.prlimit(forkd.pid, resource.RLIMIT_NPROC)
            resource.prlimit(forkd.pid, resource.RLIMIT_NPROC,
                             (hard if soft is None else soft, hard))
            os._exit(0)
        finally:
            os._exit(1)
    equal(os.waitpid(pid, 0)[1], 0, "prlimit")


@test
def processes_run_out():
    """RLIMIT_NPROC: the client waits and is served"""
    keywords = {}
    if ROOT:
        keywords = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    with Forkd("-d", "-l", "127.0.0.1:0", "-c", "2", handler("talkback"),
               plain=True, program=reachable(FORKD), cwd="/",
               **keywords) as forkd:
        health = Health(forkd)
        limit_processes(forkd, 0)
        with forkd.connect() as client:
            client.sendall(b"hello\n")
            forkd.wait_line(says(errno.EAGAIN))
            bad_second([forkd])
            limit_processes(forkd, None)
            equal(read_line(client), b"You said 'hello'.\n")
        health.check()


main()
