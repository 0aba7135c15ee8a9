#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The tables of forkd_socket(3): each function, option, flag and constant of the
# documents that forkd began with has one row there, and each row leads to
# something that exists.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers
import manpages

PAGE = "forkd_socket.3"

# All that the documents name, each once, by document.
FUNCTIONS = """
accept_connect bind close connect listen read socket strerror write
gethostbyaddr gethostbyname getpeername getsockname
fd_alloc fd_dealloc fd_set fd_clear fd_isset fd_zero select
open_listen_sock set_nonblock
build_iovec fetch_iovec set_iovec add_iovec delete_iovec free_iovec
readv writev recv send recvfrom sendto recvmsg sendmsg
getsockopt setsockopt socketpair shutdown
fsockopen pfsockopen getservbyname set_socket_blocking set_time_limit
fputs fgets feof fclose do_command get_web_page

int2string string2int wake_on_lan WakeOnLan wake pack unpack
icmpChecksum inetChecksum ip_checksum open_pid_file posix_kill posix_getpid
Net_Ping Ping usleep

socket_accept socket_addrinfo_bind socket_addrinfo_connect
socket_addrinfo_explain socket_addrinfo_lookup socket_bind socket_clear_error
socket_close socket_cmsg_space socket_connect socket_create_listen
socket_create_pair socket_create socket_export_stream socket_get_option
socket_getopt socket_getpeername socket_getsockname socket_import_stream
socket_last_error socket_listen socket_read socket_recv socket_recvfrom
socket_recvmsg socket_select socket_send socket_sendmsg socket_sendto
socket_set_block socket_set_nonblock socket_set_option socket_setopt
socket_shutdown socket_strerror socket_write socket_wsaprotocol_info_export
socket_wsaprotocol_info_import socket_wsaprotocol_info_release
socket_set_blocking getprotobyname pcntl_fork

pcntl_signal pcntl_waitpid posix_setuid posix_setgid posix_setsid
become_daemon change_identity server_loop handle_client interact sig_handler

stream_socket_server stream_socket_client stream_socket_accept
stream_socket_recvfrom stream_socket_sendto stream_get_transports
stream_set_blocking stream_set_timeout fgetss fwrite
""".split()

CONSTANTS = """
AF_INET AF_INET6 AF_UNIX SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET SOCK_RAW
SOCK_RDM SOL_TCP SOL_UDP SOMAXCONN
SO_DEBUG SO_BROADCAST SO_REUSEADDR SO_REUSEPORT SO_KEEPALIVE SO_LINGER
SO_OOBINLINE SO_SNDBUF SO_RCVBUF SO_ERROR SO_TYPE SO_DONTROUTE SO_RCVLOWAT
SO_RCVTIMEO SO_SNDTIMEO SO_SNDLOWAT TCP_NODELAY
MCAST_JOIN_GROUP MCAST_LEAVE_GROUP MCAST_BLOCK_SOURCE MCAST_UNBLOCK_SOURCE
MCAST_JOIN_SOURCE_GROUP MCAST_LEAVE_SOURCE_GROUP IP_MULTICAST_IF
IPV6_MULTICAST_IF IP_MULTICAST_LOOP IPV6_MULTICAST_LOOP IP_MULTICAST_TTL
IPV6_MULTICAST_HOPS
MSG_OOB MSG_PEEK MSG_WAITALL MSG_DONTWAIT MSG_EOR MSG_EOF MSG_DONTROUTE
PHP_BINARY_READ PHP_NORMAL_READ PHP_SYSTEM_READ
STREAM_SERVER_BIND STREAM_SERVER_LISTEN SOL_SOCKET O_NONBLOCK O_BLOCK
""".split()

# what a row may lead to beside this library's own pages: C
IDIOMS = """
errno.3 fclose.3 fork.2 free.3 getaddrinfo.3 getline.3 getpid.2
getprotobyname.3 getservbyname.3 htonl.3 icmp.7 ip.7 kill.2 memcpy.3 readv.2
select.2 setsid.2 sigaction.2 socket.7 waitpid.2
""".split()


def rows(section, macro):
    """[(names, body)] of the lists in a section."""
    found = []
    for item in re.split(r"(?m)^\.It ", manpages.section(PAGE, section))[1:]:
        head, body = item.split("\n", 1)
        body = re.split(r"(?m)^\.(?:El|Ss)\b", body)[0]
        kind, names = head.split(" ", 1)
        equal(kind, macro)
        found.append((names.split(" , "), body))
    return found


def pages_of(body):
    return [".".join(found) for found in
            re.findall(r"^\.Xr (\S+) (\d)", body, re.M)]


def check_rows(section, macro, want):
    have = rows(section, macro)
    names = [name for head, _ in have for name in head]
    equal(len(names), len(set(names)), "twice")
    equal(sorted(names), sorted(want))
    for head, body in have:
        found = pages_of(body)
        assert found, (head, "leads nowhere")
        for page in found:
            assert page in manpages.files() or page in IDIOMS, (head, page)
            if page.startswith("forkd_socket_"):
                assert page[:-2] in headers.functions("forkd_socket.h"), page


@test
def functions():
    """each function of the documents has one row, which leads somewhere"""
    equal(len(FUNCTIONS), len(set(FUNCTIONS)))
    assert len(FUNCTIONS) > 100
    check_rows("THE FUNCTIONS OF PHP", "Ic", FUNCTIONS)


@test
def constants():
    """each option, flag and constant has one, too"""
    equal(len(CONSTANTS), len(set(CONSTANTS)))
    check_rows("THE OPTIONS AND FLAGS OF PHP", "Dv", CONSTANTS)


@test
def constants_exist():
    """the constants of the layer that are named are in the header"""
    text = headers.source("forkd_socket.h")
    named = set(re.findall(r"^\.Dv (FORKD_\w+)",
                           manpages.source(PAGE), re.M))
    assert "FORKD_READ_LINE" in named
    for name in named:
        match(r"(?m)^#define %s\b" % name, text)


@test
def mistakes():
    """each mistake of the documents has its test in socket_seeds*.t"""
    tests = []
    for name in "socket_seeds.t", "socket_seeds_names.t":
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
        with open(path) as file:
            tests += re.findall(r"^@test\ndef (\w+)\(", file.read(), re.M)
    have = [head for (head,), _ in rows("MISTAKES OF THE DOCUMENTS", "Em")]
    equal(sorted(name.replace(" ", "_").lower() for name in have),
          sorted(tests))


@test
def mentioned():
    """every function of the layer is mentioned, on a page that there is"""
    text = manpages.source(PAGE)
    for name in headers.functions("forkd_socket.h"):
        match(r"\bXr %s 3\b" % name, text)
    for name in set(re.findall(r"\bXr (forkd\S*) (\d)", text)):
        assert ".".join(name) in manpages.files(), name


main()
