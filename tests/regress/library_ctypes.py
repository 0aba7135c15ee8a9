# SPDX-License-Identifier: ISC
"""A server in Python, without any other module than ctypes: library_languages.t
runs it.  It says on standard output where it listens, serves until it is
stopped, and says how often it has served.  Its argument is libforkd.so."""

import ctypes
import os
import sys

library = ctypes.CDLL(sys.argv[1], use_errno=True)
Pointer = ctypes.c_void_p
Text = ctypes.c_char_p
Serve = ctypes.CFUNCTYPE(ctypes.c_int, Pointer, Pointer)


class Ops(ctypes.Structure):
    _fields_ = [("serve", Serve)] + [
        (name, Pointer) for name in ("start", "finish", "allow", "reload",
                                     "reaped", "message", "log")] + [
        ("reserved", Pointer * 8)]


for name, result, *parameters in (
        ("forkd_new", Pointer),
        ("forkd_free", None, Pointer),
        ("forkd_error", Text, Pointer),
        ("forkd_service", ctypes.c_int, Pointer, Text, Pointer, Pointer),
        ("forkd_set", ctypes.c_int, Pointer, Text, Text, Text),
        ("forkd_listen", ctypes.c_int, Pointer, Text, Text),
        ("forkd_address", ctypes.c_int, Pointer, Text, ctypes.c_uint, Text,
         ctypes.c_size_t),
        ("forkd_run", ctypes.c_int, Pointer),
        ("forkd_stat", ctypes.c_int, Pointer, Text, Text,
         ctypes.POINTER(ctypes.c_int64)),
        ("forkd_conn_fd", ctypes.c_int, Pointer),
        ("forkd_conn_peer", Text, Pointer)):
    function = getattr(library, name)
    function.restype, function.argtypes = result, parameters


@Serve
def serve(conn, arg):
    line = b"Hello, %s\n" % library.forkd_conn_peer(conn)
    os.write(library.forkd_conn_fd(conn), line)
    return 0


def check(result):
    if result == -1:
        text = library.forkd_error(server).decode()
        raise OSError(ctypes.get_errno(), text)


ops = Ops(serve=serve)
server = library.forkd_new()
check(library.forkd_service(server, b"greet", ctypes.byref(ops), None))
check(library.forkd_set(server, None, b"log", b"stderr"))
if os.geteuid() == 0:
    check(library.forkd_set(server, b"greet", b"user", b"nobody"))
check(library.forkd_listen(server, b"greet", b"127.0.0.1:0"))
address = ctypes.create_string_buffer(64)
check(library.forkd_address(server, b"greet", 0, address, len(address)))
print(address.value.decode(), flush=True)
check(library.forkd_run(server))
served = ctypes.c_int64()
check(library.forkd_stat(server, b"greet", b"served", served))
print("%d served" % served.value)
library.forkd_free(server)
