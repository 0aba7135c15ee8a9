# SPDX-License-Identifier: ISC
"""What the tests of the manual share: reading the pages.

A page's programs stand in displays behind a comment `example: FILE', its
commands in the displays of the section EXAMPLES: `# ' and `$ ' begin a
command, a line below that is indented goes on with it when it ends with a
backslash, everything else is what the command prints.
"""

import os
import re
import shutil
import subprocess

from forkdtest import Skip

MAN = os.path.join(os.environ["top_srcdir"], "man")
MANDOC = os.environ.get("MANDOC") or shutil.which("mandoc")


def files():
    """The names of all files that man(1) may show."""
    return sorted(name for name in os.listdir(MAN)
                  if re.search(r"\.[1-9]$", name))


def links():
    """{name: page} of files that only send the reader to another page."""
    found = {name: re.match(r"\.so man[1-9]/(\S+)\n\Z", source(name))
             for name in files()}
    return {name: link.group(1) for name, link in found.items() if link}


def pages():
    """The names of all pages."""
    others = links()
    return [name for name in files() if name not in others]


def source(page):
    with open(os.path.join(MAN, page), encoding="ascii") as file:
        return file.read()


def plain(text):
    """Lines of a literal display as a reader sees them."""
    for escape, character in ((r"\e", "\\"), (r"\(aq", "'"), (r"\(dq", '"'),
                              (r"\-", "-"), (r"\&", "")):
        text = text.replace(escape, character)
    return text


def section(page, name):
    """The source of a section, subsections included."""
    found = re.search(r"^\.Sh %s\n(.*?)(?=^\.Sh |\Z)" % re.escape(name),
                      source(page), re.M | re.S)
    if not found:
        raise AssertionError("%s has no section %s" % (page, name))
    return found.group(1)


def displays(text):
    return [plain(display) for display in
            re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", text, re.M | re.S)]


def programs(page):
    """The programs of a page, by the name of their file."""
    return {name: plain(text) for name, text in re.findall(
        r"^\.\\\" example: (\S+)\n\.Bd -literal.*?\n(.*?)^\.Ed$",
        source(page), re.M | re.S)}


def sessions(page):
    """What EXAMPLES shows at a prompt, as lists of (command, output)."""
    try:
        return sessions_of(section(page, "EXAMPLES"))
    except AssertionError:
        return []


def sessions_of(text):
    """What displays show at a prompt."""
    found = []
    for display in displays(text):
        session = []
        for line in display.splitlines(keepends=True):
            if line[:2] in ("# ", "$ "):
                session.append([line[2:], ""])
            elif session and session[-1][0].endswith("\\\n"):
                session[-1][0] += line
            elif session:
                session[-1][1] += line
        # a program may have a comment that looks like a prompt
        if session and display[:2] in ("# ", "$ "):
            found.append([(command.rstrip("\n"), output)
                          for command, output in session])
    return found


def readme():
    """The commands that README.md shows at a prompt, and its handler."""
    path = os.path.join(os.environ["top_srcdir"], "README.md")
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"(?:^    .*\n)+", file.read(), re.M)
    text = "\n".join(re.sub("(?m)^    ", "", block) for block in blocks)
    commands = re.findall(r"^[#$] ((?:.*\\\n)*.*)$", text, re.M)
    return commands, re.search(r"^#!/.*\n(?:.+\n)*", text, re.M).group()


def rendered(page, name=None):
    """The page, or one of its sections, as mandoc(1) shows it."""
    if not MANDOC:
        raise Skip("mandoc is missing (mandoc)")
    text = subprocess.run([MANDOC, "-T", "ascii", "-O", "width=500",
                           os.path.join(MAN, page)], check=True,
                          capture_output=True, text=True).stdout
    text = re.sub(r".\x08", "", text)
    if name is None:
        return text
    return re.search(r"^%s\n(.*?)(?=^\S|\Z)" % re.escape(name), text,
                     re.M | re.S).group(1)


def items(page, name):
    """The heads and bodies of the lists in a section, as mandoc shows them."""
    found = []
    for line in rendered(page, name).splitlines():
        if re.match(r" {5}\S", line):
            head = re.split(r"\s{2,}", line.strip(), maxsplit=1)
            found.append([head[0], " ".join(head[1:])])
        elif found:
            found[-1][1] = (found[-1][1] + " " + line.strip()).strip()
    return found
