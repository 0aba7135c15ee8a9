# SPDX-License-Identifier: ISC
# What a program has loaded.
from puppets import *


def needs_no_more_libraries(forkd):
    """Than the C library: what is spared for children depends on that."""
    with open("/proc/%d/maps" % forkd.pid) as file:
        loaded = set(re.findall(r"r-xp .*/([^/ ]*\.so[.0-9]*)$", file.read(),
                                re.M))
    more = [name for name in loaded
            if not re.match(r"(libc|ld|ld-.*)[.-]", name)]
    if more:
        raise Skip("the program has loaded " + ", ".join(sorted(more)))
