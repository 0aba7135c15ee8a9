#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd(8) lists the settings that forkd -h lists: the same names in the same
# order, with the same defaults and limits, and the same ones not there yet.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages

LATER = "not there yet: "


def usage():
    """The settings of -h: there, [name, limits, default], and later."""
    _, out, _ = run("-h")
    there, later = [], []
    for line in out.split("settings, for -o name=value:\n")[1].splitlines():
        if not line.startswith("  "):
            continue                    # the title of a group
        name, text = line.split(maxsplit=1)
        if text.startswith(LATER):
            later.append(name)
            continue
        limits, default = re.search(r" \(([^()]*); ([^()]*)\)$",
                                    text).groups()
        there.append((name, limits, default))
    return there, later


def page():
    """The same of the page: there, [name, type, default, text], and later."""
    there, later = manpages.section("forkd.8", "SETTINGS").split(
        "\n.Ss Not there yet\n")
    found = re.findall(r"^\.It Cm (\S+) Ar ([^\n]*) Pq ([^\n]*)\n(.*?)"
                       r"(?=^\.It |^\.El)", there, re.M | re.S)
    return ([(name, kind, default, " ".join(text.split()))
             for name, kind, default, text in found],
            re.findall(r"^\.It Cm (\S+)$", later, re.M))


@test
def names():
    """the settings that are there"""
    have, want = page()[0], usage()[0]
    assert len(want) > 20, want
    equal([entry[0] for entry in have], [entry[0] for entry in want])


@test
def not_there_yet():
    """the settings that are not there yet"""
    have, want = page()[1], usage()[1]
    equal(have, want)


@test
def refused_later():
    """each of those answers that it is not there yet"""
    for name in page()[1]:
        refused(64, "%s: this setting is not there yet" % name, "-d", "-p",
                "0", *as_user(), "-o", name + "=1")


@test
def defaults():
    """the defaults"""
    for have, want in zip(page()[0], usage()[0]):
        default = have[2]
        if default == "Dv SOMAXCONN":
            default = str(socket.SOMAXCONN)
        equal(default, want[2], "default of " + want[0])


@test
def limits():
    """types, limits and choices"""
    for (name, kind, _, text), (_, limits, _) in zip(page()[0], usage()[0]):
        limits = limits.replace(" or off", "")
        if limits == "text":
            assert kind in ("text", "list", "command"), name
        elif not re.match("-?[0-9]", limits):
            equal(kind, limits.replace(" or ", " | "), name)
        elif kind == "size":
            assert text
        else:
            assert kind in ("number", "octal", "duration"), name
            assert limits in text, (name, limits, text)


main()
