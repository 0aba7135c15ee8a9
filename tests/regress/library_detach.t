#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd_detach() and forkd_ready(): a daemon of one's own.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *
from detached import *


def play(*words, **popen):
    """Runs libtest: the exit code of what was started, out, err."""
    done = subprocess.run([testbin("libtest"), *words], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE, **popen)
    return done.returncode, done.stdout, done.stderr


def daemon_ended():
    """The status of the daemon that this test has inherited."""
    return ended(wait_until(lambda: children(os.getpid()))[0])


@test
def ready():
    """ready with 0: the caller leaves with 0; later lines go nowhere"""
    equal(play("detach", "ready", "0", "error"), (0, "detach 0\n", ""))
    equal(daemon_ended(), 0)


@test
def statuses():
    """ready with another status: that is the caller's; the terminal stays"""
    for status in 1, 69, 255:
        code, out, err = play("detach", "ready", str(status), "leave", "0")
        equal((code, err), (status, ""))
        match("^detach 0\n", out)
        equal(daemon_ended(), 0)


@test
def not_ready():
    """a daemon that ends before: its own status; 71 for 0 and for signals"""
    equal(play("detach", "leave", "3"), (3, "detach 0\n", ""))
    code, out, err = play("detach", "leave", "0")
    equal((code, out), (71, "detach 0\n"))
    match(r"\Alibtest: detach: process \d+ ended before it was ready\n\Z", err)


@test
def without():
    """ready without detach does nothing; a second one neither"""
    equal(play("ready", "0", "ready", "7"), (0, "ready 0\nready 0\n", ""))
    equal(play("detach", "ready", "0", "ready", "7")[0], 0)
    equal(daemon_ended(), 0)


@test
def wrong():
    """EBUSY, EINVAL"""
    code, out, err = play("detach", "detach", "ready", "256", "ready", "-1",
                          "ready", "9", "leave", "0")
    equal((code, err), (9, ""))
    equal(daemon_ended(), 0)
    want = ["detach 0",
            "detach -1 %d detach: it has been done already" % errno.EBUSY,
            "ready -1 %d forkd_ready: 256: not a status: 0 to 255" %
            errno.EINVAL,
            "ready -1 %d forkd_ready: -1: not a status: 0 to 255" %
            errno.EINVAL, "ready 0"]
    equal(out.splitlines()[:len(want)], want)


@test
def serves():
    """forkd_run() in the daemon: ready when it serves; made before or after"""
    path = os.path.join(scratch(), "library.pid")
    service = ["service", "s", "serve", *user_words("s"), "listen", "s",
               "127.0.0.1:0", "address", "s", "0", "99"]
    setting = ["set", "-", "pidfile", path]
    for words in (["detach", "free", "new", *setting, *service, "run"],
                  ["free", "new", *setting, *service, "detach",
                   "run"]):
        code, out, err = play(*words)
        equal((code, err), (0, ""))
        with open(path) as file:
            pid = int(file.read())
        port = int(re.search(r"^address .*:(\d+)$", out, re.M)[1])
        with socket.create_connection(("127.0.0.1", port), DEADLINE):
            pass
        equal(os.readlink("/proc/%d/cwd" % pid), "/")
        equal({descriptors(pid)[fd] for fd in range(3)}, {"/dev/null"})
        os.kill(pid, signal.SIGTERM)
        equal(ended(pid), 0)
        assert not os.path.exists(path)


@test
def does_not_serve():
    """forkd_run() that fails: the program says so and chooses the status"""
    code, out, err = play("detach", "new", "service", "s", "serve",
                          *user_words("s"), "run", "leave", "5")
    equal((code, err), (5, ""))
    match(r"(?m)^run -1 \d+ s: no address to listen on", out)


main()
