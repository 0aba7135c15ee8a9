# SPDX-License-Identifier: ISC
"""The socket layer for tests, by ctypes: each function has the types that its
prototype in the header says.

    sock = checked("create", socket.AF_INET, socket.SOCK_STREAM, 0)
    result = lib.listen(sock, -1)
    equal(last(sock), errno.EINVAL)

A result that is NULL is None.  Close what was made: sockets() does so.
"""

import contextlib
import ctypes
import errno
import socket

from forkdtest import *
import headers

SHARED = os.path.join(os.environ["top_builddir"], "src", "lib", ".libs",
                      "libforkd.so")
# of forkd_socket.h
BIND, LISTEN = 1, 2
BINARY, LINE = 0, 1
READ, WRITE, EXCEPT = 1, 2, 4

_KINDS = {"void": None, "int": ctypes.c_int, "size_t": ctypes.c_size_t,
          "ssize_t": ctypes.c_ssize_t, "socklen_t": ctypes.c_uint32,
          "unsigned int": ctypes.c_uint, "uint64_t": ctypes.c_uint64,
          "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32,
          "uid_t": ctypes.c_uint32, "gid_t": ctypes.c_uint32,
          "pid_t": ctypes.c_int, "bool": ctypes.c_bool}


class Poll(ctypes.Structure):
    """struct forkd_poll"""
    _fields_ = [("socket", ctypes.c_void_p), ("want", ctypes.c_int),
                ("ready", ctypes.c_int)]


class Part(ctypes.Structure):
    """struct iovec"""
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct forkd_message"""
    _fields_ = [("parts", ctypes.POINTER(Part)),
                ("parts_count", ctypes.c_size_t),
                ("address", ctypes.c_void_p),
                ("address_size", ctypes.c_size_t), ("port", ctypes.c_int),
                ("control", ctypes.c_void_p),
                ("control_size", ctypes.c_size_t),
                ("control_length", ctypes.c_size_t), ("flags", ctypes.c_int)]


def ctype_of(kind):
    if kind.replace(" ", "") in ("constchar*", "char*"):
        return ctypes.c_char_p if kind.startswith("const") else ctypes.c_void_p
    if "*" in kind:
        return ctypes.c_void_p
    return _KINDS[kind]


class Library:
    """Functions by what follows forkd_socket_ in their names."""

    def __init__(self):
        if not os.path.exists(SHARED):
            raise Skip("no shared library")
        if SANITIZED:
            raise Skip("the interpreter has no sanitizer")
        self.shared = ctypes.CDLL(SHARED, use_errno=True)
        self.error = self.shared.forkd_error
        self.error.restype = ctypes.c_char_p
        self.prototypes = headers.functions("forkd_socket.h")
        for name, (result, parameters) in self.prototypes.items():
            function = getattr(self.shared, name)
            if result.startswith("constchar*"):
                function.restype = ctypes.c_char_p
            else:
                function.restype = ctype_of(result)
            function.argtypes = [ctype_of(kind) for kind in parameters
                                 if kind not in ("void", "...")]

    def __getattr__(self, name):
        if name == "shared":
            raise AttributeError(name)
        return getattr(self.shared, "forkd_socket_" + name)

    def __bool__(self):
        return True


class _Later:
    """The library, loaded by the first test that uses it, which may skip."""
    _library = None

    def __getattr__(self, name):
        if _Later._library is None:
            _Later._library = Library()
        return getattr(_Later._library, name)


lib = _Later()


def text():
    """What failed last, as a sentence."""
    return lib.error(None).decode()


def last(sock=None):
    return lib.last_error(sock)


def failed(result, number, pattern, sock=None):
    """The call that has just been made failed so, and said so.  A number of
    None is any."""
    assert result in (None, -1), result
    have = ctypes.get_errno()
    if number is None:
        number = have
    equal((errno.errorcode.get(have), text()),
          (errno.errorcode[number], text()))
    match(pattern, text())
    equal(last(), number)
    if sock is not None:
        equal(last(sock), number)


def checked(name, *arguments):
    """The result of a call that must work."""
    result = getattr(lib, name)(*arguments)
    if result in (None, -1):
        raise AssertionError("%s%s: %s" % (name, arguments, text()))
    return result


@contextlib.contextmanager
def sockets():
    """A function that notes what is to be closed."""
    made = []

    def note(sock):
        made.append(sock)
        return sock
    try:
        yield note
    finally:
        for sock in made:
            lib.close(sock)


def pair(note, domain=socket.AF_UNIX, kind=socket.SOCK_STREAM):
    """Two connected sockets, which do not wait for ever."""
    both = (ctypes.c_void_p * 2)()
    checked("create_pair", domain, kind, 0, both)
    for sock in both:
        note(sock)
        checked("set_timeout", sock, int(DEADLINE * 1000))
    return list(both)


def address_of(sock, name="getsockname"):
    """(text, port) of a socket."""
    room = ctypes.create_string_buffer(160)
    port = ctypes.c_int()
    checked(name, sock, room, len(room), ctypes.byref(port))
    return room.value.decode(), port.value
