#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# NOTIFY_SOCKET, as in sd_notify(3): READY when it serves, RELOADING and READY
# around a reload, STOPPING at the first signal that stops.
import os
import sys
import time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *
from supervisor import *


@test
def lifetime():
    """READY, with the process id and STATUS, and STOPPING"""
    for abstract in False, True:
        with Supervisor(abstract) as supervisor:
            with Forkd("-p", "0", handler("talkback"),
                       env=supervisor.environment()) as forkd:
                supervisor.ready(forkd)
                equal(forkd.talk(b"one\n"), b"You said 'one'.\n")
                equal(forkd.stop(), 0)
                supervisor.ends()


@test
def after_binding():
    """no READY when an address is in use, nor for -n"""
    with Supervisor() as supervisor, \
            socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, _ = run("-d", *as_user(), "-l", "127.0.0.1:%d" % port,
                         handler("talkback"), env=supervisor.environment())
        equal(code, 69)
        code, _, _ = run("-n", *as_user(), "-p", "0", handler("talkback"),
                         env=supervisor.environment())
        equal(code, 0)
        equal(supervisor.waiting(), 0)


@test
def foreground():
    """under NOTIFY_SOCKET it stays in the foreground without -d"""
    with Supervisor() as supervisor:
        with Forkd(*as_user(), "-p", "0", handler("talkback"), plain=True,
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)


@test
def foreground_sockets():
    """and under LISTEN_FDS, if LISTEN_PID is its own"""
    start = ("import os, sys; os.dup2(int(sys.argv[1]), 3); "
             "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()));"
             "os.execv(sys.argv[2], sys.argv[2:])")
    with socket.create_server(("127.0.0.1", 0)) as inherited:
        number = inherited.fileno()
        with Forkd("-c", start, str(number), FORKD, *as_user(), "-p", "0",
                   handler("talkback"), plain=True, program=sys.executable,
                   pass_fds=[number]):
            pass


@test
def reloading():
    """HUP: RELOADING with the time, then READY"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", handler("talkback"),
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)
            for _ in range(3):
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                forkd.send(signal.SIGHUP)
                lines = supervisor.receive()
                after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                equal(lines[0], "RELOADING=1")
                equal(lines[1].split("=")[0], "MONOTONIC_USEC")
                # to the microsecond: systemd wants it not before its request
                assert before <= int(lines[1].split("=")[1]) <= after, lines
                supervisor.ready(forkd)


@test
def each_stop():
    """STOPPING, and how long it may take; a harder stop says so again"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", "-o", "drain-timeout=50s", "-o",
                   "kill-grace=20s", testbin("puppet"),
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)
            puppet = Puppet(forkd)
            puppet.order("ignore %d" % signal.SIGTERM)
            busy = "1/128 workers, 0 served, 0 refused"
            supervisor.status(busy)
            forkd.send(signal.SIGQUIT)
            supervisor.stopping(None, busy)     # no deadline of ours
            forkd.send(signal.SIGTERM)
            supervisor.stopping(75, busy)
            forkd.send(signal.SIGTERM)
            supervisor.stopping(25, busy)
            # what is ending does not load anything again
            forkd.send(signal.SIGHUP)
            forkd.wait_line("reload: HUP")
            equal(supervisor.waiting(), 0)
            forkd.send(signal.SIGINT)
            # it may have been reaped before that is said
            equal(supervisor.receive()[:2],
                  ["STOPPING=1", "EXTEND_TIMEOUT_USEC=25000000"])
            puppet.ended()
            puppet.close()
            equal(forkd.wait(), 0)
            equal(supervisor.waiting(), 0)


@test
def stopped_at_once():
    """a stop that was asked for before it was ready: STOPPING, never READY"""
    with Supervisor() as supervisor:
        command = [FORKD, "-d", *as_user(), "-p", "0", handler("talkback")]

        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            os.kill(os.getpid(), signal.SIGTERM)
        done = subprocess.run(command, env=supervisor.environment(),
                              stderr=subprocess.DEVNULL, preexec_fn=block,
                              timeout=DEADLINE)
        equal(done.returncode, 0)
        supervisor.stopping()
        equal(supervisor.waiting(), 0)


main()
