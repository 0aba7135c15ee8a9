#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Without -d forkd detaches: the starting process leaves with 0 when the server
# serves, or with the reason; the daemon has nothing left of the terminal.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *
import pty

LISTEN = ["-l", "127.0.0.1:0"]


@test
def line():
    """the line has the daemon's pid and address; it serves at once"""
    with Detached(*LISTEN, handler("talkback")) as daemon:
        equal(daemon.out, "forkd: pid %d on tcp://127.0.0.1:%d; stop: "
              "kill %d\n" % (daemon.pid, daemon.port, daemon.pid))
        equal(daemon.talk(b"hello\n"), b"You said 'hello'.\n")
        equal(listeners(daemon.pid), [("127.0.0.1", daemon.port)])


@test
def several():
    """the line has all addresses, or as many as fit"""
    with Detached(*LISTEN * 3, handler("talkback")) as daemon:
        equal(["tcp://%s:%d" % pair for pair in listeners(daemon.pid)],
              sorted(daemon.addresses))
    with Detached(*LISTEN * 120, handler("talkback")) as daemon:
        equal(daemon.addresses[-1], "...")
        assert len(daemon.addresses) > 60, daemon.out


@test
def state():
    """a session of its own, directory /, no descriptor of the starter's"""
    ends = os.pipe()
    with Detached(*LISTEN, handler("talkback"), pass_fds=ends,
                  cwd=scratch()) as daemon:
        os.close(ends[1])
        equal(os.read(ends[0], 1), b"", "the pipe that was inherited")
        os.close(ends[0])
        _, _, group, session, terminal = stat_of(daemon.pid)[:5]
        equal((group, session, terminal), (str(daemon.pid),) * 2 + ("0",))
        equal(os.readlink("/proc/%d/cwd" % daemon.pid), "/")
        found = descriptors(daemon.pid)
        equal([found[fd] for fd in range(3)], ["/dev/null"] * 3)


@test
def masks():
    """umask: 022 at least; what was stricter stays"""
    for given, want in (0, "0022"), (0o77, "0077"), (0o22, "0022"):
        with Detached(*LISTEN, handler("talkback"), umask=given) as daemon:
            equal(status_of(daemon.pid, "Umask"), want)


@test
def hangup():
    """it outlives its terminal, where the line went"""
    ours, theirs = pty.openpty()

    def lead():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    starter = subprocess.Popen(
        [FORKD, *as_user(), *LISTEN, handler("talkback")], stdin=theirs,
        stdout=theirs, stderr=theirs, preexec_fn=lead)
    equal(starter.wait(DEADLINE), 0)
    os.close(theirs)
    text = b""
    try:
        while not text.endswith(b"\n"):
            text += os.read(ours, 1024)
    except OSError:     # nobody has the terminal any more
        pass
    os.close(ours)
    found = re.match(rb"forkd: pid (\d+) on .*:(\d+); stop: ", text)
    assert found, text
    pid, port = int(found[1]), int(found[2])
    equal(stat_of(pid)[4], "0", "controlling terminal")
    equal(Forkd.talk(type("", (), {"connect": Forkd.connect, "port": port})(),
                     b"hello\n"), b"You said 'hello'.\n")
    os.kill(pid, signal.SIGTERM)
    equal(ended(pid), 0)


@test
def handlers():
    """handlers start in /, and their standard error is a pipe to the log"""
    probe = testbin("probe")
    with Detached(*LISTEN, probe, cwd="/usr") as daemon:
        text = daemon.talk().decode()
        match(r"(?m)^cwd /$", text)
        match(r"(?m)^fd 2 pipe write ", text)
    with Detached(*LISTEN, "-o", "directory=lib", probe, cwd="/usr") as daemon:
        match(r"(?m)^cwd %s$" % os.path.realpath("/usr/lib"),
              daemon.talk().decode())


@test
def roots():
    """a chroot begins where forkd was started"""
    if not ROOT:
        raise Skip("needs root")
    top = os.path.join(scratch(), "top")
    os.makedirs(top + "/jail/in")
    shutil.copy(testbin("probe"), top + "/jail/probe")
    libraries = subprocess.run(["ldd", top + "/jail/probe"], text=True,
                               capture_output=True, check=True).stdout
    for library in re.findall(r"(/\S+) \(", libraries):
        os.makedirs(os.path.dirname(top + "/jail" + library), exist_ok=True)
        shutil.copy(library, top + "/jail" + library)
    with Detached(*LISTEN, "-r", "jail", "-o", "directory=in", "./probe",
                  cwd=top) as daemon:
        text = daemon.talk().decode()
        st = os.stat(top + "/jail")
        match(r"(?m)^root %d:%d$" % (st.st_dev, st.st_ino), text)
        match(r"(?m)^cwd /in$", text)


@test
def fails():
    """what keeps it from starting: one line, the exit code, nothing left"""
    talkback = handler("talkback")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(69, "tcp://127.0.0.1:%d: Address already in use; see: ss "
                "-ltnp 'sport = :%d'" % (port, port), *as_user(), "-l",
                "127.0.0.1:%d" % port, talkback)
    refused(66, "/nonexistent/handler: /nonexistent: No such file or "
            "directory", *as_user(), *LISTEN, "/nonexistent/handler")
    refused(67, "user no-such-user: no such user", "-u", "no-such-user",
            *LISTEN, talkback)
    refused(71, "directory /nonexistent: No such file or directory",
            *as_user(), *LISTEN, "-o", "directory=/nonexistent", talkback)
    refused(73, "log: /nonexistent/log: No such file or directory",
            *as_user(), *LISTEN, "-o", "log=/nonexistent/log", talkback)
    refused(73, "pidfile /nonexistent/pid: No such file or directory",
            *as_user(), *LISTEN, "-P", "/nonexistent/pid", talkback)
    refused(69, "unix:///nonexistent/x: No such file or directory; make the "
            "directory first", *as_user(), "-l", "/nonexistent/x", talkback)
    refused(69, "fd://99: descriptor 99 is not open", *as_user(), "-l",
            "fd://99", talkback)
    refused(64, "no address to listen on: say -p 10000", *as_user(), talkback)
    if ROOT:
        refused(67, "socket-owner nosuch: no such user", *as_user(), "-l",
                os.path.join(scratch(), "x"), "-o", "socket-owner=nosuch",
                talkback)
        refused(78, "user: started as root and no user given: say -u nobody, "
                "or -u root if you mean it", *LISTEN, talkback)


@test
@isolated("127.0.0.1 known\n")
def unknown_host():
    """so does a host that nobody knows"""
    refused(68, "host.invalid: Name or service not known", *as_user(), "-l",
            "host.invalid:0", handler("talkback"))


@test
def foreground():
    """NOTIFY_SOCKET: it stays, and logs to standard error"""
    for name, value in [("NOTIFY_SOCKET", "@forkd-test")]:
        environment = dict(os.environ, **{name: value})
        with Forkd(*as_user(), *LISTEN, handler("talkback"), plain=True,
                   env=environment, stdout=subprocess.PIPE) as forkd:
            equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
            equal(listeners(forkd.pid), [("127.0.0.1", forkd.port)])
            equal(forkd.stop(), 0)
            equal(forkd.process.stdout.read(), b"")
            forkd.process.stdout.close()
        # empty is the same as none, and so is what is for another process
        environment.update({name: "", "LISTEN_FDS": "1", "LISTEN_PID": "1"})
        with Detached(*LISTEN, handler("talkback"), env=environment):
            pass


@test
def first_process():
    """process 1 stays"""
    if not ROOT:
        raise Skip("needs root")
    if subprocess.run(["unshare", "--pid", "--fork", "true"],
                      capture_output=True).returncode != 0:
        raise Skip("no namespaces")
    with Forkd("--pid", "--fork", "--kill-child", FORKD, *as_user(), *LISTEN,
               handler("talkback"), plain=True, program="unshare") as forkd:
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        one = wait_until(lambda: children(forkd.pid))[0]
        equal(listeners(one), [("127.0.0.1", forkd.port)])
        os.kill(one, signal.SIGTERM)
        equal(forkd.wait(), 0)


@test
def log_stays():
    """log=stderr: standard error stays what it was"""
    with Forkd(*as_user(), *LISTEN, "-o", "log=stderr", handler("talkback"),
               plain=True) as forkd:
        equal(forkd.wait(), 0)
        pid = ended_later(forkd)
        equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")
        forkd.wait_line("close pid")
        found = descriptors(pid)
        equal([found[0], found[1]], ["/dev/null"] * 2)
        match("^pipe:", found[2])
        os.kill(pid, signal.SIGTERM)
        equal(ended(pid), 0)


def ended_later(forkd):
    """The pid of a daemon whose starter was not asked what it printed."""
    return wait_until(lambda: [pid for pid in children(os.getpid())
                               if pid != forkd.pid])[0]


@test
def unheard():
    """a standard output that is full does not stop it"""
    with open("/dev/full", "w") as full_device:
        done = subprocess.run(
            [FORKD, *as_user(), *LISTEN, handler("talkback")], text=True,
            stdin=subprocess.DEVNULL, stdout=full_device,
            stderr=subprocess.PIPE, timeout=DEADLINE)
    equal((done.returncode, done.stderr),
          (0, "forkd: standard output: No space left on device\n"))
    pid = wait_until(lambda: children(os.getpid()))[0]
    os.kill(pid, signal.SIGTERM)
    equal(ended(pid), 0)


@test
def inherited_signals():
    """signals that were blocked or ignored change nothing of it"""
    def odd():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        for number in signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP:
            signal.signal(number, signal.SIG_IGN)
    with Detached(*LISTEN, handler("talkback"), preexec_fn=odd) as daemon:
        equal(daemon.talk(b"hello\n"), b"You said 'hello'.\n")


@test
def again_and_again():
    """starts and stops 500 times in a row (20 in the short suite)"""
    path = os.path.join(scratch(), "again.pid")
    for _ in range(20 if SHORT else 500):
        with Detached(*LISTEN, "-P", path, handler("talkback")) as daemon:
            with open(path) as file:
                equal(file.read().strip(), str(daemon.pid))
            equal(daemon.talk(b"x\n"), b"You said 'x'.\n")
        assert not os.path.exists(path)


main()
