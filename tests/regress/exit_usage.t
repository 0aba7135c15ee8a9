#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 64: an option that does not exist, that lacks its value, that
# contradicts another, or an address that is none.  One line says which, and
# what would be right.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d"] + as_user()


def wrong(message, *args):
    refused(64, message, *START, *args)


@test
def unknown():
    """an unknown option"""
    for option in "-X", "-é", "--nonsense", "--backlogs", "--b-x":
        shown = option.replace("-é", "-\\M-C")
        wrong("%s: no such option; see forkd -h" % shown, option)
    wrong("-X: no such option; see forkd -h", "-qXv")
    # wherever it stands
    wrong("-X: no such option; see forkd -h", "-p", "0", "-X", "cat")


@test
def missing():
    """an option without its value"""
    for option in ("-b", "-C", "-c", "-f", "-g", "-l", "-m", "-o", "-P", "-p",
                   "-r", "-u", "--backlog", "--max-per-source",
                   "--max-workers", "--config", "--group", "--listen",
                   "--mode", "--option", "--pidfile", "--port", "--chroot",
                   "--user"):
        wrong("%s: it needs a value; see forkd -h" % option, option)
    wrong("-p: it needs a value; see forkd -h", "-qp")


@test
def unwanted():
    """a value for an option that takes none"""
    for option in "--foreground", "--quiet", "--help", "--ipv4":
        wrong("%s=1: it takes no value; see forkd -h" % option, option + "=1")


@test
def ambiguous():
    """an abbreviation of two options"""
    wrong("--ipv: no such option; see forkd -h", "--ipv")
    wrong("--ver: no such option; see forkd -h", "--ver")


@test
def ports():
    """-p and --port with what is no port"""
    for port in ("", "65536", "99999999999999999999", "-1", "+80", " 80",
                 "80 ", "8o", "0x50", "1:2", "localhost:80", "[::1]:80",
                 "80,81", "x" * 63, "x" * 64, "x" * 900):
        for option in "-p", "--port":
            wrong("-p %s: not a port: 0 to 65535 or a service name" %
                  port, option, port)


@test
def families():
    """-4 together with -6"""
    for options in ["-4", "-6"], ["-64"], ["--ipv4", "-p", "0", "--ipv6"]:
        wrong("-4 and -6 exclude each other; both is the default", *options)


@test
def addresses():
    """-l and --listen with what is no address"""
    # an empty shell variable must not undo what was said before
    wrong("-l: the address is empty", "-p", "0", "-l", "")
    port = "%s: port \"%s\" is not 0 to 65535 or a service name"
    colon = "%s: put brackets round an IPv6 address: [::1]:80"
    bracket = "%s: not of the form [address]:port"
    scheme = "%s: no such kind of address; tcp://host:port?"
    for address, message in (
            ("x", port % ("x", "x")),
            ("localhost:", port % ("localhost:", "")),
            ("*:", port % ("*:", "")),
            (":65536", port % (":65536", "65536")),
            ("127.0.0.1:-1", port % ("127.0.0.1:-1", "-1")),
            ("tcp://[::1]:x", port % ("tcp://[::1]:x", "x")),
            ("::1:80", colon % "::1:80"),
            ("tcp6://::1:80", colon % "tcp6://::1:80"),
            ("[::1]", bracket % "[::1]"),
            ("[::1:80", bracket % "[::1:80"),
            ("tcp://", "tcp://: no port; tcp://host:port?"),
            ("tcp4://localhost",
             "tcp4://localhost: no port; tcp://host:port?"),
            ("http://localhost:80", scheme % "http://localhost:80"),
            ("tcp5://:80", scheme % "tcp5://:80"),
            ("h" * 256 + ":80",
             "h" * 256 + ":80: too long for host and port"),
            ("h:" + "p" * 64, "h:" + "p" * 64 + ": too long for host and port")
    ):
        wrong(message, "-l", address)
        wrong(message, "--listen=" + address)


@test
def no_address():
    """no address at all"""
    for args in [], [handler("talkback")], ["-n", handler("talkback")]:
        wrong("no address to listen on: say -p 10000", *args)


@test
def visible():
    """what was typed stays one printable line"""
    wrong("a\\nb\\^[c: port \"a\\nb\\^[c\" is not 0 to 65535 or a service "
          "name", "-l", "a\nb\033c")
    wrong("-o x\\n\\ty: not of the form name=value", "-o", "x\n\ty")
    wrong("%s%n: no such option; see forkd -h".replace("%s%n", "--%s%n"),
          "--%s%n")


main()
