#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# `*' or no host is every address, on one dual-stack socket.  An IPv4 client is
# shown as IPv4, in the log and to the handler.
import errno
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

ENVIRONMENT = "#!/bin/sh\nexec env\n"


def seen(forkd, host, serial):
    """A client from a loopback address is shown with that address."""
    with forkd.connect(host, source=host) as client:
        port = client.getsockname()[1]
        lines = read_all(client).decode().splitlines()
    for line in ("TCPREMOTEIP=" + host, "TCPREMOTEPORT=%d" % port,
                 "REMOTE_ADDR=" + host, "REMOTE_PORT=%d" % port,
                 "TCPLOCALIP=" + host, "TCPLOCALPORT=%d" % forkd.port,
                 "PROTO=TCP"):
        assert line in lines, "%s is not in %s" % (line, lines)
    host = "[%s]" % host if ":" in host else host
    forkd.wait_line(r"#%d: open pid \d+ from %s:%d to %s:%d, " %
                    (serial, re.escape(host), port, re.escape(host),
                     forkd.port))


def both(*args):
    path = script("environment", ENVIRONMENT)
    with Forkd(*args, path) as forkd:
        port = forkd.port
        equal(forkd.addresses, ["tcp://*:%d" % port])
        equal(listeners(forkd.pid), [("::", port)])
        seen(forkd, "127.0.0.1", 1)
        seen(forkd, "::1", 2)
        seen(forkd, "127.0.0.2", 3)


@test
def dual():
    """one socket for both families"""
    need_ipv6()
    for args in (["-p", "0"], ["-l", "*:0"], ["-l", ":0"], ["-l", "0"],
                 ["-l", "tcp://*:0"], ["-l", "tcp://:0"]):
        both(*args)


@test
@isolated(sysctl={"ipv6/bindv6only": 1})
def only():
    """also where sockets are for IPv6 only unless they say otherwise"""
    both("-p", "0")


@test
def four():
    """IPv4 alone"""
    path = script("environment", ENVIRONMENT)
    for args in (["-4", "-p", "0"], ["-l", "tcp4://*:0"],
                 ["-l", "tcp4://:0"], ["--ipv4", "-l", "0"]):
        with Forkd(*args, path) as forkd:
            equal(forkd.addresses, ["tcp4://*:%d" % forkd.port])
            equal(listeners(forkd.pid), [("0.0.0.0", forkd.port)])
            seen(forkd, "127.0.0.1", 1)


@test
@isolated()
def six():
    """IPv6 alone"""
    path = script("environment", ENVIRONMENT)
    for args in (["-6", "-p", "0"], ["-l", "tcp6://*:0"],
                 ["-l", "tcp6://:0"], ["--ipv6", "-l", "0"]):
        with Forkd(*args, path) as forkd:
            port = forkd.port
            equal(forkd.addresses, ["tcp6://*:%d" % port])
            equal(listeners(forkd.pid), [("::", port)])
            seen(forkd, "::1", 1)
            with socket.socket() as client:
                equal(client.connect_ex(("127.0.0.1", port)),
                      errno.ECONNREFUSED)


@test
@isolated()
def beside():
    """the two beside each other, on one port"""
    with Forkd("-l", "tcp6://*:0", handler("talkback")) as six_only, \
            Forkd("-l", "tcp4://*:%d" % six_only.port,
                  handler("talkback")) as four_only:
        equal(six_only.talk(b"x\n", "::1"), b"You said 'x'.\n")
        equal(four_only.talk(b"x\n"), b"You said 'x'.\n")
        for forkd in six_only, four_only:
            forkd.wait_line("#1: close ")
            forkd.has_lines(" open ", 1)


@test
@isolated(sysctl={"ipv6/conf/all/disable_ipv6": 1})
def no_address():
    """where no device has an IPv6 address"""
    with Forkd("-p", "0", handler("talkback")) as forkd:
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")


@test
def no_ipv6():
    """where the kernel has no IPv6, IPv4 alone"""
    env = {**os.environ, "LD_PRELOAD":
           os.path.join(os.environ["PRELOAD"], "no_ipv6.so")}
    with Forkd("-p", "0", handler("talkback"), env=env) as forkd:
        equal(forkd.addresses, ["tcp4://*:%d" % forkd.port])
        equal(listeners(forkd.pid), [("0.0.0.0", forkd.port)])
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
    start = ["-d"] + as_user()
    for address in "tcp6://*:0", "[::1]:0":
        text = "*:0" if "*" in address else address
        refused(69, "tcp://%s: Address family not supported by protocol" %
                text, *start, "-l", address, handler("talkback"), env=env)


main()
