#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A detached start that is interrupted: by signals to either process, at the
# moment when everything is bound and nobody has been told.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
from detached import *

OSERR = 71
LATE = "epoll_create1"      # in the daemon: it has bound and has its pid file
STOP, KILL = -signal.SIGSTOP, -signal.SIGKILL


class Halted:
    """A start whose daemon, or the child that checks for it, has stopped."""

    def __init__(self, call=LATE, action=STOP, listen=("-l", "127.0.0.1:0"),
                 scope=CHILD):
        self.faults = Faults()
        self.faults.set(call, action, 1, scope)
        self.path = os.path.join(scratch(), "halted.%d" % id(self))
        # files: what is left of a start may hold on to a pipe
        self.said = [tempfile.TemporaryFile("w+") for _ in range(2)]
        self.starter = subprocess.Popen(
            [FORKD, *as_user(), *listen, "-P", self.path,
             handler("talkback")], env=self.faults.environment("inject"),
            stdin=subprocess.DEVNULL, stdout=self.said[0],
            stderr=self.said[1])
        self.daemon = wait_until(lambda: children(self.starter.pid))[0]

    def told(self):
        """Until the daemon has written that it is ready."""
        pipes = {what for fd, what in descriptors(self.starter.pid).items()
                 if fd > 2 and what.startswith("pipe:")}
        wait_until(lambda: os.path.exists(self.path) and
                   not pipes & set(descriptors(self.daemon).values()))

    def stopped(self, pid):
        wait_until(lambda: is_stopped(pid), "the stop of %d" % pid)
        assert self.starter.poll() is None, "it did not wait"
        return self

    def outcome(self):
        self.starter.wait(DEADLINE)
        for file in self.said:
            file.seek(0)
        return (self.starter.returncode, *(file.read() for file in self.said))


@test
def goes_on():
    """the starter waits for as long as it takes, then leaves with 0"""
    halted = Halted()
    halted.stopped(halted.daemon)
    os.kill(halted.daemon, signal.SIGCONT)
    code, out, err = halted.outcome()
    equal((code, err), (0, ""))
    match("^forkd: pid %d on " % halted.daemon, out)
    os.kill(halted.daemon, signal.SIGTERM)
    equal(ended(halted.daemon), 0)
    assert not os.path.exists(halted.path)


@test
def killed():
    """kill -9 of the daemon: the starter says so, 71"""
    halted = Halted()
    halted.stopped(halted.daemon)
    os.kill(halted.daemon, signal.SIGKILL)
    equal(halted.outcome(), (OSERR, "", "forkd: detach: process %d was killed "
          "before it was ready: Killed\n" % halted.daemon))
    # as after any kill -9, the next one takes the file over
    with Detached("-l", "127.0.0.1:0", "-P", halted.path,
                  handler("talkback")):
        pass


@test
def killed_early():
    """also while a child of it still checks the handler"""
    halted = Halted("dup3")      # before the check has moved descriptors
    checks = wait_until(lambda: children(halted.daemon))[0]
    halted.stopped(checks)
    os.kill(halted.daemon, signal.SIGKILL)
    # the child has neither the pipe nor the lock
    equal(halted.outcome(), (OSERR, "", "forkd: detach: process %d was killed "
          "before it was ready: Killed\n" % halted.daemon))
    with Detached("-l", "127.0.0.1:0", "-P", halted.path,
                  handler("talkback")):
        pass
    os.kill(checks, signal.SIGKILL)
    equal(ended(checks), signal.SIGKILL)


@test
def killed_owner():
    """or while a child of it looks up whom a socket file is to belong to"""
    directory = os.path.join(scratch(), "owned")
    os.mkdir(directory)
    path = os.path.join(directory, "x.sock")
    listen = ["-l", path, "-o", "socket-owner=%s" % pwd.getpwuid(
        os.geteuid()).pw_name]
    halted = Halted("write", listen=listen)     # what the child has found
    asked = wait_until(lambda: children(halted.daemon))[0]
    halted.stopped(asked)
    os.kill(halted.daemon, signal.SIGKILL)
    # the child has neither the pipe nor a lock
    equal(halted.outcome(), (OSERR, "", "forkd: detach: process %d was killed "
          "before it was ready: Killed\n" % halted.daemon))
    assert not os.path.lexists(path)
    equal(os.listdir(directory), [])
    with Detached(*listen, "-P", halted.path, handler("talkback")):
        pass
    equal(os.listdir(directory), [])
    os.kill(asked, signal.SIGCONT)      # nobody wants to know: it ends alone
    equal(ended(asked), 1 << 8)


@test
def told_to_stop():
    """TERM, INT, QUIT while it starts: it has started and stops, cleanly"""
    for number, call in ((signal.SIGTERM, LATE), (signal.SIGINT, LATE),
                         (signal.SIGQUIT, LATE), (signal.SIGTERM, "bind")):
        halted = Halted(call)
        halted.stopped(halted.daemon)
        os.kill(halted.daemon, number)
        os.kill(halted.daemon, signal.SIGCONT)
        code, out, err = halted.outcome()
        equal((code, err), (0, ""))
        match("^forkd: pid %d on " % halted.daemon, out)
        equal(ended(halted.daemon), 0)
        assert not os.path.exists(halted.path)


@test
def starter_interrupted():
    """INT, TERM, HUP, KILL to the starter: there is no daemon then"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                   signal.SIGKILL):
        halted = Halted()
        halted.stopped(halted.daemon)
        halted.starter.send_signal(number)
        equal(halted.starter.wait(DEADLINE), -number)
        os.kill(halted.daemon, signal.SIGCONT)
        equal(ended(halted.daemon), OSERR << 8)
        equal(halted.outcome(), (-number, "", "forkd: detach: the process "
              "that waited for it is gone\n"))
        assert not os.path.exists(halted.path)


@test
def starter_paused():
    """STOP and CONT to the starter lose nothing"""
    halted = Halted()
    halted.stopped(halted.daemon)
    halted.starter.send_signal(signal.SIGSTOP)
    wait_until(lambda: is_stopped(halted.starter.pid))
    os.kill(halted.daemon, signal.SIGCONT)
    wait_until(lambda: descriptors(halted.daemon)[2] == "/dev/null")
    halted.starter.send_signal(signal.SIGCONT)
    code, out, err = halted.outcome()
    equal((code, err), (0, ""))
    os.kill(halted.daemon, signal.SIGTERM)
    equal(ended(halted.daemon), 0)


@test
def starter_cannot_read():
    """a starter that cannot read what it was told ends the daemon, 71"""
    halted = Halted("read", scope=MASTER)
    wait_until(lambda: is_stopped(halted.starter.pid))
    halted.told()
    halted.faults.set("read", errno.EIO, 1, ANY)    # after that of STOP
    halted.starter.send_signal(signal.SIGCONT)
    equal(halted.outcome(), (OSERR, "", "forkd: detach: process %d was "
          "stopped, for whether it is ready cannot be read: Input/output "
          "error\n" % halted.daemon))
    assert not os.path.exists("/proc/%d" % halted.daemon), "a daemon is left"
    assert not os.path.exists(halted.path), "its pid file is left"


main()
