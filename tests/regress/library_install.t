#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What `make install' leaves is enough to compile with: pkg-config knows the
# header, the shared library, what the static one needs, and the handlers.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

import shlex

SOURCE = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]
TALKBACK = os.path.join(SOURCE, "src", "examples", "talkback.c")
_root = None


def installed():
    """The DESTDIR of an installation."""
    global _root
    if shutil.which("pkg-config") is None:
        raise Skip("pkg-config is missing (pkg-config)")
    if _root is None:
        root = os.path.join(scratch(), "root")
        # not `install', which would build what another test is using
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        subprocess.run(["make", "-s", "-C", BUILD, "install-exec-am",
                        "install-data-am", "DESTDIR=" + root], check=True,
                       stdout=subprocess.DEVNULL, env=environment)
        _root = root
    return _root


def pkg_config(*words, rooted=True):
    root = installed()
    paths = [directory for directory, _, names in os.walk(root)
             if "forkd.pc" in names]
    equal(len(paths), 1)
    environment = dict(os.environ, PKG_CONFIG_PATH=paths[0],
                       PKG_CONFIG_ALLOW_SYSTEM_CFLAGS="1",
                       PKG_CONFIG_ALLOW_SYSTEM_LIBS="1")
    if rooted:
        environment["PKG_CONFIG_SYSROOT_DIR"] = root
    done = subprocess.run(["pkg-config", *words, "forkd"], text=True,
                          capture_output=True, env=environment)
    equal((done.returncode, done.stderr), (0, ""))
    return done.stdout.strip()


def compiled(name, flags):
    program = os.path.join(scratch(), name)
    command = shlex.split(os.environ["CC"])
    if SANITIZED:
        command.append("-fsanitize=" + os.environ["SANITIZERS"])
    subprocess.run(command + ["-o", program, TALKBACK] + flags, check=True)
    return program


def needs(program):
    """The shared libraries that it wants."""
    done = subprocess.run(["objdump", "-p", program], text=True, check=True,
                          capture_output=True)
    return re.findall(r"NEEDED\s+(\S+)", done.stdout)


@test
def headers():
    """a program gets the system's headers: libbsd's stay the library's own"""
    for words in ["--cflags"], ["--static", "--cflags"]:
        flags = shlex.split(pkg_config(*words, rooted=False))
        assert flags, flags
        for flag in flags:
            assert flag.startswith("-I") and "bsd" not in flag, flags


@test
def shared():
    """a program with the shared library"""
    flags = shlex.split(pkg_config("--cflags", "--libs"))
    libdir = pkg_config("--variable=libdir", rooted=False)
    if not os.path.exists(installed() + libdir + "/libforkd.so"):
        raise Skip("no shared library")
    assert "-lforkd" in flags and "-lbsd" not in flags, flags
    program = compiled("shared", flags + [
        "-Wl,-rpath," + installed() + libdir])
    assert "libforkd.so.0" in needs(program), needs(program)
    with Forkd("-l", "127.0.0.1:0", program=program) as forkd:
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")


@test
def static():
    """a program with the static one, and what that needs"""
    libdir = installed() + pkg_config("--variable=libdir", rooted=False)
    if not os.path.exists(libdir + "/libforkd.a"):
        raise Skip("no static library")
    flags = shlex.split(pkg_config("--static", "--cflags", "--libs"))
    assert "-lbsd" in flags, flags
    place = flags.index("-lforkd")
    flags[place:place + 1] = ["-Wl,-Bstatic", "-lforkd", "-Wl,-Bdynamic"]
    program = compiled("static", flags)
    assert "libforkd.so.0" not in needs(program), needs(program)
    with Forkd("-l", "127.0.0.1:0", program=program) as forkd:
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")


@test
def variables():
    """handlerdir is where the handlers are, and the version is right"""
    handlers = pkg_config("--variable=handlerdir", rooted=False)
    equal(handlers, os.environ["HANDLERDIR"])
    for name in "talkback", "echo", "daytime", "chat":
        path = installed() + handlers + "/" + name
        assert os.access(path, os.X_OK), path
        # a program, not libtool's script, and nothing of the build tree's
        assert "libforkd.so.0" not in needs(path), needs(path)
    equal(pkg_config("--modversion"), os.environ["FORKD_VERSION"])


@test
def pages():
    """the manual pages are there, with the names of all functions"""
    found = {}
    for directory, _, names in os.walk(installed()):
        if os.path.basename(directory) == "man3":
            found = {name: directory for name in names}
    path = os.path.join(SOURCE, "src", "lib", "forkd.map")
    with open(path) as file:
        names = re.findall(r"forkd_\w+", file.read())
    equal([name for name in names if name + ".3" not in found], [])
    assert "forkd.3" in found, found


main()
