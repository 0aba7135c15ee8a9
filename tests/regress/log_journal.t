#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# JOURNAL_STREAM, systemd.exec(5): where it names our standard error, lines
# begin with <N>, a priority of syslog(3), and have no time of their own.
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def served(named, *options):
    """The lines of one client, on a socket as the journal's is."""
    ours, theirs = socket.socketpair()
    st = os.fstat(theirs.fileno())
    stream = named % {"dev": st.st_dev, "ino": st.st_ino}
    with Forkd("-p", "0", *options, script("three", "#!/bin/sh\nexit 3\n"),
               stderr=theirs, ready=False,
               env=dict(os.environ, JOURNAL_STREAM=stream)) as forkd:
        theirs.close()
        file = ours.makefile()
        lines = [file.readline()]
        forkd.ports = [int(re.search(r"://\*:(\d+)", lines[0]).group(1))]
        forkd.talk()
        lines += [file.readline(), file.readline()]
        equal(forkd.stop(), 0)
        lines += file.readlines()
    file.close()
    ours.close()
    return [line.rstrip("\n") for line in lines]


@test
def prefixes():
    """it is ours: the level of each line as <N>"""
    lines = served("%(dev)d:%(ino)d")
    for line, form in zip(lines, (
            "<6>forkd: listening on ", r"<6>three#1: open pid \d+ ",
            r"<4>three#1: close pid \d+ status 3 in ", "<6>forkd: stop: ",
            "<6>forkd: stop: all workers have ended$")):
        match("^" + form, line)
    equal(len(lines), 5)


@test
def as_json():
    """with log-format=json before the object"""
    lines = served("%(dev)d:%(ino)d", "-o", "log-format=json")
    equal(json.loads(lines[2][3:])["event"], "close")
    equal([line[:4] for line in lines[:3]], ["<6>{", "<6>{", "<4>{"])


@test
def not_ours():
    """it names something else, or nothing: time and level as ever"""
    for named in "%(dev)d:1%(ino)d", "1%(dev)d:%(ino)d", "%(ino)d", "", "x:y":
        for line in served(named):
            match(r"^\d{4}-\d\d-\d\dT.*Z (info|warning) ", line)


main()
