#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The shared library exports what its map lists and its headers declare: no
# more, no less, all under one version.
import glob
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

SOURCE = os.path.join(os.environ["top_srcdir"], "src", "lib")


def exported():
    path = os.path.join(os.environ["top_builddir"], "src", "lib", ".libs",
                        "libforkd.so")
    if not os.path.exists(path):
        raise Skip("no shared library")
    tool = (os.environ.get("NM") or "nm").split()
    done = subprocess.run([tool[0], "-D", "--defined-only", path],
                          capture_output=True, text=True, check=True)
    return [line.split()[1:] for line in done.stdout.splitlines()]


def listed():
    with open(os.path.join(SOURCE, "forkd.map")) as file:
        return re.findall(r"^\t(\w+);$", file.read(), re.M)


@test
def the_map():
    """the map's names, sorted, and nothing else"""
    names = listed()
    equal(names, sorted(set(names)))
    have = [name.split("@")[0] for kind, name in exported() if kind != "A"]
    equal(sorted(have), names)
    plain = [name for kind, name in exported()
             if "@" not in name and kind != "A"]
    if len(plain) == len(names):
        raise Skip("the linker made no versions")
    equal(plain, [], "names without a version")
    versions = {name.split("@@")[1] for kind, name in exported()
                if kind != "A"}
    equal(len(versions), 1)
    match("^FORKD_", versions.pop())


@test
def the_header():
    """the headers' functions"""
    declared = set()
    for path in glob.glob(os.path.join(SOURCE, "forkd*.h")):
        with open(path) as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        text = re.sub(r"\{[^{}]*\}", "", text.replace('extern "C" {', ""))
        declared |= set(re.findall(r"\b(forkd_\w+)\s*\(", text))
    equal(sorted(declared), listed())


@test
def no_data():
    """they are functions: no variable is shared with programs"""
    equal([name for kind, name in exported() if kind not in "AT"], [])


@test
def the_archive():
    """the static library has the same names, and more: forkd(3) says so"""
    path = os.path.join(os.environ["top_builddir"], "src", "lib", ".libs",
                        "libforkd.a")
    if not os.path.exists(path):
        raise Skip("no static library")
    tool = (os.environ.get("NM") or "nm").split()
    done = subprocess.run([tool[0], "-g", "--defined-only", path],
                          capture_output=True, text=True, check=True)
    have = {line.split()[-1] for line in done.stdout.splitlines()
            if len(line.split()) == 3}
    equal(sorted(set(listed()) - have), [])
    equal([name for name in have if name.startswith("forkd_")
           and name not in listed()], [], "look public, and are not")
    # the examples of the manual
    assert {"log_open", "loop_new"} <= have


main()
