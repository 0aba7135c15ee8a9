# SPDX-License-Identifier: ISC
"""What the tests of unix sockets share."""

import itertools
import os
import socket

from forkdtest import *

STREAM, PACKET = socket.SOCK_STREAM, socket.SOCK_SEQPACKET
_places = itertools.count(1)


def place():
    """A path in a new directory that everybody can search."""
    directory = os.path.join(scratch(), "d%d" % next(_places))
    os.mkdir(directory)
    os.chmod(directory, 0o755)
    return os.path.join(directory, "x.sock")


def dial(name, kind=STREAM, own=None):
    """Connects to a path or @name; own: what to bind to before."""
    client = socket.socket(socket.AF_UNIX, kind)
    client.settimeout(DEADLINE)
    if own:
        client.bind(own)
    client.connect("\0" + name[1:] if name[0] == "@" else name)
    return client


def talk(name, data, kind=STREAM, own=None):
    """Sends data, half-closes, returns everything that comes back."""
    with dial(name, kind, own) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return read_all(client)


def talk_as(user, name):
    """talk() by another user: process, what came back; "" if it may not."""
    entry = pwd.getpwnam(user)
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(*[entry.pw_gid] * 3)
            os.setresuid(*[entry.pw_uid] * 3)
            os.write(theirs, talk(name, b""))
        except PermissionError:
            pass
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as file:
        data = file.read()
    os.waitpid(pid, 0)
    return pid, data
