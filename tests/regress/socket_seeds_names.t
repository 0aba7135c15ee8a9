#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# As socket_seeds.t, of names, addresses, options and numbers: what is meant is
# said, comes back as it was, and nothing else is taken for it.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from socketlib import *

ROOM = ctypes.create_string_buffer
TCP = socket.AF_INET, socket.SOCK_STREAM, 0
UDP = socket.AF_INET, socket.SOCK_DGRAM, 0


@test
def silent_substitutes():
    """what is wrong is refused, and nothing else is taken for it"""
    failed(lib.create(4711, *TCP[1:]), errno.EAFNOSUPPORT, "domain 4711")
    failed(lib.create(socket.AF_INET, 4711, 0), errno.EINVAL, "type 4711")
    failed(lib.create_listen(65536, 0), errno.EINVAL, "port 65536")
    with sockets() as note:
        sock = note(checked("create", *TCP))
        for address, port, said in (
                (b"", 10000, "address: empty"),
                (b"0", 10000, "address 0: not an"),
                (b"127.1", 10000, r"address 127\.1: not an"),
                (b"127.0.0.1", 65536, "port 65536: "),
                (b"127.0.0.1", -1, "port -1: ")):
            failed(lib.bind(sock, address, port), errno.EINVAL,
                   "^forkd_socket_bind: " + said, sock)
        equal(address_of(sock), ("0.0.0.0", 0))     # it has none yet


@test
def numbers_for_names():
    """options have names and sizes, and a broadcast wants to be allowed"""
    on = ctypes.c_int(1)
    broadcast = socket.SOL_SOCKET, socket.SO_BROADCAST
    with sockets() as note:
        sock = note(checked("create", *UDP))
        send = (sock, b"x", 1, 0, b"127.255.255.255", 9)
        failed(lib.sendto(*send), errno.EACCES, r"127\.255\.255\.255", sock)
        failed(lib.set_option(sock, *broadcast, ctypes.byref(on), 1),
               errno.EINVAL, "SO_BROADCAST", sock)
        equal(lib.set_option(sock, *broadcast, ctypes.byref(on), 4), 0)
        equal(lib.sendto(*send), 1)
        value, size = ctypes.c_int(), ctypes.c_uint32(4)
        equal(lib.get_option(sock, *broadcast, ctypes.byref(value),
                             ctypes.byref(size)), 0)
        equal((value.value, size.value), (1, 4))


@test
def peers_without_a_name():
    """an accepted unix socket has a peer, and what has no name an error"""
    path = os.path.join(scratch(), "s").encode()
    with sockets() as note:
        server = note(checked("server", b"unix://" + path, 0))
        client = note(checked("create", socket.AF_UNIX, socket.SOCK_STREAM, 0))
        equal(lib.connect(client, path, 0), 0)
        conn = note(checked("accept", server))
        equal(address_of(conn, "getpeername"), ("", -1))
        equal(address_of(client, "getpeername"), (path.decode(), -1))
        equal(address_of(conn), (path.decode(), -1))
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as other:
            sock = note(checked("from_fd", other.detach()))
        failed(lib.getpeername(sock, None, 0, None), errno.EAFNOSUPPORT,
               "^forkd_socket_getpeername: domain 16", sock)


@test
def numbers_as_text():
    """integers become bytes and come back whole, or are refused"""
    room = ROOM(8)
    number = ctypes.c_uint64()
    for size in range(1, 9):
        for value in 0, 1, 128, 256 ** size // 3, 256 ** size - 1:
            for name, order in (("big", 1), ("little", 2)):
                equal(lib.put_integer(room, size, order, value), 0)
                equal(room.raw[:size], value.to_bytes(size, name))
                equal(lib.get_integer(room, size, order,
                                      ctypes.byref(number)), 0)
                equal(number.value, value)
    failed(lib.put_integer(room, 2, 2, 65536), errno.ERANGE, "65536")
    failed(lib.put_integer(room, 9, 2, 1), errno.EINVAL, "9")


@test
def names_for_addresses():
    """a name is no address, and one that does not exist is an error"""
    with sockets() as note:
        sock = note(checked("create", *TCP))
        failed(lib.connect(sock, b"www.example.invalid", 80), errno.EINVAL,
               "^forkd_socket_connect: address www.example.invalid: not an",
               sock)
    room = ROOM(b"as it was", 160)
    failed(lib.lookup_address(b"no\xffname", 0, room, 160), None, "no")
    equal(room.value, b"as it was")


main()
