# SPDX-License-Identifier: ISC
"""host, a program with a loop of its own that embeds masters (host.c)."""

import errno

from probed import *

LOOPS = "poll", "epoll"


class Host(Forkd):
    """A running host.  order() sends it one and returns the answer; the lines
    that it says by itself are in `said'."""

    def __init__(self, loop="poll", program=None, **popen):
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(DEADLINE)
        self.said = []
        with theirs:
            super().__init__(str(theirs.fileno()), loop, plain=True,
                             program=program or testbin("host"), ready=False,
                             pass_fds=[theirs.fileno()], **popen)

    def _answer(self):
        line = read_line(self.channel).decode().rstrip("\n")
        if not line:
            raise AssertionError("host has ended: " + "\n".join(self.lines))
        return re.sub(r"^-1 (\d+)\b",
                      lambda found: "-1 " + errno.errorcode[int(found[1])],
                      line)

    def order(self, *words):
        text = " ".join(str(word) for word in words)
        self.channel.sendall(text.encode() + b"\n")
        while True:
            line = self._answer()
            if not line.startswith("* "):
                return line
            self.said.append(line[2:])

    def wait_said(self, pattern):
        """Waits until it says that; returns the line, and forgets it."""
        while True:
            for line in self.said:
                if re.search(pattern, line):
                    self.said.remove(line)
                    return line
            line = self._answer()
            assert line.startswith("* "), line
            self.said.append(line[2:])

    def works(self, *words, answer="0"):
        equal(self.order(*words), answer, " ".join(map(str, words)))

    def master(self, *services, log="stderr"):
        """A new master with services: (name, handler, settings); the handler
        None is functions.  Returns their ports."""
        self.works("new")
        if log is not None:
            self.works("set", "-", "log", log)
        ports = []
        for name, program, settings in services:
            self.works("service", name, "-" if program else "c")
            if ROOT:
                self.works("set", name, "user", "nobody")
            if program:
                self.works("set", name, "handler", program)
            for setting, value in settings.items():
                self.works("set", name, setting, value)
            self.works("listen", name, "127.0.0.1:0")
            ports.append(int(self.order("address", name).rsplit(":", 1)[1]))
        return ports

    def watch(self):
        """The loop makes steps from here on."""
        number = int(self.order("fd").split()[0])
        assert number > 2, number
        return number

    def stop(self, number=None):
        """Ends it; returns the exit code."""
        self.channel.sendall(b"quit\n")
        return self.wait()


def ask(port, data):
    """What a server answers to data."""
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as peer:
        peer.settimeout(DEADLINE)
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        return read_all(peer)


def dial(port):
    """A connection that is served: its worker has answered."""
    peer = socket.create_connection(("127.0.0.1", port), DEADLINE)
    peer.settimeout(DEADLINE)
    peer.sendall(b"hello\n")
    equal(read_line(peer), b"You said 'hello'.\n")
    return peer
