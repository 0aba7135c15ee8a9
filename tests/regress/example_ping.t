#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# src/examples/ping: its options, its privileges, what it sends byte for byte,
# and a kernel that answers.  What else may answer is in example_ping_hostile.t.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pings import *

SUMMARY = "min/avg/max/mdev\n"


def replies(host, count=1, size=56, ttl=64, name=None):
    """What ping says when all is well."""
    return "%s (%s): %d bytes of data\n" % (name or host, host, size) + \
        "".join("%d bytes from %s: seq=%d ttl=%d time\n" %
                (size + 8, host, number, ttl)
                for number in range(1, count + 1)) + \
        "--- %s ---\n%d sent, %d received, 0%% lost\n" % (host, count, count) \
        + SUMMARY


def pings(*args, **popen):
    code, output, errors = call("ping", *args, **popen)
    return code, timeless(output), errors


def wrong(text, *args):
    code, output, errors = call("ping", *args)
    equal((code, output), (64, ""), " ".join(args))
    match(text, errors)


@test
def usage():
    """what is wrong in the command line is told, with 64"""
    line = r"usage: ping \[-46r\] \[-c count\] (.|\n)* host\n$"
    wrong("^" + line)
    wrong("^.*/ping: invalid option -- 'x'\n" + line, "-x", "127.0.0.1")
    wrong("^.*/ping: option requires an argument -- 'c'\n" + line, "-c")
    wrong("^" + line, "127.0.0.1", "127.0.0.2")
    for option, what, values in (
            ("-c", "number", ("0", "-1", "", "1x", "2147483648")),
            ("-s", "number", ("-1", "65528", "x", "")),
            ("-t", "number", ("0", "256", "x")),
            ("-i", "time", ("0", "-1", "x", "86401", "1.0001")),
            ("-W", "time", ("0", "", "1e3")),
            ("-w", "time", ("0", "0.0001", "inf"))):
        for value in values:
            wrong(r"^ping: %s: %s is not a %s of .*\n$" %
                  (option, re.escape(value), what), option, value,
                  "127.0.0.1")
    wrong(r"^ping: .*empty\n$", "")


def requests_of(packets, host, count, size, family):
    """The requests among them are as they should be, to each bit."""
    echoes = [found for found in (Echo.read(p) for _, p in packets) if found]
    sent = [one for one in echoes if one.is_request()]
    answers = [one for one in echoes if not one.is_request()]
    equal([one.sequence for one in sent], list(range(1, count + 1)))
    secret = sent[0].data[:8]
    equal(len(secret), min(size, 8))
    for one in sent:
        equal(one.destination, host)
        equal(one.data, secret + bytes(i & 0xff for i in range(8, size)))
        head = struct.pack("!BBHHH", 8 if family is Four else 128, 0, 0,
                           sent[0].id, one.sequence)
        total = icmp_checksum(family, one.source, host, head + one.data)
        equal(one.message, head[:2] + total + head[4:] + one.data)
    equal([one.data for one in answers], [one.data for one in sent])
    return sent


def wire(family, raw):
    with peer(), Capture("veth-a") as capture:
        host = PEER4 if family is Four else PEER6
        popen = {} if raw else nobody()
        seen = set()
        for size in 0, 1, 7, 8, 9, 56, 255, 1401:
            equal(pings(*(["-r"] if raw else []), "-c", "2", "-i", "0.001",
                        "-s", str(size), host, **popen),
                  (0, replies(host, 2, size), ""))
            sent = requests_of(capture.packets(), host, 2, size, family)
            seen.add((sent[0].id, sent[0].data[:8]))
        # two programs are not taken for one another
        equal(len(seen), 8)


def points(function, text):
    """A test point for each family and kind of socket."""
    for family, number in (Four, 4), (Six, 6):
        for raw in False, True:
            def point(family=family, raw=raw):
                function(family, raw)
            point.__doc__ = text % (number, "raw" if raw else "unprivileged")
            point.__name__ = function.__name__
            test(isolated(sysctl=EVERYBODY)(point))


points(wire, "IPv%d, %s: requests byte for byte, and the kernel's replies")


def passed_on(family, raw):
    """Errors of a router, which is a kernel."""
    near, far = (PEER4, FAR4) if family is Four else (PEER6, FAR6)
    popen = {} if raw else nobody()
    option = ["-r"] if raw else []
    with peer() as pid:
        def error(text, *args):
            code, output, errors = pings(*option, "-c", "1", *args, far,
                                         **popen)
            equal((code, output, errors),
                  (1, "%s (%s): 56 bytes of data\nfrom %s: seq=1: %s\n"
                   "--- %s ---\n1 sent, 0 received, 1 errors, 100%% lost\n" %
                   (far, far, near, text, far), ""))
        whole = far + ("/32" if family is Four else "/128")
        ip("addr", "add", whole, "dev", "lo",
           *([] if family is Four else ["nodad"]), within=pid)
        equal(pings(*option, "-c", "1", far, **popen), (0, replies(far), ""))
        ip("addr", "del", whole, "dev", "lo", within=pid)
        if family is Four:
            error("network unreachable (type 3, code 0)")
            ip("route", "add", "prohibit", far, within=pid)
            error("prohibited (type 3, code 13)")
            ip("route", "replace", far, "via", OWN4, within=pid)
            error("time to live exceeded (type 11, code 0)", "-t", "1")
        else:
            error("no route (type 1, code 0)")
            ip("route", "add", "prohibit", far, within=pid)
            error("prohibited (type 1, code 1)")
            ip("route", "del", "prohibit", far, within=pid)
            ip("route", "add", far, "via", OWN6, within=pid)
            error("time to live exceeded (type 3, code 0)", "-t", "1")


points(passed_on, "IPv%d, %s: what a router says is told, with its address")


@test
@isolated(sysctl=EVERYBODY)
def hops():
    """-t: requests go out with so many hops"""
    with peer(), Capture("veth-a") as capture:
        for host in PEER4, PEER6:
            for raw in [], ["-r"]:
                for hops in "1", "77", "255":
                    equal(pings(*raw, "-c", "1", "-t", hops, host),
                          (0, replies(host), ""))
                    have = [one.hops for one in
                            (Echo.read(p) for gone, p in capture.packets()
                             if gone) if one and one.is_request()]
                    equal(have, [int(hops)])


@test
@isolated(sysctl=EVERYBODY)
def sizes():
    """-s: up to what IP can carry, and no further"""
    for raw in [], ["-r"]:
        equal(pings(*raw, "-c", "1", "-s", "65507", "127.0.0.1"),
              (0, replies("127.0.0.1", 1, 65507), ""))
    equal(pings("-s", "65508", "127.0.0.1"),
          (64, "", "ping: -s: 65508 is not a number of 0 to 65507\n"))
    need_ipv6()
    for raw in [], ["-r"]:
        equal(pings(*raw, "-c", "1", "-s", "65527", "::1"),
              (0, replies("::1", 1, 65527), ""))


@test
@isolated(hosts="127.0.0.1 both\n::1 both\n127.0.0.2 four\n::1 six\n",
          sysctl=EVERYBODY)
def names():
    """names are looked up, -4 and -6 choose; an unknown one is 68"""
    need_ipv6()
    for args, host, name in (
            (("-4", "both"), "127.0.0.1", "both"),
            (("-6", "both"), "::1", "both"), (("four",), "127.0.0.2", "four"),
            (("six",), "::1", "six"), (("-4", "127.0.0.3"), "127.0.0.3",
                                       "127.0.0.3")):
        equal(pings("-c", "1", *args), (0, replies(host, name=name), ""))
    for args in (("nobody.invalid",), ("-4", "::1"), ("-6", "127.0.0.1")):
        code, output, errors = pings("-c", "1", *args)
        equal((code, output), (68, ""))
        match(r"^ping: look-up of %s: .*\n$" % args[-1], errors)


@test
@isolated(sysctl=EVERYBODY)
def pace():
    """-c, -i: so many requests, so far apart"""
    begin = time.monotonic()
    equal(pings("-c", "4", "-i", "0.1", "127.0.0.1"),
          (0, replies("127.0.0.1", 4), ""))
    assert time.monotonic() - begin >= 0.3
    # many, and no two of them take each other's time
    code, output, errors = pings("-c", "300", "-i", "0.001", "127.0.0.1")
    equal((code, output, errors), (0, replies("127.0.0.1", 300), ""))


@test
@isolated(sysctl=EVERYBODY)
def statistics():
    """the least, mean and greatest of the times, and their deviation"""
    code, output, errors = call("ping", "-c", "20", "-i", "0.001",
                                "127.0.0.1")
    equal((code, errors), (0, ""))
    times = [float(text) for text in re.findall(r"time=(\S+) ms", output)]
    equal(len(times), 20)
    found = re.search(r"min/avg/max/mdev = (\S+)/(\S+)/(\S+)/(\S+) ms\n$",
                      output)
    mean = sum(times) / 20
    square = sum((one - mean) ** 2 for one in times) / 20
    for have, want in zip(found.groups(), (min(times), mean, max(times),
                                           square ** 0.5)):
        assert abs(float(have) - want) < 0.0011, (output, want)


@test
@isolated(sysctl=EVERYBODY)
def interrupted():
    """SIGINT: the statistics, and 0 since there was a reply"""
    with subprocess.Popen([example("ping"), "-i", "0.01", "-w", "30",
                           "127.0.0.1"],
                          stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        equal(process.wait(DEADLINE), 0)
    output = timeless("".join(lines) + rest)
    count = output.count("64 bytes from")
    assert count >= 4, output
    match(r"(?s)\n--- 127.0.0.1 ---\n(%d|%d) sent, %d received, .*lost\n"
          r"min/avg/max/mdev\n$" % (count, count + 1, count), output)


@test
@isolated()
def unreachable():
    """a network without a route is 69, an address for all 77, at once"""
    code, output, errors = pings("192.0.2.1")
    equal((code, errors),
          (69, "ping: send to 192.0.2.1:0: Network is unreachable\n"))
    with Tun("tun-a", "10.9.1.1"):
        code, output, errors = pings("10.9.1.255")
        equal((code, errors),
              (77, "ping: send to 10.9.1.255:0: Permission denied\n"))


@test
@isolated(sysctl=EVERYBODY)
def route_lost():
    """a request that cannot be sent later is told, and it goes on"""
    ip("route", "add", "local", "192.0.2.1", "dev", "lo")
    with subprocess.Popen([example("ping"), "-i", "0.05", "-W", "0.1",
                           "-w", "30", "192.0.2.1"], stdout=subprocess.PIPE,
                          text=True) as process:
        def until(text):
            while True:
                line = process.stdout.readline()
                assert line, text
                if text in line:
                    return
        until("64 bytes")
        ip("route", "del", "local", "192.0.2.1", "dev", "lo")
        until(": send to 192.0.2.1:0: Network is unreachable\n")
        ip("route", "add", "local", "192.0.2.1", "dev", "lo")
        until("64 bytes")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        equal(process.wait(DEADLINE), 0)


@test
@isolated(sysctl=EVERYBODY)
def output_full():
    """an output that takes nothing is 74"""
    with open("/dev/full", "w") as full:
        done = subprocess.run([example("ping"), "127.0.0.1"], stdout=full,
                              stderr=subprocess.PIPE, text=True,
                              timeout=DEADLINE)
    equal((done.returncode, done.stderr),
          (74, "ping: standard output: No space left on device\n"))


@test
@isolated(sysctl={"ipv4/ping_group_range": "1 0"})
def not_allowed():
    """who may open neither socket is told, with 77; root gets the raw one"""
    for host in "127.0.0.1", "::1":
        code, output, errors = pings("-c", "1", host, **nobody())
        equal((code, output), (77, ""))
        match(r"^ping: .*Operation not permitted\n$", errors)
        equal(pings("-c", "1", host), (0, replies(host), ""))


def credentials(pid):
    """User and group IDs, and capabilities, of a process."""
    with open("/proc/%d/status" % pid) as file:
        words = dict(line.rstrip("\n").split(":\t", 1) for line in file
                     if ":\t" in line)
    return words["Uid"].split(), words["Gid"].split(), \
        [int(words[name], 16) for name in ("CapEff", "CapPrm", "CapInh",
                                           "CapAmb")]


def dropped(process, uid, gid):
    with process:
        try:
            process.stdout.readline()
            match("^64 bytes from 127.0.0.1", process.stdout.readline())
            equal(credentials(process.pid),
                  ([str(uid)] * 4, [str(gid)] * 4, [0] * 4))
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
    equal(process.returncode, 0)


@test
@isolated(sysctl={"ipv4/ping_group_range": "1 0"})
def drops_root():
    """as root it opens the raw socket, and has no capability left"""
    dropped(subprocess.Popen([example("ping"), "-i", "0.1", "-w", "30",
                              "127.0.0.1"],
                             stdout=subprocess.PIPE, text=True), 0, 0)


@test
@isolated(sysctl={"ipv4/ping_group_range": "1 0"})
def drops_capability():
    """with CAP_NET_RAW alone it opens the raw socket, and gives it up"""
    popen = nobody()
    uid, gid = popen.pop("user"), popen.pop("group")
    popen.pop("extra_groups")
    dropped(subprocess.Popen(
        ["setpriv", "--reuid", str(uid), "--regid", str(gid),
         "--clear-groups", "--inh-caps", "-all,+net_raw", "--ambient-caps",
         "-all,+net_raw", example("ping"), "-i", "0.1", "-w",
         "30", "127.0.0.1"],
        stdout=subprocess.PIPE, text=True, **popen), uid, gid)


@test
@isolated(sysctl={"ipv4/ping_group_range": "1 0"})
def drops_setuid():
    """set-user-ID root, it opens the raw socket and is nobody again"""
    path = os.path.join(scratch(), "ping-setuid")
    shutil.copy(example("ping"), path)
    os.chmod(path, 0o4755)
    try:
        popen = nobody()
        done = subprocess.run([path, "-c", "1", "127.0.0.1"],
                              capture_output=True, text=True,
                              timeout=DEADLINE, **popen)
        # its library may be where nobody looks for one that is privileged
        if done.returncode == 127 or SANITIZED:
            raise Skip("a set-user-ID program does not run here")
        if os.statvfs(path).f_flag & os.ST_NOSUID:
            raise Skip("no set-user-ID bit here")
        dropped(subprocess.Popen([path, "-i", "0.1", "-w", "30", "127.0.0.1"],
                                 stdout=subprocess.PIPE, text=True, **popen),
                popen["user"], popen["group"])
    finally:
        os.unlink(path)


main()
