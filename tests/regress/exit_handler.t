#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Exit code 66: a handler that is missing or that the kernel would not run is
# told at start, in full, and not once per client.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

START = ["-d", "-p", "0"] + as_user()
USER = "nobody" if ROOT else str(os.getuid())
TEXT = ("neither a program nor a script with a first line like #!/bin/sh, so "
        "user %s cannot run it" % USER)


def refuse(path, message):
    for more in [], ["-n"]:
        refused(66, "%s: %s" % (path, message), *START, *more, path)


def written(name, data, mode=0o755):
    path = os.path.join(scratch(), name)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)
    return path


@test
def missing():
    """a handler that does not exist"""
    refuse("/nonexistent/handler", "/nonexistent: No such file or directory")
    refuse(scratch() + "/nothing", "No such file or directory")
    refuse(handler("talkback") + "/x", "Not a directory")


@test
def links():
    """a symbolic link to nothing, or to itself"""
    for name, target in ("dangling", "nothing"), ("loop", "loop"):
        os.symlink(target, os.path.join(scratch(), name))
    refuse(scratch() + "/dangling", "No such file or directory")
    refuse(scratch() + "/loop", "Too many levels of symbolic links")


@test
def no_name():
    """a handler without a name"""
    refused(66, "handler: its name is empty", *START, "")
    refused(66, "handler: its name is empty", *START, "-o", "handler=''")
    refused(66, "handler: its name is empty", *START, "-o", "handler='' x")


@test
def not_found():
    """a name that is in no directory"""
    where = re.escape(os.environ["HANDLERDIR"])
    code, out, err = run(*START, "no-such-handler")
    equal((code, out), (66, ""))
    match("\\Aforkd: no-such-handler: no such handler in %s or PATH; see "
          "forkd-handlers\\(8\\)\n\\Z" % where, err)


@test
def not_files():
    """a directory, a FIFO, a device"""
    refuse(scratch(), "a directory, not a program")
    refuse("/", "a directory, not a program")
    fifo = os.path.join(scratch(), "fifo")
    os.mkfifo(fifo)
    os.chmod(fifo, 0o755)
    refuse(fifo, "not a regular file")
    refuse("/dev/null", "not a regular file")


@test
def not_executable():
    """a file that the user cannot execute"""
    for mode in 0o644, 0o600, 0o000:
        refuse(script("mode%o" % mode, "#!/bin/sh\n", mode),
               "user %s cannot execute it, its mode is %04o: chmod +x it?" %
               (USER, mode))
    if ROOT:        # the others are the owner
        refuse(script("private", "#!/bin/sh\n", 0o700), "user nobody cannot "
               "execute it, its mode is 0700: chmod +x it?")


@test
@isolated()
def no_exec():
    """a file system from which nothing is executed"""
    where = os.path.join(scratch(), "noexec")
    os.mkdir(where)
    mount("none", where, "tmpfs", MS_NOEXEC)
    path = script("noexec/x", "#!/bin/sh\n")
    refuse(path, "user nobody cannot execute it, its mode is 0755: a file "
           "system mounted noexec?")


@test
def empty():
    """an empty file"""
    refuse(script("empty", ""), "it is empty")


@test
def no_interpreter_line():
    """text without a first line for its interpreter"""
    for name, text in (("plain", "echo hello\n"),
                       ("blank", "\n#!/bin/sh\necho hello\n"),
                       ("space", " #!/bin/sh\n"),
                       ("bom", "\ufeff#!/bin/sh\n"),
                       ("latin", "\u00e9cho\n" * 100),
                       ("short", "x")):
        refuse(written(name, text.encode()), TEXT)


@test
def interpreter_missing():
    """an interpreter that does not exist"""
    for number, line in enumerate(("/nonexistent/sh", " /nonexistent/sh",
                                   "\t/nonexistent/sh -x", "nonexistent/sh",
                                   "", " ")):
        words = line.split()
        refuse(script("missing%d" % number, "#!%s\necho hello\n" % line),
               'interpreter "%s" does not exist' % (words or [""])[0])


@test
def interpreter_wrong():
    """an interpreter that cannot be run"""
    data = script("data", "x", 0o644)
    refuse(script("wrong1", "#!%s\n" % data),
           'interpreter "%s": Permission denied' % data)
    refuse(script("wrong2", "#!%s\n" % scratch()),
           'interpreter "%s": Permission denied' % scratch())


@test
def carriage_returns():
    """CR LF line ends"""
    refuse(script("crlf1", "#!/bin/sh\r\necho hello\r\n"),
           'interpreter "/bin/sh\\r" does not exist: the file has CR LF line '
           'ends')
    for name, line in (("crlf2", "/bin/sh -e"), ("crlf3", "/bin/sh "),
                       ("crlf4", " /bin/sh /x y")):
        refuse(script(name, "#!%s\r\necho hello\r\n" % line),
               'interpreter "/bin/sh" would get an argument that ends in CR: '
               'the file has CR LF line ends')


@test
def right():
    """what looks odd and can be run"""
    for name, text in (("cr", "#!/bin/sh\necho hello\r\n"),
                       ("no-newline", "#!/bin/sh"),
                       ("blanks", "#! \t/bin/sh \t\necho hello\n")):
        code, _, err = run(*START, "-n", script(name, text))
        equal((code, err), (0, ""), name)
    # a program need not be readable
    if ROOT:
        secret = os.path.join(scratch(), "secret")
        shutil.copy(handler("talkback"), secret)
        os.chmod(secret, 0o711)
        with Forkd("-p", "0", secret) as forkd:
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")


main()
