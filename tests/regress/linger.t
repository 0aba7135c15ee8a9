#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The master does not wait for clients who read nothing, whatever a worker has
# made of its connection: with SO_LINGER, close(2) would.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *

USER, UNKNOWN = 9, 4711


def header(kind):
    return struct.pack("=IIII", kind, 0, 0, 1).hex()


def serves(forkd):
    """The master takes another client, long before 300 seconds are over."""
    talk = Talk(forkd)
    equal(talk.ask("pid"), str(talk.pid))
    talk.close()


def left_behind(forkd, words):
    """A worker sends its connection to the master and ends, before the master
    has looked at anything."""
    talk = Talk(forkd)
    forkd.send(signal.SIGSTOP)
    talk.say("linger " + words)
    wait_until(lambda: not alive(talk.pid), "the worker's end")
    forkd.send(signal.SIGCONT)
    forkd.wait_line("handler-error pid %d" % talk.pid)
    serves(forkd)
    talk.connection.close()


def each_mode(function):
    """A test with C functions of both modes."""
    def both():
        for pool in Pool, Lib:
            with pool("serve") as forkd:
                function(forkd)
    both.__doc__ = function.__doc__
    return test(both)


@test
def copies():
    """the copy of a connection whose worker is dead"""
    with Pool("serve", "min-workers=2") as forkd:
        talk = Talk(forkd)
        talk.say("linger 0 0 0 ")
        forkd.wait_line("close pid %d" % talk.pid)
        serves(forkd)
        talk.connection.close()


@each_mode
def messages(forkd):
    """a descriptor of a message that nobody takes"""
    left_behind(forkd, "1 1 0 " + header(USER))


@each_mode
def many(forkd):
    """more descriptors than a message may have"""
    left_behind(forkd, "1 2 0 " + header(USER))
    left_behind(forkd, "1 4 0 " + header(USER))


@each_mode
def unread(forkd):
    """what is not read any more, since what came before was nonsense"""
    left_behind(forkd, "1 0 0 %s/1 1 0 %s" % (
        header(UNKNOWN), header(USER)))


main()
