"""A terminal that shows one picture after the other, and is as it was before when that ends, however it ends.

Pictures are drawn over each other line by line, so that nothing flickers. A key or a new size of the window ends a
pause at once.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType

from ..render.layout import MAXIMUM
from .output import write

_ENTER = "\x1b[?1049h\x1b[?25l"  # the other screen, without a cursor
_LEAVE = "\x1b[?25h\x1b[?1049l"
_HOME, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_NARROWEST = 30
QUIT = ("q", "Q")


class Screen:
    """`draw` shows lines, `pause` waits; both are for the inside of `screen()`."""

    def __init__(self, wakeup: int) -> None:
        self._wakeup = wakeup
        self._keys = sys.stdin.isatty()

    @property
    def columns(self) -> int:
        """The width of the window, also of one that is narrower than anything else is written for: a line that is
        wrapped would push the last ones out."""
        return max(min(_size().columns, MAXIMUM), _NARROWEST)

    def draw(self, lines: Sequence[str]) -> bool:
        """Shows the lines from the top, as many as there is room for; says how many there is none for. False when
        nobody looks any more."""
        rows = _size().lines
        shown = list(lines)
        if len(shown) > rows:
            shown = [*shown[: rows - 1], f"… {len(lines) - rows + 1:,} more lines; --once prints all of them"]
        # What was there goes before a line is written: behind one as wide as the window it would take its last letter.
        above = "".join(f"{_REST_OF_LINE}{line}\r\n" for line in shown[:-1])
        return write(sys.stdout, f"{_HOME}{above}{_REST_OF_SCREEN}{''.join(shown[-1:])}")

    def pause(self, seconds: float) -> bool:
        """Waits; ends early where the window changes its size. False when somebody pressed q."""
        watched: list[int] = [self._wakeup, *([sys.stdin.fileno()] if self._keys else [])]
        ready, _, _ = select.select(watched, [], [], seconds)
        if self._wakeup in ready:
            os.read(self._wakeup, 1024)
        if self._keys and sys.stdin.fileno() in ready:
            pressed = os.read(sys.stdin.fileno(), 1024)
            if not pressed:
                self._keys = False  # nobody can press a key any more
            return not any(key.encode() in pressed for key in QUIT)
        return True


def _size() -> os.terminal_size:
    """That of the window itself: LINES and COLUMNS may be left over from another one, and know of no change."""
    with contextlib.suppress(OSError, ValueError):
        found = os.get_terminal_size(sys.stdout.fileno())
        if found.lines and found.columns:
            return found
    return shutil.get_terminal_size((80, 24))


@contextlib.contextmanager
def screen() -> Iterator[Screen]:
    """The terminal of stdout for pictures. Ctrl-C and SIGTERM come out of the block as KeyboardInterrupt."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGWINCH, _nothing), (signal.SIGTERM, _interrupt))
    }
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        with _unbuffered_keys():
            write(sys.stdout, _ENTER)
            try:
                yield Screen(reading)
            finally:
                write(sys.stdout, _LEAVE)
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """The wake-up is all that is wanted."""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _unbuffered_keys() -> Iterator[None]:
    """Keys come at once and are not shown, where stdin is a terminal; Ctrl-C still interrupts."""
    if not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    settings = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
