"""One connection of the application: what it does between joining and leaving, with the time of every statement."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from .statements import OLD, statements

# A fifth of the updates meet on these few rows, so that applications wait for each other and for the backfill.
HOT_ROWS = 40
RECONNECT_PAUSE = 0.05
# Every so many orders of the old version have no reference.
FORGOTTEN = 5


@dataclass
class Report:
    """What was measured since it was last sent. Start in µs of the monotonic clock of the machine, duration in µs."""

    samples: list[tuple[int, int]] = field(default_factory=list)
    failures: list[tuple[str, str | None, str]] = field(default_factory=list)


class Session:
    """A connection that reads and writes as one version of the application. `open` it, then `turn` again and again."""

    def __init__(self, *, dsn: str, column: str, rows: int, number: int, report: Report) -> None:
        self._dsn = dsn
        self._say = statements(column)
        self._spaces = self._forgets = column == OLD
        self._column = column
        self._rows = rows
        self._number = number
        self._report = report
        self._count = 0
        self._random = random.Random(f"{column} {number}")
        self._connection: psycopg.Connection[Any] | None = None

    def open(self) -> None:
        """Connects; a failure is counted, and the next `turn` tries again."""
        start = time.perf_counter_ns()
        try:
            name = f"shop {self._column} {self._number}"
            self._connection = psycopg.connect(self._dsn, autocommit=True, application_name=name, connect_timeout=10)
        except psycopg.Error as error:
            self._failed(start, "connect", error)
            time.sleep(RECONNECT_PAUSE)

    def close(self) -> None:
        """Leaves; whatever happens now harms nobody."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def turn(self) -> None:
        """One thing that the application does: a read, or a write with its mirror in one transaction."""
        connection = self._connection
        if connection is None or connection.closed:
            self.open()
            return
        dice = self._random.random()
        try:
            if dice < 0.6:
                self._read(connection, orders=dice < 0.25)
            else:
                self._write(connection, dice)
        except psycopg.Error:
            # Counted where it was raised. A broken connection is opened again by the next turn.
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")

    def _read(self, connection: psycopg.Connection[Any], *, orders: bool) -> None:
        user = self._user()
        if orders:
            self._run(connection, "read_orders", self._say.read_orders, [user])
        else:
            self._run(connection, "read_user", self._say.read_user, [user])

    def _write(self, connection: psycopg.Connection[Any], dice: float) -> None:
        """The row first, then its mirror while the row is locked: both see concurrent writers in the same order."""
        name, email = self._new_values()
        self._run(connection, "begin", "BEGIN", None, measured=False)
        if dice < 0.70:
            user = self._run(connection, "insert_user", self._say.insert_user, [name, email])
            self._run(connection, "mirror", self._say.mirror_insert, [user, name, email], measured=False)
            reference = None if self._forgets and self._count % FORGOTTEN == 0 else f"C-{email}"
            self._run(connection, "insert_order", self._say.insert_order, [reference, self._count % 300, user])
        elif dice < 0.90:
            user = self._user(hot=dice < 0.74)
            self._run(connection, "update_name", self._say.update_name, [name, user])
            self._run(connection, "mirror", self._say.mirror_name, [name, user], measured=False)
        else:
            user = self._user(hot=dice < 0.92)
            self._run(connection, "update_email", self._say.update_email, [email, user])
            self._run(connection, "mirror", self._say.mirror_email, [email, user], measured=False)
        self._run(connection, "commit", "COMMIT", None)

    def _run(
        self,
        connection: psycopg.Connection[Any],
        what: str,
        statement: str,
        parameters: Sequence[object] | None,
        *,
        measured: bool = True,
    ) -> Any:
        """Executes one statement; returns the first value of its first row, or None. `BEGIN` and the mirror are ours
        and not the application's: their time is not `measured`, their failures are."""
        start = time.perf_counter_ns()
        try:
            cursor = connection.execute(statement, parameters, prepare=parameters is not None)
            rows = cursor.fetchall() if cursor.description is not None else []
        except psycopg.Error as error:
            self._failed(start, what, error)
            raise
        if measured:
            self._report.samples.append((start // 1000, (time.perf_counter_ns() - start) // 1000))
        return rows[0][0] if rows else None

    def _failed(self, start: int, what: str, error: psycopg.Error) -> None:
        self._report.samples.append((start // 1000, (time.perf_counter_ns() - start) // 1000))
        message = error.diag.message_primary or str(error).strip()
        self._report.failures.append((what, error.sqlstate, message))

    def _user(self, *, hot: bool = False) -> int:
        """The id of a user of the shop as it was built; with `hot` one of those that everybody wants."""
        half = self._rows // 2
        if hot and half:
            return half + self._random.randrange(min(HOT_ROWS, half))
        return 1 + self._random.randrange(self._rows)

    def _new_values(self) -> tuple[str, str]:
        """A name and an address that nobody wrote before. Only the old version puts spaces around a name."""
        self._count += 1
        mark = f"{self._column}-{self._number}-{time.monotonic_ns():x}-{self._count}"
        name = f"Élise {mark}"
        if self._spaces and self._count % 2:
            name = f"  {name} "
        return name, f"{mark}@exemple.fr"
