#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Every option of the command line, short and long, does what it says.  Those
# with files of their own: -b listen_options.t, -h and -V options_version.t,
# -l, -p, -4 and -6 listen_*.t, -n check_only.t, -r chroot.t.
import grp
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def spellings(short, name, value=None):
    """The ways to give an option."""
    if value is None:
        return [["-" + short], ["--" + name]]
    return [["-" + short, value], ["-" + short + value],
            ["--" + name, value], ["--%s=%s" % (name, value)]]


def identity():
    return script("identity",
                  "#!/bin/sh\necho $(id -u) $(id -g) $(id -G)\n")


@test
def max_workers():
    """-c, --max-workers"""
    for option in spellings("c", "max-workers", "2"):
        with Forkd("-p", "0", *option, handler("talkback")) as forkd:
            with forkd.connect():
                forkd.wait_line(r"#1: open .*, 1/2$")
                with forkd.connect():
                    forkd.wait_line(r"#2: open .*, 2/2$")
                    forkd.wait_line(r": full: 2 of 2 workers busy, new "
                                    r"connections wait \(max-workers\)$")


@test
def foreground():
    """-d, --foreground: stays, and logs to standard error"""
    for option in spellings("d", "foreground"):
        with Forkd(*option, "-p", "0", *as_user(), handler("talkback"),
                   plain=True) as forkd:
            equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
            assert forkd.process.poll() is None


@test
def process_1():
    """process 1 stays in the foreground by itself"""
    if not ROOT:
        raise Skip("needs root")
    unshare = shutil.which("unshare")
    if unshare is None:
        raise Skip("no unshare")
    with Forkd("-p", "-f", "--kill-child", FORKD, "-p", "0", *as_user(),
               handler("talkback"), plain=True, program=unshare,
               ready=False) as forkd:
        try:
            line = forkd.wait_line("listening on ")
        except AssertionError:
            if any("unshare failed" in line for line in forkd.lines):
                raise Skip(forkd.lines[0])
            raise
        port = int(re.search(r":(\d+): ", line).group(1))
        equal(forkd.talk(b"x\n", port=port), b"You said 'x'.\n")
        os.kill(children(forkd.pid)[0], signal.SIGTERM)
        equal(forkd.wait(), 0)


@test
def group():
    """-g, --group"""
    if not ROOT:
        raise Skip("needs root")
    nobody = pwd.getpwnam("nobody")
    daemon = grp.getgrnam("daemon").gr_gid
    for value in "daemon", str(daemon):
        for option in spellings("g", "group", value):
            with Forkd("-p", "0", *option, identity()) as forkd:
                uid, gid, *groups = forkd.talk().split()
                equal((int(uid), int(gid)), (nobody.pw_uid, daemon))
                equal({int(g) for g in groups},
                      set(os.getgrouplist("nobody", daemon)))


@test
def user():
    """-u, --user"""
    if not ROOT:
        raise Skip("needs root")
    nobody = pwd.getpwnam("nobody")
    for value, uid, gid in (("nobody", nobody.pw_uid, nobody.pw_gid),
                            (str(nobody.pw_uid), nobody.pw_uid,
                             nobody.pw_gid),
                            ("nobody:daemon", nobody.pw_uid,
                             grp.getgrnam("daemon").gr_gid),
                            ("54321:54322", 54321, 54322),
                            ("root", 0, 0)):
        for option in spellings("u", "user", value):
            with Forkd("-d", "-p", "0", *option, identity(),
                       plain=True) as forkd:
                equal([int(n) for n in forkd.talk().split()[:2]], [uid, gid])


@test
def mode():
    """-m fork, --mode fork: a worker for each connection"""
    for option in spellings("m", "mode", "fork"):
        with Forkd("-p", "0", *option, handler("talkback")) as forkd:
            equal(children(forkd.pid), [])
            with forkd.connect(), forkd.connect():
                forkd.wait_line("open", 2)
                equal(len(children(forkd.pid)), 2)


@test
def setting():
    """-o, --option"""
    path = script("mask", "#!/bin/sh\numask\n")
    for option in spellings("o", "option", "umask=0137"):
        with Forkd("-p", "0", *option, path) as forkd:
            equal(forkd.talk(), b"0137\n")
    # the last one counts; a list grows, and begins anew with nothing
    path = script("variables", "#!/bin/sh\necho $A $B $C\n")
    with Forkd("-p", "0", "-o", "umask=7", "-o", "umask=77", "-o", "env=A=1",
               "-o", "env=B=a = b", path) as forkd:
        equal(forkd.talk(), b"1 a = b\n")
    with Forkd("-p", "0", "-o", "env=A=1", "-o", "env=", "-o", "env=C=3",
               path) as forkd:
        equal(forkd.talk(), b"3\n")


@test
def quiet():
    """-q, --quiet: warnings and errors only; -v, --verbose: more again"""
    path = script("fails", "#!/bin/sh\nread line\nexit $line\n")
    for option in spellings("q", "quiet"):
        with Forkd("-p", "0", *option, path, ready=False) as forkd:
            port = wait_until(lambda: listeners(forkd.pid))[0][1]
            equal(forkd.talk(b"0\n", port=port), b"")
            equal(forkd.talk(b"3\n", port=port), b"")
            forkd.wait_line("fails#2: close")
        equal(len(forkd.lines), 1)
        match(r"Z warning fails#2: close pid \d+ status 3 in ",
              forkd.lines[0])
    for option in spellings("v", "verbose"):
        with Forkd("-p", "0", "-q", *option, path) as forkd:
            forkd.talk(b"0\n")
            forkd.wait_line("info fails#1: close")


@test
def together():
    """letters behind one dash, the last with its value"""
    path = handler("talkback")
    with Forkd("-4dvp0", *as_user(), path, plain=True) as forkd:
        equal(forkd.addresses, ["tcp4://*:%d" % forkd.port])
    with Forkd("-4dv", "-c", "1", "--port", "0", *as_user(), path,
               plain=True) as forkd:
        with forkd.connect():
            forkd.wait_line("open .*, 1/1$")


@test
def abbreviated():
    """a long option may be cut where it stays the only one"""
    with Forkd("--fore", *as_user(), "--por", "0", "--max-w=3",
               handler("talkback"), plain=True) as forkd:
        with forkd.connect():
            forkd.wait_line("open .*, 1/3$")


main()
