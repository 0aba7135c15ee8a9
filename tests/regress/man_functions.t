#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The pages of section 3 describe the functions that the headers declare and
# the library exports, each in one place, and man(1) finds each name.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers
import manpages

PARTS = ["NAME", "SYNOPSIS", "DESCRIPTION", "RETURN VALUES", "EXAMPLES",
         "ERRORS", "SEE ALSO"]
# of the library, and of its socket layer: what they declare
OVERVIEWS = {"forkd.3": "forkd.h", "forkd_socket.3": "forkd_socket.h"}


def function_pages():
    return [page for page in manpages.pages()
            if page.startswith("forkd_") and page not in OVERVIEWS]


def named(page):
    return re.findall(r"^\.Nm (\S+)", manpages.section(page, "NAME"), re.M)


@test
def all_of_them():
    """each function of the headers is on one page, and nothing else is"""
    described = [name for page in function_pages() for name in named(page)]
    equal(len(described), len(set(described)))
    equal(sorted(described), sorted(headers.functions()))


@test
def synopsis():
    """SYNOPSIS has the header's prototypes, types of parameters included"""
    for page in function_pages():
        include = re.findall(r"^\.In (\S+)$",
                             manpages.section(page, "SYNOPSIS"), re.M)
        assert include in [[name] for name in headers.HEADERS], (page, include)
        want = headers.functions(*include)
        assert len(want) > 7, want
        have = headers.prototypes(manpages.rendered(page, "SYNOPSIS"))
        equal(list(have), named(page), page)
        for name in have:
            equal(have[name], want.get(name), name)


@test
def parts():
    """a page has its parts, and says where its functions may be called"""
    for page in function_pages():
        equal(page, named(page)[0] + ".3")
        have = re.findall(r"^\.Sh (.*)$", manpages.source(page), re.M)
        equal(have, PARTS, page)
        text = manpages.section(page, "DESCRIPTION")
        where = text[text.index(".Ss Where it may be called\n"):]
        assert "async-signal-safe" in where, page
        for name in named(page):
            mentioned = r"\.Fn %s\b" % name
            match(mentioned, text)
            if len(named(page)) > 1 and "_conn_" not in name:
                match(mentioned, where + manpages.section(page, "ERRORS") +
                      manpages.section(page, "RETURN VALUES"))


@test
def links():
    """the other names of a page are links to it"""
    want = {name + ".3": page for page in function_pages()
            for name in named(page)[1:]}
    equal({name: page for name, page in manpages.links().items()}, want)


@test
def installed():
    """every page and link is in man/local.mk"""
    with open(os.path.join(manpages.MAN, "local.mk")) as file:
        equal(sorted(re.findall(r"%D%/(\S+)", file.read())),
              manpages.files())


@test
def found_by_man():
    """man(1) finds every name"""
    if shutil.which("man") is None:
        raise Skip("man is missing (man-db)")
    section = os.path.join(scratch(), "man", "man3")
    os.makedirs(section)
    for name in manpages.files():
        if name.endswith(".3"):
            shutil.copy(os.path.join(manpages.MAN, name), section)
    environment = dict(os.environ, MANPATH=os.path.dirname(section),
                       MANPAGER="cat", MANWIDTH="200")
    for name in [page[:-2] for page in OVERVIEWS] + list(headers.functions()):
        done = subprocess.run(["man", "3", name], env=environment, text=True,
                              capture_output=True)
        equal((done.returncode, done.stderr), (0, ""), name)
        text = re.sub(".\x08", "", done.stdout)
        match(r"\b%s\b" % name, text)
        assert "DESCRIPTION" in text, text[:200]


@test
def overview():
    """forkd(3) and forkd_socket(3) list all of their headers"""
    for page, header in OVERVIEWS.items():
        text = manpages.section(page, "DESCRIPTION")
        table = text[text.index(".Ss The functions\n"):]
        table = table[:table.index(".El\n")]
        have = re.findall(r"Xr (forkd_\w+) 3", table)
        equal(len(have), len(set(have)), page)
        equal(sorted(have), sorted(headers.functions(header)), page)
    match(r"(?m)^\.Xr forkd_socket 3\b", manpages.section("forkd.3",
                                                         "DESCRIPTION"))


@test
def operations():
    """forkd_service(3) shows struct forkd_ops as the header has it"""
    want = re.search(r"struct forkd_ops \{.*?\n\};",
                     headers.source("forkd.h"), re.S).group()
    shown = manpages.displays(manpages.section("forkd_service.3",
                                               "DESCRIPTION"))
    equal(shown[0].split(), want.split())


@test
def fields():
    """forkd_stat(3) lists the fields that there are"""
    with open(os.path.join(headers.LIB, "stat.c")) as file:
        text = file.read()
    for number, table in enumerate(("service_fields", "worker_fields")):
        block = re.search(r"%s\[\] = \{(.*?)\n\};" % table, text, re.S)
        want = re.findall(r'\{ "([\w-]+)"', block.group(1))
        part = re.split(r"\.Fn forkd_worker_stat\nwrites",
                        manpages.section("forkd_stat.3", "DESCRIPTION"))
        equal(re.findall(r"^\.It Cm (\S+)", part[number], re.M), want)


@test
def exported():
    """the library exports these and no others"""
    equal(sorted(headers.exported()), sorted(headers.functions()))


main()
