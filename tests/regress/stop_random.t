#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 9: stops at random moments under load.  Each connection is served, or
# refused by the kernel; none is reset or left without an answer once connect()
# has come about; no process is left, forkd ends with 0.
import os
import random
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stopload import *

TALKBACK = handler("talkback")
ADDRESSES = ["127.0.0.1:0", "127.0.0.1"], ["*:0", "127.0.0.1"], \
    ["[::1]:0", "::1"]
SEED = random.randrange(1 << 30)


def addresses():
    try:
        need_ipv6()
    except Skip:
        return ADDRESSES[:2]
    return ADDRESSES


def stop_once(dice, choices):
    listen, host = dice.choice(choices)
    workers, backlog = dice.choice([(1, 64), (2, 2), (3, 1), (64, 64)])
    number = dice.choice([signal.SIGTERM, signal.SIGQUIT])
    with Forkd("-l", listen, "-q", "-c", str(workers), "-b", str(backlog),
               "-o", "log-level=info", TALKBACK) as forkd:
        moment = time.monotonic() + dice.random() * 0.04
        load = Load(host, forkd.port, dice.choice([1, 4, 16]))
        load.run(lambda: time.monotonic() >= moment)
        forkd.send(number)
        load.run(lambda: forkd.process.poll() is not None)
        equal(forkd.wait(), 0)
        ends = load.finish()
        forkd.reader.join(DEADLINE)
        assert ends["reset"] == ends["empty"] == 0, \
            "%s, %s, -c %d -b %d: %s" % (listen, signal.Signals(number).name,
                                         workers, backlog, ends)
        return ends["served"]


def stops(count, seed):
    choices = addresses()
    random_stops(lambda dice: stop_once(dice, choices), count, seed)


@test
def thirty():
    """thirty stops"""
    needs_filter()
    stops(30, SEED)


def hundred(number):
    def point():
        stops(102, SEED + 1000 * number)
    point.__doc__ = "a hundred more (%d)" % number
    return full(point)


for number in range(1, 11):
    hundred(number)


main()
