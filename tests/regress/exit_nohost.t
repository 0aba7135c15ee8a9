#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 68: a host that is not known, or not in the wanted family.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d"] + as_user()
KNOWN = "127.0.0.1 four\nfd00::6 six\n"


def unknown(host, *args, message="Name or service not known"):
    for more in [], ["-n"]:
        refused(68, "%s: %s" % (host, message), *START, *more, *args,
                handler("talkback"))


@test
@isolated(KNOWN)
def names():
    """a name that nobody knows"""
    for address in ("host.invalid:0", "tcp://host.invalid:0",
                    "tcp4://host.invalid:0", "tcp6://host.invalid:0",
                    "[host.invalid]:0"):
        unknown("host.invalid", "-l", address)
    # also when another address is right
    unknown("host.invalid", "-p", "0", "-l", "host.invalid:0")
    unknown("host.invalid", "-l", "host.invalid:0", "-p", "0")


@test
@isolated(KNOWN)
def families():
    """a name without an address of the wanted family"""
    for args, host in ((["-l", "tcp6://four:0"], "four"),
                       (["-6", "-l", "four:0"], "four"),
                       (["-l", "four:0", "-6"], "four"),
                       (["-l", "tcp4://six:0"], "six"),
                       (["-4", "-l", "six:0"], "six"),
                       (["-l", "six:0", "--ipv4"], "six")):
        code, out, err = run(*START, *args, handler("talkback"))
        equal((code, out), (68, ""), " ".join(args))
        match(r"\Aforkd: %s: [^\n]+\n\Z" % host, err)


@test
def literals():
    """an address that is not of the scheme's family"""
    message = "Address family for hostname not supported"
    unknown("::1", "-l", "tcp4://[::1]:0", message=message)
    unknown("127.0.0.1", "-l", "tcp6://127.0.0.1:0", message=message)


main()
