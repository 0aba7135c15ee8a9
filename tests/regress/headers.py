# SPDX-License-Identifier: ISC
"""What the public headers declare, for tests that hold the rest against it."""

import os
import re

LIB = os.path.join(os.environ["top_srcdir"], "src", "lib")
HEADERS = "forkd.h", "forkd_socket.h"


def source(header):
    """Its text without comments."""
    with open(os.path.join(LIB, header)) as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)


def kind_of(parameter):
    """The type of a parameter, without its name."""
    words = re.findall(r"\w+|\*|\[|\.\.\.", parameter)
    if "[" in words:        # the size of an array is no part of its type
        words = words[:words.index("[")] + ["[]"]
    if len(words) > 1 and words[-1] not in ("*", "[]"):
        words.pop()
    elif words[-1] == "[]" and words[-2] != "*":
        words.pop(-2)
    return " ".join(words)


def prototypes(text):
    """{name: (return type, types of parameters)} of C declarations."""
    found = {}
    for kind, name, parameters in re.findall(
            r"^\s*((?:const )?(?:struct )?\w+\s*\*?)\s*(forkd_\w+)"
            r"\(([^()]*)\)(?:\s*__attribute__\(\(.*\)\))?;", text, re.M):
        found[name] = "".join(kind.split()), \
            [kind_of(parameter) for parameter in parameters.split(",")]
    return found


def functions(*headers):
    """The prototypes of these headers, of all if none is named."""
    found = {}
    for header in headers or HEADERS:
        found.update(prototypes(source(header)))
    return found


def exported():
    """The names in the map of the shared library."""
    with open(os.path.join(LIB, "forkd.map")) as file:
        return re.findall(r"^\t(forkd_\w+);$", file.read(), re.M)
