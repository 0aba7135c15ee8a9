#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# tcp-nodelay, keepalive, send-buffer and receive-buffer: how the handler finds
# its connection, whose options it need not set itself.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

# Runs as ourselves: that others can reach this Python is not said.
HANDLER = """#!%s -IS
import socket
connection = socket.socket(fileno=0)
for level, name in ((socket.SOL_SOCKET, "SO_KEEPALIVE"),
                    (socket.IPPROTO_TCP, "TCP_KEEPIDLE"),
                    (socket.IPPROTO_TCP, "TCP_KEEPINTVL"),
                    (socket.IPPROTO_TCP, "TCP_KEEPCNT"),
                    (socket.IPPROTO_TCP, "TCP_NODELAY"),
                    (socket.SOL_SOCKET, "SO_SNDBUF"),
                    (socket.SOL_SOCKET, "SO_RCVBUF")):
    print(name, connection.getsockopt(level, getattr(socket, name)))
""" % sys.executable

PROBES = {"TCP_KEEPIDLE": 300, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 6}


def options(*args, address="127.0.0.1"):
    path = script("options", HANDLER)
    host = "[%s]" % address if ":" in address else address
    with Forkd("-l", host + ":0", *as_self(), *args, path) as forkd:
        lines = forkd.talk(host=address).decode().splitlines()
    return {name: int(value) for name, value in map(str.split, lines)}


def same(have, **wanted):
    equal({name: have[name] for name in wanted}, wanted)


@test
def defaults():
    """by default: keepalive, no nodelay"""
    same(options(), SO_KEEPALIVE=1, TCP_NODELAY=0, **PROBES)
    same(options("-o", "keepalive=yes", "-o", "tcp-nodelay=no"),
         SO_KEEPALIVE=1, TCP_NODELAY=0, **PROBES)


@test
def keepalive():
    """keepalive=no"""
    same(options("-o", "keepalive=no"), SO_KEEPALIVE=0)


@test
def nodelay():
    """tcp-nodelay=yes"""
    same(options("-o", "tcp-nodelay=yes"), TCP_NODELAY=1, SO_KEEPALIVE=1)


@test
def buffers():
    """send-buffer and receive-buffer"""
    # Linux doubles them for its own bookkeeping, see socket(7)
    same(options("-o", "send-buffer=20000", "-o", "receive-buffer=16k"),
         SO_SNDBUF=40000, SO_RCVBUF=32768)
    usual = options()
    same(options("-o", "send-buffer=1k", "-o", "send-buffer=off"),
         SO_SNDBUF=usual["SO_SNDBUF"], SO_RCVBUF=usual["SO_RCVBUF"])


@test
def six():
    """the same for IPv6"""
    need_ipv6()
    same(options("-o", "tcp-nodelay=yes", "-o", "receive-buffer=16k",
                 address="::1"),
         SO_KEEPALIVE=1, TCP_NODELAY=1, SO_RCVBUF=32768, **PROBES)


main()
