#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode prefork with executables: a handler sees what it sees in mode fork,
# though all but the exec was done before its client came.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pools import *

PREFORK = ["-m", "prefork"]


@test
def state():
    """the whole state of a handler is as forkd-handler(7) promises it"""
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C", "SECRET": "x"}
    with Forkd("-p", "0", *PREFORK, testbin("probe"), env=environ) as forkd:
        for serial in range(1, 5):
            have, client, server = probe(forkd)
            want = expected(forkd, client, server,
                            {"PATH": "/usr/bin:/bin", "LANG": "C"})
            want["env FORKD_CONNECTION"] = str(serial)
            want["env FORKD_WORKER"] = have["env FORKD_WORKER"]
            equal_facts(have, want)


@test
def settings():
    """settings of handlers do the same as in mode fork"""
    directory = os.path.join(scratch(), "directory")
    os.makedirs(directory, exist_ok=True)
    for options in (["-o", "umask=077"], ["-o", "nice=3"],
                    ["-o", "directory=" + directory],
                    ["-o", "limit-nofile=5"], ["-o", "limit-core=1k"],
                    ["-o", "limit-as=1g"], ["-o", "stderr=socket"],
                    ["-o", "stderr=null"], ["-o", "argv0=other"],
                    ["-o", "env=A=1", "-o", "env-keep=*"],
                    ["-o", "tcp-nodelay=yes"], ["-o", "no-new-privs=yes"]):
        fork = changes(*options)
        both = changes(*PREFORK, *options)
        both.pop("env FORKD_WORKER", None)
        equal(both, fork, " ".join(options))


@test
def names():
    """resolve = yes looks names up when the client is known"""
    with Forkd("-p", "0", *PREFORK, "-o", "resolve=yes",
               testbin("probe")) as forkd:
        have = probe(forkd)[0]
        match("localhost|^" + socket.gethostname(),
              have.get("env TCPREMOTEHOST", ""))


@test
def ahead():
    """min-workers wait; each serves one connection, and another comes"""
    with Forkd("-p", "0", *PREFORK, "-o", "min-workers=4",
               testbin("puppet")) as forkd:
        first = set(pool_is(forkd, 4))
        puppet = Puppet(forkd)
        assert puppet.pid in first
        rest = set(pool_is(forkd, 4)) - {puppet.pid}
        puppet.order("exit 0")
        puppet.close()
        forkd.wait_line("close pid %d status 0" % puppet.pid)
        assert puppet.pid not in pool_is(forkd, 4)
        assert rest <= set(children(forkd.pid))


@test
def nobody_idle():
    """who finds nobody idle gets a worker of its own, up to max-workers"""
    with Forkd("-p", "0", *PREFORK, "-c", "3", "-o", "min-workers=1",
               "-o", "min-spare=0", testbin("puppet")) as forkd:
        puppets = [Puppet(forkd) for _ in range(3)]
        equal(sorted(children(forkd.pid)),
              sorted(puppet.pid for puppet in puppets))
        forkd.wait_line("full")
        late = forkd.connect()
        late.sendall(b"pid\n")
        first = puppets.pop(0)
        first.order("exit 0")
        first.close()
        pid = int(read_line(late))
        match("open pid %d" % pid, forkd.wait_line("open pid", 4))
        late.close()
        for puppet in puppets:
            puppet.order("exit 0")
            puppet.close()
        pool_is(forkd, 1)


@test
def waiting():
    """a waiting worker has its channel, the log, the report; no more"""
    with Forkd("-p", "0", *PREFORK, "-o", "min-workers=3",
               testbin("puppet")) as forkd:
        for pid in pool_is(forkd, 3):
            found = descriptors(pid)
            equal(sorted(found), [0, 1, 2, 3])
            equal(found[0], found[1])
            match("^socket:", found[0])
            if ROOT:
                with open("/proc/%d/status" % pid) as file:
                    uid = re.search(r"Uid:\s+(\d+)", file.read())[1]
                equal(int(uid), pwd.getpwnam("nobody").pw_uid)


@test
def titles():
    """ps(1) shows that they are idle, unless title = no"""
    for option, want in ("yes", "forkd: puppet: idle"), ("no", FORKD):
        with Forkd("-p", "0", *PREFORK, "-o", "title=" + option,
                   testbin("puppet")) as forkd:
            pid = pool_is(forkd, 2)[0]
            wait_until(lambda: asleep(pid), "an idle worker")
            with open("/proc/%d/cmdline" % pid) as file:
                equal(file.read().split("\0")[0], want)
            with open("/proc/%d/cmdline" % forkd.pid) as file:
                equal(file.read().split("\0")[0], FORKD)


@test
def vanishes():
    """a handler that cannot be executed any more is said, and throttles"""
    path = script("vanishing", "#!/bin/sh\necho here\n")
    with Forkd("-p", "0", *PREFORK, "-o", "min-workers=3", path) as forkd:
        equal(forkd.talk(), b"here\n")
        forkd.wait_line("close pid")
        os.unlink(path)
        for number in range(1, 4):
            with forkd.connect() as client:
                try:
                    equal(read_all(client), b"")
                except ConnectionResetError:
                    pass
            forkd.wait_line("setup-error pid .*: exec .*vanishing: "
                            "No such file or directory", number)
        forkd.wait_line("throttle: spawning nothing for .*: exec ")


@test
def detached():
    """the first workers keep nothing of a start in the background"""
    pid_file = os.path.join(scratch(), "pool.pid")
    # whoever keeps standard output or error keeps this from returning
    code, out, err = run("-p", "0", "-P", pid_file, *as_user(), *PREFORK,
                         "-o", "min-workers=3", testbin("puppet"),
                         cwd=scratch())
    equal((code, err), (0, ""))
    pid = int(re.match(r"forkd: pid (\d+) on ", out)[1])
    workers = children(pid)
    equal(len(workers), 3)
    for worker in workers:
        equal(os.readlink("/proc/%d/cwd" % worker), "/")
        assert "pool.pid" not in str(descriptors(worker))
    os.kill(pid, signal.SIGTERM)
    equal(os.waitpid(pid, 0)[1], 0)


@test
def sizes():
    """the clients of a full pool wait, and are all served"""
    with Forkd("-p", "0", *PREFORK, "-c", "3", testbin("puppet")) as forkd:
        puppets = [Puppet(forkd) for _ in range(3)]
        forkd.wait_line("puppet: full: 3 of 3 workers busy")
        waiting = [forkd.connect() for _ in range(5)]
        for puppet in puppets:
            puppet.order("exit 0")
            puppet.close()
        for client in waiting:
            client.sendall(b"exit 0\n")
            client.shutdown(socket.SHUT_WR)
            read_all(client)
            client.close()
        forkd.wait_line("close pid .* status 0", 8)


main()
