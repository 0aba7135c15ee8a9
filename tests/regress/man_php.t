#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# forkd-php(7): each program of the documents that forkd began with has one
# entry there, which names programs that are here and says what was wrong.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
import headers
import manexamples
import manpages

PAGE = "forkd-php.7"

# Each program, example and note with code of the documents: what the page calls
# it, its documents, names in it by which it can be told from the others, and
# the programs in its place.
SEEDS = """
The talkback server: 000, accept_connect read, talkback
Who the client is: 000, getpeername, forked
The server that does not listen: 000, accept_connect, talkback
The one-shot HTTP client: 000 002, gethostbyname $service_port, head
Reading to the end: 000, get_web_page $read_array PHP_SYSTEM_READ, head
A broadcast: 000 001, $broadcast_string $opt_ret, broadcast
Sending mail: 000, send_mail do_command show_debug, sendmail
A mail with MIME: 000, MIME_mail attach send_mail, sendmail
Functions that were not documented: 000, fd_alloc build_iovec, chat

Integers as bytes: 001, int2string string2int pack, records
The counter, server and client: 001, $i, counter_server counter_client
A broadcast and its answers: 001, $timeout socket_recvfrom, broadcast
A broadcast that is not permitted: 001, socket_connect SO_BROADCAST, broadcast
Zombies: 001, SIG_IGN SIGCHLD --enable-sigchild, forking
Wake on LAN, with ifconfig: 001, wake_on_lan $addr_byte $hw_addr, wol
Wake on LAN, with a stream: 001, wake fsockopen $nic, wol
Wake on LAN, without the sockets library: 001, (int)substr fsockopen, wol
Wake on LAN, with sockets: 001, WakeOnLan $addr_byte, wol
Multicast, badly: 001, $bc_string, multicast
Checksums: 001, inetChecksum icmpChecksum ip_checksum, ping
Net_Ping: 001, Net_Ping Build_Packet icmp_socket, ping
The chat server: 001, socket_select handle_client $allclients, chat
The PHP forked daemon of 2002: 001, open_pid_file sig_handler, forked
A framework for daemons: 001, , embed

A source address: 002, socket_bind $sourceips, broadcast
A pair of sockets in one process: 002, socket_create_pair PHP_OS, pair
Two processes and a pair of sockets: 002, socket_create_pair pcntl_fork, pair
Options of a socket: 002, socket_set_option SO_LINGER, broadcast
Streams and sockets: 002, socket_import_stream stream_socket_server, daytime
Errors: 002, socket_last_error socket_strerror $errorcode $errormsg, head
A datagram in: 002, socket_recvfrom $from $buf, broadcast
Calls of socket_select: 002, socket_select $num_changed_sockets, chat
A datagram out: 002, socket_sendto $msg $len, daytime_client
Blocking and not: 002 003, socket_set_block socket_set_nonblock, chat

The non-blocking forking server: 003, server_loop change_identity, forking
The loop that accepts: 003, socket_set_nonblock $clients, chat
Hello world, server and client: 003, getprotobyname, hello hello_client
Signals that are not heard: 003, pcntl_signal socket_accept, forked

The time server over TCP: 004, stream_socket_accept, daytime
The time server over UDP: 004, stream_socket_recvfrom, daytime daytime_client
"""


def entries():
    """{title: (documents, identifiers, programs, mistakes)}"""
    found = {}
    text = manpages.source(PAGE)
    text = text[text.index("\n.Sh SERVERS\n"):text.index("\n.Sh SEE ALSO\n")]
    for part in re.split(r"(?m)^\.Ss ", re.sub(r"(?m)^\.Sh .*\n", "", text)):
        title, _, body = part.partition("\n")
        if not body:
            continue
        head, _, rest = body.partition(".Bl -tag")
        documents = re.findall(r"\b(00[0-4])\b", "".join(
            re.findall(r"(?m)^\.Pq (.*)$", head)))
        names = []
        for line in re.findall(r"(?m)^\.(?:Pq .*?)?Ic (.*)$", head):
            words = line.split(" ; ")[0].split()
            names += [word for word in words
                      if word not in (",", ";", ":", ".", "No") and
                      not re.fullmatch(r"examples?|an|each|\d", word)]
        names += re.findall(r"; 00\d , Ic (\S+)", head)
        programs = re.findall(r"(?m)^\.Nm (\w+)", head)
        mistakes = re.split(r"(?m)^\.It Em ", rest)[1:]
        assert title not in found, title
        found[title] = (documents, names, programs, mistakes)
    return found


@test
def every_seed():
    """each program of the documents has its entry, and nothing else has"""
    titles = []
    for line in filter(None, SEEDS.splitlines()):
        title, documents, names, programs = re.fullmatch(
            r"(.*): ([\d ]+), (.*), ([\w ]+)", line).groups()
        entry = entries().get(title)
        assert entry, title
        equal(sorted(set(entry[0])), documents.split(), title)
        equal(sorted(set(names.split()) - set(entry[1])), [], title)
        equal(sorted(set(programs.split()) - set(entry[2])), [], title)
        titles.append(title)
    equal(sorted(titles), sorted(entries()))


@test
def programs():
    """each entry names programs that are here and have a section"""
    known = set(manexamples.table()) | set(manexamples.handlers())
    named = set()
    for title, (_, _, names, _) in entries().items():
        assert names, title
        equal(sorted(set(names) - known), [], title)
        named |= set(names)
    # what began with no document
    equal(sorted(set(manexamples.table()) - named), ["jobs"])


@test
def mistakes():
    """each says what was wrong, and how it is right"""
    for title, (_, _, _, found) in entries().items():
        assert found, title
        for mistake in found:
            head, _, body = mistake.partition("\n")
            assert head and len(body) > 10, (title, head)
            # one sentence without a word of this library is the mistake alone
            right = re.search(r"(?m)\b[Hh]ere\b|^\.(Xr|Nm|Cm|Fl|Pa)\b", body)
            assert right or body.count(".\n") > 1, (title, head)


@test
def functions():
    """the functions and pages of the library that are named exist"""
    text = manpages.source(PAGE)
    named = set(re.findall(r"\.(?:Xr|Pq Xr) (forkd\S*) (\d)", text))
    assert len(named) > 30, named
    for name, section in named:
        assert "%s.%s" % (name, section) in manpages.files(), name
    # those of the C library are called by what stands in place of the seed
    for title, (_, _, programs, mistakes) in entries().items():
        sources = "".join(manexamples.text(program) for program in programs
                          if program in manexamples.programs())
        for name in re.findall(r"\.Xr (getline|fgets|getifaddrs) 3",
                               "".join(mistakes)):
            assert name + "(" in sources, (title, name)
    for name in re.findall(r"\.Dv (FORKD_\w+)", text):
        match(r"(?m)^#define %s\b" % name, headers.source("forkd_socket.h"))


main()
