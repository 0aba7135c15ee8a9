#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What becomes of the results of serve: 0 served, -1 failed, which is logged as
# a warning, FORKD_RETIRE served, too.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


@test
def results():
    """serve returns 0, -1 and FORKD_RETIRE"""
    with Lib() as forkd:
        for number, (orders, level, how) in enumerate((
                ("", "info", "status 0"),
                ("return 0\n", "info", "status 0"),
                ("return -1\n", "warning", "status 1"),
                ("return 1\n", "info", "status 0"),
                ("exit 7\n", "warning", "status 7"),
                ("signal 15\n", "warning", "signal 15 TERM")), 1):
            equal(forkd.ask(orders), "")
            forkd.wait_line(r" %s s#%d: close pid \d+ %s in [\d.]+s$" %
                            (level, number, how))
        equal(forkd.count_lines("setup-error|handler-error"), 0)
        equal(forkd.ask("pid\n").strip().isdigit(), True)


@test
def facts():
    """what a connection says of itself"""
    with Lib() as forkd:
        with forkd.connect() as connection:
            client = "%s:%d" % connection.getsockname()
            server = "%s:%d" % connection.getpeername()
            connection.sendall(b"facts\n")
            connection.shutdown(socket.SHUT_WR)
            have = dict(line.split(" ", 1) for line in
                        read_all(connection).decode().splitlines())
        fd = int(have.pop("fd"))
        assert fd > 2, fd
        equal(have, {"peer": client, "local": server, "serial": "1",
                     "server": "1", "streams": "1",
                     "peercred": str(errno.EOPNOTSUPP)})
    with Lib(listen="tcp://*:0") as forkd:
        with forkd.connect() as connection:
            client = "%s:%d" % connection.getsockname()
            connection.sendall(b"facts\n")
            connection.shutdown(socket.SHUT_WR)
            match("^peer %s\n" % re.escape(client),
                  read_all(connection).decode())


main()
