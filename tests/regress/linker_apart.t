#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The program forkd keeps the maps of the dynamic linker from children that do
# nothing but execute a handler, and gives them to those that need it.
import os
import shlex
import shutil
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from loaded import *

if SANITIZED:
    print("1..0 # SKIP a sanitizer is one object more")
    sys.exit(0)


def linker_flags(pid):
    """What VmFlags of smaps says of each map of the linker."""
    flags, is_linker = [], False
    with open("/proc/%d/smaps" % pid) as file:
        for line in file:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                is_linker = re.search(r"/ld[-.][^/]*$", line.rstrip())
            elif is_linker and line.startswith("VmFlags:"):
                flags.append(line.split()[1:])
    return flags


def is_apart(pid):
    flags = linker_flags(pid)
    assert flags, "no linker is mapped"
    found = {"dc" in some for some in flags}
    equal(len(found), 1, str(flags))
    return found.pop()


def serves(forkd, count):
    for _ in range(count):
        puppet = Puppet(forkd)
        puppet.order("exit 0")
        puppet.close()
    forkd.wait_line("close pid .* status 0", count)


@test
def apart():
    """in both modes that fork handlers"""
    for mode in "fork", "prefork":
        with Forkd("-p", "0", "-m", mode, testbin("puppet")) as forkd:
            needs_no_more_libraries(forkd)
            serves(forkd, 3)
            assert is_apart(forkd.pid), mode


@test
def names():
    """not where names are looked up before exec"""
    with Forkd("-p", "0", "-o", "resolve=yes", testbin("puppet")) as forkd:
        serves(forkd, 2)
        assert not is_apart(forkd.pid)


@test
def preloaded():
    """not with something preloaded, which may call anything"""
    environment = dict(os.environ)
    environment["LD_PRELOAD"] = reachable(
        os.path.join(os.environ["PRELOAD"], "no_ipv6.so"))
    with Forkd("-p", "0", testbin("puppet"), env=environment) as forkd:
        serves(forkd, 2)
        assert not is_apart(forkd.pid)


@test
def lazy():
    """nor in a program that looks for functions when it calls them"""
    program = os.path.join(scratch(), "forkd")
    build = os.environ["top_builddir"]
    with open(os.path.join(build, "Makefile")) as file:
        library = re.search(r"^LIBBSD_PROGRAM_LIBS = *(.*)$", file.read(),
                            re.M).group(1)
    subprocess.run(
        shlex.split(os.environ["CC"]) + shlex.split(os.environ["CFLAGS"]) +
        ["-Wl,-z,lazy", "-Wl,-z,norelro", "-o", program,
         os.path.join(build, "src/forkd/main.o"),
         os.path.join(build, "src/lib/.libs/libforkd_core.a")] +
        shlex.split(library), check=True)
    dynamic = subprocess.run(["readelf", "-d", program], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    assert "NOW" not in dynamic, dynamic
    for mode in "fork", "prefork":
        with Forkd("-p", "0", "-m", mode, testbin("puppet"),
                   program=program) as forkd:
            serves(forkd, 3)
            assert not is_apart(forkd.pid), mode


@test
def back():
    """a kernel that stops doing clone3(2): fork(3) has it again"""
    if shutil.which("strace") is None:
        raise Skip("no strace")
    with Forkd("-p", "0", testbin("puppet")) as forkd:
        needs_no_more_libraries(forkd)
        serves(forkd, 2)
        assert is_apart(forkd.pid)
        strace = subprocess.Popen(
            ["strace", "-q", "-e", "trace=clone3", "-e",
             "inject=clone3:error=ENOSYS", "-p", str(forkd.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: traced(forkd.pid), "strace")
            serves(forkd, 4)
        finally:
            strace.terminate()
            strace.wait()
        assert not is_apart(forkd.pid)
        serves(forkd, 6)


def traced(pid):
    with open("/proc/%d/status" % pid) as file:
        return re.search(r"^TracerPid:\s+[1-9]", file.read(), re.M)


main()
