#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# resolve: the names of both addresses in TCPLOCALHOST and TCPREMOTEHOST.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *


def name_of(host):
    """What this machine calls an address."""
    try:
        return socket.getnameinfo((host, 0), socket.NI_NAMEREQD)[0]
    except OSError:
        raise Skip("%s has no name here" % host)


@test
def yes():
    """yes: both names, and nothing else changes"""
    name = name_of("127.0.0.1")
    equal(changes("-o", "resolve=yes"),
          {"env TCPLOCALHOST": name, "env TCPREMOTEHOST": name})


@test
@isolated(hosts="127.0.0.1 localhost\n::1 localhost six.example\n")
def six():
    """yes: those of IPv6 addresses"""
    name = name_of("::1")
    try:
        with Forkd("-l", "tcp://[::1]:0", "-o", "resolve=yes",
                   testbin("probe")) as forkd:
            have = probe(forkd, "::1")[0]
    except AssertionError:
        if run("-d", *as_user(), "-l", "tcp://[::1]:0", "-n")[0] == 0 and \
                not os.path.exists("/proc/net/if_inet6"):
            raise Skip("no IPv6")
        raise
    equal((have["env TCPREMOTEHOST"], have["env TCPLOCALHOST"]),
          (name, name))


@test
def no():
    """no, the default: nobody is asked"""
    have = probe_with("-o", "resolve=no")
    equal(have, {**have, **{name: value for name, value
                            in probe_with().items() if "HOST" in name}})
    equal([name for name in have if name.endswith("HOST")], [])


main()
