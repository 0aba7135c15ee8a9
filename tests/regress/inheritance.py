# SPDX-License-Identifier: ISC
"""What the tests of inherited sockets share: starting forkd as a service
manager does, with sockets from descriptor 3 on."""

import fcntl
import os
import subprocess

from unixtest import *

_PASSER = """#!/usr/bin/env python3
import os
import sys

pid = sys.argv[1]
fds = [int(word) for word in sys.argv[2].split(",") if word]
for place, fd in enumerate(fds):
    os.dup2(fd, 3 + place)
os.closerange(3 + len(fds), 100)
if pid:
    os.environ["LISTEN_PID"] = str(os.getpid()) if pid == "own" else pid
os.execv(sys.argv[3], sys.argv[3:])
"""


def _command(files, pid):
    """The words before forkd's, and keywords of Popen."""
    passer = script("passer", _PASSER)
    # away from where they are to be
    high = [fcntl.fcntl(file, fcntl.F_DUPFD, 50) for file in files]
    return high, [passer, pid, ",".join(map(str, high)), FORKD]


def _environment(files, fds, names):
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("LISTEN_")}
    if fds is None:
        fds = len(files)
    if fds != "":
        env["LISTEN_FDS"] = str(fds)
    if names is not None:
        env["LISTEN_FDNAMES"] = names
    return env


def inherit(files, *args, names=None, fds=None, pid="own", **keywords):
    """A Forkd with files as descriptors from 3 on, in the foreground without
    -d; fds: LISTEN_FDS if it is not their number, "" for none; pid:
    LISTEN_PID, "" for none."""
    high, command = _command(files, pid)
    try:
        return Forkd(*command[1:], *as_user(), *args, plain=True,
                     program=command[0], pass_fds=high,
                     env=_environment(files, fds, names), **keywords)
    finally:
        for fd in high:
            os.close(fd)


def inherit_refused(code, message, files, *args, names=None, fds=None,
                    pid="own"):
    """forkd does not start so, and says why."""
    high, command = _command(files, pid)
    try:
        done = subprocess.run(
            command + as_user() + list(args), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=DEADLINE, pass_fds=high,
            env=_environment(files, fds, names))
    finally:
        for fd in high:
            os.close(fd)
    equal((done.returncode, done.stdout, done.stderr),
          (code, "", "forkd: %s\n" % message))


def tcp(backlog=8):
    """A tcp socket that listens."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(backlog)
    return server


def unix(kind=STREAM):
    """The same of a unix socket; its path."""
    path = place()
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(path)
    server.listen()
    os.chmod(path, 0o666)
    return server, path
