#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The log as text: each line has one of these forms, to the letter, and each
# form is seen.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
PEER = r"127\.0\.0\.1:\d+"
FORMS = {
    "ready": r"info forkd: listening on tcp4?://\*:\d+: /\S+/puppet",
    "open": r"info puppet#\d+: open pid \d+ from %s to %s, [12]/2" %
            (PEER, PEER),
    "close": r"info puppet#\d+: close pid \d+ status 0 in \d+\.\d{3}s",
    "failed": r"warning puppet#\d+: close pid \d+ status 3 in \d+\.\d{3}s",
    "killed": r"warning puppet#\d+: close pid \d+ signal 11 SEGV"
              r"( core dumped)? in \d+\.\d{3}s",
    "late": r"warning puppet#\d+: close pid \d+ signal 15 TERM in "
            r"\d+\.\d{3}s: timeout",
    "full": r"warning puppet: full: 2 of 2 workers busy, new connections "
            r"wait \(max-workers\)",
    "free": r"info puppet: free: was full for \d+\.\d{3}s, [01]/2",
    "handler-error": r"warning puppet#\d+: handler-error pid \d+ %s: "
                     r"timeout: TERM to its group" % PEER,
    "setup-error": r"error puppet#\d+: setup-error pid \d+: exec /\S+/puppet: "
                   r"No such file or directory",
    "unrun": r"info puppet#\d+: close pid \d+ status 127 in \d+\.\d{3}s",
    "reload": r"info forkd: reload: HUP: there is no configuration file to "
              r"read again",
    "stop": r"info forkd: stop: TERM: 0 workers: they may finish until "
            r"drain-timeout",
    "stopped": r"info forkd: stop: all workers have ended",
}


@test
def forms():
    """all lines of a forkd that sees a bit of everything"""
    path = shutil.copy(testbin("puppet"), os.path.join(scratch(), "puppet"))
    with Forkd("-p", "0", "-c", "2", "-o", "timeout=3s", path) as forkd:
        for order in "pid", "exit 3", "signal 11":
            puppet = Puppet(forkd)
            puppet.order(order)
            puppet.close()
        forkd.wait_line("close pid", 3)
        puppets = [Puppet(forkd), Puppet(forkd)]
        for puppet in puppets:
            puppet.ended()
            puppet.close()
        forkd.wait_line("close pid", 5)
        os.unlink(path)
        forkd.talk()
        forkd.wait_line("close pid", 6)
        turn(forkd)
        forkd.wait_line("free: ")
        equal(forkd.stop(), 0)
    seen = set()
    for line in forkd.lines:
        kinds = [kind for kind, form in FORMS.items()
                 if re.search(r"\A%s %s\Z" % (TIME, form), line)]
        equal(len(kinds), 1, line)
        seen.update(kinds)
    equal(seen, set(FORMS))


@test
def order():
    """open comes before close, setup-error before its close; times ascend"""
    path = script("gone", "#!/bin/sh\n")
    with Forkd("-p", "0", path) as forkd:
        forkd.talk()
        os.unlink(path)
        forkd.talk()
        forkd.wait_line("close pid", 2)
        equal(forkd.stop(), 0)
    kinds = [re.search(r"gone#(\d+: [a-z-]+)", line).group(1)
             for line in forkd.lines if "gone#" in line]
    first = [kind[3:] for kind in kinds if kind.startswith("1:")]
    second = [kind[3:] for kind in kinds if kind.startswith("2:")]
    equal(first, ["open", "close"])
    equal(second, ["open", "setup-error", "close"])
    times = [line.split()[0] for line in forkd.lines]
    equal(times, sorted(times))


main()
