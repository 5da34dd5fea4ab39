"""The process of one client: `python -m pgwright.demo.client`. A process each, so that no interpreter lock of one
client shows in the latencies of another.

It takes one JSON line (`dsn`, `rows`, `number`) and then orders on standard input: `join COLUMN`, `leave`. It ends
when its input ends, and so with its parent however that dies. What it measured goes out on standard output, one JSON
object a line: `{"joined": true}`, `{"left": true}`, `{"samples": [[start, µs], …], "failures": [[what, sqlstate,
message], …]}`.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import sys
import time

from .session import Report, Session

THINK_SECONDS = (0.002, 0.005)
SEND_EVERY = 0.1


class Orders:
    """The lines of standard input, read without ever waiting longer than asked."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""
        self.ended = False

    def next(self, seconds: float | None) -> str | None:
        """The next line, or None when `seconds` passed (None: no limit) or the input `ended`."""
        if b"\n" not in self._buffer and not self.ended:
            ready, _, _ = select.select([self._descriptor], [], [], seconds)
            if ready:
                data = os.read(self._descriptor, 65536)
                self.ended = not data
                self._buffer += data
        line, found, rest = self._buffer.partition(b"\n")
        if not found:
            return None
        self._buffer = rest
        return line.decode()


def _send(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _serve(orders: Orders, dsn: str, rows: int, number: int) -> None:
    report = Report()
    session: Session | None = None
    sent = time.monotonic()
    while not orders.ended:
        order = orders.next(random.uniform(*THINK_SECONDS) if session is not None else None)
        if order is not None and order.startswith("join "):
            session = Session(dsn=dsn, column=order.removeprefix("join "), rows=rows, number=number, report=report)
            session.open()
            _send({"joined": True})
        elif order == "leave" and session is not None:
            session.close()
            session = None
            _send({"samples": report.samples, "failures": report.failures})
            report.samples.clear()
            report.failures.clear()
            _send({"left": True})
        elif session is not None and not orders.ended:
            session.turn()
            if time.monotonic() - sent > SEND_EVERY:
                _send({"samples": report.samples, "failures": report.failures})
                report.samples.clear()
                report.failures.clear()
                sent = time.monotonic()
    if session is not None:
        session.close()


def main() -> None:
    """Reads who it is, and serves until the input ends."""
    orders = Orders(sys.stdin.fileno())
    first = orders.next(None)
    if first is None:
        return
    task = json.loads(first)
    # What lives now lives for ever: no collection should walk it again in the middle of a measured statement.
    gc.freeze()
    _send({"ready": True})
    try:
        _serve(orders, task["dsn"], task["rows"], task["number"])
    except BrokenPipeError:
        # The parent is gone. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
