#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Every public function called wrongly: NULL, other arguments that are wrong,
# in the middle of a run, in a worker: -1, NULL or 0 with errno and a sentence,
# never a crash.  Those of the socket layer are in socket_misuse.t.
import errno
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers

# these cannot fail, have nothing to say, or take anything
SILENT = {"forkd_new", "forkd_error", "forkd_free", "forkd_stop",
          "forkd_detach", "forkd_main"}
ELSEWHERE = r": called in process \d+: only process \d+, which runs the " \
    r"master, can do that"


NOT_RECEIVED = "forkd_receive: only workers can; the master has the member " \
    "message of struct forkd_ops"


def misuse(mode, **popen):
    """{call: (result, name of errno, sentence)}"""
    done = subprocess.run([testbin("misuse"), mode], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE, **popen)
    equal(done.returncode, 0, done.stderr)
    found = {}
    for line in done.stdout.splitlines():
        call, result, number, text = re.match(
            r"(.*?\)|forkd_free) (-?\d+) (\d+) (.*)$", line).groups()
        found[call] = int(result), errno.errorcode.get(int(number)), text
    return found, done.stderr


def name_of(call):
    return re.match(r"forkd_\w+", call).group()


@test
def null():
    """NULL for what may not be NULL"""
    have, _ = misuse("null")
    assert len(have) >= 20, have
    for call, (result, number, text) in have.items():
        want = 0 if "serial" in call else 64 if "main" in call else -1
        equal((result, number), (want, "EINVAL"), call)
        if "ready" in call:
            match("^forkd_ready: (-1|256): not a status: 0 to 255$", text)
        elif "drop" in call:
            equal(text, "user: none given")
        else:
            equal(text, "%s: no connection: it is NULL" % name_of(call)
                  if "_conn_" in call else
                  "%s: forkd is NULL: no master" % name_of(call))


@test
def all_of_them():
    """no public function is left out"""
    tried = {name_of(call) for mode in ("null", "arguments")
             for call in misuse(mode)[0]}
    equal(sorted(set(headers.functions("forkd.h")) - tried - SILENT), [])


@test
def arguments():
    """other arguments that are wrong"""
    have, err = misuse("arguments")
    have = {call.replace("forkd, ", ""): told for call, told in have.items()}
    fields = "; there are workers, busy, idle, starting, retiring, " \
        "max-workers, slots, accepted, served, refused, failed, crashed, " \
        "killed, full, setup-failures and throttled"
    worker_fields = "; there are pid, generation, state, busy, served, " \
        "connection, age and time-in-state"
    for call, number, text in (
            ('stat(NULL, "served", &value)', "ENOENT",
             "there is no service yet"),
            ("run(forkd)", "EINVAL", "no service to run"),
            ("step(0)", "EINVAL", "no service to run"),
            ("fd(forkd)", "EINVAL", "no service to run"),
            ("service(NULL, &ops, NULL)", "EINVAL", "service: no name"),
            ('service("a", &no_serve, NULL)', "EINVAL", "service: no serve"),
            ('service("a", &newer, NULL)', "EINVAL",
             "a: ops.reserved is not zero: this library does not know what "
             "that is for"),
            ('set(NULL, NULL, "077")', "EINVAL", "setting: no name"),
            ('set(NULL, "umask", NULL)', "EINVAL", "setting: no value"),
            ("load(NULL)", "EINVAL", "forkd_load: no file"),
            ('load("/etc/forkd.conf")', "EOPNOTSUPP",
             "/etc/forkd.conf: configuration files are not there yet"),
            ("listen(NULL, NULL)", "EINVAL", "listen: no address"),
            ("address(NULL, 0, NULL, 0)", "EINVAL",
             "forkd_address: no room for the text: it is NULL"),
            ('address("b", 0, text, sizeof(text))', "ENOENT",
             "b: no such service"),
            ("address(NULL, 0, text, sizeof(text))", "ENOENT",
             "a: address 0: it has 0"),
            ("address(NULL, 0, text, 4)", "ERANGE",
             "a: address 0: it takes 21 bytes and not 4"),
            ("stat(NULL, NULL, &value)", "EINVAL", "forkd_stat: no field"),
            ('stat(NULL, "served", NULL)', "EINVAL",
             "forkd_stat: no room for the value: it is NULL"),
            ('stat("b", "served", &value)', "ENOENT", "b: no such service"),
            ('stat(NULL, "serve", &value)', "EINVAL",
             "serve: no such field" + fields),
            ("worker_stat(0, NULL, &value)", "EINVAL",
             "forkd_worker_stat: no field"),
            ('worker_stat(0, "pid", NULL)', "EINVAL",
             "forkd_worker_stat: no room for the value: it is NULL"),
            ('worker_stat(0, "uid", &value)', "EINVAL",
             "uid: no such field" + worker_fields),
            ('worker_stat(0, "pid", &value)', "ENOENT",
             "slot 0: there is no worker"),
            ('worker_stat(-1, "pid", &value)', "ENOENT",
             "slot -1: there is no worker"),
            ("send(-2, 0, NULL, 0, -1)", "EINVAL",
             "forkd_send: slot -2: FORKD_MASTER, or 0 and above"),
            ("send(0, 0, NULL, 1, -1)", "EINVAL",
             "forkd_send: data is NULL, and size is 1"),
            ("send(0, 0, text, FORKD_MESSAGE_MAX + 1, -1)", "EMSGSIZE",
             "forkd_send: a message of 16385 bytes: at most 16384 "
             "(FORKD_MESSAGE_MAX)"),
            ("send(0, 0, NULL, 0, -2)", "EINVAL",
             "forkd_send: descriptor -2: -1 for none"),
            ("send(0, 0, NULL, 0, -1)", "ENOENT",
             "forkd_send: no worker has slot 0"),
            ("send(FORKD_MASTER, 0, NULL, 0, -1)", "EPERM",
             "forkd_send: FORKD_MASTER is for workers"),
            ("receive(NULL, text, sizeof(text), NULL, 0)", "EPERM",
             NOT_RECEIVED)):
        result = have.pop("forkd_" + call)
        equal((result[0], result[1].replace("ENOTSUP", "EOPNOTSUPP"),
               result[2]), (-1, number, text), call)
    equal(have.pop("forkd_draining(forkd)")[0], 0)
    text = "forkd_main: no arguments: not even a name"
    equal(have, {"forkd_main(0, NULL, &ops, NULL)": (64, "EINVAL", text)})
    equal(err, "misuse: %s\n" % text)


CHANGES = ('service(forkd, "b", &ops, NULL)', 'set(forkd, NULL, "umask", "077")',
           'load(forkd, "/etc/forkd.conf")',
           'listen(forkd, NULL, "127.0.0.1:0")', "step(forkd, 0)",
           "fd(forkd)", "run(forkd)")
SEND = "forkd_send(forkd, 0, 0, NULL, 0, -1)"
RECEIVE = "forkd_receive(forkd, NULL, NULL, 1, NULL, 0)"


@test
def in_the_master():
    """in the middle of a run: EBUSY; the run goes on"""
    have, _ = misuse("master")
    equal(have.pop("forkd_run(forkd)")[0], 0)   # the whole run is the last
    for call in CHANGES[:-1]:
        call = "forkd_" + call
        equal(have.pop(call), (-1, "EBUSY", name_of(call) +
                               ": the master runs already"))
    equal(have.pop("forkd_run(other)"),
          (-1, "EBUSY", "another master runs in this process"))
    for call, name in ("forkd_step(other, 0)", "forkd_step"), (
            "forkd_fd(other)", "forkd_fd"):
        equal(have.pop(call),
              (-1, "EBUSY", name + ": forkd_run() has this process"))
    equal(have.pop(SEND), (-1, "ENOENT", "forkd_send: no worker has slot 0"))
    equal(have.pop(RECEIVE), (-1, "EPERM", NOT_RECEIVED))
    # TERM comes right behind the HUP that calls it
    assert have.pop("forkd_draining(forkd)")[0] in (0, 1)
    # keeps errno
    equal(have.pop("forkd_free"),
          (0, "EDOM", "forkd_free: the master runs already"))
    equal(have.pop('forkd_stat(forkd, NULL, "workers", &value)')[0], 0)
    equal(have.pop('forkd_worker_stat(forkd, 0, "state", &value)')[:2],
          (-1, "ENOENT"))
    equal(have, {})


@test
def run_in_run():
    """forkd_run() in the middle of a run: EBUSY"""
    done = subprocess.run([testbin("misuse"), "master"], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE)
    match(r"(?m)^forkd_run\(forkd\) -1 %d forkd_run: the master runs "
          r"already$" % errno.EBUSY, done.stdout)


@test
def in_a_worker():
    """in a worker: EPERM; the connection is served all the same"""
    have, _ = misuse("worker")
    equal(have.pop("forkd_run(forkd)")[0], 0)
    for call in CHANGES[:-1] + (
            'stat(forkd, NULL, "workers", &value)',
            'worker_stat(forkd, 0, "state", &value)'):
        call = "forkd_" + call
        told = have.pop(call)
        equal(told[:2], (-1, "EPERM"))
        match("^%s%s$" % (name_of(call), ELSEWHERE), told[2])
    told = have.pop(SEND)
    equal(told[:2], (-1, "EPERM"))
    match("^forkd_send: to a worker%s$" % ELSEWHERE, told[2])
    equal(have.pop(RECEIVE), (-1, "EINVAL",
                              "forkd_receive: data is NULL, and size is 1"))
    equal(have.pop("forkd_draining(forkd)")[0], 0)
    told = have.pop("forkd_free")
    equal(told[:2], (0, "EDOM"))
    match("^forkd_free%s$" % ELSEWHERE, told[2])
    # a master of a worker's own
    equal(have.pop("forkd_run(other)")[0], 0)
    # what a worker may ask
    address, = [told for call, told in have.items() if "address" in call]
    equal(address[0], 0)
    equal([told for call, told in have.items() if "receive" in call],
          [(-1, "EINVAL", "forkd_receive: timeout -2: -1 for none")])
    equal(have["forkd_conn_socket(conn)"][0], 0)
    equal(have["forkd_conn_peercred(conn, NULL, NULL, NULL)"][::2],
          (-1, "forkd_conn_peercred: only unix sockets know that"))


@test
def run_in_a_worker():
    """forkd_run() in a worker: EPERM"""
    done = subprocess.run([testbin("misuse"), "worker"], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE)
    match(r"(?m)^forkd_run\(forkd\) -1 %d forkd_run%s$" %
          (errno.EPERM, ELSEWHERE), done.stdout)


@test
def kept():
    """what a call that failed was given is the caller's; the rest is copied"""
    done = subprocess.run([testbin("misuse"), "kept"], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE)
    equal((done.returncode, done.stderr), (0, ""))
    lines = done.stdout.splitlines()
    equal(len(lines), 4)
    match(r" -1 %d a: there is such a service already$" % errno.EEXIST,
          lines[0])
    match(r" -1 %d b c: a service's name is 1 to 63 " % errno.EINVAL, lines[1])
    match(r"^forkd_run\(forkd\) 0 ", lines[2])
    # a log function that was refused is not called
    equal(lines[3], "lines 0")


main()
