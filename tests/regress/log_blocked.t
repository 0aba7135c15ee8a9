#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# Promise 4: a log that nobody reads blocks nothing: connections go on, and
# what was lost is counted and told as soon as there is room again.
import os
import pty
import sys
import termios
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *

COUNT = 100 if SHORT else 300


def small_pipe():
    ours, forkds = os.pipe()
    fcntl.fcntl(forkds, 1031, 4096)     # F_SETPIPE_SZ
    return ours, forkds


def small_socket():
    ours, forkds = socket.socketpair()
    forkds.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    return ours.detach(), forkds.detach()


def read_log_line(fd):
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(fd, 1)
        assert piece, "the log ends with %r" % line
        line += piece
    return line.decode().rstrip("\r\n")


def port_in(line):
    """Of the ready line."""
    return int(re.search(r"tcp4?://\*:(\d+)", line).group(1))


def serve(forkd, count):
    """The handler has descriptor 2 from forkd and leaves it alone."""
    for _ in range(count):
        equal(forkd.talk(b"hello"), b"hello")


def blocked(ends, *options):
    ours, forkds = ends
    terminal = os.isatty(forkds)
    flags = fcntl.fcntl(forkds, fcntl.F_GETFL)
    with Forkd("-p", "0", *options, handler("echo"), stderr=forkds,
               ready=False) as forkd:
        line = read_log_line(ours)
        forkd.ports = [port_in(line)]
        if terminal:
            termios.tcflow(forkds, termios.TCOOFF)
        serve(forkd, COUNT)
        # what others have too is not changed
        equal(fcntl.fcntl(forkds, fcntl.F_GETFL), flags)
        if terminal:
            termios.tcflow(forkds, termios.TCOON)
        os.close(forkds)
        # now somebody reads: the old lines, then the loss, then the rest
        text = []
        reader = threading.Thread(target=read_whole, args=(ours, text))
        reader.start()
        if not terminal:
            wait_until(lambda: len(b"".join(text)) > 1000, "the old lines")
        forkd.send(signal.SIGHUP)
        wait_until(lambda: b"reload" in b"".join(text), "a new line")
        serve(forkd, 1)
        equal(forkd.stop(), 0)
        reader.join(DEADLINE)
        os.close(ours)
    check(b"".join(text).decode().splitlines(), "-o" in options)


def read_whole(fd, text):
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:         # what a terminal says at its end
            piece = b""
        if not piece:
            return
        text.append(piece)


def check(lines, json):
    """Every line is there, or is counted in a line of its own."""
    pattern = (r'\{"time":"[^"]+","level":"warning","event":"lost",'
               r'"repeated":(\d+)\}$' if json else
               r"\S+Z warning forkd: (\d+) log lines lost$")
    lost = [int(found.group(1)) for found in
            (re.search("^" + pattern, line) for line in lines) if found]
    assert lost, "no loss is told in:\n" + "\n".join(lines)
    whole = [line for line in lines
             if re.search(r'"event":"(open|close)".*\}$' if json else
                          r"Z info echo#\d+: (open|close) pid .*[\ds]$", line)]
    equal(len(whole) + sum(lost), 2 * (COUNT + 1), "lines and losses")
    assert sum(lost) > COUNT, lost


@test
def full_pipe():
    """a pipe"""
    blocked(small_pipe())


@test
def full_pipe_json():
    """a pipe, with log-format=json"""
    blocked(small_pipe(), "-o", "log-format=json")


@test
def full_socket():
    """a socket, as under systemd"""
    blocked(small_socket())


@test
def full_terminal():
    """a terminal that was stopped"""
    blocked(pty.openpty())


@test
def closed():
    """a pipe whose reader has left"""
    ours, forkds = os.pipe()
    with Forkd("-p", "0", handler("echo"), stderr=forkds,
               ready=False) as forkd:
        os.close(forkds)
        line = read_log_line(ours)
        forkd.ports = [port_in(line)]
        os.close(ours)
        serve(forkd, 20)


main()
