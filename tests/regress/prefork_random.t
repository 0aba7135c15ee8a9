#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Pools: any signal at random moments under load.  With TERM and QUIT each
# connection is served whole, or refused by the kernel; who loses an answer at
# INT, at a second TERM or after drain-timeout had a worker that was ended for
# that, or none yet.  No process is left, and all ends with 0.
import os
import random
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *
from stopload import *

SEED = random.randrange(1 << 30)
MORE = signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP
GENTLE = (signal.SIGTERM,), (signal.SIGQUIT,)
HARD = (signal.SIGINT,), (signal.SIGTERM, signal.SIGTERM), \
    (signal.SIGQUIT, signal.SIGINT)


class PoolLoad(Load):
    """A load whose unlucky clients are known by their ports."""

    def __init__(self, forkd, width, functions):
        if functions:           # the order of libtest's serve function
            self.REQUEST = b"say " + self.ANSWER
        self.lost = []
        super().__init__("127.0.0.1", forkd.port, width)

    def _end(self, client, how):
        if how in ("reset", "empty"):
            self.lost.append(client.getsockname()[1])
        super()._end(client, how)


def functions(dice, timeout):
    return Pool("serve", "min-workers=%d min-spare=%d max-workers=%d "
                "max-requests=%s backlog=%d drain-timeout=%s" % (
                    dice.choice([1, 2, 4]), dice.choice([1, 2]),
                    dice.choice([4, 6]), dice.choice(["1", "3", "off"]),
                    dice.choice([4, 64]), timeout),
                # a second one may come when forkd_run() has returned
                before=[word for number in (signal.SIGINT, signal.SIGTERM)
                        for word in ("ignore", str(int(number)))],
                start_new_session=True)


def executables(dice, timeout):
    return Forkd("-l", "127.0.0.1:0", "-m", "prefork", "-q", "-b",
                 str(dice.choice([4, 64])), "-c", str(dice.choice([4, 6])),
                 "-o", "min-workers=%d" % dice.choice([1, 2, 4]),
                 "-o", "drain-timeout=" + timeout,
                 "-o", "log-level=info", "-o", "stderr=null",
                 handler("talkback"), start_new_session=True)


def was_ended(lines, port):
    """Whether the log says that a client got no answer since its worker was
    ended, or since it had none when the listener was closed."""
    text = "\n".join(lines)
    given = set(re.findall(r"(#\d+): open pid \d+ from \S+:%d to" % port, text))
    ended = set(re.findall(r"(#\d+): close pid \d+ signal (?:15|9) .*: "
                           r"(?:stop|drain-timeout)$", text, re.M))
    closed = set(re.findall(r"(#\d+): close ", text))
    # given to a worker that never had it
    refused = given - closed and re.search(
        r"refuse .*: (?:stop|drain-timeout)$", text, re.M)
    return not given or given & ended or refused


def signals_at_random(dice, forkd, load, numbers):
    for number in numbers:
        moment = time.monotonic() + dice.random() * 0.02
        load.run(lambda: time.monotonic() >= moment or
                 forkd.process.poll() is not None)
        if forkd.process.poll() is None:
            forkd.send(number)


def stop_once(dice):
    is_function = dice.random() < 0.5
    stop = dice.choice(GENTLE + GENTLE + HARD)
    timeout = dice.choice(["5s", "5s", "1ms"])
    is_gentle = stop in GENTLE and (timeout == "5s" or
                                    stop == (signal.SIGQUIT,))
    with (functions if is_function else executables)(dice, timeout) as forkd:
        load = PoolLoad(forkd, dice.choice([1, 4, 12]), is_function)
        signals_at_random(dice, forkd, load, [
            dice.choice(MORE) for _ in range(dice.randrange(4))] + list(stop))
        load.run(lambda: forkd.process.poll() is not None)
        equal(forkd.wait(), 0)
        ends = load.finish()
        forkd.reader.join(DEADLINE)
        what = "%s, %s: %s" % ([number.name for number in stop], timeout,
                               ends)
        if is_gentle:
            equal(load.lost, [], what)
        for port in load.lost:
            assert was_ended(forkd.lines, port), "port %d, %s" % (port, what)
        equal(forkd.count_lines("throttle|setup-error|handler-error"), 0)
        return ends["served"]


def stops(count, seed):
    # a copy that is made while another thread forks is busy at exec
    testbin("libtest"), handler("talkback")
    random_stops(stop_once, count, seed)


@test
def thirty():
    """thirty stops"""
    needs_filter()
    stops(30, SEED)


def hundred(number):
    def point():
        needs_filter()
        stops(102, SEED + 1000 * number)
    point.__doc__ = "a hundred more (%d)" % number
    return full(point)


for number in range(1, 11):
    hundred(number)


main()
