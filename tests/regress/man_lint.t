#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The manual pages are well-formed: mandoc(1) has nothing to say against them.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages


@test
def lint():
    """mandoc -T lint prints no warning about any page"""
    if not manpages.MANDOC:
        raise Skip("mandoc is missing (mandoc)")
    pages = [os.path.join(manpages.MAN, page) for page in manpages.pages()]
    assert len(pages) >= 4, pages
    done = subprocess.run([manpages.MANDOC, "-T", "lint", "-W", "warning"] +
                          pages, capture_output=True, text=True)
    equal((done.returncode, done.stdout + done.stderr), (0, ""))


@test
def ascii_only():
    """they are US-ASCII, and none names a library by .Lb"""
    for page in manpages.pages():
        text = manpages.source(page)
        assert text.isascii(), page
        assert "\n.Lb" not in text, page


@test
def one_name():
    """no two programs of section 3 have one name, which man_example*.t use"""
    names = [name for page in manpages.pages() if page.endswith(".3")
             for name in manpages.programs(page)]
    equal(sorted(names), sorted(set(names)))


main()
