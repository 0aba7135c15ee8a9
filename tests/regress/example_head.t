#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# head, the one-shot HTTP client: against web servers of Debian, and against
# servers that do not do what they should.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oneshot import *

OK = b"HTTP/1.0 200 OK\r\nServer: test\r\n\r\n"
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
CONFIGURATION = """
daemon off;
worker_processes 1;
pid {place}/pid;
events {{ worker_connections 64; }}
http {{
    log_format asked '$request|$http_host|$http_connection';
    access_log {place}/access asked;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    server {{
        {listens}
        root {place}/www;
        location /moved {{ return 301 /hello.txt; }}
        location /broken {{ return 503; }}
    }}
}}
"""


class Nginx:
    """nginx, which takes listening sockets from the test: no port is guessed
    and nothing waited for."""

    def __init__(self, *addresses, port=0):
        if NGINX is None:
            raise Skip("nginx is missing (nginx-light)")
        self.place = tempfile.mkdtemp(dir=scratch())
        os.chmod(self.place, 0o755)
        os.mkdir(self.place + "/www")
        with open(self.place + "/www/hello.txt", "w") as file:
            file.write("hello\n")
        self.sockets = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            self.sockets.append(socket.create_server((address, port),
                                                     family=family))
        for one in self.sockets:
            one.setblocking(False)      # nginx leaves them as they are
        self.ports = [one.getsockname()[1] for one in self.sockets]
        self.write_configuration(addresses)
        inherited = [one.fileno() for one in self.sockets]
        self.process = subprocess.Popen(
            [NGINX, "-e", "stderr", "-p", self.place, "-c",
             self.place + "/conf"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=inherited, env=dict(os.environ, NGINX="".join(
                "%d;" % number for number in inherited)))

    def write_configuration(self, addresses):
        listens = ["listen %s:%d;" % ("[%s]" % a if ":" in a else a, port)
                   for a, port in zip(addresses, self.ports)]
        with open(self.place + "/conf", "w") as file:
            file.write(CONFIGURATION.format(place=self.place,
                                            listens=" ".join(listens)))

    @property
    def port(self):
        return self.ports[0]

    def asked(self, *lines):
        """These are the requests, in its log, which it writes later."""
        def have():
            with open(self.place + "/access") as file:
                found = file.read().splitlines()
            return len(found) >= len(lines) and found
        equal(wait_until(have, "the log of nginx"), list(lines))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for one in self.sockets:
            one.close()
        self.process.terminate()
        said = self.process.communicate(timeout=DEADLINE)[1].decode()
        if kind is not None:
            print("# nginx: " + said.replace("\n", "\n# "))


def reply(data):
    """Answers with data, however strange."""
    def serve(connection):
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            piece = connection.recv(1000)
            if not piece:
                break
            request += piece
        if callable(data):
            data(connection)
        else:
            connection.sendall(data)
        return request
    return serve


def head(peer, *args):
    return works("head", "-p", peer.port, *args, "127.0.0.1")


def head_fails(status, pattern, data, *args):
    with Peer(reply(data)) as peer:
        return fails(status, pattern, "head", "-p", peer.port, *args,
                     "127.0.0.1")


def fields(output):
    """Status line, {name: value}; the output ends with the empty line."""
    assert output.endswith(b"\n\n"), output
    lines = output.decode().splitlines()[:-1]
    return lines[0], dict(line.split(": ", 1) for line in lines[1:])


@test
def nginx_versions():
    """nginx: HTTP/1.0 and 1.1, with a Host field; the whole header"""
    with Nginx("127.0.0.1") as nginx:
        for option, connection in ([], "-"), (["-1"], "close"):
            status, found = fields(works(
                "head", *option, "-p", nginx.port, "127.0.0.1", "/hello.txt"))
            equal(status, "HTTP/1.1 200 OK")
            equal((found["Content-Length"], found["Connection"],
                   found["Content-Type"]), ("6", "close", "text/plain"))
            match("^nginx/", found["Server"])
        nginx.asked("HEAD /hello.txt HTTP/1.0|-|-",
                    "HEAD /hello.txt HTTP/1.1|127.0.0.1:%d|close" %
                    nginx.port)


@test
def nginx_status():
    """nginx: a status of 400 and more is an exit status of 1 with -f"""
    with Nginx("127.0.0.1") as nginx:
        for path, status, code in (("/hello.txt", "200 OK", 0),
                                   ("/moved", "301 Moved Permanently", 0),
                                   ("/nothing", "404 Not Found", 1),
                                   ("/broken", "503 Service ", 1)):
            for option, want in ([], 0), (["-f"], code):
                have, output, error = call("head", *option, "-p", nginx.port,
                                           "127.0.0.1", path)
                equal((have, error), (want, ""), path)
                match("^HTTP/1.1 " + status, fields(output)[0])


@test
def nginx_ipv6():
    """nginx: an IPv6 address, in brackets in the Host field"""
    need_ipv6()
    with Nginx("::1") as nginx:
        works("head", "-1", "-p", nginx.port, "::1")
        nginx.asked("HEAD / HTTP/1.1|[::1]:%d|close" % nginx.port)


@test
@isolated(hosts="127.0.0.9 web.test\n127.0.0.1 web.test\n")
def nginx_names():
    """nginx: name and service are looked up, and all addresses tried"""
    try:
        equal((socket.getservbyname("http"),
               socket.getservbyname("http-alt")), (80, 8080))
    except OSError:
        raise Skip("/etc/services is missing (netbase)")
    for port, option, shown in ((80, [], ""), (8080, ["-p", "http-alt"],
                                               ":8080")):
        with Nginx("127.0.0.1", port=port) as nginx:
            output = works("head", "-1", *option, "web.test", "/hello.txt")
            equal(fields(output)[0], "HTTP/1.1 200 OK")
            nginx.asked("HEAD /hello.txt HTTP/1.1|web.test%s|close" % shown)


@test
def nginx_page():
    """nginx: what the page shows"""
    shown = page_shows("head")
    with Nginx("127.0.0.1") as nginx:
        words = shown[0].split()
        equal(words[:5], ["$", "./head", "-1", "-p", "8080"])
        have = works("head", "-1", "-p", nginx.port, *words[5:]).decode()

    def alike(lines):
        # a server of another version, a file of another time
        return [re.sub("^(Server|Date|Last-Modified|ETag): .*", r"\1", line)
                for line in lines]
    equal(alike(have.splitlines(keepends=True)), alike(shown[1:]))


@test
def micro_httpd():
    """micro-httpd behind forkd"""
    program = shutil.which("micro-httpd",
                           path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise Skip("micro-httpd is missing (micro-httpd)")
    place = tempfile.mkdtemp(dir=scratch())
    os.chmod(place, 0o755)
    with Forkd("-l", "127.0.0.1:0", program, place) as forkd:
        output = works("head", "-p", forkd.port, "127.0.0.1")
    # it knows no HEAD, and says so in a body, too, which is not read
    status, found = fields(output)
    equal(status, "HTTP/1.0 501 Not Implemented")
    match("^micro_httpd", found["Server"])


@test
def requests():
    """the requests, byte for byte"""
    for args, want in (
            ([], b"HEAD / HTTP/1.0\r\n\r\n"),
            (["-1"], b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
             b"Connection: close\r\n\r\n")):
        with Peer(reply(OK)) as peer:
            equal(head(peer, *args), OK.replace(b"\r", b""))
        equal(peer.result, want % peer.port if args else want)
    with Peer(reply(OK)) as peer:
        works("head", "-p", peer.port, "127.0.0.1", "/a?b=%20&c=\\~")
    equal(peer.result, b"HEAD /a?b=%20&c=\\~ HTTP/1.0\r\n\r\n")


@test
@isolated()
def interface():
    """the name of an interface is for this machine, not for the Host field"""
    need_ipv6()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as any_socket:
        # SIOCSIFADDR: struct in6_ifreq
        fcntl.ioctl(any_socket, 0x8916, socket.inet_pton(
            socket.AF_INET6, "fe80::9") + struct.pack("=Ii", 64, 1))

        def usable():
            # the kernel allows it when it has got round to it
            try:
                any_socket.bind(("fe80::9", 0, 0, 1))
                return True
            except OSError:
                return False
        wait_until(usable, "an address")
    with Peer(reply(OK), "fe80::9%lo") as peer:
        works("head", "-1", "-p", peer.port, "fe80::9%lo")
    equal(peer.result, b"HEAD / HTTP/1.1\r\nHost: [fe80::9]:%d\r\n"
          b"Connection: close\r\n\r\n" % peer.port)


@test
def pieces():
    """a reply that comes byte by byte, or with bare LF, is the same"""
    with Peer(reply(lambda conn: by_bytes(conn, OK))) as peer:
        equal(head(peer), OK.replace(b"\r", b""))
    with Peer(reply(OK.replace(b"\r", b""))) as peer:
        equal(head(peer), OK.replace(b"\r", b""))


@test
def stays_open():
    """the reply ends with the empty line, though the server stays"""
    def stay(connection):
        connection.sendall(OK)
        until_gone(connection)
    with Peer(reply(stay)) as peer:
        equal(head(peer), OK.replace(b"\r", b""))


@test
def body():
    """a body, which there should not be, is not read, however long"""
    with Peer(reply(OK + b"<html>a body</html>")) as peer:
        equal(head(peer), OK.replace(b"\r", b""))

    def endless(connection):
        connection.sendall(OK)
        flood(connection, b"body")
    with Peer(reply(endless)) as peer:
        equal(head(peer), OK.replace(b"\r", b""))


@test
def interim():
    """interim replies of 1xx come before the reply, and are bounded, too"""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with Peer(reply(b"HTTP/1.1 100 Continue\r\n\r\n" + hints + OK)) as peer:
        equal(head(peer), b"HTTP/1.1 100 Continue\n\n" +
              (hints + OK).replace(b"\r", b""))
    head_fails(EX_PROTOCOL, "reply of more than 65536 bytes",
               lambda conn: flood(conn, hints))
    head_fails(EX_UNAVAILABLE, "closed .* in the middle of its reply", hints)


@test
def visible():
    """what a terminal would obey is shown, and not sent there"""
    with Peer(reply(b"HTTP/1.0 200 \x1b[2J\r\nX: a\rb\0\\\xff\x9b\x7f\t\r\n"
                    b" more\r\n\r\n")) as peer:
        equal(head(peer), b"HTTP/1.0 200 \\033[2J\n"
              b"X: a\\015b\\000\\\\\\377\\233\\177\\011\n more\n\n")


@test
def never():
    """a server that never answers, or drips: 75 when the time is over"""
    in_time(lambda: head_fails(EX_TEMPFAIL, "time", until_gone, "-w", "0.3"))
    in_time(lambda: head_fails(EX_TEMPFAIL, "time", lambda conn: drip(conn),
                               "-w", "0.3"))

    def within(connection):
        connection.sendall(b"HTTP/1.0 200 OK\r\n")
        drip(connection, b"X: y\r\n")
    in_time(lambda: head_fails(EX_TEMPFAIL, "time", within, "-w", "0.3"))


@test
def nonsense():
    """what is not HTTP: 76"""
    for line in (b"SSH-2.0-OpenSSH\r\n", b"\r\n", b"HTTP/1.0\r\n",
                 b"HTTP/1.0 OK\r\n", b"HTTP/1.0 20\r\n", b"HTTP/1.0 2000\r\n",
                 b"HTTP/1.0  200 OK\r\n", b"HTTP/1.0 099 No\r\n",
                 b"HTTP/1.0 600 No\r\n", b"http/1.0 200 OK\r\n",
                 b"HTTP/10 200 OK\r\n", b"HTTP/1.0 200\0OK\r\n",
                 b"<html>\n"):
        equal(head_fails(EX_PROTOCOL, "does not begin with a status line",
                         line + b"Server: x\r\n\r\n"), b"")
    for line in b"no field\r\n", b" early: no\r\n", b": x\r\n", b"A : x\r\n", \
            b"A\0: x\r\n":
        head_fails(EX_PROTOCOL, "no header field",
                   b"HTTP/1.0 200 OK\r\n" + line + b"\r\n")
    # not behind another one either, and a NUL is no blank
    for line in b"no field\r\n", b"\0\r\n", b"\0: x\r\n":
        head_fails(EX_PROTOCOL, "no header field",
                   b"HTTP/1.0 200 OK\r\nA: x\r\n" + line + b"\r\n")


@test
def early():
    """a connection that ends early, or is reset: 69"""
    equal(head_fails(EX_UNAVAILABLE, "closed .* without a reply", b""), b"")
    for part in (b"H", b"HTTP/1.0 200 OK", b"HTTP/1.0 200 OK\r\n",
                 b"HTTP/1.0 200 OK\r\nServer: te",
                 b"HTTP/1.0 200 OK\r\nServer: test\r\n",
                 b"HTTP/1.0 200 OK\r\nServer: test\r\n\r"):
        head_fails(EX_UNAVAILABLE, "in the middle of its reply", part)
    head_fails(EX_UNAVAILABLE, "reset", reset)


@test
def endless():
    """a header, or a line, without an end: 76, and no more than that is kept"""
    def many(connection):
        connection.sendall(b"HTTP/1.0 200 OK\r\n")
        flood(connection, b"X: y\r\n")
    output = head_fails(EX_PROTOCOL, "reply of more than 65536 bytes", many)
    assert 50000 < len(output) <= 65536, len(output)
    head_fails(EX_PROTOCOL, "a line of 8192 bytes or more",
               lambda conn: flood(conn, b"HTTP/1.0 200 OK "))
    # as long as it may be
    line = b"X: " + b"y" * (8192 - 5)
    with Peer(reply(b"HTTP/1.0 200 OK\r\n" + line + b"\r\n\r\n")) as peer:
        equal(head(peer), b"HTTP/1.0 200 OK\n" + line + b"\n\n")


@test
def nobody():
    """a port where nobody listens: 69; no such host: 68; no such service: 64"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))    # and does not listen
        port = taken.getsockname()[1]
        fails(EX_UNAVAILABLE, r"127\.0\.0\.1:%d: Connection refused" % port,
              "head", "-p", port, "127.0.0.1")
    fails(EX_USAGE, "nosuchservice", "head", "-p", "nosuchservice",
          "127.0.0.1")


@test
@isolated(hosts="127.0.0.1 localhost\n")
def no_host():
    """a host that nobody knows: 68"""
    fails(EX_NOHOST, "nosuch.test", "head", "nosuch.test")


@test
def arguments():
    """what the user gives is looked at before anything is sent: 64"""
    for args in ([], ["-x", "h"], ["-w"], ["a", "/b", "c"]):
        wrong_use("head", *args)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for path in ("", "x", "/a b", "/a\r\nHost: b", "/\n", "/\r", "/\t",
                     "/\x7f", "/\u00fc", "http://x/"):
            fails(EX_USAGE, "path", "head", "-p", port, "127.0.0.1",
                  path)
        for host in ("", "a\r\nX: y", "127.0.0.1\n", "127.0.0.1:80", "::1]x",
                     "[::1]", "a b", "a/b", "x" * 600, "*"):
            fails(EX_USAGE, "host|name|address", "head", "-1", "-p", port,
                  host)
        for number in "0", "65536", "-1", "", "80\r\n", "x" * 600:
            fails(EX_USAGE, "port|too long", "head", "-p", number,
                  "127.0.0.1")
        for seconds in "0", "x", "", "1s", "86401", "-1":
            fails(EX_USAGE, "-w", "head", "-w", seconds, "-p", port,
                  "127.0.0.1")
        unvisited(server)


@test
def output():
    """standard output that cannot be written: 74"""
    with open("/dev/full", "w") as full, Peer(reply(OK)) as peer:
        fails(EX_IOERR, "standard output", "head", "-p", peer.port,
              "127.0.0.1", stdout=full)


main()
