#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# limit-*: resource limits of handlers, soft and hard, so that a handler cannot
# take them back; each changes nothing else.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *

VALUES = {
    "as": (("512M", 512 << 20), ("200000k", 200000 << 10)),
    "cpu": (("7s", 7), ("2m", 120), ("1500ms", 1)),
    "nofile": (("16", 16), ("5", 5)),
    "nproc": (("5000", 5000),),
    "fsize": (("1M", 1 << 20), ("0", 0)),
    "core": (("0", 0),),
    "stack": (("1M", 1 << 20),),
}


def limit(name, value):
    number = getattr(resource, "RLIMIT_" + name.upper())
    return "limit %d" % number, "%d %d" % (value, value)


def check(name):
    before = _base()
    for text, value in VALUES[name]:
        hard = resource.getrlimit(
            getattr(resource, "RLIMIT_" + name.upper()))[1]
        if 0 <= hard < value:
            raise Skip("our own hard limit is %d" % hard)
        key, want = limit(name, value)
        changed = changes("-o", "limit-%s=%s" % (name, text))
        equal(changed, {} if before[key] == want else {key: want}, text)


def _base():
    changes()
    from probed import _before
    return _before["plain"]


def one(name):
    def point():
        check(name)
    point.__doc__ = "limit-%s=VALUE" % name
    return test(point)


for each in VALUES:
    one(each)


@test
def off():
    """off: as forkd found it; so are all but limit-core without a setting"""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    have = probe_with("-o", "limit-core=off",
                      *(x for name in VALUES for x in
                        ("-o", "limit-%s=off" % name)))
    # sanitizers forbid core dumps before forkd can look
    numbers = [number for number in range(LIMITS)
               if not (SANITIZED and number == resource.RLIMIT_CORE)]
    equal({n: have["limit %d" % n] for n in numbers},
          {n: own_limit(n) for n in numbers})


@test
def together():
    """several at once"""
    names = {"nofile": ("32", 32), "cpu": ("9", 9), "fsize": ("4k", 4096)}
    equal(changes(*(x for name, (text, _) in names.items()
                    for x in ("-o", "limit-%s=%s" % (name, text)))),
          dict(limit(name, value) for name, (_, value) in names.items()))


@test
def refused():
    """one above the hard limit of who may not raise it is told at start"""
    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
    code, out, err = run("-d", "-p", "0", "-o", "limit-nofile=201",
                         testbin("probe"), preexec_fn=lower,
                         **unprivileged())
    equal((code, out), (77, ""))
    match("^forkd: limit-nofile 201: "
          "Operation not permitted\n$", err)


@test
def wrong():
    """what is no limit is told"""
    for setting in ("limit-nofile=3", "limit-cpu=0", "limit-cpu=10x",
                    "limit-as=0", "limit-core=-1", "limit-stack=1.5M",
                    "limit-fsize=99999999999999999999"):
        code, out, err = run("-d", *as_user(), "-p", "0", "-o", setting,
                             testbin("probe"))
        equal((code, out), (64, ""), setting)
        match("^forkd: %s: \"%s\" is not " %
              tuple(re.escape(part) for part in setting.split("=")), err)


main()
