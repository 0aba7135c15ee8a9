#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 64: what the interface reserves and this version does not have
# says so in one line, instead of being ignored.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"] + as_user()

# From the settings of forkd(8).  The usage text marks the same ones.
SETTINGS = """
    max-per-source source-prefix overload reject-message rate rate-per-source exempt allow
    deny access-file limit-memory limit-tasks proxy-protocol proxy-from
    proxy-timeout enabled control
""".split()


@test
def settings():
    """settings, whatever their value"""
    for name in SETTINGS:
        for value in "1", "", "nonsense":
            refused(64, "%s: this setting is not there yet" % name, *START,
                    "-o", "%s=%s" % (name, value))


@test
def usage():
    """the usage text says the same of them, and of no other"""
    _, out, _ = run("-h")
    marked = re.findall(r"^  ([a-z-]+) +not there yet: ", out, re.M)
    equal(sorted(marked), sorted(SETTINGS))


@test
def options():
    """-C, -f, --explain"""
    for args, name in ((["-C", "3"], "max-per-source"),
                       (["--max-per-source=3"], "max-per-source")):
        refused(64, name + ": this setting is not there yet", *START, *args)
    for option in "-f", "--config":
        refused(64, "-f: a configuration file is not there yet", *START,
                option, "/etc/forkd.conf")
    refused(64, "--explain: it is not there yet", "--explain", "web",
            "192.0.2.1")


@test
def addresses():
    """listeners of udp"""
    for address in "udp://:53", "udp://127.0.0.1:0":
        message = "%s: udp listeners are not there yet" % address
        refused(64, message, *START, "-l", address)
        refused(64, message, *START, "-n", "-l", address)
        refused(64, message, *START, "-o", "listen=" + address)


main()
