#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# stderr=log where the log is not standard error: what a handler writes there
# comes through a pipe into the log, as events of its connection.  Nothing
# that it writes, or leaves open, harms anybody.
import json
import os
import resource
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from logs import *

FLOOD = 30000       # lines
TALKBACK = os.path.join(os.environ["EXAMPLES"], "talkback")


def shell(name, text):
    return script(name, "#!/bin/sh\n" + text)


def said(text, *options, count=1):
    """The lines of the log that a shell script's standard error makes."""
    log = Log()
    with logging(log, *options, shell("says", text)) as forkd:
        forkd.talk()
        log.wait('close pid|"close"')
        found = log.lines("handler-error")
    if "log-format=json" in options:
        return [json.loads(line)["reason"] for line in found]
    for line in found:
        match(r"^%s warning says#1: handler-error pid \d+: ." % TIME, line)
    return [re.sub(r".*?handler-error pid \d+: ", "", line) for line in found]


@test
def lines():
    """each line is an event with service, number and pid, before close"""
    log = Log()
    with logging(log, testbin("puppet")) as forkd:
        with forkd.connect() as one, forkd.connect() as two:
            for client, text in (one, b"first"), (two, b"second"):
                client.sendall(b"log the %s\n" % text)
                equal(read_line(client), b"0\n")
            log.wait("handler-error", 2)        # while they run
        log.wait("close", 2)
    for number, text in (1, "first"), (2, "second"):
        pid = re.search(r"puppet#%d: open pid (\d+)" % number,
                        "\n".join(log.lines())).group(1)
        equal(len(log.lines(r"Z warning puppet#%d: handler-error pid %s: "
                            r"the %s$" % (number, pid, text))), 1)
    kinds = [re.search(r"puppet#1: (\S+)", line).group(1)
             for line in log.lines("puppet#1:")]
    equal(kinds, ["open", "handler-error", "close"])


@test
def bytes_of_any_kind():
    """vis(3), without a new line at the end, and empty lines left out"""
    equal(said(r"printf 'a\344\000\033[2J\r\\\n\n\nlast' >&2"),
          [r"a\M-d\0\^[[2J\r" + "\\\\", "last"])
    equal(said(r"printf 'a\344\000\042\n\303\244' >&2", "-o",
               "log-format=json"), ["a\u00e4\0\"", "\u00e4"])


@test
def long_lines():
    """1 KiB of a handler a line; nothing is cut off"""
    have = said("head -c 2500 /dev/zero | tr '\\0' x >&2")
    equal([len(line) for line in have], [1024, 1024, 452])
    for options in [], ["-o", "log-format=json"]:
        have = said("head -c 1500 /dev/zero | tr '\\0' '\\377' >&2", *options)
        one = "\u00ff" if options else r"\M^?"
        equal("".join(have), one * 1500)
        assert all(len(line) <= 1024 * len(one) for line in have)


@test
def silent_ones():
    """stderr=null and stderr=socket have no pipe"""
    for value in "null", "socket":
        log = Log()
        with logging(log, "-o", "stderr=" + value,
                     testbin("puppet")) as forkd:
            with forkd.connect() as client:
                client.sendall(b"log x\n")
                read_line(client)
                pid = children(forkd.pid)[0]
                assert "pipe:" not in descriptors(pid)[2]
            log.wait("close")
        equal(log.lines("handler-error"), [])


@test
def flood():
    """one that floods: others are served, losses are counted"""
    log = Log()
    path = shell("flood", "read x\n[ $x = quiet ] || "
                 "yes 'a line of a flood' | head -n %d >&2\necho $x\n" % FLOOD)
    with logging(log, path) as forkd:
        with forkd.connect() as client:
            client.sendall(b"loud\n")
            log.wait("handler-error")
            for _ in range(5):
                equal(forkd.talk(b"quiet\n"), b"quiet\n")
            equal(read_line(client), b"loud\n")
        log.wait("close", 6)
        equal(forkd.stop(), 0)
    found = log.lines("handler-error")
    whole = [line for line in found if "a line of a flood" in line]
    left = sum(int(n) for line in found for n in re.findall(
        r"(\d+) more (?:like this before|lines like this left out)$", line))
    equal(len(whole) + left, FLOOD)
    # 200 at once, 20 a second after that
    assert 200 <= len(whole) < FLOOD / 10, len(whole)


@test
def endless():
    """one that never stops costs the master little, and is ended"""
    log = Log()
    with logging(log, "-o", "kill-grace=1s", shell("endless", "exec yes >&2")
                 ) as forkd:
        with forkd.connect():
            log.wait("handler-error", 200)
            start = cpu_seconds(forkd.pid)
            time.sleep(1.0)     # the measurement itself
            used = cpu_seconds(forkd.pid) - start
            assert used < 0.8, "%.2f s of a second" % used
            equal(forkd.stop(signal.SIGINT), 0)
    match(r"signal (15 TERM|13 PIPE) in .*: stop$", log.lines("close")[0])


@test
def descendants():
    """who keeps the pipe open keeps no slot and no descriptor"""
    log = Log()
    fifo = os.path.join(scratch(), "go")
    os.mkfifo(fifo, 0o600)
    os.chmod(fifo, 0o666)
    path = shell("parent", "(read x < %s; while echo more; do :; done >&2) "
                 "</dev/null >/dev/null &\necho $!\n" % fifo)
    with logging(log, "-c", "1", path) as forkd:
        before = descriptors(forkd.pid)
        forkd.talk()
        log.wait("close")
        forkd.talk()        # the slot is free
        log.wait("close", 2)
        equal(descriptors(forkd.pid), before)
        # for reading too: what the first leaves stays for the second
        with open(fifo, "r+b", buffering=0) as file:
            file.write(b"x\nx\n")
            wait_until(lambda: not _orphans(forkd.pid),
                       "the end of descendants")
    equal(log.lines("more$"), [])


def _orphans(forkd_pid):
    """Orphans that are ours now, and have not ended of SIGPIPE yet."""
    return [pid for pid in children(os.getpid())
            if pid != forkd_pid and os.waitpid(pid, os.WNOHANG)[0] == 0]


@test
def left_in_the_pipe():
    """what a handler wrote last, before it ended, is not lost"""
    log = Log()
    with logging(log, shell("last", "i=0\nwhile [ $i -lt 100 ]; do "
                                    "echo word $i >&2; i=$((i + 1)); done\n"
                                    "kill -9 $$")) as forkd:
        forkd.talk()
        log.wait("close")
        equal([line.rsplit(": ", 1)[1]
               for line in log.lines("handler-error")],
              ["word %d" % i for i in range(100)])


@test
def closed():
    """one that closes it: the master does not turn in vain"""
    log = Log()
    with logging(log, shell("closed", "echo begun >&2\nexec 2>&-\n"
                                      "echo ready\nread x")) as forkd:
        before = descriptors(forkd.pid)
        with forkd.connect() as client:
            equal(read_line(client), b"ready\n")
            log.wait("begun")
            wait_until(lambda: len(descriptors(forkd.pid)) == len(before))
            start = cpu_seconds(forkd.pid)
            time.sleep(0.5)     # the measurement itself
            assert cpu_seconds(forkd.pid) - start < 0.1
        log.wait("close")
        equal(descriptors(forkd.pid), before)


@test
def exhausted():
    """without a descriptor for the pipe the connection is served"""
    log = Log()
    with logging(log, handler("echo")) as forkd:
        limit = max(descriptors(forkd.pid)) + 3     # connection, and one
        resource.prlimit(forkd.pid, resource.RLIMIT_NOFILE, (limit, limit))
        with forkd.connect() as one, forkd.connect() as two:
            for client in one, two:
                client.sendall(b"x")
                equal(client.recv(1), b"x")
            for pid in children(forkd.pid):
                equal(descriptors(pid)[2], "/dev/null")
        log.wait("close", 2)
    # once in a second, not with each connection
    found = log.lines("setup-error")
    match(r"warning echo: setup-error: standard error of the handler leads "
          r"nowhere: Too many open files$", found[0])
    equal(len([line for line in found if "leads" in line]), 1)


@test
def c_function():
    """C functions have it too, and nothing of the pipes of others"""
    log = Log()
    with logging(log, program=TALKBACK) as forkd:
        with forkd.connect() as one:
            one.sendall(b"x\n")
            read_line(one)
            with forkd.connect() as two:
                two.sendall(b"y\n")
                read_line(two)
                first, second = sorted(children(forkd.pid))
                for pid in first, second:
                    pipes = [fd for fd, what in descriptors(pid).items()
                             if what.startswith("pipe:")]
                    equal(pipes, [2])
                assert descriptors(first)[2] != descriptors(second)[2]


main()
