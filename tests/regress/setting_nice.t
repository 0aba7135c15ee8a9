#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# nice: added to the priority that forkd has.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


@test
def given():
    """nice=N is added, up to 19, and changes nothing else"""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    equal(changes("-o", "nice=5"), {"nice": str(min(own + 5, 19))})
    equal(changes("-o", "nice=19"), {"nice": "19"})
    equal(changes("-o", "nice=4", preexec_fn=lambda: os.nice(3)),
          {"nice": str(min(own + 7, 19))})


@test
def less():
    """less than forkd's own only where that may be had"""
    options = ["-d", *as_user(), "-p", "0", "-o", "nice=-2"]
    code, out, err = run(*options, "-n", testbin("probe"))
    if code == 0:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        equal(changes("-o", "nice=-2"), {"nice": str(max(own - 2, -20))})
        return
    code, out, err = run(*options, testbin("probe"))
    equal((code, out, err), (77, "", "forkd: nice -2: Permission denied\n"))


main()
