#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# contrib/init.d/forkd: start, stop, restart, reload and status, with a program
# that does what the script relies on: it detaches, and keeps a pid file.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from puppets import *

SCRIPT = os.path.join(os.environ["top_srcdir"], "contrib", "init.d", "forkd")

# Its name has to be that of the process: no env(1) between.
STUB = r"""#!%s
import os, signal, sys
assert sys.argv[1] == "-P", sys.argv
place, options = sys.argv[2], sys.argv[3:]
log = open(os.path.join(os.path.dirname(place), "log"), "a", buffering=1)
supervised = [n for n in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS")
              if n in os.environ]
print("start", *options, *supervised, file=log)
if "fail" in options:
    print("forkd: tcp://*:80: Address already in use", file=sys.stderr)
    sys.exit(69)
ready, told = os.pipe()
if os.fork() != 0:
    os.close(told)
    sys.exit(0 if os.read(ready, 1) else 1)
os.setsid()
stubborn = options.count("stubborn")
def got(number, frame):
    global stubborn
    print(signal.Signals(number).name, file=log)
    if number == signal.SIGHUP:
        return
    if stubborn > 0:
        stubborn -= 1
        return
    os.unlink(place)
    os._exit(0)
for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
    signal.signal(number, got)
with open(place, "w") as file:
    print(os.getpid(), file=file)
for fd in 0, 1, 2:
    os.dup2(os.open("/dev/null", os.O_RDWR), fd)
os.write(told, b"x")
os.close(told)
while True:
    signal.pause()
"""


class Init:
    """The script with places of its own; `with' ends what it started."""

    def __init__(self, options="-p 10000 -u nobody", seconds=30,
                 program=None):
        self.place = tempfile.mkdtemp(dir=scratch())
        self.pid_file = os.path.join(self.place, "forkd.pid")
        self.daemon = os.path.join(self.place, "forkd")
        if program is None:
            with open(self.daemon, "w") as file:
                file.write(STUB % sys.executable)
            os.chmod(self.daemon, 0o755)
        else:
            shutil.copy(program, self.daemon)
        self.defaults = os.path.join(self.place, "defaults")
        self.configure(options, seconds)
        with open(SCRIPT) as file:
            text = file.read()
        for name, value in (("daemon", self.daemon),
                            ("pid_file", self.pid_file),
                            ("defaults", self.defaults)):
            text, count = re.subn("(?m)^%s=.*$" % name,
                                  "%s=%s" % (name, value), text)
            equal(count, 1, name)
        # what Debian's does first is to hand over to a systemd that runs
        text = text.replace("/lib/lsb/init-functions", "/nonexistent/lsb")
        self.script = os.path.join(self.place, "init")
        with open(self.script, "w") as file:
            file.write(text)

    def configure(self, options, seconds=30):
        with open(self.defaults, "w") as file:
            file.write('FORKD_OPTIONS="%s"\nFORKD_STOP_SECONDS=%d\n'
                       % (options, seconds))

    def run(self, *args, **environment):
        """Exit code and everything that it printed."""
        done = subprocess.run(["sh", self.script, *args], text=True,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60,
                              env=dict(os.environ, **environment))
        return done.returncode, done.stdout

    def pid(self):
        with open(self.pid_file) as file:
            return int(file.read())

    def log(self):
        with open(os.path.join(self.place, "log")) as file:
            return file.read().splitlines()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if os.path.exists(self.pid_file) and alive(self.pid()):
            slay(self.pid())


@test
def start_and_stop():
    """start, status, stop, status; twice is once"""
    with Init() as init:
        equal(init.run("status"), (3, "forkd is not running\n"))
        equal(init.run("stop"), (0, ""))
        equal(init.run("start", NOTIFY_SOCKET="/x", WATCHDOG_USEC="1",
                       LISTEN_FDS="1"), (0, ""))
        pid = init.pid()
        equal(init.run("start"),
              (0, "forkd is running already, pid %d\n" % pid))
        equal(init.run("status"), (0, "forkd is running, pid %d\n" % pid))
        equal(init.run("stop"), (0, ""))
        assert not alive(pid)
        equal(init.run("status"), (3, "forkd is not running\n"))
        equal(init.log(), ["start -p 10000 -u nobody", "SIGTERM"])


@test
def restart():
    """restart, and try-restart only what runs"""
    with Init() as init:
        equal(init.run("try-restart"), (0, ""))
        assert not os.path.exists(init.pid_file)
        equal(init.run("restart"), (0, ""))
        first = init.pid()
        for verb in "restart", "try-restart":
            equal(init.run(verb), (0, ""))
            assert init.pid() != first
            assert alive(init.pid()) and not alive(first)
            first = init.pid()
        equal(init.run("stop"), (0, ""))


@test
def reload():
    """reload and force-reload send HUP, and nothing else"""
    with Init() as init:
        equal(init.run("reload"), (7, "forkd is not running\n"))
        equal(init.run("start"), (0, ""))
        pid = init.pid()
        for count, verb in enumerate(("reload", "force-reload"), 1):
            equal(init.run(verb), (0, ""))
            wait_until(lambda: init.log().count("SIGHUP") == count, "HUP")
        equal(init.pid(), pid)
        equal(init.run("stop"), (0, ""))


@test
def failing():
    """a start that fails says why, and is a failure"""
    with Init("fail") as init:
        message = "forkd: tcp://*:80: Address already in use\n"
        for verb in "start", "restart":
            equal(init.run(verb), (1, message))
        equal(init.run("status")[0], 3)


@test
def stubborn():
    """what ignores TERM gets INT, and INT again, and never KILL"""
    with Init("stubborn stubborn", seconds=1) as init:
        equal(init.run("start"), (0, ""))
        pid = init.pid()
        code, said = init.run("stop")
        equal((code, said), (0, "forkd, pid %d, is still there: its handlers "
                             "are ended\n" % pid))
        equal(init.log()[1:], ["SIGTERM", "SIGINT", "SIGINT"])
    with open(SCRIPT) as file:
        assert not re.search(r"kill -(KILL|9)", file.read())


@test
def stale():
    """a pid file of the dead, of somebody else, or with nonsense in it"""
    with Init() as init:
        for text in str(os.getpid()), "999999999", "", "x", "-1", "1 2":
            with open(init.pid_file, "w") as file:
                file.write(text + "\n")
            equal(init.run("status"), (
                1, "forkd is dead, and %s is left\n" % init.pid_file), text)
            equal(init.run("stop"), (0, ""))
            equal(init.run("reload")[0], 7)
        equal(init.run("start"), (0, ""))
        equal(init.run("status")[0], 0)
        equal(init.run("stop"), (0, ""))


@test
def unconfigured():
    """without options it starts nothing, which is no failure"""
    with Init("") as init:
        want = (0, "forkd is not started: no FORKD_OPTIONS in %s\n"
                % init.defaults)
        equal(init.run("start", FORKD_OPTIONS="-p 80"), want)
        os.unlink(init.defaults)
        equal(init.run("start"), want)
        os.unlink(init.daemon)              # removed, the script is left
        equal(init.run("start"), (0, ""))


@test
def usage():
    """anything else is a mistake"""
    with Init() as init:
        for args in [], ["begin"], ["start", "now"]:
            code, said = init.run(*args)
            equal((code, said), (2, "usage: %s start|stop|restart|try-restart|"
                                 "reload|status\n" % init.script))


@test
def header():
    """the header of the LSB"""
    with open(SCRIPT) as file:
        text = file.read()
    block = text.split("### BEGIN INIT INFO\n")[1].split(
        "### END INIT INFO\n")[0]
    names = re.findall(r"(?m)^# ([A-Z][\w-]+): ", block)
    equal(names, ["Provides", "Required-Start", "Required-Stop",
                  "Should-Start", "Default-Start", "Default-Stop",
                  "Short-Description", "Description"])
    assert os.access(SCRIPT, os.X_OK)


@test
def with_forkd():
    """the same with forkd itself: it is ready when start ends"""
    options = "%s -l 127.0.0.1:0 %s" % (" ".join(as_user()),
                                        handler("talkback"))
    with Init(options, program=FORKD) as init:
        equal(init.run("status"), (3, "forkd is not running\n"))
        code, text = init.run("start")
        equal(code, 0, text)
        pid = init.pid()
        match(r"\Aforkd: pid %d on tcp://127\.0\.0\.1:\d+; stop: kill %d\n\Z"
              % (pid, pid), text)
        port = int(re.search(r":(\d+);", text).group(1))
        equal(init.run("start"),
              (0, "forkd is running already, pid %d\n" % pid))
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"hello\nquit\n")
            equal(client.makefile("rb").read(), b"You said 'hello'.\n")
        equal(init.run("reload")[0], 0)
        equal(init.run("restart")[0], 0)
        assert init.pid() != pid
        equal(init.run("stop"), (0, ""))
        assert not os.path.exists(init.pid_file)
        init.configure("-l 192.0.2.1:1 %s" % " ".join(as_user()))
        code, text = init.run("start")
        equal(code, 1)
        match(r"192\.0\.2\.1:1: ", text)
        assert not os.path.exists(init.pid_file)


main()
