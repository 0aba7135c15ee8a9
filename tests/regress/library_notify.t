#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd_run() tells a supervisor, too, for all services together, and no worker
# has a way to it.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *
from supervisor import *


@test
def services():
    """STATUS is about all services"""
    with Supervisor() as supervisor:
        with Lib("serve", before=["set", "-", "max-workers", "5", "service",
                                  "t", "serve", *user_words("t"), "listen",
                                  "t", "127.0.0.1:0"],
                 env=supervisor.environment()) as forkd:
            other = re.search(r":(\d+): t$", forkd.wait_line(": t$"))
            forkd.wait_line(": s$")
            port = int(re.search(r":(\d+): s$",
                                 forkd.wait_line(": s$")).group(1))
            supervisor.ready(forkd, "0/10 workers, 0 served, 0 refused")
            for number in int(other.group(1)), port:
                equal(forkd.talk(b"say one\n", port=number), b"one\n")
            supervisor.status("0/10 workers, 2 served, 0 refused")


@test
def workers():
    """a C function's process has neither socket nor descriptor"""
    there, here = os.pipe()
    with Supervisor() as supervisor, open(there, "rb") as pipe:
        with Lib("serve", before=["set", "-", "notify-fd", str(here)],
                 env=supervisor.environment(), pass_fds=[here]) as forkd:
            os.close(here)
            supervisor.ready(forkd)
            equal(pipe.read(), b"\n")
            with forkd.connect():
                worker, = wait_until(lambda: children(forkd.pid), "a worker")
                forkd.wait_line("#1: open")

                def apart():
                    own = {what for what in descriptors(worker).values()
                           if what.startswith("socket:")}
                    masters = set(descriptors(forkd.pid).values())
                    # the connection, and its end of the channel
                    return len(own) == 2 and not own & masters
                wait_until(apart, "a worker with what is its own alone")


@test
def once():
    """notify-fd is used up by a run; a wrong one is an error of it"""
    with open("/dev/null", "wb") as null:
        number = str(null.fileno())
        equal(calls("service", "s", "serve", *user_words("s"), "listen", "s",
                    "127.0.0.1:0", "set", "-", "notify-fd", number,
                    "stop", "0", "run", "listen", "s", "127.0.0.1:0",
                    "stop", "0", "run", "set", "-", "notify-fd", number,
                    "run", pass_fds=[null.fileno()])[-1],
              "run -1 EBADF notify-fd: %s is not open: whoever starts this "
              "program has to open it" % number)


main()
