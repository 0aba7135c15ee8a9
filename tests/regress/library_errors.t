#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Calls that fail: -1, errno, and what forkd_error() says: what was tried, on
# what, the cause.  Nothing is printed, nothing exits, the rest goes on.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libtests import *


@test
def services():
    """forkd_service"""
    name = "s: 1 to 63 letters, digits"
    equal(calls("service", "a.B-1_", "serve",
                "service", "a.B-1_", "serve",
                "service", "-", "serve",
                "service", "b", "noserve",
                "service", "x" * 63, "-"),
          ["service 0",
           "service -1 EEXIST a.B-1_: there is such a service already",
           "service -1 EINVAL service: no name",
           "service -1 EINVAL service: no serve",
           "service 0"])
    for wrong in "", "a b", "a/b", "x" * 64, "\x1b[2J":
        line, = calls("service", wrong, "serve")
        match(r"^service -1 EINVAL .*: a service's name is 1 to 63 letters, "
              r"digits, \"\.\", \"_\" or \"-\"$", line)
        equal(re.sub("[ -~]", "", line), "")


@test
def settings():
    """forkd_set"""
    have = calls("service", "a", "serve",
                 "set", "a", "max-workers", "5",
                 "set", "-", "max-workers", "5",
                 "set", "a", "max-worker", "5",
                 "set", "a", "no-such-thing-at-all", "5",
                 "set", "a", "max-workers", "many",
                 "set", "a", "max-workers", "0",
                 "set", "b", "max-workers", "5",
                 "set", "a", "log", "stderr",
                 "set", "a", "mode", "forkk",
                 "set", "a", "-", "x",
                 "set", "a", "user", "-")
    match('^set -1 EINVAL mode: "forkk" is not fork\\b', have.pop(-3))
    equal(have,
          ["service 0", "set 0", "set 0",
           "set -1 EINVAL max-worker: no such setting; max-workers?",
           "set -1 EINVAL no-such-thing-at-all: no such setting; "
           "see forkd -h",
           'set -1 EINVAL max-workers: "many" is not 1 to 65536',
           'set -1 EINVAL max-workers: "0" is not 1 to 65536',
           "set -1 ENOENT b: no such service",
           "set -1 EINVAL log: a setting of the whole program, not of "
           "service a",
           "set -1 EINVAL setting: no name",
           "set -1 EINVAL setting: no value"])


@test
def of_several():
    """a service must be named where there are several"""
    equal(calls("set", "-", "umask", "077",
                "listen", "-", "127.0.0.1:0",
                "service", "a", "serve", "service", "b", "serve",
                "set", "-", "umask", "077",
                "listen", "-", "127.0.0.1:0"),
          ["set 0", "listen -1 ENOENT there is no service yet",
           "service 0", "service 0",
           "set -1 ENOENT there are several services: name one",
           "listen -1 ENOENT there are several services: name one"])


@test
def listen():
    """forkd_listen"""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        have = calls("service", "a", "serve",
                     "listen", "a", "127.0.0.1:%d" % port,
                     "listen", "a", "tcp://192.0.2.1:0",
                     "listen", "a", "127.0.0.1:70000",
                     "listen", "a", "127.0.0.1:0",
                     "listen", "a", "-",
                     "listen", "b", "127.0.0.1:0")
    equal(have[:2],
          ["service 0",
           "listen -1 EADDRINUSE tcp://127.0.0.1:%d: Address already in use; "
           "see: ss -ltnp 'sport = :%d'" % (port, port)])
    match(r"^listen -1 EADDRNOTAVAIL tcp://192.0.2.1:0: ", have[2])
    match(r"^listen -1 EINVAL ", have[3])
    equal(have[4:], ["listen 0", "listen -1 EINVAL listen: no address",
                     "listen -1 ENOENT b: no such service"])


@test
def address():
    """forkd_address: as bound, with the real port"""
    have = calls("service", "a", "serve", "listen", "a", "127.0.0.1:0",
                 "listen", "a", "tcp4://*:0", "address", "a", "0", "200",
                 "address", "-", "1", "200", "address", "a", "2", "200",
                 "address", "b", "0", "200", "address", "a", "0", "22",
                 "address", "a", "0", "0")
    match(r"^address tcp://127\.0\.0\.1:[1-9]\d*$", have[3])
    match(r"^address tcp4://\*:[1-9]\d*$", have[4])
    equal(have[5:7], ["address -1 ENOENT"] * 2)
    # tcp://127.0.0.1:65535 and its NUL take 22 bytes
    size = len(have[3]) - len("address ") + 1
    for room, line in ((size, have[3]), (size - 1, "address -1 ERANGE"),
                       (1, "address -1 ERANGE"), (0, "address -1 ERANGE")):
        port = have[3].rsplit(":", 1)[1]
        again = calls("service", "a", "serve",
                      "listen", "a", "127.0.0.1:" + port,
                      "address", "a", "0", str(room))
        equal(again[2], line)


@test
def run():
    """forkd_run: what is missing or cannot be"""
    user = user_words("a")
    equal(calls("run"), ["run -1 EINVAL no service to run"])
    have = calls("service", "a", "serve", *user, "run")
    equal(have[-1],
          "run -1 EINVAL a: no address to listen on: say -p 10000")
    have = calls("service", "a", "-", *user, "set", "a", "handler",
                 "/nonexistent/x", "listen", "a", "127.0.0.1:0", "run")
    match("^run -1 ENOENT /nonexistent/x: ", have[-1])
    have = calls("service", "a", "serve", "set", "a", "user", "no-such-user",
                 "listen", "a", "127.0.0.1:0", "run")
    equal(have[-1], "run -1 ENOENT user no-such-user: no such user")
    have = calls("service", "a", "-", *user, "set", "a", "handler", "",
                 "listen", "a", "127.0.0.1:0", "run")
    match("^run -1 EINVAL .*handler", have[-1])
    if ROOT:
        have = calls("service", "a", "serve", "listen", "a", "127.0.0.1:0",
                     "run")
        match("^run -1 EINVAL user: started as root and no user given", have[-1])


@test
def no_master():
    """whatever is called without a master: EINVAL, and a sentence"""
    have = calls("free", "service", "a", "serve", "set", "-", "timeout", "1s",
                 "listen", "a", "127.0.0.1:0", "run", "stop", "1", "address",
                 "a", "0", "200", "error")
    equal(have, ["service -1 EINVAL forkd_service: forkd is NULL: no master",
                 "set -1 EINVAL forkd_set: forkd is NULL: no master",
                 "listen -1 EINVAL forkd_listen: forkd is NULL: no master",
                 "run -1 EINVAL forkd_run: forkd is NULL: no master",
                 "address -1 EINVAL",
                 "error forkd_address: forkd is NULL: no master"])


@test
def silent():
    """nothing is on standard error, whatever fails"""
    done = subprocess.run(
        [testbin("libtest"), "service", "a b", "serve", "run", "set", "x",
         "y", "z", "listen", "-", "127.0.0.1:1"], capture_output=True)
    equal((done.returncode, done.stderr), (0, b""))


@test
def none():
    """forkd_error without a failure is not NULL; of none is of this thread"""
    equal(calls("error"), ["error "])
    equal(calls("free", "error"), ["error "])
    have = calls("drop", "no-such-user", "-", "-", "free", "error")
    equal(have, ["drop -1 ENOENT user no-such-user: no such user",
                 "error user no-such-user: no such user"])


main()
