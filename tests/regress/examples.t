#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The programs of src/examples do what they say; talkback is in man_example.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from detached import *

EXAMPLES = os.environ["EXAMPLES"]
MODES = "fork", "prefork"


def example(name):
    return reachable(os.path.join(EXAMPLES, name))


def start(name, mode, *args, **popen):
    return Forkd("-l", "127.0.0.1:0", "-m", mode, *args,
                 program=example(name), **popen)


@test
def counter():
    """counter: every client has a number of its own, in every mode"""
    count = 40 if SHORT else 400
    for mode in MODES:
        with start("counter", mode) as forkd:
            have = []
            clients = [threading.Thread(
                target=lambda: have.extend(forkd.talk() for _ in range(
                    count // 8))) for _ in range(8)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            equal(sorted(int(re.fullmatch(rb"You are visitor (\d+)\.\n",
                                          one)[1]) for one in have),
                  list(range(1, count + 1)))


@test
def jobs():
    """jobs: the worker gets open files that it could not open, each once"""
    for mode in MODES:
        queue = os.path.join(scratch(), "jobs." + mode)
        os.mkdir(queue, 0o700)
        texts = {}
        for number in range(5):
            name = "job%d" % number
            texts[name] = os.urandom(60000 * number).hex()
            with open(os.path.join(queue, name), "w") as file:
                file.write(texts[name])
        # what is no job
        os.mkdir(os.path.join(queue, "directory"))
        os.mkfifo(os.path.join(queue, "fifo"))
        os.symlink("/etc/passwd", os.path.join(queue, "link"))
        with start("jobs", mode, env=dict(os.environ, JOBS=queue)) as forkd:
            before = descriptors(forkd.pid)
            have = {}
            for _ in range(5):
                answer = forkd.talk().decode()
                found = re.match(r"Job (\w+):\n", answer)
                have[found[1]] = answer[found.end():]
            equal({k: len(v) for k, v in have.items()},
                  {k: len(v) for k, v in texts.items()})
            assert have == texts
            equal(forkd.talk(), b"Nothing to do.\n")
            equal(sorted(os.listdir(queue)), ["directory", "fifo", "link"])
            if mode == "fork":
                wait_until(lambda: descriptors(forkd.pid) == before,
                           "the same descriptors")


@test
def jobs_nowhere():
    """jobs: without a directory it does not start"""
    have = subprocess.run([example("jobs"), "-d"], capture_output=True,
                          env=dict(os.environ, JOBS="/nonexistent"), text=True)
    equal((have.returncode, have.stderr),
          (1, "/nonexistent: No such file or directory\n"))


@test
def pair():
    """pair: parent and child have each other's message"""
    for mode in MODES:
        path = os.path.join(scratch(), "pair." + mode)
        with open(path, "w+") as output:
            with start("pair", mode, stdout=output) as forkd:
                for _ in range(3):
                    equal(forkd.talk(), b"Received Message From Parent.\n")
            output.seek(0)
            equal(output.read(), "Received Message From Child.\n" * 3)


@test
def forking():
    """forking: lines come back reversed, whatever their parts; no zombies"""
    for mode in MODES:
        with start("forking", mode) as forkd:
            with forkd.connect() as slow:
                slow.sendall(b"ab")
                equal(forkd.talk(b"one\ntwo"), b"eno\nowt\n")
                slow.sendall(b"c\n")
                equal(read_line(slow), b"cba\n")
            long = os.urandom(100000).hex().encode()
            equal(forkd.talk(long + b"\n"), long[::-1] + b"\n")
            if mode == "fork":
                wait_until(lambda: not children(forkd.pid), "no zombie")


@test
def forking_refuses():
    """forking: an address in use is told before it detaches"""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        have = subprocess.run([example("forking"), *as_user(), "-l",
                               "127.0.0.1:%d" % port], capture_output=True,
                              text=True)
    equal(have.returncode, 69)
    match(r"^forking: tcp://127.0.0.1:%d: Address already in use" % port,
          have.stderr)


@test
def forked():
    """forked: detaches when it serves, with pid file and log; TERM ends it"""
    pid_file = os.path.join(scratch(), "forked.pid")
    log = os.path.join(scratch(), "forked.log")
    words = ["user=nobody"] if ROOT else []
    words += ["pidfile=" + pid_file, "log=" + log]
    done = subprocess.run([example("forked"), *words, "listen=127.0.0.1:0"],
                          capture_output=True, text=True, timeout=DEADLINE)
    equal((done.returncode, done.stdout, done.stderr), (0, "", ""))
    with open(pid_file) as file:
        pid = int(file.read())
    try:
        def ready():    # said after the starter has gone
            with open(log) as file:
                return re.search(r"listening on tcp://127.0.0.1:(\d+)",
                                 file.read())
        port = int(wait_until(ready, "the line that it listens")[1])
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as one:
            found = re.fullmatch(rb"Process (\d+) serves 127.0.0.1:%d.\n" %
                                 one.getsockname()[1], read_line(one))
            assert int(found[1]) in children(pid)
            one.sendall(b"hel")
            one.sendall(b"lo\nlast")
            one.shutdown(socket.SHUT_WR)
            equal(read_all(one), b"hello\nlast")
        # a second one names the first
        done = subprocess.run([example("forked"), *words,
                               "listen=127.0.0.1:0"], capture_output=True,
                              text=True, timeout=DEADLINE)
        equal(done.returncode, 1)
        match("^forked: .*%d" % pid, done.stderr)
    finally:
        os.kill(pid, signal.SIGTERM)
        equal(os.waitpid(pid, 0)[1], 0)
    assert not os.path.exists(pid_file)


@test
def forked_wrong():
    """forked: what is wrong is told by the command that started it"""
    for words, message in (
            (["timeout=often"], r"^forked: timeout: .*often"),
            (["nonsense"], r"^forked: setting: no value$"),
            ([], r"^forked: .*(no address to listen on|no user given)")):
        done = subprocess.run([example("forked"), *words], text=True,
                              capture_output=True, timeout=DEADLINE)
        equal(done.returncode, 1, done.stderr)
        match(message, done.stderr)


main()
