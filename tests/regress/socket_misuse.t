#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Every function of the socket layer, called wrongly, as the header's prototypes
# allow: with NULL for each pointer, and on a descriptor that was closed
# underneath.  -1, NULL or 0, errno and a sentence; never a crash.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from socketlib import *

# NULL means something to these
TAKE_NULL = {"forkd_socket_last_error", "forkd_socket_clear_error",
             "forkd_socket_close"}
FILL = {"size_t": 16, "socklen_t": 4}


def takes_pointer(name):
    return any("*" in kind for kind in lib.prototypes[name][1])


def takes_socket(name):
    return re.match(r"(const )?struct forkd_socket \*$",
                    lib.prototypes[name][1][0]) is not None


def call(name, pointer):
    """Calls it with pointer(place) for its pointers, and small numbers."""
    arguments = [pointer(place) if "*" in kind else FILL.get(kind, 0)
                 for place, kind in enumerate(lib.prototypes[name][1])
                 if kind not in ("void", "...")]
    ctypes.set_errno(0)
    return getattr(lib.shared, name)(*arguments)


@test
def null():
    """NULL: an error that names the function"""
    tried = 0
    for name, (kind, _) in lib.prototypes.items():
        if not takes_pointer(name) or name in TAKE_NULL:
            continue
        lib.clear_error(None)
        result = call(name, lambda place: None)
        if kind == "void":
            continue
        want = None if "*" in kind else (0,) if kind == "size_t" else (-1,)
        assert result is want or result in want, (name, result)
        equal(ctypes.get_errno(), errno.EINVAL, name)
        equal(last(), errno.EINVAL, name)
        match("^%s: " % name, text())
        if takes_socket(name):
            match(r"^%s: (\w+: )?no socket$" % name, text())
        tried += 1
    assert tried > 1, tried


@test
def closed_underneath():
    """a descriptor that was closed underneath: EBADF, or another error"""
    for name, (kind, _) in lib.prototypes.items():
        if not lib.prototypes[name][1][0].endswith("*") or \
                not takes_socket(name) or name == "forkd_socket_close":
            continue
        sock = checked("create", socket.AF_INET, socket.SOCK_STREAM, 0)
        os.close(lib.fd(sock))
        room = ctypes.create_string_buffer(4096)
        result = call(name, lambda place: sock if "forkd_socket *" in
                      lib.prototypes[name][1][place] else room)
        if kind != "void" and result in (None, -1):
            assert ctypes.get_errno() != 0, name
            equal(last(sock), ctypes.get_errno(), name)
            assert text(), name
        lib.close(sock)


@test
def nobody():
    """these take NULL, and do nothing"""
    failed(lib.fd(None), errno.EINVAL, "^forkd_socket_fd: no socket$")
    said = text()
    lib.close(None)
    equal((last(), text()), (errno.EINVAL, said))
    lib.clear_error(None)
    equal((last(), text()), (0, said))


main()
