#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The programs of forkd(3) compile against the header and the shared library,
# run, and serve; the first one is src/examples/talkback.c.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *
import manpages

import shlex

SOURCE = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]
LIBRARY = os.path.join(BUILD, "src", "lib", ".libs")


def example(name):
    return manpages.programs("forkd.3")[name]


def compiled(name, text):
    source = script(name, text, 0o644)
    program = source.rsplit(".", 1)[0]
    command = shlex.split(os.environ["CC"])
    command += ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
                "-I" + os.path.join(SOURCE, "src", "lib")]
    if SANITIZED:
        command.append("-fsanitize=" + os.environ["SANITIZERS"])
    subprocess.run(command + ["-o", program, source, "-L" + LIBRARY,
                              "-Wl,-rpath," + LIBRARY, "-lforkd"], check=True)
    return program


def talks(program):
    with Forkd("-l", "127.0.0.1:0", program=program) as forkd:
        with forkd.connect() as connection:
            connection.sendall(b"hello\r\n")
            equal(read_line(connection), b"You said 'hello'.\n")
            connection.sendall(b"quit\n")
            equal(read_all(connection), b"")
        equal(forkd.talk(b"a\nb"), b"You said 'a'.\nYou said 'b'.\n")
        forkd.wait_line("talkback#2: close pid [0-9]+ status 0 ")


@test
def same():
    """the first program is src/examples/talkback.c"""
    path = os.path.join(SOURCE, "src", "examples", "talkback.c")
    with open(path) as file:
        text = file.read()
    match(r"\A/\* SPDX-License-Identifier: ISC \*/\n/\*\n( \*.*\n)* \*/\n"
          r"(?=#include)", text)
    equal(text[text.index("#include"):], example("talkback.c"))


@test
def built_one():
    """src/examples/talkback, as it was built, talks"""
    talks(os.path.join(BUILD, "src", "examples", "talkback"))


@test
def talkback():
    """the first program compiles and talks"""
    talks(compiled("talkback.c", example("talkback.c")))


@test
def greet():
    """the second program compiles, and both of its services serve"""
    text, count = re.subn(r'"127\.0\.0\.1:\d+"', '"127.0.0.1:0"',
                          example("greet.c"))
    equal(count, 2)
    with Forkd(plain=True, program=compiled("greet.c", text)) as forkd:
        ports = {}
        for name in "greet", "/bin/date":
            line = forkd.wait_line("listening on .*: " + name)
            ports[name] = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
        with forkd.connect(port=ports["greet"]) as connection:
            equal(read_all(connection).decode(), "Hello, 127.0.0.1:%d!\n" %
                  connection.getsockname()[1])
        match(r"\d\d:\d\d:\d\d.* UTC",
              forkd.talk(port=ports["/bin/date"]).decode())
        forkd.wait_line("greet#1: open .* 1/16$")


@test
def notes():
    """the third program compiles, detaches, and notes"""
    program = compiled("notes.c", example("notes.c"))

    def start(*args):
        done = subprocess.run([program, *args], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=DEADLINE)
        return done.returncode, done.stdout, done.stderr
    path = os.path.join(scratch(), "notes.txt")
    equal(start(), (1, "", "notes: one file\n"))
    equal(start("/nonexistent/file"),
          (2, "", "/nonexistent/file: No such file or directory\n"))
    equal(start(path), (0, "", ""))
    pid = wait_until(lambda: children(os.getpid()))[0]
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: os.path.getsize(path) == len("noted\n"))
    os.kill(pid, signal.SIGTERM)
    equal(ended(pid), 0)


@test
def complete():
    """the page has no other program"""
    equal(sorted(manpages.programs("forkd.3")),
          ["greet.c", "notes.c", "talkback.c"])


main()
