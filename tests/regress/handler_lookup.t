#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Where a handler is found: a name without a slash in forkd's own directory,
# then in PATH; another one where it says.  The ready line shows the path.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

SYSTEM = "/usr/bin:/bin"


def directory(*names):
    path = os.path.join(scratch(), *names)
    os.makedirs(path, exist_ok=True)
    return path


def says(name, text, mode=0o755):
    """A handler that says where it comes from."""
    directory(os.path.dirname(name))
    return script(name, "#!/bin/sh\necho %s\n" % text, mode)


def found(path, answer, *args, **popen):
    with Forkd("-p", "0", *args, **popen) as forkd:
        match(r"listening on tcp[46]?://\*:%d: %s$" %
              (forkd.port, re.escape(path)), forkd.lines[0])
        equal(forkd.talk(), answer.encode() + b"\n")


def path_is(*directories):
    return {"env": {"PATH": ":".join(directories + (SYSTEM,))}}


@test
@isolated()
def own_directory():
    """a name: forkd's directory comes before PATH"""
    own = os.environ["HANDLERDIR"]
    above = own
    while not os.path.isdir(above):
        above = os.path.dirname(above)
    if above in ("/", "/usr") or os.path.realpath(FORKD).startswith(above):
        raise Skip("cannot put anything into " + own)
    mount("none", above, "tmpfs")
    os.makedirs(own)
    elsewhere = says("own/hello", "PATH")
    path = path_is(os.path.dirname(elsewhere))
    found(elsewhere, "PATH", "hello", **path)
    with open(own + "/hello", "w") as file:
        file.write("#!/bin/sh\necho own\n")
    found(elsewhere, "PATH", "hello", **path)   # it cannot be run
    os.chmod(own + "/hello", 0o755)
    found(own + "/hello", "own", "hello", **path)
    found(elsewhere, "PATH", elsewhere, **path)
    # without any: talkback
    shutil.copy(handler("talkback"), own)
    with Forkd("-p", "0") as forkd:
        match(": %s/talkback$" % re.escape(own), forkd.lines[0])
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")


@test
def path():
    """a name: the first in PATH that can be run"""
    first = says("first/hello", "first")
    second = says("second/hello", "second")
    path = path_is(directory("nothing"), os.path.dirname(first),
                   os.path.dirname(second))
    found(first, "first", "hello", **path)
    os.chmod(first, 0o644)
    found(second, "second", "hello", **path)
    os.remove(first)
    os.mkdir(first)     # a directory has execute bits, too
    found(second, "second", "hello", **path)


@test
def path_of_user():
    """a name: what its user can reach counts, not what root can"""
    if not ROOT:
        raise Skip("needs root")
    secret = says("secret/hello", "secret")
    public = says("public/hello", "public")
    os.chmod(os.path.dirname(secret), 0o700)
    path = path_is(os.path.dirname(secret), os.path.dirname(public))
    found(public, "public", "hello", **path)
    found(secret, "secret", "-u", "root", "hello", **path)


@test
def path_relative():
    """a name: directories that are relative do not count"""
    here = os.path.dirname(says("here/hello", "here"))
    absolute = says("there/hello", "there")
    found(absolute, "there", "hello", cwd=here,
          **path_is(".", "", "../here", os.path.dirname(absolute)))
    code, out, err = run("-d", "-p", "0", *as_user(), "hello", cwd=here,
                         **path_is(".", "", "../here"))
    equal((code, out), (66, ""))
    match("^forkd: hello: no such handler in ", err)


@test
def no_path():
    """a name: without PATH, the usual directories"""
    with Forkd("-p", "0", "cat", env={}) as forkd:
        match("/bin/cat$", forkd.lines[0])
        equal(forkd.talk(b"x\n"), b"x\n")


@test
def relative():
    """a relative path begins where forkd was started"""
    path = says("work/sub/hello", "hello")
    work = directory("work")
    found(path, "hello", "sub/hello", cwd=work)
    found(path, "hello", "./sub/hello", cwd=work)
    found(path, "hello", "./hello", cwd=work + "/sub")
    found(work + "/../work/sub/hello", "hello", "../work/sub/hello",
          cwd=work)
    # wherever the handler runs then
    found(path, "hello", "-o", "directory=/", "sub/hello", cwd=work)
    found(path, "hello", "-o", "handler=sub/hello", cwd=work)
    # and a link is the path that was given
    os.symlink("sub/hello", work + "/link")
    found(work + "/link", "hello", "./link", cwd=work)


@test
def from_root():
    """a relative path, started in /"""
    path = says("work/root", "root")
    found(path, "root", path[1:], cwd="/")


def argument_0(*args):
    with Forkd("-p", "0", *args, "-c", "echo \"$0\"", **path_is()) as forkd:
        return forkd.talk().decode()


@test
def argv0():
    """argv0: the path, or what the setting says"""
    shell = shutil.which("sh", path=SYSTEM)
    equal(argument_0(shell), shell + "\n")
    equal(argument_0("sh"), shell + "\n")
    equal(argument_0("-o", "argv0=a name", shell), "a name\n")
    equal(argument_0("-o", "argv0=x", "-o", "argv0=", shell), shell + "\n")


@test
def service():
    """the service has the name of the last component"""
    for name, wanted in (("web", "web"), ("a.b-c_9", "a.b-c_9"),
                         ("two words", "two_words"), ("\u00e9t", "__t"),
                         ("x" * 100, "x" * 63)):
        path = script(name, "#!/bin/sh\necho $FORKD_SERVICE\n")
        with Forkd("-p", "0", path) as forkd:
            equal(forkd.talk(), wanted.encode() + b"\n")
            forkd.wait_line("Z info %s#1: open " % re.escape(wanted))


main()
