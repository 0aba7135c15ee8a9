#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# env-keep: what handlers inherit of forkd's environment.  What was said to
# forkd alone, and what looks like forkd's own word, never passes.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *

NEVER = {
    "NOTIFY_SOCKET": "/nonexistent/notify", "WATCHDOG_USEC": "1",
    "WATCHDOG_PID": "1", "LISTEN_FDS": "3", "LISTEN_PID": "1",
    "LISTEN_FDNAMES": "a", "TCPREMOTEHOST": "stale", "TCPREMOTEINFO": "stale",
    "TCPLOCALHOST": "stale", "REMOTE_HOST": "stale", "REMOTE_IDENT": "stale",
    "UNIXREMOTEPID": "1", "UNIXLOCALPATH": "/stale", "FORKD_X": "stale",
}
OTHER = {
    "PATH": "/bin", "LANG": "C", "LC_ALL": "C", "LC_": "", "TZ": "UTC",
    "LANGUAGE": "en", "HOME": "/stale", "USER": "stale", "A_1": "a1",
    "A_2": "a2", "B": "b", "EMPTY": "", "LD_LIBRARY_PATH": "/nonexistent",
    "with blank": "x", "LISTEN": "x", "FORKD": "x", "REMOTE": "x",
}


def kept(*options):
    """What a handler has of OTHER and NEVER, and besides."""
    have = probe_with(*options, env={**NEVER, **OTHER})
    own = {**environment(("", 0), ("", 0)),
           **(user_environment("nobody") if ROOT else {})}
    return {name[4:]: value for name, value in have.items()
            if name.startswith("env ") and name[4:] not in own}


def some(*names):
    users = user_environment("nobody") if ROOT else {}
    return {name: OTHER[name] for name in names if name not in users}


@test
def default():
    """by default PATH, LANG, LC_* and TZ"""
    equal(kept(), some("PATH", "LANG", "LC_ALL", "LC_", "TZ"))


@test
def patterns():
    """a list of names and patterns, by blank or comma"""
    equal(kept("-o", "env-keep=A_*,B  ?MPTY [T]Z PATH NOSUCH"),
          some("A_1", "A_2", "B", "EMPTY", "TZ", "PATH"))


@test
def everything():
    """`*' passes everything but what never passes"""
    equal(kept("-o", "env-keep=*"), some(*OTHER))


@test
def never():
    """what never passes does not when it is named"""
    equal(kept("-o", "env-keep=PATH " + " ".join(NEVER)), some("PATH"))


@test
def users():
    """HOME, USER, LOGNAME and SHELL are the user's, kept or not"""
    if not ROOT:
        raise Skip("needs root")
    have = probe_with("-o", "env-keep=*", env={**NEVER, **OTHER})
    for name, value in user_environment("nobody").items():
        equal(have["env " + name], value)


main()
