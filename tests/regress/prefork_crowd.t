#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Workers of C functions: with more busy ones than processors they let others
# finish (SCHED_BATCH); with fewer they are scheduled as usual.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *


def crowd():
    """A pool for which there is one processor, and three of its clients."""
    processor = min(os.sched_getaffinity(0))
    forkd = Pool("serve", "min-workers=4 min-spare=0", preexec_fn=lambda:
                 os.sched_setaffinity(0, {processor}))
    return forkd, [Talk(forkd) for _ in range(3)]


def policies(talks):
    return [os.sched_getscheduler(talk.pid) for talk in talks]


@test
def crowded():
    """the third of three on one processor is SCHED_BATCH; no more when few are
    busy for a while"""
    forkd, talks = crowd()
    with forkd:
        equal(policies(talks), [os.SCHED_OTHER, os.SCHED_OTHER,
                                os.SCHED_BATCH])
        pid = talks[2].pid
        for number, talk in enumerate(talks):
            talk.close()
            forkd.wait_line("close pid ", number + 1)
        # the one that became idle last is given the next one
        wait_until(lambda: usual(forkd, pid), "the usual policy")


def usual(forkd, pid):
    before = forkd.count_lines("close pid ")
    talk = Talk(forkd)
    equal(talk.pid, pid)
    policy, = policies([talk])
    talk.close()
    forkd.wait_line("close pid ", before + 1)
    return policy == os.SCHED_OTHER


@test
def others():
    """another policy than the usual one is left alone"""
    forkd, talks = crowd()
    with forkd:
        fourth, = set(children(forkd.pid)) - {talk.pid for talk in talks}
        for pid in fourth, talks[2].pid:
            try:
                os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))
            except PermissionError:
                raise Skip("it takes root to choose SCHED_RR")
        last = Talk(forkd)
        equal(last.pid, fourth)
        equal(policies([last]), [os.SCHED_RR])
        for number, talk in enumerate(talks):
            talk.close()
            forkd.wait_line("close pid ", number + 1)
        again = Talk(forkd)     # SCHED_BATCH once, SCHED_RR since
        equal(again.pid, talks[2].pid)
        equal(policies([again]), [os.SCHED_RR])
        again.close()
        last.close()


@test
def alone():
    """one client after the other is served as usual"""
    with Pool("serve", "min-workers=4 min-spare=0") as forkd:
        for _ in range(20):
            talk = Talk(forkd)
            equal(policies([talk]), [os.SCHED_OTHER])
            talk.close()


main()
