#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# contrib/forkd.service: systemd finds no mistake in it, and its times and
# signals fit what forkd does.
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forkdtest import *
from supervisor import *

UNIT = os.path.join(os.environ["top_srcdir"], "contrib", "forkd.service")


def unit():
    """Each key and its values."""
    found = {}
    with open(UNIT) as file:
        for line in file:
            if line[0] not in "#[\n":
                key, value = line.rstrip("\n").split("=", 1)
                found.setdefault(key, []).append(value)
    return found


def seconds(value):
    """A duration, as systemd and forkd write it."""
    number, letter = re.match(r"(\d+)([sm])$", value).groups()
    return int(number) * {"s": 1, "m": 60}[letter]


@test
def verified():
    """systemd-analyze verify, with the optional lines and without"""
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze is not installed")
    with open(UNIT) as file:
        text = file.read().replace("/usr/sbin/forkd", FORKD)
    place = os.path.join(scratch(), "forkd.service")
    # it takes what it does not know, and only says so
    for change, complains in ((lambda t: t, False),
                              (lambda t: re.sub(r"(?m)^#(?=[A-Z]\w+=)", "", t),
                               False),
                              (lambda t: t.replace("WatchdogSec", "WatchSec"),
                               True)):
        with open(place, "w") as file:
            file.write(change(text))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", place],
                              capture_output=True, text=True,
                              timeout=DEADLINE)
        assert complains or done.returncode == 0, done
        equal(bool(done.stdout + done.stderr), complains, done)


@test
def keys():
    """readiness, reload, and whom a stop reaches"""
    have = unit()
    equal(have["Type"], ["notify"])
    equal(have["ExecReload"], ["/bin/kill -HUP $MAINPID"])
    equal(have["KillMode"], ["mixed"])
    assert "KillSignal" not in have         # TERM
    assert "User" not in have               # -u does that, in the workers
    assert seconds(have["WatchdogSec"][0]) > 0


@test
def times():
    """TimeoutStopSec is longer than drain-timeout and kill-grace"""
    _, out, _ = run("-h")
    needed = sum(seconds(re.search(r"^  %s .*; (\w+)\)$" % name, out, re.M)
                         .group(1))
                 for name in ("drain-timeout", "kill-grace"))
    assert seconds(unit()["TimeoutStopSec"][0]) > needed, needed


@test
def handlers_live():
    """what would break a handler is not switched on"""
    have = unit()
    for key in ("NoNewPrivileges", "CapabilityBoundingSet", "ProtectSystem",
                "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers",
                "PrivateNetwork", "SystemCallFilter", "RestrictSUIDSGID",
                "MemoryDenyWriteExecute", "RestrictAddressFamilies"):
        assert key not in have, key


@test
def no_endless_start():
    """mistakes in the settings are not tried again"""
    prevented = unit()["RestartPreventExitStatus"][0].split()
    equal(prevented, ["64", "66", "67", "77", "78"])
    equal(unit()["Restart"], ["on-failure"])


@test
def example():
    """it starts as the unit starts it, with the options of its comment"""
    with open(UNIT) as file:
        options = re.search(r'(?m)^#\tFORKD_OPTIONS="(.*)"$',
                            file.read()).group(1)
    equal(options, "-p 10000 -u nobody")
    equal(unit()["ExecStart"], ["/usr/sbin/forkd $FORKD_OPTIONS"])
    equal(unit()["EnvironmentFile"], ["-/etc/default/forkd"])
    if not ROOT:
        raise Skip("needs root")
    with Supervisor() as supervisor:
        words = options.replace("10000", "0").split()
        with Forkd(*words, handler("talkback"), plain=True,
                   env=supervisor.environment()) as forkd:
            supervisor.ready(forkd)


main()
