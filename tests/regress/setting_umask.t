#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# umask: the file mode creation mask of handlers, 022 whatever forkd has.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


@test
def given():
    """umask=N changes that and nothing else"""
    for value, mask in ("077", "077"), ("0", "000"), ("0777", "777"), \
            ("27", "027"):
        equal(changes("-o", "umask=" + value), {"umask": mask})


@test
def default():
    """it is 022 when forkd has another one"""
    for mask in 0, 0o77:
        equal(changes(umask=mask), {})


@test
def wrong():
    """what is no mask is told"""
    for value in "8", "01777", "-1", "rw", "":
        code, out, err = run("-d", *as_user(), "-p", "0", "-o",
                             "umask=" + value, testbin("probe"))
        equal((code, out), (64, ""), value)
        match("^forkd: umask: \"%s\" is not 0 to 777\n" % value, err)


main()
