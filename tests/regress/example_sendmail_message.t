#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The message that the example sendmail makes, as it is on the way, and as
# Python's email package reads it.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mailserver import *
import email
import email.header
import email.policy
import email.utils
import resource

LONG = "測試" * 70


def made(text, *args, server=None, to=(YOU,), sender=SENDER):
    """The message, parsed, and its bytes."""
    with Server(**(server or {})) as peer:
        done = peer.sendmail(text, args, to, sender)
        told(done, 0, out=b"250 it is here\n")
    raw = peer.text()
    head = raw.partition(b"\r\n\r\n")[0]
    head.decode("ascii")
    # none is longer, but for a word that cannot be cut
    assert all(len(line) <= 78 or len(line.split()) <= 2
               for line in head.split(b"\r\n")), head
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert not message.defects, message.defects
    return message, raw


def decoded(value):
    """Encoded words by an independent reader, which knows no structure."""
    return str(email.header.make_header(email.header.decode_header(value)))


def content(part):
    return part.get_content().replace("\r\n", "\n")


def refused(text, status, line, *args, server=None):
    with Server(**(server or {})) as peer:
        told(peer.sendmail(text, args), status, line)
        assert not peer.message
        return peer.commands


@test
def added():
    """fields that are missing are added, then comes an empty line"""
    message, raw = made(b"Hello\n", "-s", "test", "-n", "Me, \"myself\" \\",
                        to=["a@x.org", "b@x.org"])
    equal([name for name, _ in message.items()],
          ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version",
           "Content-Type", "Content-Transfer-Encoding"])
    equal(message["Subject"], "test")
    address, = message["From"].addresses
    equal((address.display_name, address.addr_spec),
          ("Me, \"myself\" \\", SENDER))
    equal([a.addr_spec for a in message["To"].addresses],
          ["a@x.org", "b@x.org"])
    date = email.utils.parsedate_to_datetime(message["Date"])
    assert abs(date.timestamp() - time.time()) < 60, date
    match(r"^<[0-9a-f]+\.[0-9a-f]{16}@example\.org>$", message["Message-ID"])
    equal(message["Content-Transfer-Encoding"], "7bit")
    equal(raw.partition(b"\r\n\r\n")[2], b"Hello\r\n")
    assert made(b"x")[0]["Message-ID"] != message["Message-ID"]
    assert made(b"x")[0]["Subject"] is None


@test
def kept():
    """fields that are there stay, whatever the case of their names"""
    header = (b"SUBJECT: mine\r\nfrom:Somebody <else@x.org>\r\n"
              b"tO: a@x.org,\r\n\tb@x.org\r\ndate: Thu, 1 Jan 1970 00:00:00 "
              b"+0000\r\nmessage-id: <1@x>\r\nmime-version: 1.0\r\n"
              b"content-type: text/plain; charset=us-ascii\r\n"
              b"content-transfer-encoding: 7bit\r\nX-Other: y")
    _, raw = made(header + b"\r\n\r\nSubject: in the text\r\n", "-s", "no")
    equal(raw, header + b"\r\n\r\nSubject: in the text\r\n")


@test
def no_header():
    """a text about fields has none: they are looked for in the header only"""
    for text in (b"Hello\nSubject: x\nFrom: y\n\nz\n", b"Subject: x\nDear you\n"
                 b"\n", b"Subject: x\n", b" From: x\n\n", b"\nSubject: x\n",
                 b": x\n\n"):
        message, raw = made(text, "-s", "mine")
        equal(message["Subject"], "mine")
        equal(raw.partition(b"\r\n\r\n")[2], text.replace(b"\n", b"\r\n"))
    message, raw = made(b"Note: x\n\ny\n", "-t")
    equal((raw.partition(b"\r\n\r\n")[2], message["Note"]),
          (b"Note: x\r\n\r\ny\r\n", None))


@test
def recipients():
    """To is added if there is no Cc and no Bcc; Bcc is not sent"""
    message, _ = made(b"Cc: a@x.org\n\nx\n")
    equal((message["To"], message["Cc"]), (None, "a@x.org"))
    message, raw = made(b"Bcc: a@x.org,\n b@x.org\nSubject: x\n"
                        b"BCC \t: d@x.org\nResent-Bcc: c@x.org\n\nx\n")
    equal((message["To"], message["Bcc"]), (None, None))
    assert b"x.org" not in raw
    many = ["%s%d@example.org" % ("a" * 40, i) for i in range(30)]
    message, _ = made(b"x\n", to=many)
    equal([a.addr_spec for a in message["To"].addresses], many)


@test
def dots():
    """lines that begin with a dot, and those that are nothing else"""
    text = b".\n..\n.x\nx.\n\n.\n...\n.\n"
    with Server() as peer:
        told(peer.sendmail(text, ["-t"]), 0, out=b"250 it is here\n")
    equal(peer.message[-8:], [b"..", b"...", b"..x", b"x.", b"", b"..",
                              b"....", b".."])
    equal(peer.commands[-2:], ["DATA", "QUIT"])
    assert peer.text().endswith(text.replace(b"\n", b"\r\n"))


@test
def line_ends():
    """lines end with CR LF, whatever the input has, also the last one"""
    for text in b"a\nb\n\nc", b"a\r\nb\r\n\r\nc\r\n", b"a\rb\r\rc\r", \
            b"a\nb\r\n\rc\n":
        _, raw = made(text, "-t")
        equal(raw.partition(b"\r\n\r\n")[2], b"a\r\nb\r\n\r\nc\r\n")
    _, raw = made(b"")
    equal(raw.partition(b"\r\n\r\n")[2], b"")


@test
def long_lines():
    """lines of 998 bytes go out as they are, longer ones encoded"""
    line = b"x" * 998
    message, raw = made(line + b"\n", "-t")
    equal(message["Content-Transfer-Encoding"], "7bit")
    assert raw.endswith(b"\r\n" + line + b"\r\n")
    for text in line + b"y", b"a " * 5000, b"=" * 1200, b" " * 999, b"\t" * 999:
        message, raw = made(b"short\n" + text + b"\n", "-t")
        equal(message["Content-Transfer-Encoding"], "quoted-printable")
        equal(message.get_payload(decode=True),
              b"short\r\n" + text + b"\r\n")
        assert max(map(len, raw.split(b"\r\n"))) <= 78


@test
def long_refused():
    """65: lines that are too long and may not be changed"""
    said = "the body has come encoded, and has a line of more than 998 bytes"
    for field in b"Content-Transfer-Encoding: 7bit", \
            b"Content-Type: multipart/mixed; boundary=x", \
            b"Content-Type \t: multipart/mixed; boundary=x", \
            b"Content-type:\n\tMessage/RFC822":
        equal(refused(field + b"\n\n" + b"x" * 999 + b"\n", 65, said), [])
    equal(refused(b"Content-Transfer-Encoding: 8bit\n\n\0\n", 65,
                  "the body has come encoded, and has a NUL"), [])
    equal(refused(b"X: " + b"x" * 996 + b"\n\n", 65,
                  "the header has a line of more than 998 bytes"), [])
    made(b"X: " + b"x" * 995 + b"\n\n")
    equal(refused(b"X: \0\n\n", 65, "the header has a NUL"), [])


@test
def utf8_body():
    """a text in UTF-8: 8bit if the server has 8BITMIME, else what is shorter"""
    for text, encoding in ((b"gr\xc3\xbcn" * 9 + b"x" * 99, "quoted-printable"),
                           (LONG.encode(), "base64"),
                           (b"= \xc3\xbc \n\t\n.\n. \n" + b"-" * 60,
                            "quoted-printable")):
        for server, encoding in ({}, encoding), ({"EHLO": EIGHTBIT}, "8bit"):
            message, _ = made(text + b"\n", "-t", server=server)
            equal((message.get_content_type(), message.get_content_charset()),
                  ("text/plain", "utf-8"))
            equal(message["Content-Transfer-Encoding"], encoding)
            equal(message.get_payload(decode=True),
                  (text + b"\n").replace(b"\n", b"\r\n"))


@test
def body_parameter():
    """BODY=8BITMIME is said only for a text that goes out so"""
    for args, text, server, want in (
            ([], b"gr\xc3\xbcn\n", EIGHTBIT, " BODY=8BITMIME"),
            ([], b"gr\xc3\xbcn\n", b"250 8BITMIME\r\n", ""),
            ([], b"gr\xc3\xbcn\n", b"250-a\r\n250 8BITMIMES\r\n", ""),
            (["-o"], b"gr\xc3\xbcn\n", EIGHTBIT, ""),
            ([], b"green\n", EIGHTBIT, ""),
            ([], b"\xc3\xbc" * 600 + b"\n", EIGHTBIT, ""),
            ([], b"\xc3\xbc\0\n", EIGHTBIT, "")):
        with Server(EHLO=server) as peer:
            told(peer.sendmail(text, args), 0, out=b"250 it is here\n")
        equal(peer.commands[1], "MAIL FROM:<%s>%s" % (SENDER, want))
        assert (want != "") == any(max(line, default=0) > 127
                                   for line in peer.message)


@test
def other_charset():
    """a text in another character set needs a Content-Type that says so"""
    text = "grün\n".encode("latin-1")
    equal(refused(text, 65, "the text is not UTF-8, and no Content-Type says "
                  "what it is"), [])
    for bad in b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", \
            b"\x80", b"\xf8\x88\x80\x80\x80":
        refused(bad, 65, "the text is not UTF-8, and no Content-Type says "
                "what it is")
    message, _ = made(b"Content-Type: text/plain; charset=iso-8859-1\n\n" +
                      text)
    equal((content(message), message["Content-Transfer-Encoding"]),
          ("grün\n", "base64"))


@test
def already_encoded():
    """65: what may not be encoded and needs 8BITMIME, where there is none"""
    text = (b"Content-Type: text/plain; charset=utf-8\n"
            b"Content-Transfer-Encoding: 8bit\n\ngr\xc3\xbcn\n")
    equal(refused(text, 65, "the body has bytes above 127, is not to be "
                  "encoded, and the server takes no 8BITMIME")[1:], ["QUIT"])
    message, _ = made(text, server={"EHLO": EIGHTBIT})
    equal((content(message), message["Content-Transfer-Encoding"]),
          ("grün\n", "8bit"))
    encoded = b"Content-Transfer-Encoding: base64\n\nSGVsbG8K\n"
    message, raw = made(encoded)
    equal((message.get_payload(decode=True), raw.count(b"Encoding")),
          (b"Hello\n", 1))


@test
def subjects():
    """Subject in UTF-8: encoded words, which hold whole characters"""
    for subject in ("Grüße", "test 測試", "測試 test", LONG, LONG + " " + LONG,
                    "a " + LONG + " b " + LONG + " c", "😀" * 60, "ä" * 80,
                    "a" * 100 + "ü", "=?UTF-8?B?eA==?=", "a =?b?= c",
                    "x" * 3000, "word " * 100 + "end", "a   b ü  c", "tab\tü",
                    "\x1b[2J", "é", " ".join("wörd%d" % i for i in range(60)),
                    *("x" * n + " " + "ü測😀" * 30 for n in range(40, 80))):
        message, raw = made(b"x\n", "-s", subject)
        line = re.search(rb"(?m)^Subject:((?:.*\r\n[ \t])*.*)\r\n", raw)[1]
        # an independent reader of encoded words, piece by piece
        for word in re.findall(rb"=\?[^ \r\n]*\?=", line):
            assert len(word) <= 75, word
            part, charset = email.header.decode_header(word.decode())[0]
            equal(charset, "utf-8")
            part.decode("utf-8")
        equal(decoded(re.sub(r"\r\n(?=[ \t])", "", line.decode()).strip()),
              subject)


@test
def names():
    """-n, and names in the fields of addresses"""
    for name in ("Jörg Müller", "Müller, Jörg \"der\" \\", "測試" * 20, "A B",
                 "a;b", "x" * 200):
        message, raw = made(b"x\n", "-n", name)
        address, = message["From"].addresses
        equal(address.addr_spec, SENDER)
        if name.isascii():
            equal(address.display_name, name)
            continue
        # Python's reader of addresses puts a space between encoded words
        field = re.search(rb"(?s)From: (.*?)\s<me@", raw)[1].decode()
        equal(decoded(field.replace("\r\n", "")), name)
    field = ('To: "Müller, \\"Jörg\\"" <a@x.org>, Zoë Ünal<b@x.org>,\n\t'
             '"Plain, Name" <c@x.org>, d@x.org, Ann Ü Ö B <e@x.org>, '
             'Group: Fü <f@x.org>;\n')
    message, raw = made(field.encode() + b"\nx\n")
    equal([(a.display_name, a.addr_spec) for a in message["To"].addresses],
          [('Müller, "Jörg"', "a@x.org"), ("Zoë Ünal", "b@x.org"),
           ("Plain, Name", "c@x.org"), ("", "d@x.org"),
           ("Ann Ü Ö B", "e@x.org"), ("Fü", "f@x.org")])
    # a string and a word: the space between them is in the second
    message, raw = made('To: "Ä" Ö (ü) <a@x.org>,<b@x.org>\n\n'.encode())
    field = re.search(r"(?s)To: (.*?)\r\n\S", raw.decode())[1]
    equal(re.sub("=[?].*?[?]=", lambda word: "{%s}" % decoded(word[0]), field),
          "{Ä} { Ö} ({ü}) <a@x.org>,<b@x.org>")


@test
def comments():
    """names in comments"""
    _, raw = made(b"CC: x@x.org (at h\xc3\xb6me)\n\nx\n")
    assert b" (at\r\n =?" in raw or b" (at =?" in raw, raw


@test
def other_fields():
    """other fields of the input in UTF-8; what cannot be encoded: 65"""
    message, raw = made("X-Note: a ü\n ö b\nsubject: Grüße\n\n".encode())
    equal((message["X-Note"], message["Subject"]), ("a ü ö b", "Grüße"))
    for field in ("To: jörg@x.org", "To: <jörg@x.org>", "From: a@bücher.org",
                  'To: "ü <a@x>', "Message-ID: <ü@x>", "Date: ü",
                  "Content-Type: text/plain; name=ü"):
        refused(field.encode() + b"\n\n", 65, "%s: only a text and a name can "
                "have other characters than ASCII" % field.split(":")[0])
    refused(b"Subject: \xff\n\n", 65, "Subject: not UTF-8")


def attach(name, data):
    path = os.path.join(scratch(), name)
    with open(path, "wb") as file:
        file.write(data)
    return path


@test
def attachments():
    """-a: the same bytes, in lines of 76, and the names of the files"""
    sizes = 0, 1, 2, 3, 56, 57, 58, 1000, 100001
    files = {"file%d.bin" % size: os.urandom(size) for size in sizes}
    files["dots"] = b".\r\n.\n" * 100
    files["every"] = bytes(range(256))
    args = [word for name, data in files.items()
            for word in ("-a", attach(name, data))]
    for text in b"Hello\n", "grün\n".encode(), b"":
        message, raw = made(text, *args, "-s", "files")
        equal(message.get_content_type(), "multipart/mixed")
        parts = list(message.iter_parts())
        equal(parts[0].get_payload(decode=True),
              text.replace(b"\n", b"\r\n"))
        equal(parts[0].get_content_type(), "text/plain")
        equal({p.get_filename(): p.get_payload(decode=True)
               for p in parts[1:]}, files)
        for part in parts[1:]:
            equal((part.get_content_type(), part.get_content_disposition(),
                   part.defects), ("application/octet-stream", "attachment",
                                   []))
        assert max(map(len, raw.split(b"\r\n"))) <= 76
        equal(raw.count(b"\r\nContent-Type: multipart"), 1)


@test
def file_names():
    """-a: names of all kinds, RFC 2231"""
    for name in ("plain.txt", "with space.txt", "測試.txt", "ü" * 100,
                 'quote".txt', "back\\slash", "x" * 200, "semi;colon=1",
                 "per%cent", "-", "tab\tname", "=?UTF-8?Q?x?=", "'x'", "😀"):
        message, raw = made(b"x\n", "-a", attach(name, b"data"))
        part = list(message.iter_parts())[1]
        equal((part.get_filename(), part.get_payload(decode=True)),
              (name, b"data"))
        assert max(map(len, raw.split(b"\r\n"))) <= 76, raw
        raw.decode("ascii")


@test
def no_file():
    """-a: a file that cannot be read: 66"""
    done = sendmail("-f", SENDER, "-a", "/nonexistent", "127.0.0.1", YOU)
    told(done, 66, "/nonexistent: No such file or directory")
    done = sendmail("-f", SENDER, "-a", "/", "127.0.0.1", YOU)
    told(done, 66, "/: not a regular file")


@test
def no_regular_file():
    """-a: what may never end, or keep open(2) waiting, is no file: 66"""
    fifo = os.path.join(scratch(), "attached.fifo")
    os.mkfifo(fifo)
    os.chmod(fifo, 0o644)
    for path in fifo, "/dev/zero", "/dev/stdin":
        done = sendmail("-f", SENDER, "-a", path, "127.0.0.1", YOU)
        told(done, 66, path + ": not a regular file")
    with open("/dev/zero", "rb") as endless:
        done = subprocess.run([program(), "-f", SENDER, "127.0.0.1", YOU],
                              stdin=endless, capture_output=True,
                              timeout=DEADLINE)
    told(done, 65, "standard input: more than 67108864 bytes")


@test
def no_memory():
    """no memory for the text: 71"""
    if SANITIZED:
        raise Skip("the sanitizer needs more than any limit")
    limit = 64 << 20
    done = sendmail("-f", SENDER, "127.0.0.1", YOU, text=b"x\n" * (20 << 20),
                    preexec_fn=lambda: resource.setrlimit(
                        resource.RLIMIT_AS, (limit, limit)))
    told(done, 71, "standard input: Cannot allocate memory")


@test
def boundary():
    """the boundary is not in the text, not even if it was in another one"""
    path = attach("any", b"data")
    text = b"x\n"
    for number in range(12):
        message, _ = made(text, "-t", "-a", path)
        have = message.get_boundary()
        assert have.encode() not in text
        text += b"--" + have.encode() + b"\n"
        equal(len(list(message.iter_parts())), 2)
    # a message of this program as the text of another
    inner, raw = made(b"inner\n", "-a", path)
    message, _ = made(raw, "-a", path)
    outer = list(message.iter_parts())
    equal(len(outer), 2)
    equal(outer[0].get_content_type(), "multipart/mixed")
    equal([p.get_payload(decode=True) for p in outer[0].iter_parts()],
          [b"inner\r\n", b"data"])


@test
def typed_text():
    """-a: what the header says of the content goes to the text"""
    message, _ = made(b"Subject: x\nContent-Type: text/html; charset=utf-8\n"
                      b"Content-Language: de\nX-Last: y\n\n<p>gr\xc3\xbcn\n",
                      "-a", attach("any", b"data"))
    text, part = message.iter_parts()
    equal((content(text), text.get_content_type(),
           text["Content-Language"], message["X-Last"],
           message["Content-Language"]),
          ("<p>grün\n", "text/html", "de", "y", None))


main()
