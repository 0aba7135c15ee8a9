#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Sockets that were there before forkd: fd://, LISTEN_FDS, LISTEN_FDNAMES and
# LISTEN_PID; what is wrong with them; and that they stay as they are.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from inheritance import *

TALKBACK = handler("talkback")
NONE = "no address to listen on: say -p 10000"


def port_of(server):
    return server.getsockname()[1]


@test
def all_of_them():
    """no address given: all sockets that are passed, of every kind"""
    one, (two, path), (three, packets) = tcp(), unix(), unix(PACKET)
    with one, two, three, inherit([one, two, three], TALKBACK) as forkd:
        equal(forkd.lines[0].split("listening on ")[1],
              "tcp://127.0.0.1:%d, unix://%s, unix-seqpacket://%s: %s" %
              (port_of(one), path, packets, TALKBACK))
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
        equal(talk(path, b"x\n"), b"You said 'x'.\n")
        equal(talk(packets, b"x\n", PACKET), b"You said 'x'.\n")


@test
def every_address():
    """sockets on every address are shown as *"""
    for family, v6only, text in ((socket.AF_INET, 0, "tcp4"),
                                 (socket.AF_INET6, 0, "tcp"),
                                 (socket.AF_INET6, 1, "tcp6")):
        if family == socket.AF_INET6:
            need_ipv6()
        with socket.socket(family) as server:
            if family == socket.AF_INET6:
                server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY,
                                  v6only)
            server.bind(("", 0))
            server.listen()
            with inherit([server], TALKBACK) as forkd:
                equal(forkd.addresses,
                      ["%s://*:%d" % (text, port_of(server))])


@test
def numbers():
    """fd://N: that one alone, with LISTEN_FDS and without"""
    one, two = tcp(), tcp()
    for keywords in {}, {"fds": "", "pid": ""}:
        with one, two, inherit([one, two], "-d", "-l", "fd://4", TALKBACK,
                               **keywords) as forkd:
            equal(forkd.ports, [port_of(two)])
            equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
        one, two = tcp(), tcp()
    one.close(), two.close()


@test
def names():
    """fd://NAME: all that have that name"""
    servers = [tcp() for _ in range(4)]
    ports = [port_of(server) for server in servers]
    for name, want in (("web", [0, 2]), ("admin", [1]), ("", [3])):
        if name:
            with inherit(servers, "-l", "fd://" + name, TALKBACK,
                         names="web:admin:web:") as forkd:
                equal(forkd.ports, [ports[i] for i in want])
    with inherit(servers, "-l", "fd://admin", "-l", "127.0.0.1:0", "-l",
                 "fd://web", TALKBACK, names="web:admin:web:x") as forkd:
        equal([forkd.ports[i] for i in (0, 2, 3)],
              [ports[i] for i in (1, 0, 2)])
    for server in servers:
        server.close()


@test
def untouched():
    """options, mode and file of an inherited socket stay as they are"""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
               (socket.SOL_SOCKET, socket.SO_REUSEADDR),
               (socket.SOL_SOCKET, socket.SO_SNDBUF),
               (socket.SOL_SOCKET, socket.SO_RCVBUF),
               (socket.IPPROTO_TCP, socket.TCP_NODELAY),
               (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)]
    server, (other, path) = tcp(), unix()
    before = [server.getsockopt(*option) for option in options]
    file = os.lstat(path)
    settings = sum((["-o", word] for word in (
        "tcp-nodelay=yes", "send-buffer=9999", "receive-buffer=9999",
        "socket-mode=0600", "backlog=1", "freebind=yes")), [])
    with server, other:
        with inherit([server, other], *settings, TALKBACK):
            equal([server.getsockopt(*option) for option in options], before)
            equal(os.lstat(path), file)
        equal(os.lstat(path), file)
        # whoever has them can go on
        with inherit([other], TALKBACK) as forkd:
            equal(talk(path, b"x\n"), b"You said 'x'.\n")
            forkd.wait_line(" close ")
            forkd.process.kill()
            forkd.wait()
        assert os.path.lexists(path)


@test
def shared():
    """another process takes the connections first: forkd does not wait"""
    server = tcp()
    with server, inherit([server], TALKBACK) as forkd:
        assert not os.get_blocking(server.fileno())
        for _ in range(20 if SHORT else 100):
            with socket.create_connection(server.getsockname()):
                try:
                    server.accept()[0].close()
                except BlockingIOError:
                    pass
        equal(forkd.talk(b"x\n"), b"You said 'x'.\n")
    # the loop still sees signals: it stopped


@test
def descriptors_closed():
    """handlers get none of them, nor do they stay open by accident"""
    one, two = tcp(), tcp()
    with one, two, inherit([one, two], "-l", "fd://3", "/bin/ls",
                           "/proc/self/fd") as forkd:
        equal(forkd.talk().split(), [b"0", b"1", b"2", b"3"])  # 3 is ls's


@test
def no_variables():
    """handlers do not get LISTEN_*, even with env-keep=*"""
    server = tcp()
    with server, inherit([server], "-o", "env-keep=*", "/usr/bin/env",
                         names="web") as forkd:
        assert b"LISTEN_" not in forkd.talk()


@test
def another_process():
    """LISTEN_PID of another process, or none: they are not for us"""
    with tcp() as server:
        for pid in "1", "":
            inherit_refused(64, NONE, [server], "-d", pid=pid)
        inherit_refused(64, NONE, [server], "-d", fds="")
        inherit_refused(64, NONE, [server], "-d", fds="0")
        for keywords, why in (({"pid": "1"}, "LISTEN_PID is another process"),
                              ({"pid": ""}, "LISTEN_PID is not set"),
                              ({"fds": ""}, "LISTEN_FDS is not set"),
                              ({"fds": "0"}, "LISTEN_FDS is 0")):
            inherit_refused(69, "fd://web: no socket was passed: " + why,
                            [server], "-d", "-l", "fd://web", **keywords)


@test
def lies_about_number():
    """LISTEN_FDS and LISTEN_FDNAMES that do not fit what is there"""
    with tcp() as server:
        for fds, missing in (2, 4), (1000000, 4), (65536, 4):
            inherit_refused(69, "LISTEN_FDS: %d sockets promised, but "
                            "descriptor %d is not open" % (fds, missing),
                            [server], fds=fds)
        for fds in "-1", "x", "1x", " 1", "+1", "99999999999", "2147483647":
            inherit_refused(64, 'LISTEN_FDS: "%s" is not a number of sockets'
                            % fds, [server], fds=fds)
        for pid in "x", "-1", "99999999999":
            inherit_refused(64, 'LISTEN_PID: "%s" is not a process id' % pid,
                            [server], pid=pid)
        for names, count in ("a:b", 2), ("", 0), (":::", 4):
            inherit_refused(64, "LISTEN_FDNAMES: %d names for the 1 sockets "
                            "of LISTEN_FDS" % count, [server], names=names)


@test
def wrong_names():
    """names that no socket has"""
    with tcp() as server:
        inherit_refused(69, "fd://we: no socket has that name; "
                        "LISTEN_FDNAMES is web", [server], "-l", "fd://we",
                        names="web")
        inherit_refused(69, "fd://web: the sockets have no names: "
                        "LISTEN_FDNAMES is not set; fd://3?", [server], "-l",
                        "fd://web")
        for address in "fd://", "fd://a:b", "fd://" + "x" * 256:
            inherit_refused(64, "%s: neither a descriptor nor a name of "
                            "LISTEN_FDNAMES; fd://3?" % address, [server],
                            "-l", address)
        inherit_refused(64, "fd://99999999999: no descriptor has such a "
                        "number", [server], "-l", "fd://99999999999")
        for fd in 0, 1, 2:
            inherit_refused(64, "fd://%d: 0, 1 and 2 are not for listeners: "
                            "fd://3?" % fd, [server], "-l", "fd://%d" % fd)


@test
def lies_about_kind():
    """descriptors that are no sockets that listen: refused, with -n too"""
    pipe = os.pipe()
    pair = socket.socketpair()
    udp = socket.socket(type=socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    idle = socket.socket()
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    packets = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    not_socket = "descriptor 3 is %s, not a socket that listens"
    with open("/etc/passwd") as file, open("/dev/null") as null, udp, idle, \
            link, packets, pair[0], pair[1]:
        directory = os.open("/", os.O_RDONLY)
        for what, why in (
                (file, not_socket % "a file"),
                (null, not_socket % "a device"),
                (pipe[0], not_socket % "a pipe"),
                (directory, not_socket % "a directory"),
                (pair[0], "descriptor 3 is a connection, not a socket that "
                 "listens; Accept=no?"),
                (idle, "descriptor 3 is a socket that does not listen"),
                (udp, "descriptor 3 is a udp socket, and these are not there "
                 "yet"),
                (link, "descriptor 3 is a socket of family 16, type 3, "
                 "protocol 0, neither tcp nor a unix stream or seqpacket "
                 "socket"),
                (packets, "descriptor 3 is a socket of family 1, type 2, "
                 "protocol 0, neither tcp nor a unix stream or seqpacket "
                 "socket")):
            for args in [], ["-n"], ["-d", "-l", "fd://3"]:
                inherit_refused(69, "fd://3: " + why, [what], *args, TALKBACK)
        for fd in pipe + (directory,):
            os.close(fd)


@test
def not_open():
    """a descriptor that nobody passed; one that is a socket of our own"""
    with tcp() as server:
        for args in [], ["-n"]:
            inherit_refused(69, "fd://9: descriptor 9 is not open", [server],
                            "-d", *args, "-l", "fd://9")
        inherit_refused(69, "fd://3: descriptor 3 is a listener already",
                        [server], "-l", "fd://3", "-l", "fd://3", TALKBACK)
        inherit_refused(69, "fd://web: descriptor 3 is a listener already",
                        [server], "-l", "fd://3", "-l", "fd://web", TALKBACK,
                        names="web")
        # whatever number our own sockets get
        for fd in range(3, 8):
            code, out, err = run("-d", *as_user(), "-l", "127.0.0.1:0", "-l",
                                 "fd://%d" % fd, TALKBACK)
            equal((code, out), (69, ""))
            match(r"^forkd: fd://%d: descriptor %d is [^\n]*\n$" % (fd, fd),
                  err)


@test
def check_only():
    """-n: accepts what could be served, and changes nothing"""
    server = tcp()
    with server:
        server.setblocking(True)
        for args in [], ["-l", "fd://3"], ["-l", "fd://web"]:
            with inherit([server], "-n", *args, TALKBACK, names="web",
                         ready=False, stdout=subprocess.PIPE) as forkd:
                equal(forkd.process.stdout.read(),
                      b"forkd: %s: no mistake found\n" % TALKBACK.encode())
                equal(forkd.wait(), 0)
        flags = fcntl.fcntl(server, fcntl.F_GETFL)
        equal(flags & os.O_NONBLOCK, 0)


@test
def socket_activate():
    """systemd-socket-activate starts it with what it bound"""
    tool = shutil.which("systemd-socket-activate")
    if not tool:
        raise Skip("no systemd-socket-activate")
    for option, kind, address in (([], STREAM, []),
                                  (["--seqpacket"], PACKET,
                                   ["-l", "fd://web"])):
        path = place()
        os.chmod(os.path.dirname(path), 0o777)
        # it waits for a client, and says that it does
        forkd = Forkd("-l", path, "--fdname=web", *option, FORKD, *as_user(),
                      *address, TALKBACK, program=tool, plain=True,
                      ready=False)
        with forkd:
            wait_until(lambda: os.path.exists(path) and
                       forkd.count_lines("Listening"), "the socket")
            equal(talk(path, b"x\n", kind), b"You said 'x'.\n")
            forkd.wait_line("forkd: listening on unix(-seqpacket)?://" + path)
            equal(talk(path, b"y\n", kind), b"You said 'y'.\n")
        assert os.path.lexists(path)


@test
def shut_down():
    """one that somebody else has shut down: said, and no processor time"""
    for make in tcp, lambda: unix(STREAM)[0], lambda: unix(PACKET)[0]:
        for mode in "fork", "prefork":
            with make() as server:
                with inherit([server], "-l", "fd://3", "-m", mode,
                             handler("talkback")) as forkd:
                    server.shutdown(socket.SHUT_RDWR)
                    forkd.wait_line("accept-error: .*Invalid argument")
                    used = cpu_seconds(forkd.pid)
                    forkd.wait_line("accept-error: .*next try in 1000ms")
                    assert cpu_seconds(forkd.pid) - used < 0.5


main()
