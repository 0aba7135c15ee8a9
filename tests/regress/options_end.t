#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Options end at the first operand, which is the handler: what follows is the
# handler's, whatever it looks like.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *


def answer(*args, data=b"", **popen):
    with Forkd("-p", "0", *args, **popen) as forkd:
        return forkd.talk(data)


def arguments():
    return script("arguments", "#!/bin/sh\nprintf '[%s]' \"$@\"\n")


@test
def cat():
    """cat -n numbers lines, and is no check"""
    equal(answer("cat", "-n", data=b"a\nb\n"), b"     1\ta\n     2\tb\n")


@test
def all_kinds():
    """options, dashes and empty words behind the handler"""
    path = arguments()
    for words in (["-p", "1", "-d", "--help", "-V"], ["--", "-n"], ["-"],
                  ["", " ", "a b", "*", "$HOME", "'"], ["--port=1"],
                  ["-p", "0", path, "-x"]):
        equal(answer(path, *words).decode(),
              "".join("[%s]" % word for word in words))


@test
def dashes():
    """-- ends options"""
    path = arguments()
    equal(answer("--", path, "-n"), b"[-n]")
    equal(answer("--", path, "--", "-n"), b"[--][-n]")
    # then a handler may begin with a dash
    where = os.path.join(scratch(), "dash")
    os.makedirs(where, exist_ok=True)
    shutil.copy(path, where + "/-n")
    equal(answer("--", "-n", "-d", env={"PATH": where + ":/usr/bin:/bin"}),
          b"[-d]")


@test
def one_dash():
    """- alone is an operand"""
    code, out, err = run("-d", "-p", "0", *as_user(), "-", "-X")
    equal((code, out), (66, ""))
    match("^forkd: -: no such handler in ", err)


@test
def environment():
    """also where the environment asks for POSIX rules"""
    env = {**os.environ, "POSIXLY_CORRECT": "1"}
    equal(answer("cat", "-n", data=b"a\n", env=env), b"     1\ta\n")


@test
def setting():
    """operands take the place of the setting"""
    path = arguments()
    equal(answer("-o", "handler=cat -n", path, "x"), b"[x]")
    equal(answer("-o", "handler='%s' 'a  b' \"c'd\" e\\ f" % path),
          b"[a  b][c'd][e f]")
    # nothing is expanded, and no shell is asked
    equal(answer("-o", "handler=%s $HOME * `id` ~ ; >x |y &" % path),
          b"[$HOME][*][`id`][~][;][>x][|y][&]")


main()
