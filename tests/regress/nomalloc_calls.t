#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Memory runs out in the library: each allocation of each public call fails
# once.  The call fails with ENOMEM and a sentence, nothing is left behind, and
# the same call works then; see starve.c.  What main() and workers do without
# memory is in nomalloc.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault import *


def starve():
    """{call: whether all was well}, and how many allocations it took"""
    if SANITIZED:
        raise Skip("the sanitizer's malloc() cannot be replaced")
    directory = os.path.join(scratch(), "starve")
    os.makedirs(directory, exist_ok=True)
    done = subprocess.run([testbin("starve"), directory], text=True,
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


@test
def calls():
    """every call: ENOMEM and a sentence, nothing is left, and again"""
    found, seen = starve()
    equal([name for name, well in found.items() if not well], [])
    assert seen > 60, seen


@test
def all_of_them():
    """no public function that could allocate is left out"""
    found, _ = starve()
    path = os.path.join(os.environ["top_srcdir"], "src", "lib", "forkd.map")
    with open(path) as file:
        exported = set(re.findall(r"forkd_\w+", file.read()))
    tried = {re.match(r"\w+", name).group() for name in found}
    # of connections: nomalloc.t; main: there, too; the others take no memory
    elsewhere = {name for name in exported if "_conn_" in name} | \
        {"forkd_main", "forkd_detach", "forkd_stop", "forkd_free"}
    equal(sorted(exported - tried - elsewhere), [])


main()
