#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# How many workers a pool has, and that an idle one costs nothing.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *


@test
def sizes():
    """min-workers, and min-spare beyond those that are busy"""
    with Pool("serve", "min-workers=3 min-spare=2") as forkd:
        pool_is(forkd, 3)
        talks = [Talk(forkd)]
        pool_is(forkd, 3)               # two are idle
        talks.append(Talk(forkd))
        pool_is(forkd, 4)
        talks += [Talk(forkd) for _ in range(4)]
        pool_is(forkd, 8)
        equal(len({talk.pid for talk in talks}), 6)
        for talk in talks:
            talk.close()


@test
def maximum():
    """never more than max-workers, whatever comes"""
    with Pool("serve", "max-workers=6 min-spare=4") as forkd:
        clients = [forkd.connect() for _ in range(30)]
        pool_is(forkd, 6)
        forkd.wait_line("s: full: 6 of 6")
        equal(len(children(forkd.pid)), 6)
        for client in clients:
            client.sendall(b"pid\n")
            client.shutdown(socket.SHUT_WR)
        for client in clients:
            assert int(read_all(client)) > 0
            client.close()
        assert len(children(forkd.pid)) <= 6


@test
def zero():
    """min-workers = 0 and min-spare = 1: one waits"""
    with Pool("serve", "min-workers=0 min-spare=1") as forkd:
        pool_is(forkd, 1)
        Talk(forkd).close()


@test
def shrinks():
    """more than max-spare retire, and none is missed"""
    with Pool("finish", "min-workers=1 min-spare=1 max-spare=2") as forkd:
        talks = [Talk(forkd) for _ in range(5)]
        pool_is(forkd, 6)
        for talk in talks:
            talk.close()
        pool_is(forkd, 2)
        forkd.wait_line("^finish", 4)
        forkd.has_lines("^finish", 4)
        equal(forkd.count_lines("warning|error"), 0)


@test
def unneeded():
    """what was idle for idle-interval retires, down to min-workers"""
    with Pool("serve", "min-workers=1 min-spare=1 max-spare=8 "
              "idle-interval=300ms") as forkd:
        talks = [Talk(forkd) for _ in range(3)]
        pool_is(forkd, 4)
        for talk in talks:
            talk.close()
        pool_is(forkd, 1)
        equal(forkd.count_lines("warning|error"), 0)


@test
def signals():
    """TTIN is one more, TTOU one less, from 1 or 0 to max-workers"""
    with Pool("serve", "min-workers=2 min-spare=0 max-spare=1 max-workers=4 "
              "idle-interval=200ms", start_new_session=True) as forkd:
        for size in 3, 4:
            forkd.send(signal.SIGTTIN)
            forkd.wait_line("info s: reload: TTIN: min-workers is now %d$" %
                            size)
            pool_is(forkd, size)
        forkd.send(signal.SIGTTIN)
        forkd.wait_line("TTIN: min-workers stays at its limit, 4$")
        for size in 3, 2, 1:
            forkd.send(signal.SIGTTOU)
            forkd.wait_line("info s: reload: TTOU: min-workers is now %d$" %
                            size)
            pool_is(forkd, size)
        forkd.send(signal.SIGTTOU)
        forkd.wait_line("TTOU: min-workers stays at its limit, 1$")
        Talk(forkd).close()
    with Pool("serve", "min-workers=1 min-spare=1", start_new_session=True
              ) as forkd:
        for size in "is now 0", "stays at its limit, 0":
            forkd.send(signal.SIGTTOU)
            forkd.wait_line("TTOU: min-workers %s$" % size)
        Talk(forkd).close()


@test
def idle():
    """the master and 64 idle workers use no processor time"""
    seconds = 5 if SHORT else 60
    with Pool("serve", "min-workers=64") as forkd:
        pids = [forkd.pid] + pool_is(forkd, 64)
        Talk(forkd).close()
        wait_until(lambda: settled(forkd), "quiet")
        before = [switches(pid) for pid in pids]
        used = [cpu_seconds(pid) for pid in pids]
        time.sleep(seconds)     # what is measured is that nothing happens
        used = [cpu_seconds(pid) - old for pid, old in zip(pids, used)]
        after = [switches(pid) for pid in pids]
        equal(after[1:], before[1:])
        equal(used[1:], [0] * 64)
        # the kernel counts hundredths: one may have been nearly full before
        assert used[0] < 0.015, used[0]
        # what was due once after the client, and the sweep of every 10 s
        assert after[0] - before[0] <= 3 + seconds / 10, (before[0], after[0])


def switches(pid):
    """How often a process has slept and been woken."""
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)",
                             file.read())[1])


@test
def small():
    """an idle worker has less than 300 KiB of its own"""
    if SANITIZED:
        raise Skip("sanitizers need more")
    with Pool("serve", "min-workers=8") as forkd:
        for pid in pool_is(forkd, 8):
            with open("/proc/%d/smaps_rollup" % pid) as file:
                text = file.read()
            private = sum(int(kb) for kb in re.findall(
                r"Private_\w+:\s+(\d+) kB", text))
            assert private < 300, private


main()
