# SPDX-License-Identifier: ISC
"""A client whose worker sends and receives messages: libtest_messages.c."""

import errno

from libtests import *


class Talk:
    """One connection to a Lib, or to a new one; orders and their answers."""

    def __init__(self, forkd=None, hooks="serve,message,reaped", **keywords):
        self.own = forkd is None
        self.forkd = forkd or Lib(hooks, **keywords)
        self.connection = self.forkd.connect()
        # its worker is there: slots are given in this order
        self.pid = int(self.say("pid"))

    def say(self, order, answer=True):
        self.connection.sendall(order.encode() + b"\n")
        return self.answer() if answer else None

    def answer(self):
        return read_line(self.connection).decode().rstrip("\n")

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()
        if self.own:
            self.forkd.__exit__(kind, value, trace)
