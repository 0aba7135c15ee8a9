#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# -n, --check: checks names, users, the handler and its interpreter as that
# user, with the exit codes of a start, and opens nothing.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-n"] + as_user()


def fine(path, *args, **popen):
    have = run(*START, *args, **popen)
    equal(have, (0, "forkd: %s: no mistake found\n" % path, ""),
          " ".join(args))


@test
def fine_start():
    """a start that would succeed"""
    path = handler("talkback")
    for args in (["-p", "0"], ["-d", "-p", "0"], ["-p0", "-c", "3"],
                 ["-l", "[::1]:0"], ["-4", "-l", "127.0.0.1:0"]):
        fine(path, *args, path)
    fine(path, "-p", "0", "-o", "handler='%s' x" % path)
    have = run(*as_user(), "--check", "--port=0", path)
    equal(have, (0, "forkd: %s: no mistake found\n" % path, ""))
    # the handler as it was found
    shell = shutil.which("sh", path="/bin:/usr/bin")
    fine(shell, "-p", "0", "sh", "-n", env={"PATH": "/bin:/usr/bin"})


@test
def visible():
    """whatever the handler's name, one printable line"""
    path = script("a\nb\033", "#!/bin/sh\n")
    have = run(*START, "-p", "0", path)
    equal(have, (0, "forkd: %s/a\\nb\\^[: no mistake found\n" % scratch(),
                 ""))


@test
def port_taken():
    """the port may be in use: it opens none"""
    path = handler("talkback")
    with Forkd("-l", "127.0.0.1:0", path) as forkd:
        for args in (["-p", str(forkd.port)],
                     ["-l", "127.0.0.1:%d" % forkd.port]):
            fine(path, *args, path)
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
        forkd.wait_line("#1: close ")
        forkd.has_lines(" open ", 1)   # nobody else came


@test
def port_forbidden():
    """nor does it need the right to open it"""
    path = handler("talkback")
    have = run("-n", "-p", "1", path, **unprivileged())
    equal(have, (0, "forkd: %s: no mistake found\n" % path, ""))


@test
def not_ours():
    """nor that an address is this machine's"""
    path = handler("talkback")
    fine(path, "-l", "192.0.2.77:80", path)


@test
def no_socket():
    """no socket is bound, as the kernel sees it"""
    strace = shutil.which("strace")
    if strace is None:
        raise Skip("no strace")
    if SANITIZED:
        raise Skip("a sanitizer wants to trace, too")
    log = os.path.join(scratch(), "strace")
    done = subprocess.run(
        [strace, "-f", "-qq", "-e", "trace=bind,listen,accept4", "-o", log,
         FORKD, *START, "-p", "0", "-l", "localhost:0", handler("talkback")],
        capture_output=True, text=True, timeout=DEADLINE)
    if not os.path.exists(log) or "ptrace" in done.stderr:
        raise Skip("strace: " + done.stderr.strip())
    equal((done.returncode, done.stderr), (0, ""))
    with open(log) as file:
        # looking up names opens sockets, but for no client
        calls = [line for line in file
                 if "(" in line.split()[1] and "AF_NETLINK" not in line]
    equal(calls, [])


@test
def codes():
    """the exit codes of a start"""
    path = handler("talkback")
    user = "nobody" if ROOT else str(os.getuid())
    for code, message, args in (
            (64, "umask: \"9\" is not 0 to 777",
             ["-p", "0", "-o", "umask=9", path]),
            (64, "no address to listen on: say -p 10000", [path]),
            (64, "x:y: port \"y\" is not 0 to 65535 or a service name",
             ["-l", "x:y", path]),
            (64, "env: \"x\" is not NAME=VALUE",
             ["-p", "0", "-o", "env=x", path]),
            (66, "/nonexistent: No such file or directory",
             ["-p", "0", "/nonexistent"]),
            (66, "%s: user %s cannot execute it, its mode is 0644: chmod +x "
             "it?" % (script("x", "#!/bin/sh\n", 0o644), user),
             ["-p", "0", os.path.join(scratch(), "x")]),
            (67, "user no-such-user: no such user",
             ["-p", "0", "-u", "no-such-user", path]),
            (78, "user nobody:daemon: group root contradicts it",
             ["-p", "0", "-u", "nobody:daemon", "-g", "root", path])):
        refused(code, message, *START, *args)


@test
@isolated("127.0.0.1 known\n")
def hosts():
    """hosts are looked up"""
    path = handler("talkback")
    fine(path, "-l", "known:80", path)
    refused(68, "host.invalid: Name or service not known", *START, "-l",
            "host.invalid:80", path)


@test
def services():
    """and so are services"""
    try:
        socket.getservbyname("daytime", "tcp")
    except OSError:
        raise Skip("no /etc/services")
    path = handler("talkback")
    fine(path, "-p", "daytime", path)
    fine(path, "-l", "127.0.0.1:daytime", path)


main()
