# SPDX-License-Identifier: ISC
"""libtest, a program that uses libforkd: its calls and its servers."""

import errno

from probed import *


def calls(*words, code=0, **popen):
    """Runs libtest to its end; returns the lines that it prints.

    The number of an error is replaced by its name.
    """
    done = subprocess.run([testbin("libtest"), *words], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE, **popen)
    equal(done.returncode, code, done.stderr)
    return [re.sub(r" -1 (\d+)\b",
                   lambda found: " -1 " + errno.errorcode[int(found[1])], line)
            for line in done.stdout.splitlines()]


def user_words(service):
    return ["set", service, "user", "nobody"] if ROOT else []


class Lib(Forkd):
    """A running libtest with a service `s' and these hooks.

    before: words before the service; after: words before `run'; then: words
    after it.  The lines of standard output are in `output' once it has ended.
    """

    def __init__(self, hooks="serve", before=(), after=(), then=(),
                 listen="127.0.0.1:0", program=None, **popen):
        self.written = open(os.path.join(scratch(), "output"), "w+")
        super().__init__(
            *before, "set", "-", "log", "stderr", "service", "s", hooks,
            *user_words("s"), *after, "listen", "s", listen, "run", *then,
            plain=True, program=program or testbin("libtest"),
            stdout=self.written, **popen)

    @property
    def output(self):
        self.written.seek(0)
        return self.written.read().splitlines()

    def ask(self, orders):
        """What the serve function answers; the connection ends."""
        return self.talk(orders.encode()).decode()
