#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 64: a value of -o that is wrong, for each type of setting, and a
# setting that does not exist, with the nearest name that does.  What stands on
# the limits is taken.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"] + as_user()
DAYS = "1ms to 24000h"
LIMITS = {
    # numbers
    "backlog": "1 to 2147483647",
    "max-workers": "1 to 65536",
    "min-workers": "0 to 65536 or auto",
    "nice": "-20 to 19",
    "limit-nofile": "5 to 2147483647 or off",
    "limit-nproc": "1 to 2147483647 or off",
    # octal
    "umask": "0 to 777",
    # durations
    "timeout": DAYS + " or off",
    "kill-grace": "0ms to 24000h",
    "drain-timeout": "0ms to 24000h",
    "limit-cpu": "1s to 24000h or off",
    # sizes
    "send-buffer": "1 to 1073741823 or off",
    "receive-buffer": "1 to 1073741823 or off",
    "limit-as": "1048576 to 9223372036854775807 or off",
    "limit-fsize": "0 to 9223372036854775807 or off",
    "limit-core": "0 to 9223372036854775807 or off",
    "limit-stack": "65536 to 9223372036854775807 or off",
    # choices
    "stderr": "log or socket or null",
    "log-format": "text or json",
    "log-level": "error or warning or info or debug",
    "mode": "fork or prefork or wait",
    # yes and no
    "tcp-nodelay": "yes or no",
    "keepalive": "yes or no",
    "freebind": "yes or no",
    "resolve": "yes or no",
    "no-new-privs": "yes or no or auto",
    "title": "yes or no",
    # pools
    "min-workers": "0 to 65536",
    "min-spare": "0 to 65536",
    "max-spare": "0 to 65536",
    "max-requests": "1 to 2147483647",
    "max-lifetime": DAYS + " or off",
    "idle-interval": DAYS,
    "start-timeout": DAYS,
}


def wrong(name, *values):
    for value in values:
        refused(64, "%s: \"%s\" is not %s" % (name, value, LIMITS[name]),
                *START, "-o", "%s=%s" % (name, value), handler("talkback"))


def right(name, *values):
    for value in values:
        path = handler("talkback")
        have = run(*START, "-n", "-o", "%s=%s" % (name, value), path)
        equal(have, (0, "forkd: %s: no mistake found\n" % path, ""),
              "%s=%s" % (name, value))


@test
def every():
    """any setting, with a word, nothing, or a number too long"""
    for name in LIMITS:
        wrong(name, "?", "", "9" * 30, "-" + "9" * 30, "off,on")


@test
def numbers():
    """numbers"""
    wrong("backlog", "0", "-1", "2147483648", "1.5", "0x10", "10k", "1 ",
          " 1", "+1", "off")
    right("backlog", "1", "2147483647", "007")
    wrong("max-workers", "0", "65537", "18446744073709551617")
    right("max-workers", "1", "65536")
    wrong("nice", "20", "-21", "--1", "-")
    right("nice", "0", "19")
    wrong("limit-nofile", "4", "-1", "OFF")
    right("limit-nofile", "64", "off")
    wrong("limit-nproc", "-1", "0")


@test
def octal():
    """octal numbers"""
    wrong("umask", "8", "0o22", "1000", "-1", "0x1f", "777777777777777777777",
          "7777777777777777777777", "22 ", "u=rwx")
    right("umask", "0", "777", "0777", "000022", "7")


@test
def durations():
    """durations"""
    wrong("timeout", "0", "0s", "5x", "1d", "1.5s", "5 s", "s", "ms", "5S",
          "24001h", "86400001s", "1h30m", "-1s", "9223372036854775807h")
    right("timeout", "1ms", "500ms", "30", "30s", "5m", "2h", "24000h", "off")
    wrong("kill-grace", "off", "86400001")
    right("kill-grace", "0", "0ms", "86400")
    wrong("drain-timeout", "off")
    wrong("limit-cpu", "0", "999ms", "off ")
    right("limit-cpu", "1s", "1000ms", "off")


@test
def sizes():
    """sizes"""
    wrong("send-buffer", "0", "0k", "1T", "1G", "2G", "64kB", "k", "1.5k",
          "-1k", "16 k")
    right("send-buffer", "1", "1073741823", "64k", "64K", "1M", "1m", "off")
    wrong("limit-as", "1023k", "9223372036854775808", "8589934592G")
    right("limit-core", "0")
    right("limit-fsize", "8589934591G", "0", "off")


@test
def choices():
    """choices"""
    wrong("stderr", "lo", "logs", "LOG", "log ", "1")
    right("stderr", "log", "socket", "null")
    wrong("log-level", "warn", "notice", "0")
    right("log-level", "error", "warning", "info", "debug")
    right("log-format", "text", "json")
    right("mode", "fork")


@test
def booleans():
    """yes and no"""
    wrong("keepalive", "YES", "y", "true", "on", "1", "yes ", "auto", "off")
    right("keepalive", "yes", "no")
    right("no-new-privs", "yes", "no", "auto")


@test
def quotes():
    """a handler whose quotes are not closed, or that is empty"""
    for value in "'x", '"x', "x'y z", "x\\", '"a\\"', "a 'b' \"":
        refused(64, "handler: %s: a quote is not closed" %
                value.replace("\\", "\\\\"), *START, "-o",
                "handler=" + value)
    for value in "", " ", "\t \n":
        refused(64, "handler: it is empty", *START, "-o", "handler=" + value)


@test
def environment():
    """an env that is not NAME=VALUE"""
    for value in "NAME", "=x", " ":
        refused(64, "env: \"%s\" is not NAME=VALUE" % value, *START, "-o",
                "env=" + value, handler("talkback"))
    right("env", "A=", "A=b=c", "")


@test
def form():
    """-o that is not name=value"""
    for text in "backlog", "=3", "=", "", "x" * 64 + "=1":
        refused(64, "-o %s: not of the form name=value" % text, *START, "-o",
                text)
        refused(64, "-o %s: not of the form name=value" % text, *START,
                "--option=" + text)


@test
def options():
    """options that are another name for a setting"""
    for args, name, value in (
            (["-b", "0"], "backlog", "0"),
            (["--backlog", "x"], "backlog", "x"),
            (["-c0"], "max-workers", "0"),
            (["--max-workers=65537"], "max-workers", "65537"),
            (["-m", "spawn"], "mode", "spawn"),
            (["--mode="], "mode", "")):
        refused(64, "%s: \"%s\" is not %s" % (name, value, LIMITS[name]),
                *START, *args)


@test
def contradictions():
    """a minimum above its maximum is 78; a default follows the other"""
    for options, text in (
            (["-c3", "-o", "min-workers=4"],
             "min-workers: 4 is more than max-workers, 3"),
            (["-o", "min-workers=129"],
             "min-workers: 129 is more than max-workers, 128"),
            (["-o", "min-spare=9"], "min-spare: 9 is more than max-spare, 8"),
            (["-m", "prefork", "-o", "min-workers=0", "-o", "min-spare=0"],
             "min-spare: with min-workers 0 it must be 1 at least, or nobody "
             "is ever there to serve"),
            (["-o", "min-spare=1", "-o", "max-spare=0"],
             "min-spare: 1 is more than max-spare, 0")):
        for mode in "fork", "prefork":
            for check in [], ["-n"]:
                refused(78, text, *START, *check, "-m", mode, *options,
                        handler("talkback"))
    path = handler("talkback")
    for options in ["-c1"], ["-o", "max-spare=0"], \
            ["-c3", "-o", "min-workers=3"]:
        equal(run(*START, "-n", "-m", "prefork", *options, path),
              (0, "forkd: %s: no mistake found\n" % path, ""))


@test
def nearest():
    """a setting that does not exist, with the nearest that does"""
    for name, near in (("max-worker", "max-workers"),
                       ("maxworkers", "max-workers"),
                       ("MAX-workers", "max-workers"),
                       ("log_level", "log-level"),
                       ("timeuot", "timeout"),
                       ("usr", "user"),
                       ("keep-alive", "keepalive"),
                       ("nodelay", None),
                       ("min-worker", "min-workers"),
                       ("colour-of-the-prompt", None),
                       ("x" * 63, None)):
        refused(64, "%s: no such setting; %s" %
                (name, near + "?" if near else "see forkd -h"),
                *START, "-o", name + "=1")


@test
def first():
    """the first mistake is the one that is told"""
    refused(64, "umask: \"9\" is not 0 to 777", *START, "-o", "umask=9", "-o",
            "nonsense=1", "-X", "/nonexistent/handler")


main()
