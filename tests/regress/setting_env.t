#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# env: variables for handlers, before those of the connection.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *

ENV = {"PATH": "/bin", "LANG": "C"}


def env_of(*options, env=ENV):
    have = probe_with(*options, env=env)
    own = environment(("", 0), ("", 0))
    return {name[4:]: value for name, value in have.items()
            if name.startswith("env ") and name[4:] not in own}


def users():
    return user_environment("nobody") if ROOT else {}


@test
def several():
    """each env adds one; values may be empty and hold anything"""
    equal(env_of("-o", "env=A=1", "-o", "env=B=", "-o", "env=C=x=y z\n%s",
                 "-o", "env=lower case=3"),
          {**ENV, **users(), "A": "1", "B": "", "C": "x=y z\\012%s",
           "lower case": "3"})


@test
def override():
    """it wins over what is inherited and over the user's, the last over all"""
    equal(env_of("-o", "env=LANG=de_DE", "-o", "env=HOME=/srv",
                 "-o", "env=A=1", "-o", "env=A=2"),
          {**users(), "PATH": "/bin", "LANG": "de_DE", "HOME": "/srv",
           "A": "2"})


@test
def forkds_own():
    """what forkd itself says of a connection cannot be said with it"""
    for value in ("TCPREMOTEIP=192.0.2.1", "TCPREMOTEHOST=x", "PROTO=X",
                  "FORKD_CONNECTION=9", "REMOTE_ADDR=x", "LISTEN_FDS=1"):
        code, out, err = run("-d", *as_user(), "-p", "0", "-o",
                             "env=" + value, testbin("probe"))
        equal((code, out), (64, ""))
        match("^forkd: env: %s: forkd itself says what that is\n$" %
              re.escape(value), err)


@test
def clear():
    """an empty one clears those before it"""
    equal(env_of("-o", "env=A=1", "-o", "env=", "-o", "env=B=2"),
          {**ENV, **users(), "B": "2"})


@test
def path():
    """PATH is set when there is none"""
    default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    equal(env_of(env={}), {**users(), "PATH": default})
    equal(env_of("-o", "env=PATH=/opt", env={}),
          {**users(), "PATH": "/opt"})


@test
def wrong():
    """what is not NAME=VALUE is told at start"""
    for value in "NAME", "=value", "=":
        code, out, err = run("-d", *as_user(), "-p", "0", "-o",
                             "env=" + value, testbin("probe"))
        equal((code, out), (64, ""))
        equal(err, "forkd: env: \"%s\" is not NAME=VALUE\n" % value)


main()
