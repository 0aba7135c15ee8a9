#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# What goes wrong in the examples of the documents that forkd began with does
# not go wrong here.  Each test point has the name of a paragraph of the section
# MISTAKES of forkd_socket(3), which says where the mistake is; those of names
# and numbers are in socket_seeds_names.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from socketlib import *

import resource

ROOM = ctypes.create_string_buffer
TCP = socket.AF_INET, socket.SOCK_STREAM, 0
UDP = socket.AF_INET, socket.SOCK_DGRAM, 0


def listener(note):
    """A TCP listener on loopback, and its port."""
    sock = note(checked("server", b"tcp://127.0.0.1:0", 0))
    return sock, address_of(sock)[1]


def waiting(sock):
    """How many bytes the kernel has for it."""
    return struct.unpack("i", fcntl.ioctl(lib.fd(sock), termios.FIONREAD,
                                          bytes(4)))[0]


def in_pieces(sock, receiver, *pieces):
    """A thread that sends each piece when the one before is taken."""
    def send():
        for piece in pieces:
            wait_until(lambda: waiting(receiver) == 0, "a reader")
            os.write(lib.fd(sock), piece)
    thread = threading.Thread(target=send)
    thread.start()
    return thread


@contextlib.contextmanager
def alarms(restart):
    """A function of ours handles a signal every 10 ms, from now on: one that
    comes before the wait does no harm."""
    seen = []
    old = signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.siginterrupt(signal.SIGALRM, not restart)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        yield seen
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def poll(sock, want, timeout_ms):
    """(result, what is ready)"""
    entry = Poll(sock, want, 0)
    result = lib.poll(ctypes.byref(entry), 1, timeout_ms)
    return result, entry.ready


@test
def partial_reads():
    """a message that comes in pieces is one, and two at once are two"""
    room = ROOM(64)
    with sockets() as note:
        ours, theirs = pair(note)
        thread = in_pieces(theirs, ours, b"Message F", b"rom Child.")
        equal(lib.recv(ours, room, 19, socket.MSG_WAITALL), 19)
        equal(room.raw[:19], b"Message From Child.")
        thread.join()
        thread = in_pieces(theirs, ours, b"he", b"llo\nqu", b"it\nmo", b"re")
        for want in b"hello\n", b"quit\n":
            equal(lib.read(ours, room, 64, LINE), len(want))
            equal(room.raw[:len(want)], want)
        thread.join()
        lib.shutdown(theirs, 1)
        equal(lib.read(ours, room, 64, LINE), 4)    # without a newline: cut
        equal(room.raw[:4], b"more")
        equal(lib.read(ours, room, 64, LINE), 0)


@test
def variables_that_stay_empty():
    """what was received is in the caller's memory, or the call fails"""
    room = ROOM(b"This is my buffer.")
    with sockets() as note:
        ours, theirs = pair(note)
        equal(lib.write(theirs, b"1234", 4), 4)
        equal(lib.read(ours, room, len(room), BINARY), 4)
        equal(room.raw, b"1234 is my buffer.\0")
        lib.write(theirs, b"1234", 4)
        for call in (lambda: lib.read(ours, None, 4, BINARY),
                     lambda: lib.recv(ours, None, 4, 0)):
            failed(call(), errno.EINVAL, "^forkd_socket_re", ours)
        equal(lib.recv(ours, room, 4, 0), 4)    # nothing is lost by that


@test
def end_and_error():
    """the end is 0, again and again, and an error is -1"""
    room = ROOM(64)
    with sockets() as note:
        server, port = listener(note)
        with socket.create_connection(("127.0.0.1", port)) as client:
            conn = note(checked("accept", server))
            client.sendall(b"all")
        equal(lib.read(conn, room, 64, BINARY), 3)
        for how in BINARY, LINE, BINARY:
            equal(lib.read(conn, room, 64, how), 0)
        equal(last(conn), 0)

        with socket.create_connection(("127.0.0.1", port)) as client:
            conn = note(checked("accept", server))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))      # a reset
        failed(lib.read(conn, room, 64, BINARY), errno.ECONNRESET, ".", conn)


@test
def errors_of_the_wrong_call():
    """each socket has its own error, and the sentence says of what"""
    with sockets() as note:
        server, port = listener(note)
        first = note(checked("create", *TCP))
        second = note(checked("create", *TCP))
        failed(lib.bind(first, b"127.0.0.1", port), errno.EADDRINUSE,
               r"^bind 127\.0\.0\.1:%d: Address already in use$" % port, first)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            closed = unused.getsockname()[1]
            failed(lib.connect(second, b"127.0.0.1", closed),
                   errno.ECONNREFUSED,
                   r"^connect 127\.0\.0\.1:%d: Connection refused$" % closed,
                   second)
        equal(last(first), errno.EADDRINUSE)    # still
        equal(last(server), 0)
        equal(lib.listen(first, 5), 0)          # what works says nothing
        equal((last(first), last()), (errno.EADDRINUSE, errno.ECONNREFUSED))
        lib.clear_error(first)
        equal((last(first), last(second)), (0, errno.ECONNREFUSED))


@test
def errors_without_a_socket():
    """where there is no socket, the thread has the error"""
    for call, number, pattern in (
            (lambda: lib.create(*TCP[:2], 255), errno.EPROTONOSUPPORT,
             "^socket of domain 2, type 1, protocol 255: "),
            (lambda: lib.server(b"http://127.0.0.1:80", 0), None, "http://"),
            (lambda: lib.client(None, 1000), errno.EINVAL, "client: ")):
        lib.clear_error(None)
        equal(call(), None)
        assert last() in ([number] if number else
                          [errno.EINVAL, errno.EPROTONOSUPPORT]), last()
        equal(lib.strerror(last()).decode(), os.strerror(last()))
        match(pattern, text())
    seen = []
    thread = threading.Thread(target=lambda: seen.append((last(), text())))
    thread.start()
    thread.join()
    equal(seen, [(0, "")])                  # not that of another thread


@test
def swallowed_signals():
    """a signal ends accept and poll, also one set with SA_RESTART"""
    with sockets() as note:
        server, port = listener(note)
        # lets go who waits in vain
        late = threading.Timer(DEADLINE, socket.create_connection,
                               [("127.0.0.1", port)])
        late.start()
        try:
            for restart in False, True:
                with alarms(restart) as seen:
                    failed(lib.accept(server), errno.EINTR, "^accept", server)
                    assert seen
                with alarms(restart) as seen:
                    equal(poll(server, READ, -1)[0], -1)
                    equal(last(), errno.EINTR)
                    assert seen
        finally:
            late.cancel()


@test
def busy_waiting():
    """waiting for a connection takes no processor time"""
    with sockets() as note:
        server, port = listener(note)
        lib.set_nonblock(server)
        failed(lib.accept(server), errno.EAGAIN, "^accept", server)
        before = time.process_time()
        equal(poll(server, READ, 300), (0, 0))
        assert time.process_time() - before < 0.1
        with socket.create_connection(("127.0.0.1", port)):
            equal(poll(server, READ, -1), (1, READ))
            note(checked("accept", server))


@test
def zombies():
    """workers that end at once leave nothing, while the server runs"""
    with Forkd("-l", "127.0.0.1:0", "-c", "20", "/bin/cat") as forkd:
        for _ in range(2):
            clients = [forkd.connect() for _ in range(20)]
            for client in clients:
                client.sendall(b"x")
            for client in clients:
                equal(client.recv(1), b"x")     # all of them live
            for client in clients:
                client.close()
            wait_until(lambda: children(forkd.pid) == [], "an empty table")
        forkd.wait_line("close pid", 40)


@test
def short_writes():
    """write says how much it was, write_all and printf leave nothing out"""
    data = os.urandom(1 << 20)
    with sockets() as note:
        ours, theirs = pair(note)
        lib.set_nonblock(ours)
        part = lib.write(ours, data, len(data))
        assert 0 < part < len(data), part
        lib.set_block(ours)
        got = []

        def read():
            size = 0
            while size < len(data):
                got.append(os.read(lib.fd(theirs), 65536))
                size += len(got[-1])
        thread = threading.Thread(target=read)
        thread.start()
        rest = data[part:]
        equal(lib.write_all(ours, rest, len(rest)), 0)
        thread.join()
        assert b"".join(got) == data
        line = b"You said '%s'.\n" % (b"x" * 9000)
        length = lib.printf(ours, b"You said '%s'.\n", b"x" * 9000)
        assert length in (0, len(line)), length
        equal(os.read(lib.fd(theirs), 10000), line)


@test
def overwritten_arrays():
    """what is wanted stays, and descriptors may have any number"""
    with sockets() as note:
        ours, theirs = pair(note)
        entry = Poll(ours, READ | WRITE, 0)
        for _ in range(2):
            equal(lib.poll(ctypes.byref(entry), 1, 0), 1)
            equal((entry.want, entry.ready), (READ | WRITE, WRITE))
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        if limit[1] != resource.RLIM_INFINITY and limit[1] < 1200:
            return
        resource.setrlimit(resource.RLIMIT_NOFILE, (1200, limit[1]))
        high = note(checked("from_fd",
                            fcntl.fcntl(lib.fd(ours), fcntl.F_DUPFD, 1100)))
        lib.write(theirs, b"x", 1)
        equal(poll(high, READ, 1000), (1, READ))
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


@test
def clients_that_do_not_read():
    """they hold up nobody who does not want to wait"""
    data = bytes(1 << 20)
    with sockets() as note:
        ours, _ = pair(note)
        equal(lib.set_timeout(ours, 50), 0)
        failed(lib.write_all(ours, data, len(data)), errno.ETIMEDOUT, ".",
               ours)
        lib.set_nonblock(ours)
        failed(lib.write(ours, data, 1), errno.EAGAIN, ".", ours)
        equal(poll(ours, WRITE, 0), (0, 0))


@test
def death_by_sigpipe():
    """writing to whoever is gone is EPIPE and no signal"""
    seen = []
    old = signal.signal(signal.SIGPIPE, lambda *_: seen.append(1))
    try:
        with sockets() as note:
            ours, theirs = pair(note)
            lib.shutdown(ours, 1)
            for call in (lambda: lib.write(ours, b"x", 1),
                         lambda: lib.send(ours, b"x", 1, 0),
                         lambda: lib.write_all(ours, b"x", 1),
                         lambda: lib.printf(ours, b"x")):
                failed(call(), errno.EPIPE, ": Broken pipe$", ours)
        equal(seen, [])
    finally:
        signal.signal(signal.SIGPIPE, old)


@test
def cut_datagrams():
    """one that has no room is no datagram, one without data is not the end"""
    room = ROOM(16)
    with sockets() as note:
        server = note(checked("server", b"udp://127.0.0.1:0", 0))
        port = address_of(server)[1]
        client = note(checked("create", *UDP))
        for data in b"", b"time?", b"time?", b"time?":
            equal(lib.sendto(client, data, len(data), 0, b"127.0.0.1", port),
                  len(data))
        peer, number = ROOM(160), ctypes.c_int()
        equal(lib.recvfrom(server, room, 16, 0, peer, 160,
                           ctypes.byref(number)), 0)
        equal(peer.value, b"127.0.0.1")
        equal(last(server), 0)
        equal(number.value, address_of(client)[1])
        equal(lib.recvfrom(server, room, 16, 0, peer, 160, None), 5)
        equal(lib.recv(server, room, 1, socket.MSG_TRUNC), 5)
        part = Part(ctypes.addressof(room), 1)
        message = Message(ctypes.pointer(part), 1)
        failed(lib.recvmsg(server, ctypes.byref(message), 0), errno.EMSGSIZE,
               ".", server)


@test
def blocking_by_inheritance():
    """what is accepted blocks and has no time-out, whatever the listener has"""
    with sockets() as note:
        server, port = listener(note)
        equal(lib.set_timeout(server, 1234), 0)
        equal(lib.set_nonblock(server), 0)
        with socket.create_connection(("127.0.0.1", port)):
            wait_until(lambda: poll(server, READ, 0)[0] == 1)
            conn = note(checked("accept", server))
            assert os.get_blocking(lib.fd(conn))
            assert not os.get_blocking(lib.fd(server))
            assert not os.get_inheritable(lib.fd(conn))
            room, size = ROOM(16), ctypes.c_uint32(16)
            equal(lib.get_option(conn, socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                                 room, ctypes.byref(size)), 0)
            equal(room.raw, bytes(16))


main()
