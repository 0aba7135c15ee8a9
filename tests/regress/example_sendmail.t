#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example sendmail and a real server: exim of Debian, with a configuration
# and a spool of the test's own.  forkd starts it for each connection, so that
# it needs no port that is known before, no root, and leaves nothing.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mailserver import *
import email
import email.policy

EXIM = "/usr/sbin/exim4"
CONFIGURATION = """
exim_user = %(user)s
exim_group = %(group)s
spool_directory = %(place)s/spool
log_file_path = %(place)s/log-%%s
primary_hostname = mail.example.org
domainlist local_domains = example.org
keep_environment =
add_environment =
never_users =
host_lookup =
rfc1413_query_timeout = 0s
message_size_limit = 1M
deliver_drop_privilege = true
check_spool_space = 0
check_spool_inodes = 0
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
%(more)s
begin acl
acl_mail:
  deny message = sender refused
       senders = bad@example.org
  accept
acl_rcpt:
  deny message = no such user here
       local_parts = nobody
  defer message = come again
       local_parts = later
  accept domains = +local_domains
  deny message = relay not permitted
begin routers
local:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  directory = %(place)s/mail
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
  no_check_owner
  user = %(user)s
  group = %(group)s
begin retry
"""


class Exim:
    """text: the mail that has been delivered since."""

    def __init__(self, more=""):
        if not os.access(EXIM, os.X_OK):
            raise Skip("exim4 is missing (exim4-daemon-light)")
        self.place = tempfile.mkdtemp(dir=scratch())
        entry = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.getuid())
        os.chmod(self.place, 0o755)
        os.chown(self.place, entry.pw_uid, entry.pw_gid)
        path = os.path.join(self.place, "configuration")
        with open(path, "w") as file:
            file.write(CONFIGURATION % {
                "place": self.place, "user": entry.pw_uid,
                "group": entry.pw_gid, "more": more})
        self.forkd = Forkd(*as_self(), "-d", "-l", "127.0.0.1:0", "--", EXIM,
                           "-C", path, "-bs", "-odi", plain=True)

    def __enter__(self):
        self.forkd.__enter__()
        return self

    def __exit__(self, *failure):
        if failure[0]:
            for name in os.listdir(self.place):
                if name.startswith("log-"):
                    with open(os.path.join(self.place, name)) as file:
                        print("# " + file.read().replace("\n", "\n# "))
        self.forkd.__exit__(*failure)

    def sendmail(self, text, *args, to=(YOU,), sender=SENDER):
        return sendmail("-w", "20", "-p", str(self.forkd.port), "-f", sender,
                        *args, "127.0.0.1", *to, text=text)

    def mails(self):
        path = os.path.join(self.place, "mail", "new")
        return [os.path.join(path, name) for name in os.listdir(path)
                ] if os.path.exists(path) else []

    def mail(self):
        """Takes the next one: its bytes."""
        path = wait_until(self.mails, "a mail")[0]
        with open(path, "rb") as file:
            text = file.read()
        os.unlink(path)
        return text


def accepted(done, *lines, status=0):
    equal((done.returncode, done.stderr.decode()),
          (status, "".join("sendmail: %s\n" % line for line in lines)))
    match(r"^250 OK id=[-\w]+\n$", done.stdout.decode())


def content(part):
    """A text in base64 has CR LF."""
    return part.get_content().replace("\r\n", "\n")


def parsed(raw):
    """As it was sent: the parser, not the server, knows CR LF."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects, message.defects
    return message


@test
def plain():
    """exim: a text, with the fields of the envelope, and all of its dots"""
    text = b".\nHello\n.\n..\n\nFrom here\n.x\n" + b"y" * 998 + b"\n.\n"
    with Exim() as exim:
        accepted(exim.sendmail(text, "-s", "test"))
        raw = exim.mail()
        equal(raw.partition(b"\n\n")[2], text)
        message = parsed(raw)
        equal((message["Subject"], message["From"], message["To"],
               message["Return-path"], message["Envelope-to"]),
              ("test", SENDER, YOU, "<%s>" % SENDER, YOU))
        # neither of these had to be mended on the way
        equal([len(message.get_all(name)) for name in
               ("Date", "Message-ID", "From", "MIME-Version")], [1] * 4)


@test
def helo():
    """exim: HELO as EHLO; a name of ours"""
    with Exim() as exim:
        for args, said in (["-o"], "smtp"), ([], "esmtp"):
            accepted(exim.sendmail(b"x\n", "-h", "t.example.org", *args))
            match(r"from \[127\.0\.0\.1\].* \(helo=t\.example\.org\)\s+by "
                  r"mail\.example\.org with %s " % said,
                  parsed(exim.mail())["Received"])


@test
def attachment():
    """exim: attachments, their names, and UTF-8 in header and text"""
    data = os.urandom(100000)
    path = os.path.join(scratch(), "測試 ü.bin")
    with open(path, "wb") as file:
        file.write(data)
    text = "grün, 測試\n.\n"
    subject = "Grüße 測試 " * 20 + "end"
    with Exim() as exim:
        for args in [], ["-o"]:         # 8BITMIME or not
            accepted(exim.sendmail(text.encode(), "-a", path, "-s", subject,
                                   "-n", "Jörg, Müller", *args))
            message = parsed(exim.mail())
            equal(message["Subject"], subject)
            address, = message["From"].addresses
            equal((address.display_name, address.addr_spec),
                  ("Jörg, Müller", SENDER))
            first, second = message.iter_parts()
            equal(content(first), text)
            equal(first["Content-Transfer-Encoding"],
                  "base64" if args else "8bit")
            equal((second.get_filename(), second.get_content()),
                  ("測試 ü.bin", data))


@test
def recipients():
    """exim: several recipients, and those that it refuses, now or for good"""
    with Exim() as exim:
        accepted(exim.sendmail(b"x\n", to=["a@example.org", "b@example.org"]))
        equal({parsed(exim.mail())["Envelope-to"] for _ in "ab"},
              {"a@example.org", "b@example.org"})
        accepted(exim.sendmail(b"y\n", to=[
            "nobody@example.org", YOU, "x@example.net", "later@example.org"]),
            "RCPT TO:<nobody@example.org>: 550 no such user here",
            "RCPT TO:<x@example.net>: 550 relay not permitted",
            "RCPT TO:<later@example.org>: 451 come again", status=67)
        match(b"\n\ny\n$", exim.mail())
        told(exim.sendmail(b"x\n", to=["nobody@example.org"]), 67,
             "RCPT TO:<nobody@example.org>: 550 no such user here")
        told(exim.sendmail(b"x\n", to=["later@example.org"]), 75,
             "RCPT TO:<later@example.org>: 451 come again")
        equal(exim.mails(), [])


@test
def refusals():
    """exim: a sender and a message that it refuses; the null sender"""
    with Exim() as exim:
        told(exim.sendmail(b"x\n", sender="bad@example.org"), 69,
             "MAIL FROM:<bad@example.org>: 550 sender refused")
        told(exim.sendmail((b"x" * 70 + b"\n") * 20000), 65,
             "message: 552 Message size exceeds maximum permitted")
        accepted(exim.sendmail(b"x\n", sender="<>"))
        equal(parsed(exim.mail())["Return-path"], "<>")


@test
def manual():
    """exim: the command in forkd-examples(7), and what it prints"""
    with open(os.path.join(os.environ["top_srcdir"], "man",
                           "forkd-examples.7")) as file:
        section = re.search(r"(?ms)^\.Ss sendmail$.*?^\.Bd .*?^\$ (.*?)^\.Ed$",
                            file.read())[1]
    command, printed = re.fullmatch(r"(?s)((?:.*\\e\n)*.*?\n)(.*)",
                                    section).groups()
    with Exim() as exim:
        place = tempfile.mkdtemp(dir=scratch())
        with open(os.path.join(place, "report.pdf"), "wb") as file:
            file.write(b"%PDF")
        os.symlink(program(), os.path.join(place, "sendmail"))
        command = command.replace("\\e\n", "\\\n").replace(
            "mail.example.org", "-p %d 127.0.0.1" % exim.forkd.port)
        done = subprocess.run(command, shell=True, cwd=place, text=True,
                              capture_output=True, timeout=DEADLINE)
        equal((done.returncode, done.stderr), (0, ""))
        equal(re.sub(r"id=\S+", "id=", done.stdout),
              re.sub(r"id=\S+", "id=", printed))
        message = parsed(exim.mail())
        text, part = message.iter_parts()
        equal((message["Subject"], content(text), part.get_filename(),
               part.get_content()), ("Test", "Hello\n", "report.pdf", b"%PDF"))


@test
def no_eightbit():
    """exim without 8BITMIME: the text comes encoded"""
    with Exim("accept_8bitmime = false") as exim:
        accepted(exim.sendmail("größer\n".encode()))
        message = parsed(exim.mail())
        equal((message["Content-Transfer-Encoding"] != "8bit",
               content(message)), (True, "größer\n"))


main()
