#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The programs of section 3 compile against the header and the shared library,
# run, and do what their pages say; the first one of forkd(3) is
# src/examples/talkback.c.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *
from manprograms import *

import fcntl
import shlex
import struct
import tempfile
import termios

SOURCE = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]


def talks(program):
    with Forkd("-l", "127.0.0.1:0", program=program) as forkd:
        with forkd.connect() as connection:
            connection.sendall(b"hello\r\n")
            equal(read_line(connection), b"You said 'hello'.\n")
            connection.sendall(b"quit\n")
            equal(read_all(connection), b"")
        equal(forkd.talk(b"a\nb"), b"You said 'a'.\nYou said 'b'.\n")
        forkd.wait_line("talkback#2: close pid [0-9]+ status 0 ")


@test
def same():
    """forkd(3): the first program is src/examples/talkback.c"""
    path = os.path.join(SOURCE, "src", "examples", "talkback.c")
    with open(path) as file:
        text = file.read()
    match(r"\A/\* SPDX-License-Identifier: ISC \*/\n/\*\n( \*.*\n)* \*/\n"
          r"(?=#include)", text)
    equal(text[text.index("#include"):], PROGRAMS["talkback.c"])


@test
def built_one():
    """src/examples/talkback, as it was built, talks"""
    talks(os.path.join(BUILD, "src", "examples", "talkback"))


@test
def talkback():
    """forkd(3): talkback.c talks"""
    talks(compiled("talkback.c"))


def words_at_zero(command):
    words = shlex.split(command)
    equal(words[1:3], ["-l", "127.0.0.1:10000"])
    words[2] = "127.0.0.1:0"
    return words


@test
def ahead():
    """forkd(3): as talkback.c says, `-m prefork' and nothing else is a pool"""
    command = re.search(r"/\* \./talkback (.*) \*/", PROGRAMS["talkback.c"])
    words = words_at_zero(command.group(1))
    equal(words, ["-d", "-l", "127.0.0.1:0", "-m", "prefork"])
    with Forkd(*words, *as_user(), plain=True,
               program=compiled("talkback.c")) as forkd:
        forkd.wait_line("listening on ")
        workers = children(forkd.pid)
        equal(len(workers), 2)              # before there is any client
        pids = []
        for number in range(1, 13):
            equal(forkd.talk(b"one\r\ntwo\nquit\nthree\n"),
                  b"You said 'one'.\nYou said 'two'.\n")
            line = forkd.wait_line("talkback#%d: close pid [0-9]+ status 0 " %
                                   number)
            pids.append(int(re.search(r"close pid (\d+)", line).group(1)))
        assert pids[0] in workers, (pids, workers)
        assert len(set(pids)) < len(pids), pids     # some serve several
        equal(forkd.stop(), 0)


@test
def readme():
    """README.md: the examples serve with the options that it shows"""
    with open(os.path.join(SOURCE, "README.md")) as file:
        shown = re.findall(r"^    \./(\w+) (-d .*?)(?: +#.*)?$", file.read(),
                           re.M)
    equal([name for name, _ in shown], ["talkback", "counter"])
    for name, command in shown:
        program = os.path.join(BUILD, "src", "examples", name)
        with Forkd(*words_at_zero(command), *as_user(), plain=True,
                   program=program) as forkd:
            if name == "talkback":
                equal(forkd.talk(b"a"), b"You said 'a'.\n")
                continue
            equal([forkd.talk() for _ in range(3)],
                  [b"You are visitor %d.\n" % n for n in (1, 2, 3)])
            forkd.wait_line("counter#1: open .* 1/8$")


@test
def greet():
    """forkd(3): both services of greet.c serve"""
    with Forkd(plain=True, program=compiled("greet.c", 2)) as forkd:
        ports = {}
        for name in "greet", "/bin/date":
            line = forkd.wait_line("listening on .*: " + name)
            ports[name] = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
        with forkd.connect(port=ports["greet"]) as connection:
            equal(read_all(connection).decode(), "Hello, 127.0.0.1:%d!\n" %
                  connection.getsockname()[1])
        match(r"\d\d:\d\d:\d\d.* UTC",
              forkd.talk(port=ports["/bin/date"]).decode())
        forkd.wait_line("greet#1: open .* 1/16$")


@test
def new():
    """forkd_new(3): new.c takes a command, and says what is wrong with one"""
    program = compiled("new.c")
    equal(outcome(program, "/bin/echo 'a b'"), (0, "a command\n", ""))
    equal(outcome(program, "/bin/echo 'a b"),
          (1, "", "new: handler: /bin/echo 'a b: a quote is not closed\n"))


@test
def guard():
    """forkd_service(3): guard.c serves a file, to one address only"""
    with Forkd("-l", "127.0.0.1:0", program=compiled("guard.c")) as forkd:
        with open("/etc/passwd", "rb") as file:
            want = file.read()
        equal(forkd.talk(), want)
        equal(forkd.talk(), want)
        forkd.wait_line(r"^worker 0, process \d+: status 0$")
        with forkd.connect(source="127.0.0.2") as connection:
            try:
                equal(read_all(connection), b"")
            except ConnectionResetError:
                pass
        forkd.wait_line("refuse 127.0.0.2:")


@test
def setting():
    """forkd_set(3): set.c sets, and says what it cannot"""
    program = compiled("set.c")
    equal(outcome(program, "timeout=30s", "umask=077", "log-level=debug"),
          (0, "", ""))
    equal(outcome(program, "timeout=soon", "max-worker=3", "umask=077"),
          (1, 'timeout: "soon" is not 1ms to 24000h or off\n'
              "max-worker: no such setting; max-workers?\n", ""))


@test
def listen():
    """forkd_listen(3): listen.c shows its addresses, with the real port"""
    code, out, err = outcome(compiled("listen.c"))
    equal((code, err), (0, ""))
    match(r"\Atcp://127\.0\.0\.1:[1-9]\d*\nunix://@listen-example\n\Z", out)


@test
def three():
    """forkd_run(3): three.c ends after three connections"""
    with Forkd(plain=True, program=compiled("three.c", 1)) as forkd:
        equal([forkd.talk() for _ in range(3)],
              [b"2 to go\n", b"1 to go\n", b"0 to go\n"])
        equal(forkd.wait(), 0)
        forkd.wait_line("^3 served$")


@test
def loop():
    """forkd_run(3): loop.c serves until its standard input ends"""
    program = compiled("loop.c", 1)
    theirs, ours = os.pipe()
    os.set_inheritable(theirs, True)
    command = 'exec "$0" <&%d %d>&-' % (theirs, theirs)
    with Forkd("-c", command, program, plain=True, program="/bin/sh",
               pass_fds=[theirs]) as forkd:
        os.close(theirs)
        equal(forkd.talk(), b"hello\n")
        os.write(ours, b"not yet\n")
        equal(forkd.talk(), b"hello\n")
        os.close(ours)
        equal(forkd.wait(), 0)


@test
def total():
    """forkd_send(3): total.c counts all workers' connections"""
    with Forkd("-l", "127.0.0.1:0", program=compiled("total.c")) as forkd:
        equal([forkd.talk() for _ in range(3)], [b"1\n", b"2\n", b"3\n"])


@test
def status():
    """forkd_stat(3): status.c says how it is"""
    with Forkd("-l", "127.0.0.1:0", "-c", "5",
               program=compiled("status.c")) as forkd:
        forkd.talk(b"x")
        forkd.wait_line("#1: close ")
        with forkd.connect():
            line = forkd.wait_line("#2: open ")
            pid = re.search(r"pid (\d+)", line).group(1)
            forkd.send(signal.SIGHUP)
            forkd.wait_line(r"^process %s: \d+ ms$" % pid)
            for text in "workers 1", "max-workers 5", "served 1", \
                    "crashed 0", "killed 0":
                forkd.wait_line("^%s$" % text)


@test
def error():
    """forkd_error(3): error.c prints sentences, and errno agrees"""
    equal(outcome(compiled("error.c")),
          (0, "max-worker: no such setting; max-workers?, 1\n"
              "web: no such service, 1\n"
              "forkd_run: forkd is NULL: no master, 1\n", ""))


@test
def shout():
    """forkd_main(3): shout.c shouts, and has forkd's options"""
    program = compiled("shout.c")
    with Forkd("-l", "127.0.0.1:0", program=program) as forkd:
        with forkd.connect() as connection:
            connection.sendall(b"hello\n")
            equal(read_line(connection), b"HELLO\n")
        equal(forkd.talk(b"more"), b"MORE")
    code, out, err = outcome(program, "-n", "-p", "0", *as_user())
    equal((code, out, err), (0, "shout: shout: no mistake found\n", ""))
    equal(outcome(program, "-p", "none")[0], 64)


@test
def notes():
    """forkd_detach(3): notes.c detaches, and notes"""
    program = compiled("notes.c")
    path = os.path.join(scratch(), "notes.txt")
    equal(outcome(program), (1, "", "notes: one file\n"))
    equal(outcome(program, "/nonexistent/file"),
          (2, "", "/nonexistent/file: No such file or directory\n"))
    equal(outcome(program, path), (0, "", ""))
    pid = wait_until(lambda: children(os.getpid()))[0]
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: os.path.getsize(path) == len("noted\n"))
    os.kill(pid, signal.SIGTERM)
    equal(ended(pid), 0)


def counts(program):
    with tempfile.TemporaryFile() as log:
        with subprocess.Popen([program, "127.0.0.1:0"], stderr=log,
                              stdin=subprocess.PIPE) as process:
            port = wait_until(lambda: port_of(log), "the address")
            for number in range(3):
                with socket.create_connection(("127.0.0.1", port),
                                              DEADLINE) as connection:
                    connection.settimeout(DEADLINE)
                    equal(read_all(connection), b"%d lines\n" % number)
                process.stdin.write(b"a line\n")
                process.stdin.flush()
                wait_until(lambda: unread(process.stdin) == 0, "a reader")
            process.stdin.close()
            equal(process.wait(DEADLINE), 0)


def port_of(log):
    found = re.search(rb"listening on tcp://127\.0\.0\.1:(\d+)",
                      os.pread(log.fileno(), 4096, 0))
    return found and int(found.group(1))


def unread(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD,
                                          bytes(4)))[0]


@test
def embed():
    """forkd_run(3): embed.c is src/examples/embed.c, and counts"""
    path = os.path.join(SOURCE, "src", "examples", "embed.c")
    with open(path) as file:
        text = file.read()
    equal(text[text.index("#include"):], PROGRAMS["embed.c"])
    counts(os.path.join(BUILD, "src", "examples", "embed"))
    counts(compiled("embed.c"))


@test
def drop():
    """forkd_drop_privileges(3): drop.c becomes nobody, for good"""
    program = compiled("drop.c")
    equal(outcome(program, "no-such-user"),
          (1, "", "drop: user no-such-user: no such user\n"))
    uid = pwd.getpwnam("nobody").pw_uid
    if ROOT:
        equal(outcome(program), (0, "user %d, can read\n" % uid, ""))
    elif os.getuid() != uid:
        code, out, err = outcome(program)
        equal((code, out), (1, ""))
        match("^drop: user nobody: Operation not permitted$", err)


@test
def who():
    """forkd_conn_fd(3): who.c says who, on TCP and unix sockets"""
    path = os.path.join(scratch(), "who.socket")
    with Forkd("-l", "127.0.0.1:0", "-l", "unix://" + path,
               program=compiled("who.c")) as forkd:
        with forkd.connect() as connection:
            peer = "%s:%d" % connection.getsockname()
            connection.sendall(b"12345")
            connection.shutdown(socket.SHUT_WR)
            equal(read_all(connection).decode(),
                  "you are %s, number 1 at 127.0.0.1:%d\n" %
                  (peer, forkd.port))
        forkd.wait_line("^5 bytes$")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE)
            connection.connect(path)
            equal(read_all(connection).decode(),
                  "you are pid=%d,uid=%d, number 2 at %s\nuser %d\n" %
                  (os.getpid(), os.getuid(), path, os.getuid()))


@test
def complete():
    """every page of section 3 has a program, and each is tried"""
    for page in PAGES:
        assert manpages.programs(page), page
    equal(sorted(set(PROGRAMS) - tried()), [])


main()
