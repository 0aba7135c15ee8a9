#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The commands that the pages show in EXAMPLES, those of the programs in
# forkd-examples(7), and those of README.md work as they stand.  Each display
# with a prompt is one session: its servers are started, its other commands run,
# and what they print is what the page shows.
# Only ports, users that this machine does not have, and directories below /srv
# and /etc are replaced.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
from detached import *
import manexamples
import manpages

import json
import pwd

SESSIONS = [(page, session) for page in manpages.pages()
            for session in manpages.sessions(page)]
README = "README.md"
# Programs whose sessions have other peers: example_NAME.t tries them.
ELSEWHERE = """
broadcast chat daytime daytime_client embed forked head jobs multicast ping
records sendmail wol
""".split()
HOST = r"(localhost|127\.0\.0\.1)"
PORTS = {"git://": "9418", "rsync://": "873"}   # that go without saying


class Place:
    """A directory with what the examples need, like a machine of its own."""

    def __init__(self, name):
        self.path = os.path.join(scratch(), name)
        self.bin = os.path.join(self.path, "bin")
        os.makedirs(self.bin)
        for program in [FORKD] + [os.path.join(HANDLERS, name)
                                  for name in os.listdir(HANDLERS)]:
            if os.path.isfile(program) and os.access(program, os.X_OK):
                shutil.copy(program, self.bin)
        self.write("bin/cc", "#!/bin/sh\nexec %s \"$@\"\n" %
                   os.environ["CC"], 0o755)
        self.environment = dict(
            os.environ, PATH=self.bin + ":" + os.environ["PATH"],
            HOME=self.path, GIT_CONFIG_NOSYSTEM="1")
        for name in "MAKEFLAGS", "MFLAGS", "MAKELEVEL":
            self.environment.pop(name, None)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    def run(self, command, check=True):
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.path, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=DEADLINE)
        if check and done.returncode != 0:
            raise AssertionError("%s: status %d:\n%s" % (
                command, done.returncode, done.stdout))
        return done.stdout


# What has to be there before a session, and what is looked at after it.  The
# key is a word of the session's commands.
BEFORE, AFTER = {}, {}


def before(word):
    return lambda function: BEFORE.setdefault(word, function)


def after(word):
    return lambda function: AFTER.setdefault(word, function)


@before("-P")
def run_directory(place):
    os.mkdir(place.path + "/run")


@before("nc")
def need_nc(place):
    done = subprocess.run("nc -h", shell=True, capture_output=True, text=True)
    if "OpenBSD" not in done.stderr + done.stdout:
        raise Skip("OpenBSD's nc is missing (netcat-openbsd)")


@before("/usr/sbin/sshd")
def need_sshd(place):
    if not ROOT:
        raise Skip("only for root")
    need(place, "/usr/sbin/sshd", "openssh-server")
    if not any(name.endswith("_key") for name in os.listdir("/etc/ssh")):
        raise Skip("sshd has no host keys (ssh-keygen -A)")
    # README.md does not say so; it stays, another test may need it now
    os.makedirs("/run/sshd", exist_ok=True)


@after("/usr/sbin/sshd")
def ssh_banner(place, forkd):
    with forkd.connect() as connection:
        match(b"^SSH-2.0-", read_line(connection))


@before("/usr/sbin/micro-httpd")
def web_pages(place):
    need(place, "/usr/sbin/micro-httpd", "micro-httpd")
    place.write("srv/www/hello.txt", "hello\n")


@after("/usr/sbin/micro-httpd")
def web_page(place, forkd):
    if forkd is not None:
        answer = forkd.talk(b"GET /hello.txt HTTP/1.0\r\n\r\n")
        match(rb"(?s)^HTTP/1\.[01] 200 .*\nhello\n$", answer)


@before("git")
def git_repository(place):
    need(place, "git", "git")
    place.run("""
        git init -q work && cd work && echo hello >README && git add README &&
        git -c user.name=t -c user.email=t@example.org commit -q -m first &&
        git clone -q --bare . ../srv/git/project.git""")
    if ROOT:
        user = pwd.getpwnam(local_user("git"))
        for path, _, files in os.walk(os.path.join(place.path, "srv/git")):
            for name in ["."] + files:
                os.chown(os.path.join(path, name), user.pw_uid, user.pw_gid)


@after("git")
def git_clone(place, forkd):
    equal(place.run("cat project/README"), "hello\n")


@before("rsync")
def rsync_files(place):
    need(place, "rsync", "rsync")
    place.write("srv/pub/hello.txt", "hello\n")


@after("rsync")
def rsync_copy(place, forkd):
    place.run("rsync rsync://127.0.0.1:%d/pub/hello.txt ." % forkd.port)
    equal(place.run("cat hello.txt"), "hello\n")


@before("make")
@before("cc")
def installed_library(place):
    """Headers, library and examples under a prefix of their own."""
    if os.path.exists(place.path + "/include"):
        return
    if SANITIZED:
        raise Skip("the library wants a sanitizer's flags")
    need(place, "pkg-config", "pkg-config")
    source = os.path.join(os.environ["top_srcdir"], "src/lib")
    build = os.path.join(os.environ["top_builddir"], "src/lib")
    place.run("mkdir lib include && cp -P %s/.libs/libforkd.so* lib && "
              "cp %s/forkd*.h include" % (build, source))
    with open(os.path.join(build, "forkd.pc")) as file:
        text = file.read()
    for name, directory in (("lib", "lib"), ("include", "include"),
                            ("examples", "doc/examples")):
        text = re.sub("(?m)^%sdir=.*" % name,
                      "%sdir=%s/%s" % (name, place.path, directory), text)
    examples = os.path.join(place.path, "doc/examples")
    os.makedirs(examples)   # not a copy of one that cannot be written to
    for name in manexamples.sources():
        shutil.copy(os.path.join(manexamples.DIRECTORY, name), examples)
    shutil.copy(os.path.join(os.environ["EXAMPLES"], "installed/Makefile"),
                examples)
    place.write("lib/pkgconfig/forkd.pc", text)
    place.environment["PKG_CONFIG_PATH"] = place.path + "/lib/pkgconfig"
    place.environment["LD_LIBRARY_PATH"] = place.path + "/lib"


@after("daytime")
def daytime(place, forkd):
    match(rb"^\w{3} \w{3} [ 0-9]{2} [0-9:]{8} [0-9]{4}\r\n$", forkd.talk())


@after("chat")
def chats(place, forkd):
    with forkd.connect() as one, forkd.connect() as two:
        one.settimeout(0.05)        # both have to be there before it is said
        data = b""
        while not data:
            two.sendall(b"hello\n")
            try:
                data = one.recv(100)
            except TimeoutError:
                pass
        match(rb"^\d: hello\n", data)


@after("./visitors.py")
def visitors(place, forkd):
    for number in 1, 2, 3:
        with forkd.connect() as client:
            equal(read_line(client), b"You are visitor %d.\n" % number)


@after("log-format=json")
def json_log(place, forkd):
    talks(place, forkd)
    forkd.wait_line('"event":"close"')
    for line in forkd.lines:
        if line != "hello":             # talkback's own
            json.loads(line)


@before("limit-as=256M")
def need_memory(place):
    if SANITIZED:
        raise Skip("a sanitizer takes more memory than that")


def talks(place, forkd):
    equal(forkd.talk(b"hello\n"), b"You said 'hello'.\n")


def need(place, program, package):
    if not shutil.which(program):
        raise Skip("%s is missing (%s)" % (program, package))


def local_user(name):
    """That user, or nobody where there is no such user."""
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return "nobody"


def adapted(command, place, ports):
    """The command for this place: ports are those that are in use here."""
    for path in "/srv/", "/etc/", "/run/forkd":
        command = command.replace(path, place.path + path)
    command = command.replace("/usr/local/libexec/forkd", place.bin)
    command = command.replace("/run/talkback", place.path + "/talkback")
    if not ROOT:
        command = re.sub(r" -u \S+", "", command)
    command = re.sub(r"-u (\S+)", lambda m: "-u " + local_user(m.group(1)),
                     command)
    if is_server(command) or "forkd -n " in command:
        return re.sub(r"(-p |-l %s:)\d+" % HOST, r"\g<1>0", command)
    for scheme, port in PORTS.items():
        if port in ports:
            command = re.sub(scheme + HOST, r"%s127.0.0.1:%d" %
                             (scheme, ports[port]), command)
    return re.sub(HOST + r"( |:)(\d+)\b", lambda m: "%s%s%s" %
                  (*m.groups()[:2], ports.get(m[3], m[3])), command)


def is_server(command):
    return re.match(r"forkd (?!-n )|([A-Z]+=\S+ )?(\.|examples)/\w+ -d ",
                    command) is not None


def start(command, place, ports):
    """Starts a server; remembers its port under the one that is shown.
    Without -d it detaches."""
    shown = re.search(r"-p (\d+)|-l %s:(\d+)" % HOST, command)
    shown = shown and (shown.group(1) or shown.group(3))
    popen = {}
    if ROOT and "-u" not in command:    # shown at the prompt of no root
        user = pwd.getpwnam("nobody")
        popen = {"user": user.pw_uid, "group": user.pw_gid,
                 "extra_groups": []}
    words = ["-c", re.sub(r"^(([A-Z]+=\S+ )*)", r"\1exec ",
                          adapted(command, place, ports))]
    popen.update(program="/bin/sh", plain=True, cwd=place.path,
                 env=place.environment)
    if " -d " not in command:
        forkd = Detached(*words, **popen)
        ports[shown] = forkd.port
        return forkd
    forkd = Forkd(*words, ready=False, stdout=subprocess.DEVNULL, **popen)
    line = forkd.wait_line(r"listening on |\"event\":\"ready\"")
    if shown is None:                   # a unix socket
        return forkd
    forkd.ports = [int(re.search(r"tcp://[^ ]*?:(\d+):", line).group(1))]
    ports[shown] = forkd.port
    return forkd


def words_of(session):
    return set(word for command, _ in session for word in command.split())


def play(session, place):
    forkd, ports = None, {}
    words = words_of(session)
    for word in sorted(words & set(BEFORE)):
        BEFORE[word](place)
    checked = words & set(AFTER)
    for command, output in session:
        if is_server(command):
            forkd = start(command, place, ports)
            continue
        if command.startswith("cat /"):     # a file that is shown
            place.write(command[5:], adapted(output, place, ports))
        have = place.run(adapted(command, place, ports))
        if output:
            equal(have.expandtabs(), adapted(output, place, ports)
                  .expandtabs(), command)
            checked.add(command)
    for word in sorted(words & set(AFTER)):
        AFTER[word](place, forkd)
    if forkd is not None and not checked:
        talks(place, forkd)
    if forkd is not None:
        equal(forkd.stop(), 0)


def play_readme(command, place):
    """Nothing says what it prints: it prints something."""
    place.write("handler.py", manpages.readme()[1], 0o755)
    for word in sorted(words_of([(command, "")]) & set(BEFORE)):
        BEFORE[word](place)
    if not is_server(command):
        match("no mistake found", place.run(adapted(command, place, {})))
        return
    forkd = start(command, place, {})
    if "chat" in command.split():
        chats(place, forkd)
    else:
        match(b".\n$", forkd.talk(b"hello\n"))
    equal(forkd.stop(), 0)


def register(number, page, session):
    def one():
        place = Place("place-%d" % number)
        if page == README:
            play_readme(session[0][0], place)
            return
        if os.path.dirname(page) == manexamples.PAGE:
            for name in manexamples.programs():
                shutil.copy(os.path.join(os.environ["EXAMPLES"], name),
                            place.path)
            play(session, place)
            return
        for name, text in manpages.programs(page).items():
            place.write(name, text, 0o755)
        play(session, place)
    shown = re.sub(r"\\\n|#.*", "", session[-1][0])
    one.__doc__ = "%s: %s" % (page, " ".join(shown.split()))
    test(one)


@test
def complete():
    """the pages show commands"""
    assert len(SESSIONS) > 10, SESSIONS
    # those of functions have programs, see man_example.t; one has no commands
    equal({page for page, _ in SESSIONS},
          {page for page in manpages.pages()
           if not page.startswith("forkd_") or page == "forkd_socket.3"} -
          {"forkd-php.7"})
    equal({name for name, _ in manexamples.sessions()},
          set(manexamples.described()))
    words = set().union(*(words_of(session) for _, session in SESSIONS))
    equal((set(BEFORE) | set(AFTER)) - words, set(), "shown no longer")


@test
def elsewhere():
    """what is tried elsewhere is there"""
    equal(sorted(set(ELSEWHERE) - set(manexamples.table())), [])


for number, (page, session) in enumerate(SESSIONS + [
        (os.path.join(manexamples.PAGE, name), session)
        for name, session in manexamples.sessions()
        if name not in ELSEWHERE] + [
        (README, [(command, "")]) for command in manpages.readme()[0]]):
    register(number, page, session)

main()
