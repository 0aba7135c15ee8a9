#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# start, finish, allow, reload and reaped: who is called, where, with what.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


@test
def worker():
    """start and finish: in the worker, as its user, around serve"""
    uid = pwd.getpwnam("nobody").pw_uid if ROOT else os.getuid()
    with Lib("start,finish") as forkd:
        pid = int(forkd.ask("pid\n"))
        forkd.wait_line("close pid")
        forkd.wait_line(r"^start slot 0 pid %d uid %d 1$" % (pid, uid))
        forkd.wait_line(r"^finish slot 0 pid %d 1$" % pid)
        # also when serve failed
        pid = int(forkd.ask("pid\nreturn -1\n"))
        forkd.wait_line(r"^finish slot 0 pid %d 1$" % pid)
        # finish was asked while the client still waited
        forkd.wait_line("close pid", 2)


@test
def start_fails():
    """start fails: a set-up failure, with errno, before serve"""
    with Lib("startfails,finish") as forkd:
        equal(forkd.ask(""), "")
        line = forkd.wait_line(r"^start slot 0 pid \d+ ")
        pid = line.split()[4]
        forkd.wait_line(r" error s#1: setup-error pid %s: start: %s$" %
                        (pid, os.strerror(errno.EDOM)))
        forkd.wait_line(r" info s#1: close pid %s status 126 in " % pid)
        equal(forkd.count_lines("^finish"), 0)


@test
def allow():
    """allow: in the master; 0 refuses"""
    with Lib("allow") as forkd:
        for number in range(1, 7):
            with forkd.connect() as connection:
                peer = "%s:%d" % connection.getsockname()
                try:
                    connection.sendall(b"say hello\n")
                    connection.shutdown(socket.SHUT_WR)
                    have = read_all(connection)
                except (ConnectionResetError, BrokenPipeError):
                    have = b""
                except OSError as error:
                    equal(error.errno, errno.ENOTCONN)
                    have = b""
            forkd.wait_line(r"^allow serial %d peer %s local %s$" % (
                number, re.escape(peer), "127.0.0.1:%d" % forkd.port))
            if number % 2 == 1:
                equal(have, b"hello\n")
            else:
                equal(have, b"")
                forkd.wait_line(r" warning s: refuse %s: not allowed$" %
                                re.escape(peer))
        forkd.has_lines(": open ", 3)


@test
def reload():
    """reload: on HUP; -1 keeps what was"""
    with Lib("reload") as forkd:
        forkd.send(signal.SIGHUP)
        forkd.wait_line("^reload 1$")
        forkd.wait_line(" info forkd: reload: HUP: done$")
    with Lib("reloadfails") as forkd:
        forkd.send(signal.SIGHUP)
        forkd.wait_line(r" (warning|error|info) forkd: reload: HUP: failed")
        equal(forkd.ask("say on\n"), "on\n")


@test
def reaped():
    """reaped: in the master, with status and usage"""
    with Lib("reaped") as forkd:
        for orders, status in ("pid\nreturn 0\n", 0), \
                ("pid\nreturn -1\n", 1 << 8), ("pid\nexit 3\n", 3 << 8), \
                ("pid\nsignal 15\n", 15):
            pid = int(forkd.ask(orders))
            forkd.wait_line(r"^reaped slot 0 pid %d status %d maxrss 1 1$" %
                            (pid, status))


main()
