#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What is installed is enough for the examples: each is built from the sources
# in doc/examples by the line at its head, against the installed headers and
# library that pkg-config names, without a warning; and runs with these.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manexamples

import concurrent.futures
import shlex

BUILD = os.environ["top_builddir"]
# How a program is called wrongly, and how it ends then, if not by an option
# that nobody has and with 64.
WRONG = {"embed": (["nowhere:at:all"], 1), "forked": (["nonsense"], 1)}
_place = None


class Place:
    """An installation below a directory, and a cc(1) that warns."""

    def __init__(self):
        self.root = os.path.join(scratch(), "root")
        # not `install', which would build what another test is using
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        subprocess.run(["make", "-s", "-C", BUILD, "install-exec-am",
                        "install-data-am", "DESTDIR=" + self.root],
                       check=True, stdout=subprocess.DEVNULL, env=environment)
        self.move_pc()
        flags = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]
        if SANITIZED:
            flags.append("-fsanitize=" + os.environ["SANITIZERS"])
        script("cc", "#!/bin/sh\nexec %s %s \"$@\"\n" %
               (os.environ["CC"], " ".join(flags)))
        for name in "CC", "CFLAGS", "CPPFLAGS", "LDFLAGS":
            environment.pop(name, None)
        self.environment = dict(
            environment, PATH=scratch() + ":" + os.environ["PATH"],
            PKG_CONFIG_PATH=scratch())
        self.libdir = self.variable("libdir")
        self.environment["LD_LIBRARY_PATH"] = self.libdir

    def move_pc(self):
        """A forkd.pc that knows where its files are now; others stay as they
        are, which PKG_CONFIG_SYSROOT_DIR would change."""
        [path] = [os.path.join(directory, "forkd.pc")
                  for directory, _, names in os.walk(self.root)
                  if "forkd.pc" in names]
        with open(path) as file:
            text = re.sub(r"(?m)^(\w+)=/", r"\1=%s/" % self.root, file.read())
        script("forkd.pc", text, 0o644)

    def run(self, directory, *command):
        done = subprocess.run(
            command, cwd=directory, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        return done.returncode, done.stdout, done.stderr

    def variable(self, name):
        """A directory that pkg-config knows."""
        done = subprocess.run(
            ["pkg-config", "--variable=" + name, "forkd"], check=True,
            text=True, stdout=subprocess.PIPE, env=self.environment)
        return done.stdout.strip()

    def copied(self, name):
        """A copy of the sources, as they are installed."""
        directory = os.path.join(scratch(), name)
        if not os.path.exists(directory):
            shutil.copytree(self.variable("examplesdir"), directory)
        return directory


def place():
    global _place
    if shutil.which("pkg-config") is None:
        raise Skip("pkg-config is missing (pkg-config)")
    if _place is None:
        _place = Place()
    return _place


def needs(program):
    """The shared libraries that it wants."""
    done = subprocess.run(["objdump", "-p", program], text=True, check=True,
                          capture_output=True)
    return re.findall(r"NEEDED\s+(\S+)", done.stdout)


def run_wrongly(directory, name):
    """It runs: it says what is wrong with its arguments, in a line."""
    words, status = WRONG.get(name, (["-Z"], 64))
    environment = dict(place().environment, JOBS=directory)
    done = subprocess.run(
        [os.path.join(directory, name), *words], env=environment, text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
    equal((done.returncode, done.stdout), (status, ""), name)
    assert done.stderr.count("\n") >= 1, name
    match(r"\b%s\b" % name, done.stderr)


def built(directory, names, command):
    """Runs a command for each name, no more at once than there are CPUs."""
    def one(name):
        equal(place().run(directory, *command(name)), (0, "", ""), name)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(one, name) for name in names]:
            done.result()


@test
def sources():
    """doc/examples has the sources and a Makefile, as they are here"""
    directory = place().copied("shared")
    equal(sorted(os.listdir(directory)),
          sorted(manexamples.sources() + ["Makefile"]))
    for name in manexamples.sources():
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            equal(file.read(), manexamples.source(name), name)


@test
def shared():
    """each program is built by the line at its head, and runs"""
    if not os.path.exists(place().libdir + "/libforkd.so"):
        raise Skip("no shared library")
    directory = place().copied("shared")
    commands = manexamples.commands()
    assert len(commands) >= 7, commands
    built(directory, commands, lambda name: ["sh", "-c", commands[name]])
    for name in commands:
        assert "libforkd.so.0" in needs(os.path.join(directory, name)), name
        run_wrongly(directory, name)
    with Forkd("-l", "127.0.0.1:0", program=os.path.join(directory, "forking"),
               env=place().environment) as forkd:
        equal(forkd.talk(b"hello\n"), b"olleh\n")


@test
def static():
    """one is, with the static library and what that needs"""
    if not os.path.exists(place().libdir + "/libforkd.a"):
        raise Skip("no static library")
    directory = place().copied("static")
    command = manexamples.commands()["forking"].replace(
        "pkg-config ", "pkg-config --static ")
    # what comes of the archive, the rest of the shared ones
    command = "set -- %s\n" % command + r"""
        for word do
            shift
            [ "$word" != -lforkd ] ||
                set -- "$@" -Wl,-Bstatic -lforkd -Wl,-Bdynamic
            [ "$word" = -lforkd ] || set -- "$@" "$word"
        done
        exec "$@" """
    equal(place().run(directory, "sh", "-c", command), (0, "", ""))
    program = os.path.join(directory, "forking")
    assert "libforkd.so.0" not in needs(program), needs(program)
    with Forkd("-l", "127.0.0.1:0", program=program) as forkd:
        equal(forkd.talk(b"hello\n"), b"olleh\n")


@test
def made():
    """make builds all of them by the Makefile there, and removes them"""
    if not os.path.exists(place().libdir + "/libforkd.so"):
        raise Skip("no shared library")
    directory = place().copied("made")
    before = set(os.listdir(directory))
    # as at the head, but that the user has a word in it
    code, out, err = place().run(directory, "make", "-n", "CC=cc", "CFLAGS=")
    equal((code, err), (0, ""))
    equal(sorted(" ".join(line.split()) for line in out.splitlines()),
          sorted(manexamples.commands().values()))
    code, _, err = place().run(directory, "make", "-j%d" % os.cpu_count(),
                               "CC=cc", "CFLAGS=-O0")
    equal((code, err), (0, ""))
    equal(set(os.listdir(directory)) - before, set(manexamples.programs()))
    for name in manexamples.programs():
        run_wrongly(directory, name)
    equal(place().run(directory, "make", "-s", "clean"), (0, "", ""))
    equal(set(os.listdir(directory)), before)


main()
