#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd_main(): a program of one's own with forkd's options.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


def start(*options):
    return Forkd("main", "serve", "-d", *as_user(), *options, plain=True,
                 program=testbin("libtest"))


@test
def serves():
    """it serves with the functions, under the program's name"""
    with start("-p", "0", "-c", "7") as forkd:
        equal(forkd.talk(b"say hello\n"), b"hello\n")
        forkd.wait_line(r" forkd: listening on tcp4?://\*:%d: libtest$" %
                        forkd.port)
        forkd.wait_line(r" libtest#1: open .*, 1/7$")


@test
def options():
    """options mean what they mean to forkd"""
    for words, code, text in (
            (["-V"], 0, r"^libtest: forkd \d"),
            (["-h"], 0, r"^usage: libtest [^]]*\](?!.*handler \[)"),
            (["-d", *as_user()], 64, "no address to listen on"),
            (["-d", *as_user(), "-p", "0", "talkback"], 64,
             "talkback: this program is its own handler"),
            (["-d", "-x"], 64, "-x: no such option"),
            (["-n", *as_user(), "-p", "0"], 0, "libtest: no mistake found")):
        done = subprocess.run([testbin("libtest"), "main", "serve", *words],
                              capture_output=True, text=True)
        equal(done.returncode, code, done.stderr)
        match(text, done.stdout if code == 0 else done.stderr)
        if code != 0:
            match(r"\Alibtest: [^\n]*\n\Z", done.stderr)


main()
