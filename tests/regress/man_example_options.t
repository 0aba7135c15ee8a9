#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The programs of the pages of options, multicast and integers; see
# man_example_socket.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
from manprograms import *


def shown(page):
    """What a page says its program prints: the last display of EXAMPLES."""
    return manpages.displays(manpages.section(page, "EXAMPLES"))[-1]


@test
def options():
    """forkd_socket_set_option(3): options.c prints what the page says"""
    equal(outcome(compiled("options.c")),
          (0, shown("forkd_socket_set_option.3"), ""))


@test
def group():
    """forkd_socket_join_group(3): group.c joins, and says what is wrong"""
    program = compiled("group.c")
    index = socket.if_nametoindex("lo")
    equal(outcome(program, "lo"), (0, "interface %d, 3 hops\n" % index, ""))
    equal(outcome(program, "%d" % index),
          (0, "interface %d, 3 hops\n" % index, ""))
    equal(outcome(program, "no-such"),
          (1, "", "group: forkd_socket_join_group: interface no-such: "
           "there is none\n"))


@test
def hear():
    """forkd_socket_join_group(3): hear.c prints what is sent to its group"""
    program = compiled("hear.c")
    with subprocess.Popen([program, "lo"], text=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL) as process, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                              socket.inet_aton("127.0.0.1"))
            sender.bind(("127.0.0.1", 0))
            port = re.match(r"239\.1\.2\.3, port (\d+)\n\Z",
                            process.stdout.readline()).group(1)
            for data in b"one", b"two", b"":
                sender.sendto(data, ("239.1.2.3", int(port)))
            out, _ = process.communicate(timeout=DEADLINE)
            equal(out, "127.0.0.1: one\n127.0.0.1: two\n")
            equal(process.returncode, 0)
        finally:
            process.kill()


@test
def bytes_of():
    """forkd_socket_put_integer(3): bytes.c prints what the page says"""
    equal(outcome(compiled("bytes.c")),
          (0, shown("forkd_socket_put_integer.3"), ""))


@test
def table():
    """forkd_socket_set_option(3) has the options that the library knows"""
    path = os.path.join(os.environ["top_srcdir"], "src", "lib",
                        "socket_option_table.c")
    with open(path) as file:
        rows = re.findall(r"\{ (\w+)\((\w+)\), OPTION_(\w+), (\w+), (\S+), "
                          r"(\w+) \}", file.read())
    kinds = {"SWITCH": "switch", "NUMBER": "int", "INTERFACE": "int",
             "LINGER": "struct linger", "TIME": "struct timeval",
             "GROUP": "struct group_req", "SOURCE": "struct group_source_req"}
    uses = {"BOTH": "get, set", "OPTION_GET": "get", "OPTION_SET": "set"}
    want = set()
    for _, name, kind, use, low, high in rows:
        numbers = kind == "NUMBER" and use == "BOTH"
        want.add((name, kinds[kind], uses[use],
                  "%s to %s" % (low, high) if numbers else None))
    have = set()
    for name, kind, use, numbers in re.findall(
            r"^\.It Dv (\w+) Ta (.*?) Ta (.*?) Ta (.*)$",
            manpages.source("forkd_socket_set_option.3"), re.M):
        is_number = kind == "int" and use != "get" and "_IF" not in name
        have.add((name, kind, use.replace("(", "").replace(")", ""),
                  manpages.plain(numbers) if is_number else None))
    equal(len(rows), 35)
    equal(sorted(have, key=str), sorted(want, key=str))


main()
