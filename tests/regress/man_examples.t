#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd-examples(7) has every program of src/examples, and each of these is what
# the page says of all: built by the line at its head, on the public headers,
# installed as it is.  example_install.t builds them.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers
import manexamples
import manpages

def makefile():
    """(the files of examples_DATA, {program: its sources}) of local.mk"""
    lines = re.sub(r"\\\n", " ", manexamples.source("local.mk"))
    values = dict(re.findall(r"(?m)^([\w%]+) = *(.*)$", lines))

    def files(text):
        found = []
        for word in text.split():
            name = re.fullmatch(r"\$\((\w+)\)", word)
            found += files(values[name[1]]) if name else [
                word.replace("%D%/", "")]
        return found

    sources = {name[4:-8]: files(text) for name, text in values.items()
               if name.startswith("%C%_") and name.endswith("_SOURCES")}
    return files(values["examples_DATA"]), sources


@test
def described():
    """each program has a row in the table and a section, and no other has"""
    programs = manexamples.programs()
    assert len(programs) >= 7, programs
    for have in manexamples.table(), manexamples.sections():
        equal(list(have), programs)
    equal(manexamples.described(), programs)
    for name in manexamples.described():
        match(r"\bNm %s\b" % name, manexamples.sections()[name])


@test
def readme():
    """README.md names each in its table"""
    with open(os.path.join(os.environ["top_srcdir"], "README.md"),
              encoding="utf-8") as file:
        table = re.search(r"(?m)^\| what \| examples \|\n(?:\|.*\n)+",
                          file.read()).group()
    words = re.findall(r"\w+", table.replace("\\_", "_"))
    equal(sorted(set(manexamples.programs()) - set(words)), [])


@test
def shown():
    """a program calls the functions that its row names"""
    for name, functions in manexamples.table().items():
        assert functions or name not in manexamples.programs(), name
        for function in functions:
            assert function in headers.functions(), (name, function)
            if name in manexamples.programs():
                assert function + "(" in manexamples.text(name), \
                    (name, function)


def usage(name):
    """What a program says when it is called with an option that nobody has."""
    done = subprocess.run([os.path.join(os.environ["EXAMPLES"], name), "-Z"],
                          capture_output=True, text=True, timeout=DEADLINE,
                          stdin=subprocess.DEVNULL)
    equal((done.returncode, done.stdout), (64, ""), name)
    return done.stderr.partition("usage:")[2]


@test
def options():
    """the section of a client has the options of its usage, and no others"""
    for name in manexamples.described():
        if "getopt(" not in manexamples.text(name):
            assert "forkd_main(" in manexamples.text(name) or \
                name in ("embed", "forked"), name
            continue
        taken = re.findall(r"(?<![\w-])-(\w+)", usage(name))
        shown = re.findall(r"(?m)^\.(?:.* )?Fl (\w+)",
                           manexamples.sections()[name])
        equal(sorted(set("".join(shown))), sorted(set("".join(taken))), name)


@test
def installed():
    """all sources are installed, and nothing else"""
    data, _ = makefile()
    equal(sorted(name for name in data if name.endswith((".c", ".h"))),
          manexamples.sources())
    equal(len(data), len(set(data)))


@test
def commands():
    """the line at the head of each has the files that make(1) takes, too"""
    _, sources = makefile()
    equal(sorted(sources), manexamples.programs())
    for name, command in manexamples.commands().items():
        assert command.startswith("cc -o %s %s.c " % (name, name)), command
        assert command.endswith(" $(pkg-config --cflags --libs forkd)"), command
        equal(sorted(manexamples.files(name)),
              sorted(file for file in sources[name] if file.endswith(".c")))


@test
def public_headers():
    """none includes what is private to forkd, or libbsd"""
    for name in manexamples.sources():
        for system, own in re.findall(
                r'(?m)^#\s*include (?:<(.*)>|"(.*)")', manexamples.source(name)):
            if own:
                assert own in manexamples.sources(), (name, own)
            assert not system.startswith(("bsd/", "config.h")), (name, system)


@test
def sizes():
    """none has more than 400 lines"""
    for name in manexamples.sources():
        assert manexamples.source(name).count("\n") <= 400, name


main()
