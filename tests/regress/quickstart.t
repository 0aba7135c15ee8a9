#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# contrib/quickstart, from a fresh copy of the tree below a directory that only
# its owner can enter, as in root's home: builds, serves, and leaves nothing.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

PARTS = """
    configure.ac Makefile.am autogen.sh build-aux contrib man src tests m4
    configure aclocal.m4 Makefile.in config.h.in
""".split()
MADE = shutil.ignore_patterns(
    "*.o", "*.lo", "*.la", "*.pc", ".libs", ".deps", ".dirstamp", "*.log",
    "*.trs", "__pycache__")


def copy_tree():
    source = os.environ["top_srcdir"]
    home = os.path.join(scratch(), "home")
    os.mkdir(home, 0o700)
    tree = os.path.join(home, "forkd")
    os.mkdir(tree)
    for part in PARTS:
        path = os.path.join(source, part)
        if os.path.isdir(path):
            shutil.copytree(path, os.path.join(tree, part), ignore=MADE)
        elif os.path.exists(path):
            shutil.copy2(path, tree)
    # what was unpacked by make distcheck cannot be written to
    subprocess.run(["chmod", "-R", "u+w", tree], check=True)
    return tree


def start(tree):
    """The script; its standard error goes where Forkd looks for it."""
    # what make(1) tells its children is not for the make of this one
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CC", "CFLAGS",
                           "LDFLAGS", "VERBOSE", "V")}
    # not optimised: it need not be fast
    env.update(FORKD_PORT="0", CFLAGS="-O0")
    return Forkd(tree + "/contrib/quickstart", plain=True, program="sh",
                 ready=False, env=env, stdout=subprocess.PIPE)


def scratches():
    return {name for name in os.listdir("/tmp")
            if name.startswith("forkd-quickstart.")}


@test
def syntax():
    """the scripts are ones for sh"""
    for name in "quickstart", "check", "build", "packages":
        equal(subprocess.run(["sh", "-n", os.path.join(
            os.environ["top_srcdir"], "contrib", name)]).returncode, 0, name)


@full
def quickstart():
    """builds, serves, stops by TERM, leaves nothing"""
    tree = copy_tree()
    missing = subprocess.run(
        ["sh", "-c", ". contrib/packages; packages_missing build"], cwd=tree,
        capture_output=True, text=True).stdout
    if missing:     # it would install that
        raise Skip("missing: " + " ".join(missing.split()))
    for _ in range(2):      # it may be run again
        with start(tree) as forkd:
            ready = forkd.wait_line("listening on ", seconds=600)
            match(r": /tmp/forkd-quickstart\.[^/]+/talkback$", ready)
            port = int(re.search(r"127\.0\.0\.1:(\d+)", ready).group(1))
            equal(forkd.talk(b"hello\nquit\n", port=port),
                  b"You said 'hello'.\n")
            used = re.search(r"/tmp/(forkd-quickstart\.[^/]+)", ready)[1]
            equal(forkd.stop(), 0)
            match("nc localhost PORT", forkd.process.stdout.read().decode())
            forkd.process.stdout.close()
            assert used not in scratches(), used + " is left"


main()
