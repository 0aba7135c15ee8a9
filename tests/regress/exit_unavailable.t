#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 69: an address that is in use, or not this machine's.  Nothing of
# what was asked for is bound then.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d"] + as_user()
IN_USE = "tcp://%s: Address already in use; see: ss -ltnp 'sport = :%d'"


def taken(host="127.0.0.1", port=0):
    """A listener that is in the way."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host, port))
    listener.listen()
    return listener, listener.getsockname()[1]


@test
def in_use():
    """a port that is in use"""
    listener, port = taken()
    with listener:
        refused(69, IN_USE % ("127.0.0.1:%d" % port, port), *START, "-l",
                "127.0.0.1:%d" % port, handler("talkback"))
        for args in (["-p", str(port)], ["-4", "-p", str(port)],
                     ["-l", "*:%d" % port], ["-l", ":%d" % port],
                     ["-l", "tcp4://*:%d" % port], ["-l", str(port)],
                     ["-p", "0", "-p", str(port)]):
            refused(69, IN_USE % ("*:%d" % port, port), *START, *args,
                    handler("talkback"))


@test
def in_use_ipv6():
    """a port that is in use, IPv6"""
    need_ipv6()
    listener, port = taken("::1")
    with listener:
        refused(69, IN_USE % ("[::1]:%d" % port, port), *START, "-l",
                "[::1]:%d" % port, handler("talkback"))
        for args in (["-p", str(port)], ["-6", "-p", str(port)],
                     ["-l", "tcp6://*:%d" % port]):
            refused(69, IN_USE % ("*:%d" % port, port), *START, *args,
                    handler("talkback"))


@test
def second():
    """a second forkd on the port of the first"""
    with Forkd("-l", "127.0.0.1:0", handler("talkback")) as forkd:
        refused(69, IN_USE % ("127.0.0.1:%d" % forkd.port, forkd.port),
                *START, "-l", "127.0.0.1:%d" % forkd.port,
                handler("talkback"))
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
        # and the hint leads to the first
        if shutil.which("ss"):
            shown = subprocess.run(
                ["ss", "-ltnp", "sport = :%d" % forkd.port],
                capture_output=True, text=True, check=True).stdout
            match("pid=%d," % forkd.pid, shown)


@test
def itself():
    """the same port twice in one start"""
    listener, port = taken()
    listener.close()
    code, out, err = run(*START, "-p", str(port), "-p", str(port),
                         handler("talkback"))
    equal((code, out, err), (69, "", "forkd: %s\n" %
                             (IN_USE % ("*:%d" % port, port))))


@test
def not_ours():
    """an address that is not this machine's"""
    def refuse(host):
        refused(69, "tcp://%s:0: Cannot assign requested address" % host,
                *START, "-l", host + ":0", handler("talkback"))
        refused(69, "tcp://%s:0: Cannot assign requested address" % host,
                *START, "-l", "127.0.0.1:0", "-l", "tcp://%s:0" % host,
                handler("talkback"))

    refuse("192.0.2.77")
    need_ipv6()
    refuse("[2001:db8::77]")


@test
@isolated("127.0.0.2 both\n127.0.0.3 both\n192.0.2.77 away\n")
def names():
    """a name with one address in use: nothing is bound"""
    listener, port = taken("127.0.0.3")
    with listener:
        refused(69, IN_USE % ("127.0.0.3:%d" % port, port), *START, "-l",
                "both:%d" % port, handler("talkback"))
    refused(69, "tcp://192.0.2.77:0: Cannot assign requested address",
            *START, "-l", "away:0", handler("talkback"))


main()
