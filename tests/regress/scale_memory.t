#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The master is small, so that a fork copies little: under 3 MiB with default
# settings, and not much more with the largest.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def size(*options):
    with Forkd("-p", "0", *options, handler("echo")) as forkd:
        for _ in range(20):
            equal(forkd.talk(b"x"), b"x")
        forkd.wait_line("close pid", 20)
        return rss_kb(forkd.pid)


@test
def default():
    """under 3 MiB"""
    if SANITIZED:
        raise Skip("sanitizers")
    assert size() < 3 * 1024, size()


@test
def large():
    """room for many workers costs nothing before they are there"""
    if SANITIZED:
        raise Skip("sanitizers")
    have = size("-c", "65536")
    assert have < size() + 256, have


main()
