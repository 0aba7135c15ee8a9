#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# src/examples/ping against hosts that answer nothing, too late, twice, with
# other numbers, other data, damaged, or with errors: what counts, what is told,
# and what is passed over.  Both families, with either kind of socket.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pings import *

QUICK = "-i", "0.02", "-W", "0.3"


def points(function, text, kinds=((Four, False), (Four, True), (Six, False),
                                  (Six, True))):
    """A test point for each family and kind of socket."""
    for family, raw in kinds:
        def point(family=family, raw=raw):
            function(family, raw)
        point.__doc__ = "IPv%d, %s: %s" % (
            4 if family is Four else 6, "raw" if raw else "unprivileged",
            text)
        point.__name__ = function.__name__
        test(isolated(sysctl=EVERYBODY)(point))


def told(family, raw, function, want, *args):
    """ping against that, and what it says: exit code, the lines between the
    first one and the statistics, those; HOST stands for the host."""
    with Pinging(family, raw, *args) as pinging:
        code, text = pinging.answer(function)
    text = text.replace(family.one, "HOST")
    lines, rest = text.split("--- HOST ---\n")
    equal((code, lines, rest.replace("min/avg/max/mdev\n", "")), want)
    equal("mdev" in rest, code == 0)


def nothing_of(family, raw, function, more=""):
    """None of that is an answer, nor is anything of it told."""
    told(family, raw, function,
         (1, "no answer from HOST: seq=1\n",
          "1 sent, 0 received%s, 100%% lost\n" % more), "-c", "1", *QUICK)


def silent(family, raw):
    told(family, raw, lambda request: [],
         (1, "no answer from HOST: seq=1\nno answer from HOST: seq=2\n",
          "2 sent, 0 received, 100% lost\n"), "-c", "2", *QUICK)
    # -w ends it, whatever else is to be waited for
    begin = time.monotonic()
    told(family, raw, lambda request: [],
         (1, "", "1 sent, 0 received, 100% lost\n"), "-w", "0.3", "-i", "100",
         "-W", "100")
    assert time.monotonic() - begin >= 0.3


def interrupted(family, raw):
    """SIGINT, and there has been no reply: 1"""
    with Pinging(family, raw, "-i", "100") as pinging:
        assert pinging.request()
        pinging.process.send_signal(signal.SIGINT)
        equal(pinging.end(),
              (1, "--- %s ---\n1 sent, 0 received, 100%% lost\n" %
               family.one))


def foreign(family, raw):
    """Nearly replies, and to somebody else."""
    def answers(request):
        # a socket without privileges has its number by the kernel
        yield request.reply(id=request.id ^ 1)
        yield request.reply(id=0)
        yield request.reply(sequence=request.sequence + 1)
        yield request.reply(sequence=0)
        yield request.reply(sequence=0xffff)
        yield request.reply(code=1)
        yield request.reply(type=13 if family is Four else 128)
        yield request.reply(cut=len(request.data) + 1)
        yield request.reply(cut=len(request.data) + 4)
    nothing_of(family, raw, answers)


def flood(family, raw):
    """What is not for us prolongs nothing."""
    nothing_of(family, raw,
               lambda request: [request.reply(id=request.id ^ 2)] * 3000)


def damaged(family, raw):
    def answers(request):
        return [request.reply(flip=1)]
    if family is Four and raw:
        told(family, raw, answers,
             (1, "64 bytes from HOST: seq=1 ttl=64 time (wrong checksum)\n"
              "no answer from HOST: seq=1\n",
              "1 sent, 0 received, 1 wrong, 100% lost\n"), "-c", "1", *QUICK)
    else:                       # the kernel has seen it
        nothing_of(family, raw, answers)


def changed(family, raw):
    """Data that are others, and a good reply behind them."""
    def answers(request):
        data = request.data
        for at in 0, 7, 8, 55:
            yield request.reply(data=data[:at] + bytes([data[at] ^ 1]) +
                                data[at + 1:])
        yield request.reply(data=data[:-1])
        yield request.reply(data=b"")
        yield request.reply(data=data + b"x")
        yield request.reply(data=data + bytes(1300))
        yield request.reply()
    told(family, raw, answers,
         (0, "".join(
             "%d bytes from HOST: seq=1 ttl=64 time%s\n" % (size, text)
             for size, text in [
                 *((64, " (wrong data, from byte %d)" % at)
                   for at in (8, 15, 16, 63)),
                 *((size, " (not 64 bytes)") for size in (63, 8, 65, 1364)),
                 (64, "")]),
          "1 sent, 1 received, 8 wrong, 0% lost\n"), "-c", "1")


def twice(family, raw):
    def answers(request):
        return [request.reply()] * (3 if request.sequence == 1 else 1)
    line = "64 bytes from HOST: seq=%d ttl=64 time%s\n"
    told(family, raw, answers,
         (0, line % (1, "") + 2 * (line % (1, " (duplicate)")) +
          line % (2, ""),
          "2 sent, 2 received, 2 duplicate, 0% lost\n"), "-c", "2", "-i",
         "0.2")


def late(family, raw):
    """The answer to the first one when the second one is there."""
    with Pinging(family, raw, "-i", "0.2", "-W", "0.1", "-w",
                 str(DEADLINE)) as pinging:
        first = pinging.request()
        pinging.request()
        pinging.tun.write(first.reply())
        pinging.line_with("(late)")
        pinging.tun.write(first.reply())
        pinging.line_with("(duplicate)")
        pinging.process.send_signal(signal.SIGINT)
        code, text = pinging.end()
    equal(code, 1)
    match(r"^no answer from %s: seq=1\n(no answer .*\n)*"
          r"64 bytes from %s: seq=1 ttl=64 time \(late\)\n"
          r"(no answer .*\n)*"
          r"64 bytes from %s: seq=1 ttl=64 time \(duplicate\)\n"
          r"(no answer .*\n)*--- %s ---\n"
          r"\d+ sent, 0 received, 1 duplicate, 1 late, 100%% lost\n$" %
          ((family.one,) * 4), text)


def errors(family, raw):
    """Each kind, with who has sent it; some others are none."""
    if family is Four:
        kinds = (3, 1, "host unreachable"), (3, 13, "prohibited"), \
            (3, 99, "destination unreachable"), \
            (11, 0, "time to live exceeded"), (12, 0, "parameter problem")
        # the kernel has no number for code 99
        kinds = kinds if raw else kinds[:2] + kinds[3:]
    else:
        kinds = (1, 0, "no route"), (1, 3, "address unreachable"), \
            (2, 0, "packet too big"), (3, 0, "time to live exceeded"), \
            (4, 2, "parameter problem")

    def answers(request):
        kind = kinds[request.sequence - 1]
        yield request.error(kind[0], kind[1], source=family.two)
    told(family, raw, answers,
         (1, "".join("from %s: seq=%d: %s (type %d, code %d)\n" %
                     (family.two, number, text, type, code)
                     for number, (type, code, text) in enumerate(kinds, 1)),
          "%d sent, 0 received, %d errors, 100%% lost\n" %
          (len(kinds), len(kinds))), "-c", str(len(kinds)), "-i", "0.1")


def foreign_errors(family, raw):
    """About what is not ours, or can be about nothing."""
    unreachable = (3, 1) if family is Four else (1, 3)

    def answers(request):
        packet = request.packet
        head = len(packet) - len(request.message)

        def error(quoted, type=unreachable[0]):
            return request.error(type, unreachable[1], quoted, family.two)

        def put(at, data):
            return packet[:at] + data + packet[at + len(data):]
        yield error(put(head + 4, struct.pack("!H", request.id ^ 1)))
        yield error(put(head + 6, struct.pack("!H", 77)))
        yield error(put(head, b"\0" if family is Four else b"\x81"))
        yield error(put(9 if family is Four else 6, b"\x11"))
        if raw:                 # the kernel asks for the number alone
            yield error(put(0, b"\x15"))
            yield error(put(head - 1, b"\x63"))
        for size in 0, 8, 19, 20, 27, 39, 47:
            if size < head + 8:
                yield error(packet[:size])
        if family is Four:
            yield error(packet, 5)
            yield error(put(0, b"\x4f")[:40])
    nothing_of(family, raw, answers)


def options(family, raw):
    """Headers of any length, and hops of any number."""
    for size in 4, 40:
        told(family, raw,
             lambda request: [request.reply(options=b"\x01" * size,
                                            ttl=size)],
             (0, "64 bytes from HOST: seq=1 ttl=%d time\n" % size,
              "1 sent, 1 received, 0% lost\n"), "-c", "1")


def odd(family, raw):
    """Odd lengths; request() has looked at the checksum."""
    for size in 1, 3, 57, 1001:
        told(family, raw, lambda request: [request.reply(ttl=size % 256)],
             (0, "%d bytes from HOST: seq=1 ttl=%d time\n" %
              (size + 8, size % 256), "1 sent, 1 received, 0% lost\n"),
             "-c", "1", "-s", str(size))


def elsewhere(family, raw):
    """Who has seen the request may answer, and is named."""
    told(family, raw, lambda request: [request.reply(source=family.three)],
         (0, "64 bytes from %s: seq=1 ttl=64 time\n" % family.three,
          "1 sent, 1 received, 0% lost\n"), "-c", "1")


points(silent, "no answer: told, 1, in the time of -W and of -w")
points(interrupted, "SIGINT, and no reply yet: the statistics, and 1")
points(foreign, "replies to others, and with other numbers, are none")
points(flood, "many replies to others keep nobody waiting", ((Four, True),
                                                             (Six, True)))
points(damaged, "a wrong checksum is no reply")
points(changed, "replies with other data are told, and are none")
points(twice, "duplicates are marked, and do not count")
points(late, "late replies are marked, and do not count")
points(errors, "errors are told, with their sender")
points(foreign_errors, "errors that are about nothing of ours are passed over")
points(options, "options in the header of a reply", ((Four, False),
                                                     (Four, True)))
points(odd, "odd lengths, there and back")
points(elsewhere, "a reply from another address shows it")
main()
