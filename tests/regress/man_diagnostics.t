#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# DIAGNOSTICS of forkd(8) has the messages as forkd says them.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import manpages

MESSAGES = [manpages.plain(message) for message in re.findall(
    r'^\.It Li "(.*)"$', manpages.section("forkd.8", "DIAGNOSTICS"), re.M)]
START = ["-d", "-p", "0"] + as_user()


def file(name, text, mode):
    """A file below the scratch directory, which stands for the root."""
    path = os.path.join(scratch(), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return script(name, text, mode)


def said(*args, **popen):
    """What forkd says, as the page would show it."""
    code, out, err = run(*args, **popen)
    assert code != 0
    return (err.rstrip("\n").replace(scratch(), "")
            .replace(os.environ["HANDLERDIR"], "/usr/local/libexec/forkd"))


def from_anyone():
    os.makedirs(scratch() + "/run", exist_ok=True)
    yield said("-d")
    with Forkd("-l", "127.0.0.1:0", "-P", scratch() + "/run/forkd.pid",
               handler("talkback")) as forkd:
        yield said(*START, "-P", scratch() + "/run/forkd.pid").replace(
            str(forkd.pid), "4711")
    file("etc/motd", "Welcome.\n", 0o644)
    yield said(*START, "-P", scratch() + "/etc/motd")
    yield said(*START, "-o", "max-worker=3")
    yield said(*START, "-o", "timeout=5 min")
    yield said(*START, "-o", "log=log.txt")
    yield said(*START, "-o", "log=syslog:deamon")
    yield said(*START, "-o", "log=/nonexistent/log")
    yield said(*START, "-o", "allow=192.0.2.1")
    yield said(*START, "-m", "wait", "-o", "client-gone=reset")
    yield said(*START, "-l", "udp://:53")
    yield said(*START, "-c", "4", "-o", "min-workers=9")
    yield said(*START, "-o", "min-spare=9")
    os.makedirs(os.path.join(scratch(), "run"), exist_ok=True)
    path = os.path.join(scratch(), "run/x")
    open(path, "w").close()
    yield said(*START, "-l", path)
    os.unlink(path)
    with socket.socket(socket.AF_UNIX) as live:
        live.bind(path)
        yield said(*START, "-l", path)
    os.unlink(path)
    yield said(*START, "-l", scratch() + "/run/web/x")
    yield said(*START, "-l", "fd://web")
    yield said(*START, "-l", "fd://9")
    yield said(*START, "-l", "@x", "-l", scratch() + "/x", "-o",
               "socket-owner=nosuch")
    yield said(*START, "nosuch")
    yield from from_supervisors()
    with socket.create_server(("", 0), family=socket.AF_INET6,
                              dualstack_ipv6=True) as taken:
        port = str(taken.getsockname()[1])
        yield said("-d", "-p", port, *as_user(),
                   handler("talkback")).replace(port, "10000")


def from_supervisors():
    """Those that a supervisor's mistakes bring about."""
    for number in "200", "3":
        yield said(*START, "-o", "notify-fd=" + number)
    with open("/dev/null", "rb") as null:
        number = str(null.fileno())
        yield said(*START, "-o", "notify-fd=" + number,
                   pass_fds=[null.fileno()]).replace(number, "3")
    for name in "run/notify", "/run/a/path/that/is/one/of/them/" + "x" * 100:
        yield said(*START, env=dict(os.environ, NOTIFY_SOCKET=name))
    yield said(*START, env=dict(os.environ, NOTIFY_SOCKET="@x",
                                WATCHDOG_USEC="30s"))


def from_root():
    yield said("-d", "-p", "10000")
    yield said("-d", "-p", "10000", "-u", "4242")
    file("home/ann/t.sh", "#!/bin/sh\n", 0o755)
    os.chmod(os.path.join(scratch(), "home/ann"), 0o700)
    yield said(*START, scratch() + "/home/ann/t.sh")
    yield said(*START, file("srv/x", "echo\n", 0o644))
    yield said(*START, file("srv/x", "echo hello\n", 0o755))
    yield said(*START, file("srv/x.sh", "#!/bin/sh\r\n", 0o755))
    yield said("-d", "-p", "0", "-u", "daemon", **unprivileged())
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start") as start:
        if int(start.read()) <= 80:
            yield "forkd: tcp://*:80: Permission denied"    # not here
        else:
            yield said("-d", "-p", "80", handler("talkback"),
                       **unprivileged())


@test
def anyone():
    """those that anyone can get"""
    need_ipv6()
    for message in from_anyone():
        assert message in MESSAGES, message


@test
def root():
    """those that it takes root to get"""
    if not ROOT:
        raise Skip("only for root")
    for message in from_root():
        assert message in MESSAGES, message


@test
def complete():
    """the page has no others"""
    need_ipv6()
    if not ROOT:
        raise Skip("only for root")
    equal(sorted(MESSAGES), sorted(list(from_anyone()) + list(from_root())))


main()
