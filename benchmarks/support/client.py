"""The process of one client: `python -m benchmarks.support.client`. A process each, so that no interpreter lock of one
client shows in the latencies of another.

It works by a timetable (arrivals at random with a fixed mean rate): each transaction has an intended start, and its
latency counts from there. A client that waits for the answer before it asks again would hide what a stall does to
all that wanted to come meanwhile. pgbench has such a timetable too (`--rate`), but ends a client at its first error.

One JSON line says who it is, then come orders, one a line: `{"rate": per second, or null for as fast as it can}`, `{}`
to stop. Then it finishes what was due, and writes all it measured as one JSON object.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from .shop import Statements, statements

READS, NAMES, BALANCES = 0.5, 0.7, 0.9  # of all transactions up to there; the rest inserts
HOT = 0.02  # of the updates go to these few rows, so that applications wait for each other and for the backfill
HOT_ROWS = 20
RECONNECT_PAUSE = 0.05
# Whoever is behind by more than this when the work ends will not catch up; what is left counts as failed.
LATEST = 60.0


class Orders:
    """The lines of standard input, read without waiting longer than asked. Where it ends, whoever wanted this is gone,
    and so are we."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""

    def next(self, seconds: float | None) -> dict[str, Any] | None:
        """The next order, or None when `seconds` passed (None: no limit)."""
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._descriptor], [], [], seconds)
            if not ready:
                return None
            data = os.read(self._descriptor, 65536)
            if not data:
                raise SystemExit(1)
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        order: dict[str, Any] = json.loads(line)
        return order


@dataclass
class Client:
    """One connection of the application. Times are µs of the monotonic clock that all processes share."""

    dsn: str
    column: str
    rows: int
    number: int
    setup: str
    apart: int
    entries: bool
    intended: list[int] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)
    failures: list[tuple[int, str, str | None, str]] = field(default_factory=list)
    connection: psycopg.Connection[Any] | None = None
    count: int = 0

    def __post_init__(self) -> None:
        self.say: Statements = statements(self.column, entries=self.entries)
        self.random = random.Random(f"{self.column} {self.number}")

    def open(self) -> psycopg.Connection[Any]:
        """Connects, and says what this application says first."""
        connection = psycopg.connect(self.dsn, autocommit=True, application_name=f"application {self.column}")
        if self.setup:
            connection.execute(self.setup.encode())
        return connection

    def turn(self, intended: int) -> None:
        """One transaction that should have begun at `intended`."""
        what = "connect"
        try:
            if self.connection is None or self.connection.closed:
                self.connection = self.open()
            what, work = self.choose()
            work(self.connection)
        except psycopg.Error as error:
            self.failed(what, error)
            if self.connection is not None and not self.connection.closed:
                with suppress(psycopg.Error):
                    self.connection.execute("ROLLBACK")
            if what == "connect":
                time.sleep(RECONNECT_PAUSE)
        self.intended.append(intended)
        self.latencies.append(now() - intended)

    def choose(self) -> tuple[str, Any]:
        """What it does next, with its name."""
        dice = self.random.random()
        self.count += 1
        if dice < READS:
            return "read", lambda c: c.execute(self.say.read, {"id": self.row()}, prepare=True).fetchall()
        name = f"{self.column} {self.number} {self.count}"
        if dice < NAMES:
            return "name", lambda c: self.write(c, self.say.name, self.say.mirror_name, self.row(), name)
        if dice < BALANCES:
            return "balance", lambda c: self.write(c, self.say.balance, self.say.mirror_balance, self.row(), name)
        new = self.number * self.apart + self.count
        return "insert", lambda c: self.write(c, self.say.insert, self.say.mirror_name, new, name)

    def write(self, connection: psycopg.Connection[Any], statement: str, mirror: str, row: int, name: str) -> None:
        """The row first, then its mirror while the row is locked: both see concurrent writers in the same order."""
        values = {"id": row, "name": name}
        connection.execute("BEGIN")
        connection.execute(statement, values, prepare=True)
        connection.execute(mirror, values, prepare=True)
        connection.execute("COMMIT")

    def row(self) -> int:
        """The id of a row that was there at first."""
        hot = self.random.random() < HOT
        return 1 + self.random.randrange(min(HOT_ROWS, self.rows) if hot else self.rows)

    def failed(self, what: str, error: psycopg.Error) -> None:
        """A failure as the application is told of it, and when."""
        self.failures.append((now(), what, error.sqlstate, error.diag.message_primary or str(error).strip()))


def now() -> int:
    """The clock."""
    return time.perf_counter_ns() // 1000


def serve(client: Client, orders: Orders) -> None:
    """Works by the timetable until it is told to stop."""
    rate: float | None = None
    order = orders.next(None)
    due = float(now())
    while order != {}:
        if order is not None:
            # Who is behind when the rate changes stays behind: those transactions were due.
            due = float(now()) if rate is None else due
            rate = order["rate"]
        elif rate is None:
            client.turn(now())
        else:
            client.turn(int(due))
        if rate is not None:
            due += client.random.expovariate(rate) * 1e6
        order = orders.next(max(due - now(), 0) / 1e6 if rate is not None else 0)
    finish(client, rate, due)


def finish(client: Client, rate: float | None, due: float) -> None:
    """Does what was due before the order to stop came."""
    end = now()
    while rate is not None and due <= end:
        if now() - end > LATEST * 1e6:
            client.failures.append((now(), "left over", None, f"not begun {LATEST:.0f} s after the end"))
        else:
            client.turn(int(due))
        due += client.random.expovariate(rate) * 1e6


def main() -> None:
    """Reads who it is, serves, and tells what it measured."""
    orders = Orders(sys.stdin.fileno())
    task = orders.next(None)
    assert task is not None
    client = Client(**task)
    client.connection = client.open()
    # What lives now lives for ever: no collection should walk it again in the middle of a measured statement.
    gc.collect()
    gc.freeze()
    gc.disable()
    print("ready", flush=True)
    serve(client, orders)
    with suppress(BrokenPipeError):
        json.dump({"intended": client.intended, "latencies": client.latencies, "failures": client.failures}, sys.stdout)


if __name__ == "__main__":
    main()
