"""A command on a terminal of its own: what it draws, keys, signals, and whether it leaves the terminal as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.cli.shell import environment

# It takes the terminal as that of its session, so that Ctrl-C and a new size come as signals; where tests run in the
# background, Ctrl-C would be ignored.
_START = """
import fcntl, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from pgwright.cli import main
sys.exit(main())
"""


class Terminal:
    """`pgwright ARGUMENTS` on a terminal of `columns` and `rows`."""

    def __init__(
        self, *arguments: str, env: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24
    ) -> None:
        self._main, other = pty.openpty()
        self.resize(columns, rows)
        self.settings = termios.tcgetattr(other)
        values = {name: value for name, value in environment().items() if name not in ("LINES", "COLUMNS")}
        values |= {"TERM": "xterm-256color", **(env or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *arguments],
            stdin=other, stdout=other, stderr=other, env=values, start_new_session=True,
        )  # fmt: skip
        self._other = other
        self.drawn = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(30)
        os.close(self._main)
        os.close(self._other)

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window; the kernel tells whose terminal it is."""
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def press(self, keys: str) -> None:
        os.write(self._main, keys.encode())

    def until(self, text: str) -> str:
        """Reads until `text` was drawn; what was drawn since the last call."""
        start = len(self.drawn)
        while text not in self.drawn[start:]:
            assert select.select([self._main], [], [], 60)[0], f"{text!r} does not come: {self.drawn[-3000:]!r}"
            self.drawn += os.read(self._main, 65536).decode("utf-8", "replace")
        return self.drawn[start:]

    def ended(self) -> int:
        """Reads to the end; the exit code."""
        while self.process.poll() is None or select.select([self._main], [], [], 0)[0]:
            if select.select([self._main], [], [], 0.05)[0]:
                self.drawn += os.read(self._main, 65536).decode("utf-8", "replace")
        return self.process.returncode

    @property
    def is_as_before(self) -> bool:
        """Whether the settings of the terminal are those of the beginning."""
        return termios.tcgetattr(self._other) == self.settings
