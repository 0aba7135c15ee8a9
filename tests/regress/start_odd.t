#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Starts that fail in a process that was started in an odd way: one line, the
# right exit code, nothing left.
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *

TALKBACK = handler("talkback")
ADDRESS = "203.0.113.9:1"       # nobody's


def start(*args, **popen):
    return subprocess.run([FORKD, *as_user(), *args], text=True,
                          stdin=subprocess.DEVNULL, timeout=DEADLINE, **popen)


def place():
    path = tempfile.mkdtemp(dir=scratch())
    os.chmod(path, 0o755)
    return path


@test
def without_a_reader():
    """nobody reads standard error: no pid file and no socket are left"""
    for detach in ["-d"], []:
        where = place()
        ours, theirs = os.pipe()
        os.close(ours)
        done = start(*detach, "-P", where + "/p", "-l", "unix://%s/s" % where,
                     "-l", ADDRESS, TALKBACK, stderr=theirs)
        os.close(theirs)
        equal((done.returncode, os.listdir(where)), (69, []))


@test
def told_to_stop():
    """TERM while it binds: obeyed when it has started, nothing is left"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        where = place()
        faults = Faults()
        fault = faults.set("listen", -number, 1)
        done = start("-d", "-l", "unix://%s/s" % where, TALKBACK,
                     stderr=subprocess.PIPE,
                     env=faults.environment("inject"))
        equal((done.returncode, os.listdir(where)), (0, []))
        equal(fault.failed, 1)


@test
def ignoring_children():
    """SIGCHLD ignored: the exit code of a detached start that fails"""
    for args, code in (["-l", ADDRESS, TALKBACK], 69), \
            (["-l", "127.0.0.1:0", "/nonexistent"], 66):
        done = start(*args, capture_output=True, preexec_fn=lambda:
                     signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        equal((done.returncode, done.stdout), (code, ""))
        match(r"\Aforkd: [^\n]+\n\Z", done.stderr)


@test
def without_room():
    """a pid file of no length: 73, and it is not left"""
    where = place()
    for detach in ["-d"], []:
        done = start(*detach, "-P", where + "/p", "-l", "127.0.0.1:0",
                     TALKBACK, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                     preexec_fn=lambda: resource.setrlimit(
                         resource.RLIMIT_FSIZE, (0, 0)))
        equal((done.returncode, os.listdir(where)), (73, []))
        match(r"\Aforkd: pidfile [^\n]+: File too large\n\Z", done.stderr)


@test
def one_file_for_both():
    """the log and the pid file are the same: 78"""
    path = place() + "/f"
    refused(78, "pidfile %s: it is the log, too: name another one" % path,
            "-d", *as_user(), "-l", "127.0.0.1:0", "-P", path,
            "-o", "log=" + path, TALKBACK)
    assert not os.path.exists(path)


@test
def foreign_lock():
    """a file in the place of the lock of a socket: refused, and it stays"""
    where = place()
    lock = where + "/s.lock"
    with open(lock, "w") as file:
        file.write("precious\n")
    refused(69, "unix://%s/s: %s is in the way: not a lock of forkd's" %
            (where, lock), "-d", *as_user(), "-l", "unix://%s/s" % where,
            TALKBACK)
    with open(lock) as file:
        equal(file.read(), "precious\n")
    os.unlink(lock)
    os.mkfifo(lock)
    equal(run("-d", *as_user(), "-l", "unix://%s/s" % where, TALKBACK)[0], 69)
    equal(os.listdir(where), ["s.lock"])


main()
