# SPDX-License-Identifier: ISC
"""A forkd that has detached.  When the process that was started has left, the
daemon is a child of this one, which is a subreaper: its end can be waited for.
"""

import contextlib

from forkdtest import *


class Detached:
    """Starts forkd without -d and waits until the starting process leaves.

    args: behind the program's name; -u is added unless plain=True.  A test of
    a start that fails takes code, out and err; pid is None then.
    """

    def __init__(self, *args, plain=False, program=FORKD, code=0, **popen):
        user = [] if plain else as_user()
        popen.setdefault("stdin", subprocess.DEVNULL)
        # to end of file: a daemon that kept one of them would be waited for
        done = subprocess.run([program, *user, *args], text=True,
                              capture_output=True, timeout=DEADLINE, **popen)
        self.code, self.out, self.err = done.returncode, done.stdout, \
            done.stderr
        self.pid = self.port = None
        if code is not None:
            equal((self.code, self.err), (code, ""), self.out)
        found = re.match(r"(\S+): pid (\d+) on (.*); stop: kill (\d+)\n\Z",
                         self.out)
        if found:
            self.name, self.pid = found[1], int(found[2])
            equal(int(found[4]), self.pid)
            self.addresses = found[3].split(", ")
            port = re.search(r":(\d+)$", self.addresses[0])
            self.port = port and int(port[1])

    connect = Forkd.connect
    talk = Forkd.talk

    def send(self, number):
        os.kill(self.pid, number)

    def wait(self):
        """Waits for the end; returns the status of wait(2)."""
        return ended(self.pid)

    def stop(self, number=signal.SIGTERM):
        self.send(number)
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            equal(self.stop(), 0, "the daemon's end")
        elif self.pid:      # a test that fails leaves nothing in the way
            with contextlib.suppress(OSError, AssertionError):
                self.stop()


def ended(pid):
    """Waits for the end of a process that has become ours."""
    found = wait_until(lambda: reaped(pid), "the end of %d" % pid)
    return found[0]


def reaped(pid):
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:   # not ours yet
        return None
    return [status] if done else None


def status_of(pid, name):
    """A line of /proc/PID/status."""
    with open("/proc/%d/status" % pid) as file:
        return re.search(r"^%s:\s+(.*)$" % name, file.read(), re.M)[1]


def stat_of(pid):
    """What follows the name in /proc/PID/stat: state, parent, ..."""
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rsplit(")", 1)[1].split()


def is_stopped(pid):
    return stat_of(pid)[0] in "Tt"
