#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Master and workers under valgrind, in all modes: no error, and no memory that
# is lost, in any of the processes.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import *
from pools import *

VALGRIND = os.environ.get("VALGRIND")
OPTIONS = "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", \
    "--child-silent-after-fork=no"
# what valgrind says, with a place in the program, of a process that TERM ends
ENDED = "Process terminating with default action of signal 15 (SIGTERM)"


def under(program):
    """The same program under valgrind; each process has a file for that."""
    if not VALGRIND:
        raise Skip("valgrind is missing")
    if SANITIZED:
        raise Skip("sanitizers and valgrind exclude each other")
    for name in logs():
        os.unlink(name)
    return script("under-" + os.path.basename(program),
                  "#!/bin/sh\nexec '%s' %s --log-file='%s/valgrind.%%p' "
                  "'%s' \"$@\"\n" % (VALGRIND, " ".join(OPTIONS), scratch(),
                                     program))


def logs():
    return [os.path.join(scratch(), name) for name in os.listdir(scratch())
            if name.startswith("valgrind.")]


def clean(*pids):
    """What valgrind says of all processes; these have ended by themselves."""
    texts = {}
    for path in logs():
        with open(path) as file:
            texts[int(path.rsplit(".", 1)[1])] = file.read()
    for pid, text in texts.items():
        # an error is a line, and the place below it
        errors = re.findall(r"^==\d+== (\S.*)\n==\d+==    (?:at|by) 0x", text,
                            re.M)
        equal([error for error in errors if error != ENDED], [], text)
        equal(re.findall("ERROR SUMMARY: [^0].*", text), [], text)
    for pid in pids:
        match("ERROR SUMMARY: 0 errors", texts[pid])
        match("no leaks are possible|definitely lost: 0 bytes", texts[pid])


@test
def functions():
    """a pool of C functions: all kinds of messages and signals, and TERM"""
    path = script("attached", "inside", 0o644)
    with Pool("serve,start,finish,allow,message,reaped,reload",
              "min-workers=2 max-workers=4 client-gone=reset timeout=20s",
              program=under(testbin("libtest")), start_new_session=True,
              ) as forkd:
        # allow refuses every second one
        talks = []
        for _ in range(3):
            talks.append(Talk(forkd))
            equal(forkd.talk(), b"")
        for order in "send -1 1 hello", "receive 100 20000", \
                "sendfd 1 " + path, "receive 100 20000", "cram 7 1000", \
                "draining", "calls":
            talks[0].ask(order)
        for number in signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP:
            forkd.send(number)
        slay(talks[1].pid)
        talks[2].ask("garbage 1 type")
        forkd.wait_line("nonsense on its channel")
        talks[0].close()
        forkd.wait_line("close pid %d status 0" % talks[0].pid)
        equal(forkd.stop(), 0)
        for talk in talks[1:]:
            talk.connection.close()
    clean(forkd.pid, talks[0].pid)


@test
def retired():
    """workers that retire after some connections, and INT"""
    with Pool("serve,finish", "min-workers=2 max-requests=2 min-spare=1",
              program=under(testbin("libtest"))) as forkd:
        for _ in range(8):
            Talk(forkd).close()
        pids = re.findall(r"finish slot \d+ pid (\d+)", "\n".join(forkd.lines))
        talk = Talk(forkd)
        equal(forkd.stop(signal.SIGINT), 0)
        talk.connection.close()
    clean(forkd.pid, *map(int, pids))


@test
def executables():
    """a pool of executables, one of them killed while it waits"""
    with Forkd("-p", "0", "-m", "prefork", "-o", "min-workers=3", "-o",
               "client-gone=reset", testbin("puppet"),
               program=under(FORKD)) as forkd:
        for _ in range(3):
            puppet = Puppet(forkd)
            puppet.order("exit 0")
            puppet.close()
        forkd.wait_line("close pid .* status 0", 3)
        slay(children(forkd.pid)[0])
        puppet = Puppet(forkd)
        wait_until(lambda: settled(forkd), "idle ones")
        idle = [pid for pid in children(forkd.pid) if pid != puppet.pid]
        assert len(idle) >= 2, idle
        forkd.send(signal.SIGQUIT)
        wait_until(lambda: children(forkd.pid) == [puppet.pid], "idle ones")
        puppet.order("exit 0")
        puppet.close()
        equal(forkd.wait(), 0)
    clean(forkd.pid, *idle)


@test
def each_connection():
    """mode fork: a C function, an executable, one that cannot be run"""
    with Lib("serve,message,reaped", program=under(testbin("libtest"))
             ) as forkd:
        pid = int(forkd.ask("pid\nsend -1 1 hello\n").split()[0])
        forkd.wait_line("^reaped")
        equal(forkd.stop(), 0)
    clean(forkd.pid, pid)
    path = script("vanishes", "#!/bin/sh\n")
    with Forkd("-p", "0", path, program=under(FORKD)) as forkd:
        equal(forkd.talk(), b"")
        os.unlink(path)
        equal(forkd.talk(), b"")
        forkd.wait_line("setup-error")
        equal(forkd.stop(), 0)
    clean(forkd.pid)


@test
def waiting():
    """mode wait: one handler at a time, and some that are kept"""
    for setting in "min-workers=0", "min-workers=2":
        with Forkd("-p", "0", "-m", "wait", "-o", setting, testbin("waiter"),
                   testbin("puppet"), program=under(FORKD)) as forkd:
            puppet = Puppet(forkd)
            puppet.order("exit 0")
            puppet.close()
            forkd.wait_line("close pid %d status 0" % puppet.pid)
            equal(forkd.stop(), 0)
        clean(forkd.pid)


@test
def steps():
    """a master in the loop of a program, in steps"""
    pool = {"mode": "prefork", "min-workers": "2"}
    with Host(program=under(testbin("host"))) as host:
        ports = host.master(("f", None, {}), ("x", testbin("puppet"), {}),
                            ("g", None, pool), ("y", testbin("puppet"), pool))
        host.watch()
        for port in ports[0], ports[2]:
            equal(ask(port, b"a\n"), b"You said 'a'.\n")
        for port in ports[1], ports[3]:
            equal(ask(port, b"exit 3\n"), b"3\n")
        host.wait_line(r"f#1: close pid \d+ status 0")
        pid = int(re.search(r"f#1: close pid (\d+)",
                            "\n".join(host.lines))[1])
        host.works("stop", 1)
        host.wait_said("^step 0 0$")
        host.works("free", answer="-1")
        host.stop()
    clean(host.pid, pid)


main()
