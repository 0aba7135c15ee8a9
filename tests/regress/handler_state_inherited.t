#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 5: a handler is given the same, compared whole, whatever forkd itself
# was started with.  tcpserver passes ignored signals, the mask, descriptors
# and the environment on; socat leaves SIGPIPE ignored.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *

# Makes itself odd, then becomes forkd.  Runs alone: Python's own start would
# set some of it right again.
START = """#!%s
import os, resource, signal, socket, sys
ignored, groups = eval(os.environ.pop("ODD_IGNORED")), \\
    eval(os.environ.pop("ODD_GROUPS"))
os.chdir(os.environ.pop("ODD_CWD"))
os.umask(0o077)
os.nice(3)
if groups:
    os.setgroups(groups)
for number in ignored:
    signal.signal(number, signal.SIG_IGN)
ends = os.pipe()
pair = socket.socketpair()
listener = socket.create_server(("127.0.0.1", 0))
for to, fd in enumerate((ends[0], ends[1], pair[0].fileno(),
        pair[1].fileno(), listener.fileno(), 0, ends[0])):
    os.dup2(fd, 100 + to)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
high = [299, min(60000, hard - 1 if hard > 0 else 60000)]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
for to in high:
    os.dup2(listener.fileno(), to)
for to in range(3, 10):
    os.dup2(100 + to - 3, to)
os.closerange(10, 299)
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 1000))
resource.setrlimit(resource.RLIMIT_NPROC, (9000, 9001))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 30))
resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 21))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
os.kill(os.getpid(), signal.SIGUSR1)
os.execv(sys.argv[1], sys.argv[1:])
""" % sys.executable

STALE = {
    "LD_LIBRARY_PATH": "/nonexistent", "LD_BIND_NOW": "1",
    "NOTIFY_SOCKET": "/nonexistent/notify", "JOURNAL_STREAM": "8:1",
    "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1", "LISTEN_PID": "1",
    "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b", "TCPREMOTEHOST": "stale",
    "TCPREMOTEINFO": "stale", "TCPLOCALHOST": "stale", "PROTO": "stale",
    "TCPREMOTEIP": "stale", "REMOTE_ADDR": "stale", "REMOTE_HOST": "stale",
    "UNIXREMOTEPID": "1", "FORKD_X": "stale", "FORKD_CONNECTION": "stale",
    "IFS": "x", "BASH_ENV": "/nonexistent", "PYTHONPATH": "/nonexistent",
    "HOME": "/stale", "USER": "stale", "SHELL": "/stale", "SECRET": "s",
    "not a name": "stale",
}
KEPT = {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


def check(ignored):
    """Compares a handler under a start with these signals ignored."""
    start = script("start", START)
    directory = os.path.join(scratch(), "an odd  directory\\")
    os.makedirs(directory, exist_ok=True)
    os.chmod(directory, 0o755)
    groups = [1, 2, 3, 12345] if ROOT else []
    env = {**STALE, **KEPT, "ODD_IGNORED": str(ignored),
           "ODD_GROUPS": str(groups), "ODD_CWD": directory}
    with Forkd(FORKD, "-d", *as_user(), "-p", "0", testbin("probe"),
               plain=True, program=start, env=env) as forkd:
        # it was odd indeed, and forkd works in spite of it
        assert len(descriptors(forkd.pid)) >= 3 + 7 + 2
        forkd.wait_line("USR1")
        have, client, server = probe(forkd)
        want = expected(forkd, client, server, KEPT)
        want["cwd"] = directory.replace("\\", "\\134")
        want["nice"] = str(os.getpriority(os.PRIO_PROCESS, 0) + 3)
        for name, limits in (("NOFILE", (300, 1000)), ("NPROC", (9000, 9001)),
                             ("FSIZE", (1 << 20, 1 << 30)),
                             ("STACK", (1 << 20, 1 << 21))):
            number = getattr(resource, "RLIMIT_" + name)
            want["limit %d" % number] = "%d %d" % limits
        equal_facts(have, want)


@test
def usual():
    """with CHLD, PIPE and HUP ignored, everything else odd"""
    check([1, 13, 17])


@test
def every():
    """with every signal ignored"""
    check([number for number in range(1, 65)
           if number not in (9, 19, 32, 33)])


main()
