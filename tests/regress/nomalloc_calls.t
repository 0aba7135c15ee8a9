#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Memory runs out in the library: each allocation of each public call fails
# once.  The call fails with ENOMEM and a sentence, nothing is left behind, and
# the same call works then; see starve.c and starve_socket.c.  What main() and
# workers do without memory is in nomalloc.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *
import headers

# these have no way to fail, and take no memory
SILENT = {"forkd_socket_close", "forkd_socket_clear_error"}

def starve(program, *words):
    """{call: whether all was well}, and how many allocations it took"""
    if SANITIZED:
        raise Skip("the sanitizer's malloc() cannot be replaced")
    done = subprocess.run([testbin(program), *words], text=True,
                          env=Faults().environment("nomalloc"),
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE)
    print("\n".join("# " + line for line in done.stdout.splitlines()
                    if line.startswith(("#", "not"))))
    equal((done.returncode, done.stderr), (0, ""))
    found = {name: state == "ok" for state, name in re.findall(
        r"^(ok|not ok) \d+ - (.*)$", done.stdout, re.M)}
    seen = sum(int(number) for number in
               re.findall(r"allocations: (\d+)", done.stdout))
    return found, seen


def starve_all():
    """The calls of starve and starve_socket"""
    found, _ = starve("starve", scratch())
    return {**found, **starve("starve_socket")[0]}


@test
def calls():
    """every call: ENOMEM and a sentence, nothing is left, and again"""
    found, seen = starve("starve", scratch())
    equal([name for name, well in found.items() if not well], [])
    assert seen > 60, seen


@test
def sockets():
    """and every one of the socket layer"""
    found, seen = starve("starve_socket")
    equal([name for name, well in found.items() if not well], [])
    assert seen > 3, seen


@test
def all_of_them():
    """no public function that could allocate is left out"""
    tried = {re.match(r"\w+", name).group() for name in starve_all()}
    # of connections: nomalloc.t; main: there, too; the others take no memory
    elsewhere = {name for name in headers.exported() if "_conn_" in name} | \
        {"forkd_main", "forkd_detach", "forkd_stop", "forkd_free"}
    equal(sorted(set(headers.exported()) - tried - elsewhere - SILENT), [])


main()
