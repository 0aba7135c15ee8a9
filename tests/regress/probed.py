# SPDX-License-Identifier: ISC
"""What probe says about a handler, and what it should say.

facts() turns its text into a dict: {"fd 0": "socket both blocking,inherited",
"signal 1": "default", "env PATH": "/bin", "group": ["100"], ...}.  expected()
is that dict for a handler as forkd-handler(7) promises it, made from what this
process itself has: forkd inherits it from us.  Tests compare them whole, so
that nothing more and nothing less than what is promised can pass.
"""

import os
import pwd
import resource

from forkdtest import *

LISTS = "argv", "blocked", "group", "pending"
LIMITS = 16             # RLIM_NLIMITS of Linux

_before = {}


def facts(text):
    """The report of probe as a dict."""
    found = {name: [] for name in LISTS}
    for line in text.decode().splitlines():
        name, _, value = line.partition(" ")
        if name in LISTS:
            found[name].append(value)
            continue
        if name == "env":
            key, _, value = value.partition("=")
            name += " " + key
        elif name == "sockopt":
            number, option, value = value.split()
            name += " %s %s" % (number, option)
        elif name == "fd":
            value, _, found["inode " + value.split()[0]] = \
                value.rpartition(" ")
            key, _, value = value.partition(" ")
            name += " " + key
        elif name in ("local", "peer", "signal", "status", "limit", "escape"):
            key, _, value = value.partition("\t" if name == "status" else " ")
            name += " " + key.rstrip(":")
        assert name not in found, "two lines say " + name
        found[name] = value
    found["group"] = sorted(set(found["group"]))
    return found


def probe(forkd, host="127.0.0.1", port=None):
    """Connects once: the facts, our own address, the address of forkd."""
    with forkd.connect(host, port) as connection:
        client = connection.getsockname()[:2]
        server = connection.getpeername()[:2]
        connection.shutdown(socket.SHUT_WR)
        return facts(read_all(connection)), client, server


def probe_with(*options, plain=False, **popen):
    """Starts forkd with options, probes it once, stops it; the facts."""
    with Forkd("-p", "0", *options, testbin("probe"), plain=plain,
               **popen) as forkd:
        return probe(forkd)[0]


def changes(*options, plain=False, **popen):
    """What options change in a handler: {fact: its new value or None}."""
    if "plain" not in _before:
        _before["plain"] = probe_with()
    before = _before["plain"]
    after = probe_with(*options, plain=plain, **popen)
    return {name: after.get(name) for name in before.keys() | after.keys()
            if before.get(name) != after.get(name) and
            not re.match(r"pid|ppid|pgid|sid|inode|local|peer|env .*_?PORT$",
                         name)}


def own_status():
    """Our own lines of /proc/self/status."""
    with open("/proc/self/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1)
                    for line in file if ":\t" in line)


def own_limit(number):
    soft, hard = resource.getrlimit(number)
    return "%d %d" % (soft, hard)


def environment(client, server, serial=1, worker=0, service="probe"):
    """The variables of a connection."""
    return {
        "PROTO": "TCP",
        "TCPLOCALIP": server[0], "TCPLOCALPORT": str(server[1]),
        "TCPREMOTEIP": client[0], "TCPREMOTEPORT": str(client[1]),
        "REMOTE_ADDR": client[0], "REMOTE_PORT": str(client[1]),
        "FORKD_SERVICE": service, "FORKD_CONNECTION": str(serial),
        "FORKD_WORKER": str(worker),
    }


def user_environment(name):
    entry = pwd.getpwnam(name)
    return {"HOME": entry.pw_dir, "USER": name, "LOGNAME": name,
            "SHELL": entry.pw_shell or "/bin/sh"}


def expected(forkd, client, server, env, user="nobody"):
    """The facts of a handler of a start with as_user().

    env: the environment without the variables of the connection.
    """
    status = own_status()
    path = testbin("probe")
    want = {
        "argv": [path], "blocked": [], "pending": [],
        "ppid": str(forkd.pid),
        "tty": "No such device or address",
        "cwd": os.getcwd(), "umask": "022",
        "root": "%d:%d" % (os.stat("/").st_dev, os.stat("/").st_ino),
        "nice": str(os.getpriority(os.PRIO_PROCESS, 0)),
        "fd 0": "socket both blocking,inherited",
        "fd 1": "socket both blocking,inherited",
        "fd 2": "pipe write blocking,inherited",
    }
    pipe = os.fstat(forkd.process.stderr.fileno())
    want["inode 2"] = "%d:%d" % (pipe.st_dev, pipe.st_ino)
    # forkd listens on one dual-stack socket
    for number in 0, 1:
        want["local %d" % number] = "::ffff:%s %d" % server
        want["peer %d" % number] = "::ffff:%s %d" % client
        for option, value in (("keepalive", 1), ("listening", 0),
                              ("keepidle", 300), ("keepintvl", 30),
                              ("keepcnt", 6), ("nodelay", 0)):
            want["sockopt %d %s" % (number, option)] = str(value)
    for number in range(1, 65):
        want["signal %d" % number] = \
            "unknown" if number in (32, 33) else "default"
    for name in "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt":
        want["status " + name] = "0" * 16
    for name in "CapInh", "CapBnd", "CapPrm", "CapEff", "CapAmb", "Seccomp", \
            "NoNewPrivs":
        want["status " + name] = status[name]
    for number in range(LIMITS):
        want["limit %d" % number] = own_limit(number)
    want["limit %d" % resource.RLIMIT_CORE] = "0 0"
    if ROOT:
        entry = pwd.getpwnam(user)
        want["uid"] = " ".join([str(entry.pw_uid)] * 3)
        want["gid"] = " ".join([str(entry.pw_gid)] * 3)
        want["group"] = [str(g) for g in
                         os.getgrouplist(user, entry.pw_gid)]
        for name in "CapPrm", "CapEff", "CapAmb":
            want["status " + name] = "0" * 16
        want["status NoNewPrivs"] = "1"
        env = {**env, **user_environment(user)}
    else:
        want["uid"] = " ".join(str(n) for n in os.getresuid())
        want["gid"] = " ".join(str(n) for n in os.getresgid())
        want["group"] = [str(g) for g in os.getgroups()]
    want["group"] = sorted(set(want["group"]))
    for name, value in {**env, **environment(client, server)}.items():
        want["env " + name] = value
    for name in "setgroups", "setresgid", "setresuid":
        want["escape " + name] = "refused"
    return want


def equal_facts(have, want):
    """Compares whole; says only what differs."""
    have = dict(have)
    equal(have.pop("inode 1"), have.pop("inode 0"), "0 and 1 are one socket")
    # a worker leads its session and its group
    equal((have.pop("pgid"), have.pop("sid")), (have["pid"],) * 2,
          "session and group")
    have.pop("pid")
    wrong = ["%s: %r, not %r" % (name, have.get(name), want.get(name))
             for name in sorted(have.keys() | want.keys())
             if have.get(name) != want.get(name)]
    assert not wrong, "the handler differs:\n" + "\n".join(wrong)
