#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Mode wait: what a handler is given, compared whole: 0 and 1 the first
# listener, all of them from 3 on, LISTEN_FDS and its like; nothing of a client.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probed import *
from inheritance import *

ENV = {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}
FLAGS = "blocking,inherited", "nonblock,inherited"


def listener_facts(number, address, tcp=True):
    """What probe says about a listener."""
    want = {"fd %d" % number: "socket both blocking,inherited",
            "local %d" % number: address, "peer %d" % number: "",
            "sockopt %d listening" % number: "1"}
    for option, value in (("keepalive", 1), ("keepidle", 300),
                          ("keepintvl", 30), ("keepcnt", 6), ("nodelay", 0)):
        if tcp or option == "keepalive":
            want["sockopt %d %s" % (number, option)] = \
                str(value if tcp else 0)
    return want


def wanted(forkd, have, addresses, variables):
    """expected() for a handler with listeners."""
    nobody = ("0.0.0.0", 1)
    want = expected(forkd, nobody, nobody, ENV)
    for name in list(want):
        if re.match(r"(local|peer|sockopt|fd) [01]\b|env TCP|env PROTO|"
                    "env REMOTE|env FORKD_CONN", name):
            del want[name]
    for number, (address, tcp) in enumerate(addresses[:1] * 2):
        want.update(listener_facts(number, address, tcp))
    for number, (address, tcp) in enumerate(addresses):
        want.update(listener_facts(3 + number, address, tcp))
    variables = {"LISTEN_FDS": str(len(addresses)),
                 "LISTEN_PID": have["pid"], **variables}
    for name, value in variables.items():
        want["env " + name] = value
    return want


def compare(forkd, have, addresses, variables):
    equal(have["inode 0"], have["inode 3"], "0 and 3 are one socket")
    for number in range(len(addresses)):
        have.pop("inode %d" % (3 + number))
    equal_facts(have, wanted(forkd, have, addresses, variables))


def ask(forkd, port):
    with forkd.connect(port=port) as client:
        client.shutdown(socket.SHUT_WR)
        return facts(read_all(client))


@test
def whole():
    """one listener, several, and several handlers"""
    for count, args in (1, []), (3, []), (2, ["-o", "min-workers=1"]):
        listen = ["-l", "127.0.0.1:0"] * count
        with Forkd("-m", "wait", *listen, *args, testbin("probe"),
                   env=ENV) as forkd:
            have = ask(forkd, forkd.ports[0])
            addresses = [("127.0.0.1 %d" % port, True)
                         for port in forkd.ports]
            compare(forkd, have, addresses, {
                "PROTO": "TCP", "TCPLOCALIP": "127.0.0.1",
                "TCPLOCALPORT": str(forkd.ports[0]),
                "LISTEN_FDNAMES": ":".join(["probe"] * count)})


@test
def every_address():
    """a listener on every address"""
    need_ipv6()
    with Forkd("-m", "wait", "-p", "0", testbin("probe"), env=ENV) as forkd:
        have = ask(forkd, forkd.port)
        compare(forkd, have, [(":: %d" % forkd.port, True)], {
            "PROTO": "TCP", "TCPLOCALIP": "::",
            "TCPLOCALPORT": str(forkd.port), "LISTEN_FDNAMES": "probe"})


@test
def unix_first():
    """a unix socket, and one of tcp behind it"""
    path = place()
    with Forkd("-m", "wait", "-l", "unix://" + path, "-l", "127.0.0.1:0",
               "-o", "socket-mode=0666", testbin("probe"), env=ENV) as forkd:
        have = facts(talk(path, b""))
        compare(forkd, have, [("family 1", False),
                              ("127.0.0.1 %d" % forkd.port, True)],
                {"PROTO": "UNIX", "UNIXLOCALPATH": path,
                 "LISTEN_FDNAMES": "probe:probe"})


def flags_of(have, count):
    return [have["fd %d" % (3 + i)].split()[2] for i in range(count)]


@test
def inherited():
    """inherited ones keep their names, and whether they block"""
    for blocks in True, False:
        one, two = tcp(), tcp()
        one.setblocking(blocks)
        two.setblocking(not blocks)
        with one, two, inherit([one, two], "-m", "wait", "-l", "fd://admin",
                               "-l", "127.0.0.1:0", "-l", "fd://3",
                               testbin("probe"), names=":admin") as forkd:
            have = ask(forkd, two.getsockname()[1])
            equal((have["env LISTEN_FDS"], have["env LISTEN_PID"],
                   have["env LISTEN_FDNAMES"]),
                  ("3", have["pid"], "admin:probe:probe"))
            equal(flags_of(have, 3),
                  [FLAGS[blocks], FLAGS[0], FLAGS[not blocks]])
            equal([have["local %d" % (3 + i)] for i in range(3)],
                  ["127.0.0.1 %d" % port for port in
                   (two.getsockname()[1], forkd.ports[1],
                    one.getsockname()[1])])
            equal((os.get_blocking(one.fileno()),
                   os.get_blocking(two.fileno())), (blocks, not blocks))


SPOILER = """#!/usr/bin/python3
import os
import socket
server = socket.socket(fileno=0)
client = server.accept()[0]
client.sendall(b"blocking\\n" if os.get_blocking(0) else b"not\\n")
os.set_blocking(0, False)
"""


@test
def spoiled():
    """what one handler does to O_NONBLOCK the next one does not see"""
    with Forkd("-m", "wait", "-l", "127.0.0.1:0",
               script("spoiler", SPOILER)) as forkd:
        for _ in range(3):
            equal(forkd.talk(), b"blocking\n")


@test
def many():
    """fifty listeners, in their order"""
    with Forkd("-m", "wait", *["-l", "127.0.0.1:0"] * 50,
               testbin("probe")) as forkd:
        have = ask(forkd, forkd.ports[0])
        equal([have["local %d" % (3 + i)] for i in range(50)],
              ["127.0.0.1 %d" % port for port in forkd.ports])
        assert "fd 53" not in have
        equal(have["env LISTEN_FDS"], "50")


@test
def standard_error():
    """stderr = null, and a pipe to a log that is elsewhere"""
    log = os.path.join(scratch(), "elsewhere")
    for args, want in ((["-o", "stderr=null"], "device both"),
                       (["-o", "log=" + log], "pipe write")):
        with Forkd("-m", "wait", "-l", "127.0.0.1:0", *args, testbin("probe"),
                   ready=args[1] != "log=" + log) as forkd:
            if not forkd.ports:
                wait_until(lambda: os.path.exists(log) and "listening" in
                           open(log).read(), "the log")
                with open(log) as file:
                    forkd.ports = [int(re.search(r"tcp://\S+?:(\d+)",
                                                 file.read()).group(1))]
            have = ask(forkd, forkd.port)
            equal(have["fd 2"], want + " blocking,inherited")
            assert "fd 4" not in have


main()
