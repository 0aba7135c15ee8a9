#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example chat as a program: its options, its listeners, how it ends, and
# what it says when it cannot begin.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chats import *

import contextlib
import resource

USAGE = "usage: chat [-t seconds] [url ...]\n"


@test
def descriptors_run_out():
    """without a descriptor for a client it rests, and serves those it has"""
    with Chat(LOCAL, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (9, 9))) as chat:
        everybody = [chat.enter() for _ in range(5)]
        wait_until(lambda: len(descriptors(chat.pid)) == 9,
                   "no descriptor left")
        inside = everybody[:3]
        meet(*inside)
        everybody[3].says(b"hello\n")
        is_idle(chat)
        meet(inside[1], inside[0], inside[2])
        for one in inside[:2]:
            one.leaves()
        meet(everybody[3], everybody[4], inside[2])


@test
def signals():
    """TERM, INT, HUP: status 0, everybody is let go, and no file is left"""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        path = place()
        with Chat(LOCAL, "unix://" + path) as chat:
            one, two = chat.enter(), chat.enter(chat.urls[1])
            meet(one, two)
            clients = list(chat.clients)
            chat.clients.clear()            # they stay open here
            equal(chat.end(number), (0, "", ""))
            for client in clients:
                equal(client.hears(), b"")
                client.leaves()
        equal(os.listdir(os.path.dirname(path)), [])


@test
def signal_before():
    """a signal that comes just before the wait ends that, too"""
    path = place()
    source = script("before.c", """#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
int
poll(struct pollfd *fds, nfds_t count, int ms)
{
	int	(*next)(struct pollfd *, nfds_t, int);

	*(void **)&next = dlsym(RTLD_NEXT, "poll");
	if (ms == -1)
		raise(SIGTERM);
	return next(fds, count, ms);
}
int
__poll_chk(struct pollfd *fds, nfds_t count, int ms, unsigned long size)
{
	(void)size;
	return poll(fds, count, ms);
}
""")
    shared = source[:-2] + ".so"
    subprocess.run(os.environ["CC"].split() + [
        "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", shared, source, "-ldl"],
        check=True)
    url = "unix://" + path
    equal(outcome(url, env=dict(os.environ, LD_PRELOAD=shared)),
          (0, "listening on %s\n" % url, ""))
    assert not os.path.exists(path)


@test
def idle():
    """-t: it ends when nobody has been there for so long"""
    path = place()
    url = "unix://" + path
    equal(outcome("-t1", url), (0, "listening on %s\n" % url, ""))
    assert not os.path.exists(path)
    # 0 is never: it is there after the second that another one has taken
    with Chat("-t", "0", LOCAL) as chat:
        equal(outcome("-t", "1", LOCAL)[0], 0)
        meet(chat.enter(), chat.enter())
    with invited("-t", "1") as (process, one, two):
        meet(one, two)
        time.sleep(1.2)     # they are silent; the time itself
        equal(process.poll(), None)
        meet(one, two)
        start = time.monotonic()
        one.leaves(), two.leaves()
        equal(process.wait(DEADLINE), 0)
        assert time.monotonic() - start > 0.9


@contextlib.contextmanager
def invited(*words):
    """One that has its listener as descriptor 0, and two clients in it who
    came before, and so in time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        one, two = [Client(socket.create_connection(
            server.getsockname(), DEADLINE)) for _ in range(2)]
        with subprocess.Popen([CHAT, *words], stdin=server,
                              stdout=subprocess.PIPE) as process:
            try:
                yield process, one, two
                process.terminate()
                equal(process.communicate(timeout=DEADLINE), (b"", None))
                equal(process.returncode, 0)
            finally:
                process.kill()
                one.leaves(), two.leaves()


@test
def inherited():
    """without a URL its listeners are those of LISTEN_FDS, or descriptor 0"""
    for words in [], ["60"], ["-t", "60"], ["0"]:
        with invited(*words) as (process, one, two):
            meet(one, two)
    path = place()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        equal(subprocess.run([CHAT, "1"], stdin=server, timeout=DEADLINE,
                             check=False).returncode, 0)
        assert os.path.exists(path)     # it is not chat's to remove
    equal(outcome("-t", "1"), (64, "", "chat: descriptor 0 is not a socket "
                               "that listens: forkd -m wait?\n"))


@test
def wrong():
    """wrong options and URLs: 64, a line, and nothing is left"""
    for words in ["-x"], ["-t"], ["-h"], ["--help"], ["-t", "1", "-x", LOCAL]:
        equal(outcome(*words), (64, "", USAGE), words)
    for word in "x", "-1", "86401", "1.5", "":
        equal(outcome("-t", word, LOCAL), (64, "", "chat: -t: %s is not a "
                                           "number of 0 to 86400\n" % word))
    path = place()
    for url, why in (
            ("127.0.0.1:8888", "none of tcp://"),
            ("http://127.0.0.1:8888", "none of tcp://"),
            ("tcp://127.0.0.1", "port"), ("tcp://127.0.0.1:99999", "port"),
            ("udp://127.0.0.1:0", "does not listen"),
            ("udg://%s-2" % path, "does not listen"),
            ("unix://", ""), ("unix:///" + 200 * "x", "")):
        code, out, err = outcome("unix://" + path, url)
        equal((code, err.count("\n")), (64, 1), url)
        match("^chat: .*" + why, err)
        equal(os.listdir(os.path.dirname(path)), [])
    code, out, err = outcome(*["unix://%s-%d" % (path, i) for i in range(65)])
    equal((code, err), (64, "chat: unix://%s-64: more than 64\n" % path))
    equal(os.listdir(os.path.dirname(path)), [])


@test
def refused():
    """69: in use, or not ours; 74: no output; 71: no descriptors; 77"""
    path = place()
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = "tcp://127.0.0.1:%d" % other.getsockname()[1]
        code, out, err = outcome("unix://" + path, url)
        equal(code, 69, err)
        match("^chat: bind 127.0.0.1:%d: Address already in use\n$" %
              other.getsockname()[1], err)
    for url in "tcp://192.0.2.1:0", "unix:///nonexistent/x":
        code, out, err = outcome("unix://" + path, url)
        equal((code, err.count("\n")), (69, 1), url)
    with open(path, "w"):
        pass
    code, out, err = outcome("unix://" + path)
    equal((code, out), (69, ""))
    assert os.path.exists(path)         # somebody else's
    os.unlink(path)
    with open("/dev/full", "w") as output:
        done = subprocess.run([CHAT, "unix://" + path], stdout=output,
                              stderr=subprocess.PIPE, text=True)
    equal((done.returncode, done.stderr), (
        74, "chat: standard output: No space left on device\n"))
    equal(os.listdir(os.path.dirname(path)), [])
    code, out, err = outcome("unix://" + path, preexec_fn=lambda:
                             resource.setrlimit(resource.RLIMIT_NOFILE,
                                                (4, 4)))
    equal((code, out), (71, ""))
    match("^chat: .*Too many open files\n$", err)
    directory = os.path.dirname(path)
    os.chmod(directory, 0o555)
    user = unprivileged()
    user.pop("executable", None)
    code, out, err = outcome("unix://" + path, **user)
    os.chmod(directory, 0o755)
    equal((code, out), (77, ""), err)


@test
@isolated(hosts="")
def nobody_knows():
    """68: a host that nobody knows"""
    code, out, err = outcome("tcp://nosuch.example:1")
    equal((code, out), (68, ""))
    match("^chat: .*nosuch.example", err)


main()
