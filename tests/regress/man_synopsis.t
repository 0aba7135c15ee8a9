#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The synopsis of forkd(8) and the one that forkd -h prints are the same.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages


@test
def synopsis():
    """SYNOPSIS of forkd(8) is the usage text of forkd -h"""
    code, out, err = run("-h")
    equal((code, err), (0, ""))
    usage = out.split("\n\n")[0]
    match(r"\Ausage: forkd ", usage)
    equal(manpages.rendered("forkd.8", "SYNOPSIS").split(),
          usage.split()[1:])


main()
