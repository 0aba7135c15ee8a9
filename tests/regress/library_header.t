#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# <forkd.h> compiles alone, as C and as C++, without a warning, twice.
import glob
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

SOURCE = os.path.join(os.environ["top_srcdir"], "src", "lib")
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wstrict-prototypes",
          "-Wundef", "-fsyntax-only", "-I", SOURCE]


def compile_with(compiler, options, suffix):
    for path in glob.glob(os.path.join(SOURCE, "forkd*.h")):
        name = os.path.basename(path)
        source = script("header" + suffix,
                        "#include <%s>\n#include <%s>\n"
                        "int\nmain(void)\n{\n\treturn 0;\n}\n" % (name, name))
        done = subprocess.run([*compiler, *options, source],
                              capture_output=True, text=True)
        equal((done.returncode, done.stderr), (0, ""),
              "%s %s" % (compiler, options))


@test
def as_c():
    """as C, from C99 on"""
    compiler = (os.environ.get("CC") or "cc").split()
    for standard in "c99", "c11", "c17", "gnu17":
        # POSIX types are the caller's to ask for, see feature_test_macros(7)
        compile_with(compiler, STRICT + ["-std=" + standard,
                                         "-D_DEFAULT_SOURCE"], ".c")


@test
def as_cxx():
    """as C++, and its functions are C's"""
    compiler = shutil.which("c++") or shutil.which("g++") or \
        shutil.which("clang++")
    if compiler is None:
        raise Skip("no C++ compiler")
    options = [option for option in STRICT if "strict-proto" not in option]
    for standard in "c++11", "c++14", "c++17", "c++20":
        compile_with([compiler], options + ["-std=" + standard], ".cc")
    source = script("linkage.cc",
                    "#include <forkd.h>\nstruct forkd *made();\n"
                    "struct forkd *made() { return forkd_new(); }\n")
    out = os.path.join(scratch(), "linkage.o")
    subprocess.run([compiler, "-I", SOURCE, "-c", source, "-o", out],
                   check=True)
    with open(out, "rb") as file:
        names = re.findall(rb"\w*forkd_new\w*", file.read())
    assert b"forkd_new" in names, names


main()
