#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The variables that name both ends of a connection, for IPv4, IPv6, and IPv4
# on a dual-stack socket, which handlers never see as ::ffff:127.0.0.1.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def check(address, host, client_host=None, source=None):
    with Forkd("-l", address, testbin("probe")) as forkd:
        with forkd.connect(host, source=source) as connection:
            client = connection.getsockname()[:2]
            server = connection.getpeername()[:2]
            connection.shutdown(socket.SHUT_WR)
            have = facts(read_all(connection))
        want = environment(client, server)
        assert want["TCPLOCALPORT"] == str(forkd.port)
        equal({name[4:]: have[name] for name in have
               if re.match("env (PROTO|TCP|REMOTE_|FORKD_|UNIX)", name)}, want)
        texts = ["[%s]:%d" % end if ":" in end[0] else "%s:%d" % end
                 for end in (client, server)]
        forkd.wait_line(": open pid %s from %s to %s, 1/128$" %
                        (have["pid"], *map(re.escape, texts)))


def six():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        raise Skip("no IPv6: %s" % error)


@test
def four():
    """an IPv4 listener"""
    check("tcp4://127.0.0.1:0", "127.0.0.1")
    check("127.0.0.1:0", "127.0.0.1", source="127.0.0.2")


@test
def dual():
    """a dual-stack listener, client with IPv4"""
    check("tcp://*:0", "127.0.0.1")
    check("tcp://*:0", "127.0.0.3", source="127.0.0.2")


@test
def dual_six():
    """a dual-stack listener, client with IPv6"""
    six()
    check("tcp://*:0", "::1")


@test
def only_six():
    """an IPv6 listener"""
    six()
    check("tcp6://[::1]:0", "::1")


main()
