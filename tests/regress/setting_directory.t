#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# directory: where handlers start.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


@test
def given():
    """directory=/usr changes that and nothing else"""
    equal(changes("-o", "directory=/usr"), {"cwd": "/usr"})


@test
def default():
    """without it: where forkd was started, under -d"""
    equal(changes(cwd="/usr"), {"cwd": "/usr"})


@test
def relative():
    """a relative one begins where forkd was started"""
    equal(changes("-o", "directory=lib", cwd="/usr"),
          {"cwd": os.path.realpath("/usr/lib")})


@test
def missing():
    """one that is not there is told at start"""
    code, out, err = run("-d", *as_user(), "-p", "0", "-o",
                         "directory=/nonexistent", testbin("probe"))
    equal((code, out), (71, ""))
    equal(err, "forkd: directory /nonexistent: No such file or directory\n")


@test
def forbidden():
    """so is one that the user may not enter"""
    path = os.path.join(scratch(), "closed")
    os.makedirs(path, mode=0o600, exist_ok=True)
    code, out, err = run("-d", *as_user(), "-p", "0", "-o",
                         "directory=" + path, testbin("probe"))
    equal((code, out), (77, ""))
    equal(err, "forkd: directory %s: Permission denied\n" % path)


main()
