#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Stopping a server with a pool; at random moments: prefork_random.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *


@test
def at_once():
    """idle workers are asked to leave, and finish"""
    for number in signal.SIGTERM, signal.SIGQUIT:
        forkd = Pool("finish,reaped", "min-workers=5")
        Talk(forkd).close()
        equal(forkd.stop(number), 0)
        equal(forkd.count_lines("^finish"), forkd.count_lines("^reaped"))
        equal(forkd.count_lines("^reaped .* status 0"),
              forkd.count_lines("^reaped"))
        assert forkd.count_lines("^reaped") >= 5
        equal(forkd.count_lines("warning|error"), 0)


@test
def exec_at_once():
    """and so are executables"""
    forkd = Forkd("-p", "0", "-m", "prefork", "-o", "min-workers=5",
                  testbin("puppet"))
    puppet = Puppet(forkd)
    puppet.order("exit 0")
    puppet.close()
    equal(forkd.stop(), 0)
    equal(forkd.count_lines("warning|error"), 0)


@test
def drains():
    """busy ones finish, idle ones leave, who waits in the backlog is served"""
    for number in signal.SIGTERM, signal.SIGQUIT:
        with Pool("finish", "min-workers=2 max-workers=2") as forkd:
            talks = [Talk(forkd) for _ in range(2)]
            waiting = [forkd.connect() for _ in range(7)]
            forkd.send(number)
            forkd.wait_line("stop: ")
            for talk in talks:
                equal(talk.ask("pid"), str(talk.pid))
                talk.close()
            for client in waiting:
                client.sendall(b"pid\nreturn 0\n")
            for client in waiting:
                assert int(read_all(client)) > 0
                client.close()
            equal(forkd.wait(), 0)
            forkd.reader.join(DEADLINE)
            forkd.has_lines("close pid .* status 0", 9)
            forkd.has_lines("^finish", 2)


@test
def drains_exec():
    """handlers that are forked during the stop serve who waits"""
    with Forkd("-p", "0", "-m", "prefork", "-c", "2",
               testbin("puppet")) as forkd:
        puppets = [Puppet(forkd) for _ in range(2)]
        waiting = [forkd.connect() for _ in range(7)]
        forkd.send(signal.SIGTERM)
        forkd.wait_line("stop: ")
        for puppet in puppets:
            puppet.order("exit 0")
            puppet.close()
        for client in waiting:
            client.sendall(b"exit 0\n")
            read_all(client)
            client.close()
        equal(forkd.wait(), 0)
        forkd.reader.join(DEADLINE)
        forkd.has_lines("close pid .* status 0", 9)


@test
def deadline():
    """drain-timeout: TERM, then KILL"""
    forkd = Pool("startignores", "min-workers=2 drain-timeout=100ms "
                 "kill-grace=100ms")
    talk = Talk(forkd)
    equal(forkd.stop(), 0)
    forkd.wait_line("s#1: close pid %d signal 9 KILL .*drain-timeout" %
                    talk.pid)
    talk.connection.close()


@test
def now():
    """INT: TERM to all, idle ones too; a second INT: KILL"""
    forkd = Pool("serve", "min-workers=3")
    talk = Talk(forkd)
    equal(forkd.stop(signal.SIGINT), 0)
    forkd.has_lines("s#1: close pid %d signal 15 TERM" % talk.pid, 1)
    equal(forkd.count_lines("throttle|setup-error"), 0)
    talk.connection.close()
    forkd = Pool("startignores", "min-workers=3")
    talk = Talk(forkd)
    forkd.send(signal.SIGINT)
    forkd.wait_line("stop: INT")
    equal(forkd.stop(signal.SIGINT), 0)
    talk.connection.close()


@test
def leave():
    """on-stop = leave: busy ones finish alone, idle ones leave"""
    forkd = Pool("finish", "min-workers=3 on-stop=leave")
    talk = Talk(forkd)
    pids = children(forkd.pid)
    equal(forkd.stop(), 0)
    equal(talk.ask("pid"), str(talk.pid))
    talk.close()
    wait_until(lambda: not any(alive(pid) for pid in pids), "their end")
    for pid in pids:
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            pass


@test
def early():
    """a stop while the first workers get ready"""
    for number in signal.SIGTERM, signal.SIGINT:
        forkd = Pool("startstops", "min-workers=2 drain-timeout=200ms "
                     "kill-grace=100ms", ready=False)
        forkd.wait_line("^start slot", 2)
        equal(forkd.stop(number), 0)


@test
def on_its_way():
    """a connection that a stopped worker has not read: nobody new for it"""
    for number in signal.SIGINT, signal.SIGTERM:
        with Pool("serve", "min-workers=1 min-spare=0 kill-grace=300ms "
                  "drain-timeout=300ms") as forkd:
            talk = Talk(forkd)  # not before it is ready
            pid = talk.pid
            talk.close()
            forkd.wait_line("close pid %d" % pid)
            os.kill(pid, signal.SIGSTOP)
            with forkd.connect() as client:
                forkd.wait_line("open pid %d" % pid, 2)
                forkd.send(number)
                equal(forkd.wait(), 0)
                equal(read_all(client), b"")
            forkd.reader.join(DEADLINE)
        forkd.has_lines("open pid", 2)
        forkd.has_lines("refuse .*: stop$", 1)


@test
def throttled():
    """workers that cannot start while somebody waits: no storm of forks"""
    path = os.path.join(scratch(), "flag")
    with Pool("startflag,reaped", "min-workers=1 min-spare=0 max-workers=2 "
              "max-requests=1", before=("flag", path)) as forkd:
        talk = Talk(forkd)
        open(path, "w").close()
        waiting = [forkd.connect() for _ in range(3)]
        forkd.send(signal.SIGQUIT)
        forkd.wait_line("stop: QUIT")
        talk.close()
        forkd.wait_line("throttle: spawning nothing")
        assert forkd.count_lines("^reaped") < 20
        os.unlink(path)
        forkd.send(signal.SIGINT)
        equal(forkd.wait(), 0)
        for client in waiting:
            client.close()


main()
