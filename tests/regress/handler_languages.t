#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The handlers of forkd-handler(7), in each language, answer at once while the
# connection stays open: none of them keeps an answer in a buffer.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages

import shlex

PAGE = "forkd-handler.7"
PACKAGES = {"sh": "dash", "perl": "perl", "python3": "python3",
            "php": "php-cli"}


def compiled(name, text):
    """The path of the program that a C file becomes."""
    source = script(name, text, 0o644)
    program = source.rsplit(".", 1)[0]
    subprocess.run(shlex.split(os.environ["CC"]) +
                   ["-Wall", "-Wextra", "-Werror", "-o", program, source],
                   check=True)
    return program


def handler_of(name):
    text = manpages.programs(PAGE)[name]
    if name.endswith(".c"):
        return compiled(name, text)
    interpreter = re.match(r"#!(\S+)", text).group(1)
    if not os.access(interpreter, os.X_OK):
        raise Skip("%s is missing (%s)" % (
            interpreter, PACKAGES[os.path.basename(interpreter)]))
    return script(name, text)


def answers_at_once(*command):
    """A talkback that is talked to line by line, with LF and CR LF."""
    with Forkd("-p", "0", "--", *command) as forkd:
        with forkd.connect() as connection:
            for end in b"\n", b"\r\n":
                connection.sendall(b"hello, you there" + end)
                equal(read_line(connection),
                      b"You said 'hello, you there'.\n")
            connection.sendall(b"quit" + end)
            equal(read_all(connection), b"")
        equal(forkd.talk(b"the last\n"), b"You said 'the last'.\n")
        forkd.wait_line("close pid [0-9]+ status 0 ", count=2)


@test
def c():
    """C"""
    answers_at_once(handler_of("talkback.c"))


@test
def shell():
    """shell"""
    answers_at_once(handler_of("talkback.sh"))


@test
def perl():
    """Perl"""
    answers_at_once(handler_of("talkback.pl"))


@test
def python():
    """Python"""
    answers_at_once(handler_of("talkback.py"))


@test
def php():
    """PHP"""
    answers_at_once(handler_of("talkback.php"))


@test
def environment():
    """what a client is told about itself"""
    with Forkd("-l", "127.0.0.1:0", handler_of("whoami.sh")) as forkd:
        with forkd.connect() as connection:
            port = connection.getsockname()[1]
            equal(read_all(connection).decode(),
                  "You are 127.0.0.1, port %d.\n"
                  "You are connection 1 of service whoami.sh.\n" % port)


@test
def accepts():
    """a handler that accepts"""
    with Forkd("-m", "wait", "-l", "127.0.0.1:0",
               handler_of("visitors.py")) as forkd:
        for number in 1, 2, 3:
            with forkd.connect() as client:
                equal(read_line(client), b"You are visitor %d.\n" % number)
        equal(forkd.stop(), 0)
        forkd.has_lines("open pid", 1)


@test
def complete():
    """the page has no other program"""
    equal(sorted(manpages.programs(PAGE)),
          ["talkback." + end for end in ("c", "php", "pl", "py", "sh")] +
          ["visitors.py", "whoami.sh"])


@test
def unbuffered():
    """python3 -u and stdbuf -oL do what the page says of them"""
    python = script("loop.py", "import sys\nfor line in sys.stdin:\n"
                    "    print(line.upper(), end='')\n")
    for command in (["/usr/bin/python3", "-u", python],
                    ["stdbuf", "-oL", "tr", "a-z", "A-Z"]):
        if not shutil.which(command[0]):
            raise Skip(command[0] + " is missing")
        with Forkd("-p", "0", "--", *command) as forkd:
            with forkd.connect() as connection:
                connection.sendall(b"hello\n")
                equal(read_line(connection), b"HELLO\n")


main()
