#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# -r, --chroot: the root directory of the workers, where the handler is looked
# for.  The master is never in it (promise 6).
import os
import shutil
import subprocess
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"] + as_user()


def copy(path, jail):
    copy = jail + path
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    if not os.path.exists(copy):
        shutil.copy(path, copy)


def jail():
    """A root directory with a shell, and what that is linked with."""
    if not ROOT:
        raise Skip("needs root")
    path = os.path.join(scratch(), "jail")
    if os.path.exists(path):
        return path
    shell = os.path.realpath("/bin/sh")
    linked = subprocess.run(["ldd", shell], capture_output=True, text=True)
    for name in re.findall(r"(/\S+) \(0x", linked.stdout):
        copy(name, path)
    os.makedirs(path + "/bin", exist_ok=True)
    shutil.copy(shell, path + "/bin/sh")
    done = subprocess.run(
        ["/bin/sh", "-c", "exit 7"],
        preexec_fn=lambda: (os.chroot(path), os.chdir("/")))
    if done.returncode != 7:
        raise Skip("cannot make a root directory for /bin/sh")
    os.makedirs(path + "/sub/empty")
    inside("answer", "#!/bin/sh\npwd\nread line\necho $0 $line\n")
    return path


def inside(name, text):
    with open(os.path.join(scratch(), "jail", "sub", name), "w") as file:
        file.write(text)
    os.chmod(file.name, 0o755)


@test
def worker():
    """the worker is in it, the master is not"""
    root = jail()
    for option in ["-r", root], ["-r" + root], ["--chroot", root], \
            ["--chroot=" + root], ["-o", "chroot=" + root]:
        with Forkd("-p", "0", *option, "/sub/answer") as forkd:
            match(": /sub/answer$", forkd.lines[0])
            with forkd.connect() as client:
                equal(read_line(client), b"/\n")
                worker = children(forkd.pid)[0]
                equal(os.readlink("/proc/%d/root" % worker), root)
                equal(os.readlink("/proc/%d/cwd" % worker), root)
                equal(os.readlink("/proc/%d/root" % forkd.pid), "/")
                equal(os.readlink("/proc/%d/cwd" % forkd.pid), os.getcwd())
                client.sendall(b"x\n")
                equal(read_all(client), b"/sub/answer x\n")


@test
def directories():
    """the working directory is in it, too"""
    root = jail()
    for directory in "/sub", "sub", "/", "/sub/empty/..":
        with Forkd("-p", "0", "-r", root, "-o", "directory=" + directory,
                   "/sub/answer") as forkd:
            equal(forkd.talk(), b"%s\n/sub/answer\n" %
                  os.path.normpath(os.path.join("/", directory)).encode())
    refused(71, "directory /nowhere: No such file or directory", *START, "-r",
            root, "-o", "directory=/nowhere", "/sub/answer")


@test
def relative():
    """a relative handler begins at that root, not where forkd was started"""
    root = jail()
    for cwd in "/", root + "/sub":
        with Forkd("-p", "0", "-r", root, "sub/answer", cwd=cwd) as forkd:
            match(": /sub/answer$", forkd.lines[0])
            equal(forkd.talk(b"x\n"), b"/\n/sub/answer x\n")


@test
def path():
    """a name is looked for in its PATH"""
    root = jail()
    env = {"PATH": scratch() + ":/nowhere:/sub:/bin"}
    script("answer", "#!/bin/sh\necho outside\n")
    with Forkd("-p", "0", "-r", root, "answer", env=env) as forkd:
        match(": /sub/answer$", forkd.lines[0])
        equal(forkd.talk(b"x\n"), b"/\n/sub/answer x\n")


@test
def identity():
    """users are those outside"""
    root = jail()
    assert not os.path.exists(root + "/etc")
    with Forkd("-p", "0", "-r", root, "/bin/sh", "-c",
               "echo $USER $HOME; read x") as forkd:
        with forkd.connect() as client:
            nobody = pwd.getpwnam("nobody")
            equal(read_line(client).decode(),
                  "nobody %s\n" % nobody.pw_dir)
            with open("/proc/%d/status" % children(forkd.pid)[0]) as file:
                status = file.read()
            for name, number in ("Uid", nobody.pw_uid), ("Gid",
                                                         nobody.pw_gid):
                match(r"\n%s:\t%d\t%d\t%d\t%d\n" % ((name,) + (number,) * 4),
                      status)


@test
def dynamic_linker():
    """a program whose dynamic linker is not in it is told so"""
    if not ROOT:
        raise Skip("needs root")
    if "statically linked" in subprocess.run(
            ["ldd", testbin("probe")], capture_output=True, text=True).stdout:
        raise Skip("programs are static here")
    root = os.path.join(scratch(), "bare")
    os.mkdir(root)
    os.chmod(root, 0o755)
    shutil.copy(testbin("probe"), root)
    code, out, err = run(*START, "-r", root, "/probe")
    equal((code, out), (66, ""))
    match(r"\Aforkd: /probe: its dynamic linker /\S+: No such file or "
          r"directory; in a chroot, link it statically\n\Z", err)


@test
def outside():
    """a handler or an interpreter outside of it does not exist"""
    root = jail()
    path = script("outside", "#!/bin/sh\necho outside\n")
    for more in [], ["-n"]:
        refused(66, "%s: /tmp: No such file or directory" % path, *START,
                *more, "-r", root, path)
    inside("away", "#!/usr/bin/env sh\necho away\n")
    refused(66, "/sub/away: interpreter \"/usr/bin/env\" does not exist",
            *START, "-r", root, "/sub/away")
    # nor is there a way out
    refused(66, "/..%s: /../tmp: No such file or directory" % path, *START,
            "-r", root, "/.." + path)


@test
def links():
    """a symbolic link leads nowhere else"""
    root = jail()
    path = script("outside", "#!/bin/sh\necho outside\n")
    os.symlink(path, root + "/sub/link")
    refused(66, "/sub/link: No such file or directory", *START, "-r", root,
            "/sub/link")
    os.symlink("/sub/answer", root + "/sub/inner")
    with Forkd("-p", "0", "-r", root, "/sub/inner") as forkd:
        equal(forkd.talk(), b"/\n/sub/inner\n")


main()
