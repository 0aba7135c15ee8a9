#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The library in other languages than C: a C++ program, compiled by each
# standard from 2011 on, and a Python script that has it by ctypes.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

HERE = os.path.join(os.environ["top_srcdir"], "tests", "regress")
SOURCE = os.path.join(os.environ["top_srcdir"], "src", "lib")
LIBRARY = os.path.join(os.environ["top_builddir"], "src", "lib", ".libs")
SHARED = os.path.join(LIBRARY, "libforkd.so")


def serves(command, **popen):
    """It greets two clients, stops at TERM, and counts."""
    out = open(os.path.join(scratch(), "output"), "w+")
    with Forkd(*command[1:], plain=True, program=command[0], stdout=out,
               **popen) as forkd:
        for _ in range(2):
            with forkd.connect() as connection:
                peer = "%s:%d" % connection.getsockname()
                equal(read_all(connection).decode(), "Hello, %s\n" % peer)
        forkd.wait_line("close pid", 2)
        equal(forkd.stop(), 0)
        port = forkd.port
    out.seek(0)
    equal(out.read(), "tcp://127.0.0.1:%d\n2 served\n" % port)


def compiled(standard):
    compiler = shutil.which("c++") or shutil.which("g++") or \
        shutil.which("clang++")
    if compiler is None:
        raise Skip("no C++ compiler (g++)")
    if SANITIZED:
        raise Skip("the library has a sanitizer, C++ may have another one")
    program = os.path.join(scratch(), "greet-" + standard)
    subprocess.run([compiler, "-std=" + standard, "-Wall", "-Wextra",
                    "-pedantic", "-Werror", "-I" + SOURCE, "-o", program,
                    os.path.join(HERE, "library_cxx.cc"), "-L" + LIBRARY,
                    "-Wl,-rpath," + LIBRARY, "-lforkd"], check=True)
    return program


@test
def cxx11():
    """C++11"""
    serves([compiled("c++11")])


@test
def cxx20():
    """C++17 and C++20"""
    serves([compiled("c++17")])
    serves([compiled("c++20")])


@test
def python():
    """Python, by ctypes"""
    if not os.path.exists(SHARED):
        raise Skip("no shared library")
    if SANITIZED:
        raise Skip("the interpreter has no sanitizer")
    serves([os.environ.get("PYTHON") or sys.executable,
            os.path.join(HERE, "library_ctypes.py"), SHARED])


main()
