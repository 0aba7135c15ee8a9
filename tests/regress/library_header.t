#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# <forkd.h> and <forkd_socket.h> compile alone, as C and as C++, without a
# warning, twice; and both together, in either order.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers

STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wstrict-prototypes",
          "-Wundef", "-fsyntax-only", "-I", headers.LIB]


def compile_with(compiler, options, suffix):
    first, second = headers.HEADERS
    for names in (first, first), (second, second), (first, second), (
            second, first):
        source = script("header" + suffix,
                        "#include <%s>\n#include <%s>\n"
                        "int\nmain(void)\n{\n\treturn 0;\n}\n" % names)
        done = subprocess.run([*compiler, *options, source],
                              capture_output=True, text=True)
        equal((done.returncode, done.stderr), (0, ""),
              "%s %s %s" % (compiler, options, names))


@test
def installed():
    """there is no other public header"""
    equal(sorted(name for name in os.listdir(headers.LIB)
                 if re.match(r"forkd.*\.h\Z", name)),
          sorted(headers.HEADERS))
    with open(os.path.join(headers.LIB, "local.mk")) as file:
        listed = re.search(r"^include_HEADERS \+= (.*)$", file.read(), re.M)
    equal(sorted(re.findall(r"%D%/(\S+)", listed.group(1))),
          sorted(headers.HEADERS))


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
                    "#include <forkd.h>\n#include <forkd_socket.h>\n"
                    "struct forkd *made();\n"
                    "struct forkd *made() { return forkd_new(); }\n"
                    "struct forkd_socket *opened();\n"
                    "struct forkd_socket *opened()\n"
                    "{ return forkd_socket_create(AF_INET, SOCK_STREAM, 0); }\n")
    out = os.path.join(scratch(), "linkage.o")
    subprocess.run([compiler, "-I", headers.LIB, "-c", source, "-o", out],
                   check=True)
    with open(out, "rb") as file:
        names = re.findall(rb"\w*forkd_(?:new|socket_create)\w*", file.read())
    assert {b"forkd_new", b"forkd_socket_create"} <= set(names), names


main()
