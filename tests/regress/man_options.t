#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd(8) and forkd -h list the options that forkd takes, sorted, and no more.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages

import string


def page():
    """(letter or None, long name, whether it takes a value)"""
    found = re.findall(r"^\.It (?:Fl (\S) , )?Fl -(\S+)( Ar .*)?$",
                       manpages.section("forkd.8", "OPTIONS"), re.M)
    return [(letter or None, name, bool(value))
            for letter, name, value in found]


def usage():
    _, out, _ = run("-h")
    found = re.findall(r"^  (?:-(\S), |    )--(\S+)(.*)$", out, re.M)
    # the value, when there is one, is one blank behind the name
    return [(letter or None, name, bool(re.match(r" \S", rest)))
            for letter, name, rest in found]


def accepts(*args):
    """Whether forkd knows an option, whatever else it misses."""
    code, out, err = run(*args)
    return not re.search("no such option", err)


@test
def same():
    """the page and -h list the same options"""
    assert len(page()) > 20, page()
    equal(page(), usage())


@test
def is_sorted():
    """they are sorted by letter, long ones alone last"""
    letters = [letter for letter, name, value in page() if letter]
    equal(letters, sorted(letters, key=lambda c: (c.lower(), c)))
    assert all(letter is None for letter, _, _ in page()[len(letters):])


@test
def letters():
    """forkd takes these letters and no others"""
    have = "".join(letter for letter, _, _ in page() if letter)
    taken = [letter for letter in string.ascii_letters + string.digits
             if accepts("-" + letter)]
    equal(sorted(taken), sorted(have))


@test
def values():
    """those with a value want one, the others do not"""
    for letter, name, value in page():
        if name == "explain":
            continue                    # what follows are operands
        for option in ["--" + name] + (["-" + letter] if letter else []):
            code, out, err = run(option)
            equal("it needs a value" in err, value, option)
            assert accepts(option), option


main()
