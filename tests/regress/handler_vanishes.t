#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 7: a failure between fork and exec reaches the master and is logged
# with step and cause; the child leaves with 127 or 126; the server goes on.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def failing(spoil, code, why):
    """Serves, is spoilt, says so, and serves again when it is put right."""
    interpreter = shutil.copy("/bin/sh", os.path.join(scratch(), "sh"))
    path = script("greet", "#!%s\necho hello\n" % interpreter)
    before = descriptors
    with Forkd("-p", "0", path) as forkd:
        equal(forkd.talk(), b"hello\n")
        forkd.wait_line("greet#1: close pid .* status 0 in ")
        before = len(descriptors(forkd.pid))
        spoil(path, interpreter)
        equal(forkd.talk(), b"")
        line = forkd.wait_line(r" info greet#2: close pid \d+ status %d in "
                               r"\d+\.\d{3}s$" % code)
        pid = re.search(r"pid (\d+)", line).group(1)
        forkd.wait_line(r" error greet#2: setup-error pid %s: exec %s: %s$" %
                        (pid, re.escape(path), re.escape(why)))
        shutil.copy("/bin/sh", interpreter)
        os.chmod(interpreter, 0o755)
        script("greet", "#!%s\necho hello\n" % interpreter)
        equal(forkd.talk(), b"hello\n")
        forkd.wait_line("greet#3: close pid .* status 0 in ")
        forkd.has_lines("setup-error", 1)
        equal(len(descriptors(forkd.pid)), before)
        equal(children(forkd.pid), [])


@test
def removed():
    """a handler that was removed: 127"""
    failing(lambda path, interpreter: os.unlink(path), 127,
            "No such file or directory")


@test
def no_interpreter():
    """one whose interpreter was removed: 127"""
    failing(lambda path, interpreter: os.unlink(interpreter), 127,
            "No such file or directory")


@test
def not_executable():
    """one that may no longer be run: 126"""
    failing(lambda path, interpreter: os.chmod(path, 0o644), 126,
            "Permission denied")


@test
def no_program():
    """one that became something else: 126"""
    def spoil(path, interpreter):
        with open(path, "w") as file:
            file.write("no program\n")
    failing(spoil, 126, "Exec format error")


@test
def own_status():
    """a handler's own 126 and 127 are no set-up failures"""
    for code in 126, 127:
        path = script("own", "#!/bin/sh\nexit %d\n" % code)
        with Forkd("-p", "0", path) as forkd:
            equal(forkd.talk(), b"")
            forkd.wait_line(" warning own#1: close pid .* status %d in " %
                            code)
            equal(forkd.count_lines("setup-error"), 0)


main()
