#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# The example sendmail and servers of all kinds: what it says to them, and how
# it ends when they refuse, are silent, slow, gone, or talk nonsense at each step.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mailserver import *

# where a server can speak, what sendmail calls that, and the options to get
# there
STEPS = {"greeting": ("greeting", []), "EHLO": ("EHLO t.example.org", []),
         "HELO": ("HELO t.example.org", ["-o"]),
         "MAIL": ("MAIL FROM:<%s>" % SENDER, []),
         "RCPT": ("RCPT TO:<%s>" % YOU, []), "DATA": ("DATA", []),
         "message": ("message", [])}
PERHAPS = "; the message may have been delivered"
SENT = b"250 it is here\n"


def each_step(said, status, what, options=()):
    """The same at each step up to the message: what() is told of it.  With -w
    all steps before that one have to be done in time, on any machine."""
    def one(step):
        name, more = STEPS[step]
        with Server(**{step: said}) as server:
            done = server.sendmail(args=["-h", "t.example.org", *more,
                                         *options])
            told(done, status, "%s: %s%s" % (
                name, what, PERHAPS if step == "message" else ""))
    at_once([functools.partial(one, step) for step in STEPS])


@test
def commands():
    """what is said, in this order, with the last reply on standard output"""
    with Server() as server:
        told(server.sendmail(args=["-h", "t.example.org"],
                             to=["a@example.org", "b@example.org"]), 0,
             out=SENT)
        equal(server.commands, ["EHLO t.example.org",
                                "MAIL FROM:<me@example.org>",
                                "RCPT TO:<a@example.org>",
                                "RCPT TO:<b@example.org>", "DATA", "QUIT"])


@test
def helo():
    """HELO: with -o at once, and after an EHLO that is not known"""
    with Server() as server:
        told(server.sendmail(args=["-o", "-h", "t"]), 0, out=SENT)
        equal(server.commands[:2], ["HELO t", "MAIL FROM:<me@example.org>"])
    for code in 500, 502, 550:
        with Server(EHLO=b"%d what?\r\n" % code) as server:
            told(server.sendmail(args=["-h", "t"]), 0, out=SENT)
            equal(server.commands[:2], ["EHLO t", "HELO t"])


@test
def own_address():
    """HELO: without a name that has a domain, the address of our side"""
    name = socket.gethostname()
    with Server() as server:
        told(server.sendmail(), 0, out=SENT)
        equal(server.commands[0], "EHLO " + (name if "." in name else
                                             "[127.0.0.1]"))


@test
def null_sender():
    """-f <>: the null sender, as -f with nothing"""
    for sender in "<>", "":
        with Server() as server:
            told(server.sendmail(sender=sender), 0, out=SENT)
            equal(server.commands[1], "MAIL FROM:<>")
            assert b"From: <MAILER-DAEMON>" in server.message


@test
def trace():
    """-v: what is sent and received, as text without controls"""
    with Server(greeting=b"220-one\x1b[2J\r\n220 two\xc3\xbc\r\n",
                EHLO=EIGHTBIT) as server:
        done = server.sendmail(b"Message-ID: <1@x>\nDate: x\nTo: y\n\n"
                               b"\x1bgr\xc3\xbcn\n.\n", ["-v", "-h", "t"])
    equal((done.returncode, done.stdout), (0, SENT))
    equal(done.stderr.decode(), r"""<< 220-one?[2J
<< 220 two??
>> EHLO t
<< 250-test
<< 250-SIZE 1000
<< 250-8bitmime
<< 250 HELP
>> MAIL FROM:<me@example.org> BODY=8BITMIME
<< 250 sender
>> RCPT TO:<you@example.org>
<< 250 recipient
>> DATA
<< 354 go on
>> From: <me@example.org>
>> MIME-Version: 1.0
>> Message-ID: <1@x>
>> Date: x
>> To: y
>> Content-Type: text/plain; charset=UTF-8
>> Content-Transfer-Encoding: 8bit
>> 
>> \033gr\303\274n
>> ..
>> .
<< 250 it is here
>> QUIT
<< 221 bye
""")


@test
def other_codes():
    """codes of the same kind are as good: 251 and 252, 250 to QUIT, one alone
    in its line, lines that end with LF, several lines"""
    with Server(RCPT=[b"251 will forward\r\n", b"252 perhaps\r\n"],
                MAIL=b"250\r\n", DATA=b"354 a\n", QUIT=b"250 bye\r\n",
                message=b"250-a\r\n250-\r\n250 b\r\n") as server:
        told(server.sendmail(to=["a@x", "b@x"]), 0, out=b"250-a\n250-\n250 b\n")


@test
def refused_for_now():
    """4xx: 75 at each step, the reply in one line, and QUIT is said"""
    for step, (name, options) in STEPS.items():
        with Server(**{step: b"451-not\r\n451 now\r\n"}) as server:
            told(server.sendmail(args=["-h", "t.example.org", *options]), 75,
                 "%s: 451-not now" % name)
        equal(server.commands[-1], "QUIT")


@test
def refused():
    """5xx: 69, for a recipient 67, for the message 65; and QUIT is said"""
    for step, (name, options) in STEPS.items():
        if step == "EHLO":
            name, options = "HELO t.example.org", []
        status = {"RCPT": 67, "message": 65}.get(step, 69)
        with Server(**{step: b"554 5.7.1 no\r\n",
                       **({"HELO": b"554 5.7.1 no\r\n"}
                          if step == "EHLO" else {})}) as server:
            told(server.sendmail(args=["-h", "t.example.org", *options]),
                 status, "%s: 554 5.7.1 no" % name)
        equal(server.commands[-1], "QUIT")
        equal(server.message is not None, step == "message")


@test
def some_recipients():
    """a refused recipient: told, and the others get the message; 67 then,
    also if it is only for now"""
    for code in b"550", b"450":
        with Server(RCPT=[b"250 a\r\n", code + b" b\r\n",
                          b"250 c\r\n"]) as server:
            told(server.sendmail(to=["a@x", "b@x", "c@x"]), 67,
                 "RCPT TO:<b@x>: %s b" % code.decode(), out=SENT)
            assert server.message


@test
def no_recipient():
    """no recipient is taken: no DATA; 75 if one may be later"""
    for replies, status in (("550", "553"), 67), (("550", "450"), 75):
        said = [b"%s no\r\n" % reply.encode() for reply in replies]
        with Server(RCPT=said) as server:
            told(server.sendmail(to=["a@x", "b@x"]), status,
                 *("RCPT TO:<%s@x>: %s no" % pair
                   for pair in zip("ab", replies)))
        equal(server.commands[-2:], ["RCPT TO:<b@x>", "QUIT"])


@test
def quit():
    """QUIT: what is answered there does not undo what was delivered"""
    what = "QUIT: no good answer; the message was taken before"
    for said in b"500 no\r\n", b"nonsense\r\n", None, b"421 no\r\n":
        with Server(QUIT=said) as server:
            told(server.sendmail(), 0, what, out=SENT)
    with Server(QUIT=silent) as server:
        told(server.sendmail(args=["-w", "2"]), 0, what, out=SENT)


@test
def quit_after_refusal():
    """QUIT after a refusal: no answer is waited for, but not for ever"""
    with Server(MAIL=b"550 no\r\n", QUIT=silent) as server:
        told(server.sendmail(args=["-w", "2"]), 69,
             "MAIL FROM:<me@example.org>: 550 no")


@full
def quit_patience():
    """QUIT: its answer is waited for five seconds, whatever -w is"""
    begin = time.monotonic()
    with Server(MAIL=b"550 no\r\n", QUIT=silent) as server:
        told(server.sendmail(args=["-w", "600"]), 69,
             "MAIL FROM:<me@example.org>: 550 no")
    assert time.monotonic() - begin >= 5


@test
def never_answers():
    """a server that never answers: 75 when -w is over, at each step"""
    each_step(silent, 75, "no answer in time", ["-w", "2"])


@test
def slow():
    """a server that answers one byte at a time, without an end: -w is for all
    of it"""
    each_step(trickle(b"250-slow\r\n354-"), 76, "the server talks no SMTP: "
              "one reply with different codes")
    each_step(trickle(b"250-" + b"x" * 10000), 75, "no answer in time",
              ["-w", "2"])


@test
def split():
    """replies in packets of one byte each"""
    single = {step: Single(said) for step, said in GOOD.items()}
    with Server(**single) as server:
        told(server.sendmail(), 0, out=SENT)
    with Server(RCPT=Single(b"554-a\r\n554 b\r\n")) as server:
        told(server.sendmail(), 67, "RCPT TO:<%s>: 554-a b" % YOU)


@test
def closes():
    """a server that closes early: 75, at each step"""
    each_step(None, 75, "connection lost: Connection reset by peer")


@test
def closes_within():
    """a server that closes in the middle of a reply"""
    def say(connection, done):
        connection.sendall(b"250-a\r\n25")
    each_step(say, 75, "connection lost: Connection reset by peer")


@test
def nonsense():
    """nonsense: 76 at each step"""
    wrong = {b"SSH-2.0-OpenSSH\r\n": "a line with no code of three digits",
             b"\r\n": "a line with no code of three digits",
             b"25\r\n": "a line with no code of three digits",
             b"199 a\r\n": "a line with no code of three digits",
             b"250_a\r\n": "a code with neither a space nor a dash behind it",
             b"250-a\r\n550 b\r\n": "one reply with different codes",
             b"550-a\r\n250 b\r\n": "one reply with different codes"}
    for said, what in wrong.items():
        each_step(said, 76, "the server talks no SMTP: " + what)


@test
def endless_reply():
    """a reply without an end, in one line or in many: 76"""
    for said in b"250 " + b"x" * 1000, b"250-x\r\n":
        each_step(endless(said) if b"\n" in said else
                  lambda c, d: (c.sendall(b"250 "),
                                endless(b"x" * 1000)(c, d)), 76,
                  "the server talks no SMTP: a reply without an end")


@test
def wrong_code():
    """an answer of another kind: 76"""
    for step, (name, options) in STEPS.items():
        said = b"250 a" if step == "DATA" else b"354 a"
        with Server(**{step: said + b"\r\n"}) as server:
            told(server.sendmail(args=["-h", "t.example.org", *options]), 76,
                 "%s: `%s' is no answer to this%s" % (
                     name, said.decode(), PERHAPS if step == "message"
                     else ""))


@test
def too_early():
    """several replies at once: what comes before the question is no answer"""
    after = {"greeting": "EHLO t.example.org",
             "EHLO": "MAIL FROM:<me@example.org>",
             "HELO": "MAIL FROM:<me@example.org>",
             "MAIL": "RCPT TO:<you@example.org>", "RCPT": "DATA",
             "DATA": "message"}
    for step, name in after.items():
        with Server(**{step: GOOD[step] + b"250 b\r\n250 c\r\n"}) as server:
            told(server.sendmail(args=["-h", "t.example.org",
                                       *STEPS[step][1]]), 76,
                 "%s: the server answers before it is asked" % name)
            assert not server.message
    # as much as is received at once: what is early is not received yet
    full = b"250-%s\r\n" % (b"x" * 94) * 40
    full += b"250 %s\r\n" % (b"y" * (4096 - len(full) - 6))
    equal(len(full), 4096)
    with Server(EHLO=full + b"250 b\r\n") as server:
        told(server.sendmail(), 76, "MAIL FROM:<me@example.org>: the server "
             "answers before it is asked")


@test
def shuts_down():
    """421 comes when it likes: 75"""
    with Server(MAIL=b"250 a\r\n421 going down\r\n") as server:
        told(server.sendmail(), 75, "RCPT TO:<you@example.org>: "
             "421 going down")


@test
def does_not_read():
    """a server that does not read the message: 75 when -w is over"""
    def say(connection, done):
        connection.sendall(b"354 go on\r\n")
        done.wait(DEADLINE)
    with Server(DATA=say) as server:
        told(server.sendmail((b"x" * 70 + b"\n") * 200000,
                             ["-t", "-w", "2"]), 75,
             "message: no answer in time")


@test
def nobody_there():
    """no server: 69"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))    # and does not listen
        done = sendmail("-p", str(taken.getsockname()[1]), "-f", SENDER,
                        "127.0.0.1", YOU)
    equal((done.returncode, done.stdout), (69, b""))
    match("^sendmail: .*Connection refused\n$", done.stderr.decode())


@test
@isolated("127.0.0.1 mail.test\n::1 mail.test\n")
def names():
    """the host by its name, all addresses of which are tried, at port 25, or
    -p with the name of one; no such host: 68"""
    for args in [], ["-p", "smtp"]:
        with Server(port=25):
            told(sendmail("-f", SENDER, *args, "mail.test", YOU), 0, out=SENT)
    done = sendmail("-f", SENDER, "no-such-host.test", YOU)
    equal((done.returncode, done.stdout), (68, b""))
    match("^sendmail: .*no-such-host.test.*\n$", done.stderr.decode())


@test
def ipv6():
    """an IPv6 address, and that of our side in EHLO"""
    need_ipv6()
    with Server("::1") as server:
        told(server.sendmail(), 0, out=SENT)
        if "." not in socket.gethostname():
            equal(server.commands[0], "EHLO [IPv6:::1]")


@test
def full_output():
    """standard output that is full: 74"""
    with Server() as server, open("/dev/full", "w") as output:
        done = subprocess.run([program(), "-p", str(server.port), "-f", SENDER,
                               "127.0.0.1", YOU], input=b"x\n", stdout=output,
                              stderr=subprocess.PIPE, timeout=DEADLINE)
    equal((done.returncode, done.stderr),
          (74, b"sendmail: standard output: No space left on device\n"))


@test
def usage():
    """64: wrong options, and what would be another command or field"""
    usage = ("usage: sendmail [-otv] [-a file] [-h name] [-n name] [-p port] "
             "[-s subject] [-w seconds] -f sender host recipient ...")
    for args in [], ["-f", "a@b"], ["-f", "a@b", "h"], ["h", "a@b"]:
        told(sendmail(*args), 64, usage)
    equal(sendmail("-Z").returncode, 64)
    address = "not an address in ASCII without spaces, < and >"
    for bad in ("a@b\r\nDATA", "a@b\nc", "a@b> SIZE=1", "<a@b>", "a b@c",
                "a\t@b", "j\xf6rg@x", "a" * 255):
        told(sendmail("-f", bad, "h", "a@b"), 64, "-f: " + address)
        told(sendmail("-f", "a@b", "h", "c@d", bad), 64,
             "recipient 2: " + address)
    told(sendmail("-f", "a@b", "h", ""), 64, "recipient 1: " + address)
    for option, what in (("-s", "a subject in one line of UTF-8"),
                         ("-n", "a name in one line of UTF-8"),
                         ("-a", "a file name in one line of UTF-8")):
        for bad in "x\nBcc: y", "x\rBcc: y", b"\xff":
            told(sendmail("-f", "a@b", option, bad, "h", "c@d"), 64,
                 "%s: not %s" % (option, what))
    for bad in "x\r\nMAIL", "x y", "", "x" * 256:
        told(sendmail("-f", "a@b", "-h", bad, "h", "c@d"), 64,
             "-h: not a name")
        told(sendmail("-f", "a@b", "-p", bad, "h", "c@d"), 64,
             "-p: not a name")
    told(sendmail("-f", "a@b", "-w", "0", "h", "c@d"), 64,
         "-w: 0 is not a time of 0.001 to 86400 seconds")


main()
