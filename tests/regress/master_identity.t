#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 6: the master stays who it was; user, limits, priority, mask and
# directory act in workers.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *

LINES = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd",
         "CapAmb", "NoNewPrivs", "Seccomp", "Umask")


def master(pid):
    """What it is, as proc(5) has it."""
    with open("/proc/%d/status" % pid) as file:
        found = dict(line.rstrip("\n").split(":\t", 1) for line in file
                     if line.split(":")[0] in LINES)
    found["cwd"] = os.readlink("/proc/%d/cwd" % pid)
    root = os.stat("/proc/%d/root" % pid)
    found["root"] = root.st_dev, root.st_ino
    with open("/proc/%d/stat" % pid) as file:
        found["nice"] = file.read().rsplit(")", 1)[1].split()[16]
    with open("/proc/%d/limits" % pid) as file:
        # it may use all the descriptors that it could have
        found["limits"] = [line for line in file.readlines()[1:]
                           if not line.startswith("Max open files")]
    return found


@test
def stays():
    """identity, capabilities, limits, priority, mask, directory, root"""
    own = master(os.getpid())
    options = ["-o", "nice=3", "-o", "umask=077", "-o", "directory=/usr",
               "-o", "limit-nproc=5000", "-o", "limit-fsize=1M",
               "-o", "limit-stack=1M", "-o", "no-new-privs=yes"]
    with Forkd("-p", "0", *options, *handler_in_root()) as forkd:
        equal(master(forkd.pid), own)
        for _ in range(5):
            forkd.talk()
        forkd.wait_line("close pid .* status 0 ", 5)
        equal(master(forkd.pid), own)


def handler_in_root():
    """Options with a chroot where that can be, and a handler."""
    hello = os.path.join(os.environ["TESTBIN"], "..", "bench", "hello")
    if ROOT and os.path.exists(hello):
        shutil.copy(hello, scratch())
        options = ["-o", "chroot=" + scratch(), "-o", "directory=/", "/hello"]
        # it serves there only when it is static
        if run("-n", *as_user(), "-p", "0", *options)[0] == 0:
            return options
    return [handler("discard")]


@test
def no_way_back():
    """a handler cannot become root, nor have other groups"""
    have = probe_with()
    equal({name: have[name] for name in have if name.startswith("escape")},
          {"escape " + name: "refused"
           for name in ("setgroups", "setresgid", "setresuid")})


main()
