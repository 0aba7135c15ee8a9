# SPDX-License-Identifier: ISC
"""Logs that are not standard error: files, and what handlers say there."""

import itertools

from forkdtest import *

_names = itertools.count(1)

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class Log:
    """A log file; a new name each time."""

    def __init__(self, path=None):
        self.path = path or os.path.join(scratch(), "%d.log" % next(_names))

    def lines(self, pattern=""):
        try:
            with open(self.path, errors="replace") as file:
                text = file.read()
        except FileNotFoundError:
            return []
        return [line for line in text.split("\n")[:-1]
                if re.search(pattern, line)]

    def wait(self, pattern, count=1):
        """Waits for the count-th line that matches; returns it."""
        try:
            wait_until(lambda: len(self.lines(pattern)) >= count, pattern)
        except AssertionError:
            print("# " + "\n# ".join(self.lines()[-40:]))
            raise
        return self.lines(pattern)[count - 1]


def logging(log, *args, **popen):
    """A forkd that logs to a file; its port is known."""
    forkd = Forkd("-l", "127.0.0.1:0", "-o", "log=" + log.path, *args,
                  ready=False, **popen)
    forkd.log = log
    line = log.wait(r'listening|"event":"ready"')
    forkd.ports = [int(re.search(r"tcp://127\.0\.0\.1:(\d+)", line).group(1))]
    return forkd


def lost(lines):
    """How many lines are told to be lost."""
    return sum(int(re.search(r"(\d+) log lines lost", line).group(1))
               for line in lines if "log lines lost" in line)
