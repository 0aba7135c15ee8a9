#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 71: a system call failed at start, for a reason that is neither
# about permission nor about an address.  The line says which, on what, why.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import resource

START = ["-d"] + as_user()


def limited(number, limit):
    """Popen's keywords for a start under a limit."""
    return {"preexec_fn":
            lambda: resource.setrlimit(number, (limit, limit))}


def need_no_sanitizer():
    if SANITIZED:
        raise Skip("a sanitizer wants descriptors and processes, too")


@test
def descriptors_run_out():
    """too few descriptors, however few"""
    need_no_sanitizer()
    said = set()
    # one at a time is what the dynamic linker needs
    for limit in range(4, 30):
        code, out, err = run(*START, "-n", "-l", "127.0.0.1:0",
                             handler("talkback"),
                             **limited(resource.RLIMIT_NOFILE, limit))
        if code == 0:
            break
        equal((code, out), (71, ""), "%d descriptors" % limit)
        match(r"\Aforkd: [^\n]+: Too many open files\n\Z", err)
        said.add(err)
    assert limit < 29, "no number is enough"
    for limit in range(4, 30):
        with Forkd("-l", "127.0.0.1:0", handler("talkback"), ready=False,
                   **limited(resource.RLIMIT_NOFILE, limit)) as forkd:
            if forkd.wait_line("").startswith("forkd: "):
                equal(forkd.wait(), 71)
                forkd.reader.join(DEADLINE)
                equal(len(forkd.lines), 1)
                match(r"\Aforkd: [^\n]+: Too many open files\Z",
                      forkd.lines[0])
                said.add(forkd.lines[0])
                continue
        break
    assert limit < 29, "no number is enough"
    assert len(said) > 2, "always the same: %s" % said


@test
def processes_run_out():
    """no process for the check of the handler"""
    need_no_sanitizer()
    refused(71, "fork: Resource temporarily unavailable", "-d", "-l",
            "127.0.0.1:0", handler("talkback"),
            **unprivileged(), **limited(resource.RLIMIT_NPROC, 0))


@test
def roots():
    """a root directory that does not exist"""
    if not ROOT:
        raise Skip("needs root")
    for path, why in (("/nonexistent", "No such file or directory"),
                      (handler("talkback"), "Not a directory")):
        for more in [], ["-n"]:
            refused(71, "chroot %s: %s" % (path, why), *START, *more, "-p",
                    "0", "-r", path, handler("talkback"))


@test
def directories():
    """a working directory that does not exist"""
    for path, why in (("/nonexistent", "No such file or directory"),
                      (handler("talkback"), "Not a directory")):
        for more in [], ["-n"]:
            refused(71, "directory %s: %s" % (path, why), *START, *more,
                    "-p", "0", "-o", "directory=" + path,
                    handler("talkback"))


@test
def full_output():
    """a standard output that takes nothing"""
    for args in ["-V"], ["-h"], [*START, "-n", "-p", "0",
                                 handler("talkback")]:
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [FORKD] + args, stdout=full, stderr=subprocess.PIPE,
                text=True, timeout=DEADLINE)
        equal((done.returncode, done.stderr),
              (71, "forkd: standard output: No space left on device\n"))


main()
