#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The shell scripts of the tree are what sh(1) of POSIX runs, not only bash.
import os
import shutil
import subprocess
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

TOP = os.environ["top_srcdir"]


def scripts():
    """Those of the tarball, and what CI runs where it is there."""
    found = []
    for place in "contrib", "tests/bench", "tests/fuzz", ".ci":
        for directory, _, files in os.walk(os.path.join(TOP, place)):
            for name in files:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    line = file.readline()
                if line.startswith(b"#!/bin/sh"):
                    found.append(path)
                assert b"bash" not in line, path
    return sorted(found)


@test
def syntax():
    """sh -n finds no mistake, dash -n neither"""
    assert len(scripts()) >= 3
    for path in scripts():
        for shell in "sh", "dash":
            if shutil.which(shell):
                done = subprocess.run([shell, "-n", path],
                                      stderr=subprocess.PIPE)
                equal((done.returncode, done.stderr), (0, b""), path)


@test
def shellcheck():
    """shellcheck has nothing to say"""
    program = os.environ.get("SHELLCHECK")
    if not program:
        raise Skip("shellcheck is not installed")
    done = subprocess.run([program, "-x", "-s", "sh"] + scripts(), cwd=TOP,
                          stdout=subprocess.PIPE)
    equal(done.stdout.decode(), "")


main()
