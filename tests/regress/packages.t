#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What packages are made from agrees with the rest of the tree.  That they can
# be built, installed and purged is contrib/check-deb's to prove.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers

import fnmatch

SOURCE = os.environ["top_srcdir"]


def text(*path):
    with open(os.path.join(SOURCE, *path)) as file:
        return file.read()


@test
def versions():
    """the version is that of configure.ac"""
    version = os.environ["FORKD_VERSION"]
    match(r"\Aforkd \(%s-[^-]+\) " % re.escape(version),
          text("contrib", "debian", "changelog"))
    match(r"(?m)^Version:\s+%s$" % re.escape(version),
          text("contrib", "forkd.spec"))


@test
def symbols():
    """the symbols of libforkd0 are those of the map, in its order"""
    node, names = None, []
    for line in text("src", "lib", "forkd.map").splitlines():
        if line.endswith("{"):
            node = line.split()[0]
            names.append(node + "@" + node)
        elif re.match(r"\tforkd_\w+;$", line):
            names.append(line.strip("\t;") + "@" + node)
    lines = text("contrib", "debian", "libforkd0.symbols").splitlines()
    equal(lines[0], "libforkd.so.0 libforkd0 #MINVER#")
    equal(lines[1], "* Build-Depends-Package: libforkd-dev")
    equal([line.split()[0] for line in lines[2:]], names)


@test
def header_files():
    """forkd.spec lists both headers, and libforkd-dev has all of them"""
    equal(re.findall(r"(?m)^%\{_includedir\}/(\S+)$",
                     text("contrib", "forkd.spec")), list(headers.HEADERS))
    match(r"(?m)^usr/include$",
          text("contrib", "debian", "libforkd-dev.install"))
    match(r"(?m)^usr/share/man/man3$",
          text("contrib", "debian", "libforkd-dev.install"))
    match(r"(?m)^%\{_mandir\}/man3/forkd_\*\.3\*$",
          text("contrib", "forkd.spec"))


def lines(*path):
    return text(*path).split("\n")


@test
def manual():
    """each page is in one package, and the examples are in libforkd-dev"""
    pages = re.findall(r"%D%/(\S+)", text("man", "local.mk"))
    packages = [lines("contrib", "debian", name + ".install")
                for name in ("forkd", "libforkd-dev")]
    specs = re.findall(r"(?m)^%\{_mandir\}/(man\S+)\*$",
                       text("contrib", "forkd.spec"))
    for page in pages:
        place = "usr/share/man/man" + page[-1]
        found = [package for package in packages
                 if place in package or place + "/" + page in package]
        equal(len(found), 1, page)
        found = [spec for spec in specs
                 if fnmatch.fnmatch("man%s/%s" % (page[-1], page), spec)]
        equal(len(found), 1, page)
    assert "usr/share/doc/libforkd-dev/examples" in packages[1]
    match(r"(?m)^%\{_docdir\}/%\{name\}-devel$", text("contrib", "forkd.spec"))


@test
def licence():
    """debian/copyright says what COPYING says"""
    said = text("contrib", "debian", "copyright").split("License: ISC\n")[2]
    said = re.sub(r"(?m)^ \.?", "", said)
    holder, _, licence = text("COPYING").partition("\n\n")
    equal(said, licence)
    match(r"(?m)^Copyright: %s$" % re.escape(
        holder.replace("Copyright (c) ", "")),
        text("contrib", "debian", "copyright"))


main()
