# SPDX-License-Identifier: ISC
"""What the tests of mode wait share: handlers that accept for themselves."""

from puppets import *

TERM = " stop: "


def waiting(*args, program="puppet", **popen):
    """A forkd in mode wait; each handler takes one connection and becomes a
    puppet on it."""
    if not any(word in ("-l", "-p") for word in args):
        args = ("-l", "127.0.0.1:0") + args
    return Forkd("-m", "wait", *args, testbin("waiter"), testbin(program),
                 **popen)


def handlers(forkd):
    """The pids of the handlers that run now."""
    return sorted(pid for pid in children(forkd.pid) if alive(pid))


def opened(forkd):
    return forkd.count_lines(r"\bopen pid")


def is_watched(forkd):
    """Whether the master's wait set has a listener."""
    inodes = {re.search(r"socket:\[(\d+)", path).group(1): fd
              for fd, path in descriptors(forkd.pid).items()
              if path.startswith("socket:")}
    watched = set()
    for fd, path in descriptors(forkd.pid).items():
        if "eventpoll" in path:
            with open("/proc/%d/fdinfo/%d" % (forkd.pid, fd)) as file:
                watched |= {int(n) for n in
                            re.findall(r"^tfd:\s*(\d+)", file.read(), re.M)}
    return any(fd in watched for fd in inodes.values())
