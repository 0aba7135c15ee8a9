#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# STATUS tells a supervisor the counts, to the letter, some time after they
# have changed and not while they have not.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *
from supervisor import *
from fault import *


@test
def counts():
    """workers, their limit, served and refused, exactly"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", "-c", "7", testbin("puppet"),
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd, "0/7 workers, 0 served, 0 refused")
            puppets = [Puppet(forkd) for _ in range(3)]
            supervisor.status("3/7 workers, 0 served, 0 refused")
            for puppet in puppets[:2]:
                puppet.order("exit 3")
                puppet.close()
            supervisor.status("1/7 workers, 2 served, 0 refused")
            # reload and stop say them as well
            forkd.send(signal.SIGHUP)
            equal(supervisor.receive()[2],
                  "STATUS=1/7 workers, 2 served, 0 refused")
            supervisor.ready(forkd, "1/7 workers, 2 served, 0 refused")
            forkd.send(signal.SIGTERM)
            supervisor.stopping(40, "1/7 workers, 2 served, 0 refused")
            puppets[2].order("exit 0")
            puppets[2].close()
            equal(forkd.wait(), 0)


@test
def unchanged():
    """said once, and not again while nothing changes"""
    with Supervisor() as supervisor:
        with Forkd("-p", "0", handler("talkback"),
                   env=supervisor.environment(
                       WATCHDOG_USEC="4000000")) as forkd:
            supervisor.ready(forkd)
            forkd.talk(b"one\n")
            supervisor.status("0/128 workers, 1 served, 0 refused")
            # what comes every two seconds tells that time has passed
            for _ in range(3):
                equal(supervisor.receive(), ["WATCHDOG=1"])


@test
def refusals():
    """a connection that no worker could be forked for is refused"""
    faults = Faults()
    with Supervisor() as supervisor:
        environment = dict(faults.environment("inject"),
                           NOTIFY_SOCKET=supervisor.name)
        with Forkd("-p", "0", testbin("puppet"), env=environment) as forkd:
            supervisor.ready(forkd)
            fault = faults.set("fork", errno.EAGAIN, FOREVER)
            with forkd.connect() as connection:
                connection.settimeout(DEADLINE)
                fault.wait()
                forkd.send(signal.SIGINT)       # gives it up at once
                equal(supervisor.receive()[-1],
                      "STATUS=0/128 workers, 0 served, 1 refused")
            fault.clear()
            equal(forkd.wait(), 0)


@test
def not_run():
    """a connection whose handler cannot be executed was not served"""
    with Supervisor() as supervisor:
        path = script("vanishes", "#!/bin/sh\nexec cat\n")
        with Forkd("-p", "0", path, env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)
            forkd.talk(b"one\n")
            os.unlink(path)
            forkd.talk()
            forkd.wait_line("#2: close")
            supervisor.status("0/128 workers, 1 served, 0 refused")


main()
