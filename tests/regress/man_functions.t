#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd(3) describes the functions that the header declares and the library
# exports.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages

LIB = os.path.join(os.environ["top_srcdir"], "src", "lib")


def prototypes(text):
    """{name: (return type, number of parameters)} of C declarations."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = {}
    for kind, name, parameters in re.findall(
            r"^\s*((?:const )?(?:struct )?\w+\s*\*?)\s*(forkd_\w+)"
            r"\(([^()]*)\);", text, re.M):
        count = 0 if parameters == "void" else parameters.count(",") + 1
        found[name] = "".join(kind.split()), count
    return found


def header():
    with open(os.path.join(LIB, "forkd.h")) as file:
        return prototypes(file.read())


@test
def synopsis():
    """SYNOPSIS has the prototypes of forkd.h"""
    want = header()
    assert len(want) > 15, want
    equal(prototypes(manpages.rendered("forkd.3", "SYNOPSIS")), want)


@test
def names():
    """NAME has their names, in the order of SYNOPSIS"""
    have = re.findall(r"^\.Nm (\S+)", manpages.section("forkd.3", "NAME"),
                      re.M)
    equal(have, list(header()))


@test
def exported():
    """the library exports these and no others"""
    with open(os.path.join(LIB, "forkd.map")) as file:
        equal(sorted(re.findall(r"forkd_\w+", file.read())),
              sorted(header()))


main()
