#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# A handler that dies of SIGPIPE because its client left is information; other
# signals and exit codes are warnings.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *


@test
def broken_pipe():
    """SIGPIPE is information"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        puppet = Puppet(forkd)
        # it is about to write when nobody is there any more
        os.kill(puppet.pid, signal.SIGSTOP)
        puppet.connection.sendall(b"write 10000000\nwrite 10000000\n")
        puppet.connection.shutdown(socket.SHUT_WR)
        puppet.connection.close()
        os.kill(puppet.pid, signal.SIGCONT)
        forkd.wait_line(r" info puppet#1: close pid %d signal 13 PIPE in "
                        r"[\d.]+s$" % puppet.pid)


@test
def others():
    """others are warnings"""
    for number, name in (signal.SIGABRT, "ABRT"), (signal.SIGKILL, "KILL"), \
            (signal.SIGTERM, "TERM"), (signal.SIGHUP, "HUP"):
        with Forkd("-p", "0", testbin("puppet")) as forkd:
            puppet = Puppet(forkd)
            puppet.order("signal %d" % number)
            forkd.wait_line(r" warning puppet#1: close pid %d signal %d %s"
                            r"( core dumped)? in " %
                            (puppet.pid, number, name))
            puppet.close()


@test
def statuses():
    """exit code 0 is information, every other one a warning"""
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        for count, code in enumerate((0, 1, 2, 100, 126, 127, 128, 255), 1):
            puppet = Puppet(forkd)
            puppet.order("exit %d" % code)
            forkd.wait_line(r" %s puppet#%d: close pid %d status %d in " % (
                "warning" if code else "info", count, puppet.pid, code))
            puppet.close()


main()
