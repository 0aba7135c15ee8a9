#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Deaths in a pool: of the master, of workers in every state, and workers that
# do not get ready or do not answer.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *


def gone(pids):
    wait_until(lambda: not any(alive(pid) for pid in pids), "their end")
    for pid in pids:
        try:
            os.waitpid(pid, 0)          # orphans are our children
        except ChildProcessError:
            pass


@test
def master_c():
    """kill -9 of the master: idle workers leave, busy ones finish first"""
    forkd = Pool("finish", "min-workers=4")
    talk = Talk(forkd)
    pids = children(forkd.pid)
    idle = [pid for pid in pids if pid != talk.pid]
    forkd.process.kill()
    forkd.wait()
    gone(idle)
    assert alive(talk.pid)
    equal(talk.ask("pid"), str(talk.pid))
    talk.close()
    gone([talk.pid])
    forkd.reader.join(DEADLINE)
    forkd.has_lines("^finish", len(pids))


@test
def master_exec():
    """the same of executables"""
    with Forkd("-p", "0", "-m", "prefork", "-o", "min-workers=4",
               testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        pids = pool_is(forkd, 4)
        idle = [pid for pid in pids if pid != puppet.pid]
        forkd.process.kill()
        forkd.wait()
        gone(idle)
        puppet.order("pid")
        puppet.order("exit 0")
        puppet.close()
        gone([puppet.pid])


@test
def each():
    """kill -9 of every worker in turn: idle ones, and no client notices"""
    with Pool("serve", "min-workers=4 min-spare=4") as forkd:
        for _ in range(3):
            for pid in children(forkd.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                with forkd.connect() as client:
                    client.sendall(b"pid\n")
                    client.shutdown(socket.SHUT_WR)
                    assert int(read_all(client)) > 0
            if forkd.count_lines("throttle"):
                break                   # they had served nobody
        wait_until(lambda: Talk(forkd).close() is None, "a connection")


@test
def busy():
    """kill -9 of a busy worker ends its connection, and no other"""
    with Pool("reaped", "min-workers=3 min-spare=1") as forkd:
        talks = [Talk(forkd) for _ in range(3)]
        slay(talks[1].pid)
        equal(read_all(talks[1].connection), b"")
        talks[1].connection.close()
        forkd.wait_line("warning s#2: close pid %d signal 9 KILL" %
                        talks[1].pid)
        forkd.wait_line("^reaped slot . pid %d status 9" % talks[1].pid)
        for talk in talks[0], talks[2]:
            equal(talk.ask("pid"), str(talk.pid))
            talk.close()
        equal(forkd.count_lines("throttle"), 0)


@test
def on_its_way():
    """a connection that a dead worker had not taken goes to another one"""
    with Pool("serve", "min-workers=2 min-spare=0 max-workers=2") as forkd:
        first = Talk(forkd)     # becomes the one that is idle last
        first.close()
        forkd.wait_line("s#1: close")
        os.kill(first.pid, signal.SIGSTOP)
        client = forkd.connect()
        client.sendall(b"pid\n")
        turn(forkd)
        turn(forkd)     # a signal may come before what was there first
        slay(first.pid)
        other = int(read_line(client))
        assert other != first.pid
        client.close()
        forkd.wait_line("s#2: open pid %d" % first.pid)
        forkd.wait_line("s#2: open pid %d" % other)
        forkd.wait_line("s#2: close pid %d status 0" % other)
        forkd.has_lines("s#2: open", 2)
        forkd.has_lines("s#2: close", 1)


@test
def waits_its_turn():
    """and waits for the next one, when there is none"""
    with Pool("serve", "min-workers=1 min-spare=0 max-workers=1") as forkd:
        first = Talk(forkd)
        first.close()
        forkd.wait_line("s#1: close")
        os.kill(first.pid, signal.SIGSTOP)
        clients = [forkd.connect() for _ in range(3)]
        for client in clients:
            client.sendall(b"pid\n")
            client.shutdown(socket.SHUT_WR)
        turn(forkd)
        slay(first.pid)
        for client in clients:
            assert int(read_all(client)) != first.pid
            client.close()


@full
def not_taken():
    """a worker that does not take its connection for 5 s is killed"""
    with Pool("serve", "min-workers=2 min-spare=0") as forkd:
        first = Talk(forkd)
        first.close()
        forkd.wait_line("s#1: close")
        os.kill(first.pid, signal.SIGSTOP)
        with forkd.connect() as client:
            client.sendall(b"pid\n")
            assert int(read_line(client)) != first.pid
        forkd.wait_line("handler-error pid %d .*it does not take its "
                        "connection: KILL" % first.pid)


@test
def start_fails():
    """a start function that fails is said by forkd_run, with errno and code"""
    lines = calls("set", "-", "log", "stderr", "service", "s", "startfails",
                  *user_words("s"), "set", "s", "mode", "prefork",
                  "listen", "s", "127.0.0.1:0", "run")
    match(r"^run -1 EDOM s: start: ", lines[-1])


@test
def never_ready():
    """one that never gets ready is killed, and the start fails"""
    lines = calls("set", "-", "log", "stderr", "service", "s", "startstops",
                  *user_words("s"), "set", "s", "mode", "prefork",
                  "set", "s", "start-timeout", "200ms",
                  "listen", "s", "127.0.0.1:0", "run")
    match(r"^run -1 ECANCELED s: start-timeout: not ready after 200ms",
          lines[-1])


@test
def crashes():
    """one that crashes at start is said, and the start fails"""
    lines = calls("set", "-", "log", "stderr", "service", "s", "startcrashes",
                  *user_words("s"), "set", "s", "mode", "prefork",
                  "listen", "s", "127.0.0.1:0", "run")
    match(r"^run -1 ECANCELED s: a worker without a connection has ended: "
          r"signal 6 ABRT", lines[-1])
    equal(len([line for line in lines if line.startswith("run")]), 1)


@test
def later():
    """workers that fail later throttle the pool; the others go on"""
    flag = os.path.join(scratch(), "flag")
    with Pool("startflag", "min-workers=2 min-spare=1", before=(
            "flag", flag)) as forkd:
        with open(flag, "w"):
            os.chmod(flag, 0o644)
        first = Talk(forkd)
        second = Talk(forkd)            # none is spare now
        forkd.wait_line("error s: setup-error pid .*: start: ", 3)
        forkd.wait_line("error s: throttle: spawning nothing for .*: start")
        equal(first.ask("pid"), str(first.pid))
        second.close()
        third = Talk(forkd)
        equal(third.pid, second.pid)
        os.unlink(flag)
        pool_is(forkd, 3)               # when the pause is over
        first.close()
        third.close()


@test
def stuck():
    """a stuck one is ended by timeout, also when it ignores TERM"""
    with Pool("startignores", "min-workers=2 timeout=300ms "
              "kill-grace=100ms") as forkd:
        client = forkd.connect()
        equal(read_all(client), b"")
        client.close()
        forkd.wait_line("s#1: handler-error .*timeout: TERM to its group")
        forkd.wait_line("s#1: handler-error .*kill-grace is over: KILL")
        forkd.wait_line("s#1: close pid .* signal 9 KILL .*timeout")


main()
