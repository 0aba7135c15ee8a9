#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Lines that repeat are limited; the next one says how many were left out.
import json
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

COUNT = 120


def repeat(*options):
    """A handler that often cannot be run, COUNT times."""
    path = script("gone", "#!/bin/sh\n")
    forkd = Forkd("-p", "0", *options, path)
    forkd.path = path
    forkd.count = 0
    for _ in range(COUNT):
        fail(forkd)
    return forkd


def fail(forkd):
    """One that fails, and one that does not, or it would be throttled."""
    os.rename(forkd.path, forkd.path + ".away")
    for back in False, True:
        if back:
            os.rename(forkd.path + ".away", forkd.path)
        forkd.count += 1
        forkd.talk()
        forkd.wait_line("close|\"close\"", forkd.count)


def later(forkd, pattern):
    """One more, until a line says it."""
    end = time.monotonic() + DEADLINE
    count = 0
    while not forkd.count_lines(pattern):
        assert time.monotonic() < end, "waited in vain"
        fail(forkd)
        count += 1
    return COUNT + count


@test
def text():
    """as text"""
    with repeat() as forkd:
        pattern = r"; (\d+) more like this before$"
        whole = later(forkd, pattern)
        told = sum(int(re.search(pattern, line).group(1))
                   for line in forkd.lines if re.search(pattern, line))
        lines = forkd.count_lines("setup-error")
        left = whole - lines - told
        # the rest will be told by the next one
        assert lines < COUNT / 2 and told > 0 and 0 <= left < whole - lines, \
            (whole, lines, told)
        for line in forkd.lines:
            if "setup-error" in line:
                match(r" error gone#\d+: setup-error pid \d+: exec /\S+: "
                      r"No such file or directory(; \d+ more like this "
                      r"before)?$", line)


@test
def as_json():
    """as json, in a field"""
    with repeat("-o", "log-format=json") as forkd:
        whole = later(forkd, '"repeated"')
        events = [json.loads(line) for line in forkd.lines]
        lines = [have for have in events if have["event"] == "setup-error"]
        told = sum(have.get("repeated", 0) for have in lines)
        assert 0 < told <= whole - len(lines), (whole, len(lines), told)


@test
def not_all():
    """open and close are never left out"""
    with repeat() as forkd:
        forkd.has_lines(": open ", 2 * COUNT)
        forkd.has_lines(": close ", 2 * COUNT)


main()
