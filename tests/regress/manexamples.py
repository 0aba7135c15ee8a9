# SPDX-License-Identifier: ISC
"""What the tests of the examples share: forkd-examples(7) and src/examples."""

import glob

import manpages
from forkdtest import *

PAGE = "forkd-examples.7"
DIRECTORY = os.path.join(os.environ["top_srcdir"], "src", "examples")


def source(name):
    with open(os.path.join(DIRECTORY, name), encoding="utf-8") as file:
        return file.read()


def sources():
    """The names of all files in C."""
    return sorted(os.path.basename(path)
                  for path in glob.glob(os.path.join(DIRECTORY, "*.[ch]")))


def programs():
    """The names of the programs: what has a main()."""
    return [name[:-2] for name in sources() if name.endswith(".c") and
            re.search(r"(?m)^main\(", source(name))]


def commands():
    """{program: the line at its head that builds it}"""
    found = {}
    for name in programs():
        lines = re.findall(r"(?m)^ \*\t(cc -o (?:.*\\\n \*)*.*)$",
                           source(name + ".c"))
        if len(lines) != 1:
            raise AssertionError("%s.c has %d lines `cc -o ...'" %
                                 (name, len(lines)))
        found[name] = re.sub(r"\\\n \*\s*", "", lines[0])
    return found


def files(name):
    """The files in C that a program is built from."""
    return re.findall(r"\S+\.c\b", commands()[name])


def text(name):
    """All that a program is built from, without comments."""
    return re.sub(r"(?s)/\*.*?\*/", "", "".join(map(source, files(name))))


def sections():
    """{program: the source of its subsection of PROGRAMS}"""
    text = manpages.section(PAGE, "PROGRAMS")
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1]
            for part in re.split(r"(?m)^\.Ss ", text)[1:]}


def described():
    """The programs whose section is written."""
    return [name for name, text in sections().items()
            if name in programs() and
            not text.startswith("To be written.\n")]


def sessions():
    """[(program, what its section shows at a prompt)]"""
    return [(name, session) for name, text in sections().items()
            for session in manpages.sessions_of(text)]


def handlers():
    """The handlers that forkd-handlers(8) describes."""
    return re.findall(r"(?m)^\.Nm (\S+)",
                      manpages.section("forkd-handlers.8", "NAME"))


def table():
    """{program: the functions that its row names}"""
    text = manpages.section(PAGE, "DESCRIPTION")
    text = text[text.index(".Ss The programs\n"):]
    return {row.split("\n", 1)[0]: re.findall(r"(?m)^\.Xr (forkd_\w+) 3", row)
            for row in re.split(r"(?m)^\.It Nm ", text)[1:]}
