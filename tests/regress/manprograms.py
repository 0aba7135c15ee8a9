# SPDX-License-Identifier: ISC
"""The programs of section 3 of the manual, for man_example*.t: compiled
against the headers and the shared library, and run."""

import glob
import shlex

import manpages
from forkdtest import *

PAGES = [page for page in manpages.pages() if page.endswith(".3")]
PROGRAMS = {name: text for page in PAGES
            for name, text in manpages.programs(page).items()}
_HERE = os.path.dirname(os.path.abspath(__file__))
_SOURCE = os.path.join(os.environ["top_srcdir"], "src", "lib")
_LIBRARY = os.path.join(os.environ["top_builddir"], "src", "lib", ".libs")


def compiled(name, ports=0):
    """The program of that name; its `ports' port numbers are any."""
    text, count = re.subn(r'"127\.0\.0\.1:\d\d+"', '"127.0.0.1:0"',
                          PROGRAMS[name])
    equal(count, ports)
    source = script(name, text, 0o644)
    program = source.rsplit(".", 1)[0]
    command = shlex.split(os.environ["CC"])
    command += ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
                "-I" + _SOURCE]
    if SANITIZED:
        command.append("-fsanitize=" + os.environ["SANITIZERS"])
    subprocess.run(command + ["-o", program, source, "-L" + _LIBRARY,
                              "-Wl,-rpath," + _LIBRARY, "-lforkd"], check=True)
    return program


def outcome(program, *args, **popen):
    """Its exit code, standard output and standard error."""
    done = subprocess.run([program, *args], text=True, timeout=DEADLINE,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          **popen)
    return done.returncode, done.stdout, done.stderr


def tried():
    """The programs that a test compiles, in whatever file it is."""
    names = set()
    for path in glob.glob(os.path.join(_HERE, "man_example*.t")):
        with open(path) as file:
            names |= set(re.findall(r'compiled\(\s*"(\w+\.c)"', file.read()))
    return names
