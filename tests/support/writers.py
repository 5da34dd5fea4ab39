"""Two versions of an application at work on one table, and a mirror of every write in the same transaction.

Each writer is a thread with a connection of its own that prepares its statements on the server. What it meant to
write goes into table `miroir` in the same transaction, so that at any moment one snapshot can tell whether
something was lost. Nothing here sleeps: `Crew.advance` waits until every writer has done so many transactions more.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import psycopg

OLD, NEW = "old", "new"
MIRROR = """
CREATE TABLE miroir (cle bigint PRIMARY KEY, ancien text, nouveau text, autre int);
INSERT INTO miroir SELECT {key}, {old}::text, ({up})::text, {other} FROM {table};
"""
PATIENCE = 120.0  # seconds that a test waits for its own writers before it gives up
OPS = ("read", "insert", "value", "other", "null", "default", "delete", "upsert")


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the two applications do, all names as SQL. `ops` are the kinds of statements; `old_value` and `new_value`
    make a value from a number; `seen_old` and `seen_new` tell what then stands in the (old, new) column when the
    old or the new application wrote it. `default` is what an INSERT without the column stores."""

    table: str
    key: str = "id"
    old: str = "nom"
    new: str = "nom_complet"
    other: str = "autre"
    ops: tuple[str, ...] = OPS
    shared: int = 20
    default: tuple[str | None, str | None] = (None, None)
    old_value: Callable[[int], str] = lambda n: f"a{n}"
    new_value: Callable[[int], str] = lambda n: f"n{n}"
    seen_old: Callable[[str | None], tuple[str | None, str | None]] = lambda v: (v, v)
    seen_new: Callable[[str | None], tuple[str | None, str | None]] = lambda v: (v, v)
    user: str = ""

    def hand(self, version: str, number: int) -> Renamer:
        """See `Job`."""
        return Renamer(self, version, number)


class Hand(Protocol):
    """What one writer does, one transaction after another."""

    def choose(self) -> str:
        """Which kind of statement comes next."""

    def do(self, connection: psycopg.Connection[Any], op: str) -> None:
        """One transaction of that kind."""


class Job(Protocol):
    """What the writers of a crew are hired for."""

    def hand(self, version: str, number: int) -> Hand:
        """The hand of writer `number`, which is of `version`."""


@dataclass
class Writer:
    """One connection of one version."""

    job: Job
    version: str
    number: int
    dsn: str
    crew: Crew
    done: int = 0
    left: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def run(self) -> None:
        """Works until told to leave; every error is noted and the work goes on."""
        hand = self.job.hand(self.version, self.number)
        with psycopg.connect(self.dsn, autocommit=True, prepare_threshold=2) as connection:
            while not self.left.is_set():
                op = hand.choose()
                try:
                    hand.do(connection, op)
                except (psycopg.Error, AssertionError) as error:
                    self.crew.fail(self, op, error)
                    if connection.closed:
                        return
                self.crew.tick(self, op)


class Renamer:
    """One writer on a table whose column is renamed."""

    def __init__(self, work: Work, version: str, number: int) -> None:
        self.work, self.version = work, version
        self.chance = random.Random(number)
        self.mine: list[int] = []
        self.serial = itertools.count(number * 1_000_000)

    def choose(self) -> str:
        """A kind of statement."""
        return self.chance.choice(self.work.ops)

    def do(self, connection: psycopg.Connection[Any], op: str) -> None:
        """The statement, and what it meant into the mirror."""
        chance, mine = self.chance, self.mine
        work, column = self.work, self.work.old if self.version == OLD else self.work.new
        table, key, other = work.table, work.key, work.other
        number = next(self.serial)
        any_key = chance.choice([*mine[-5:], *range(1, work.shared + 1)]) if work.shared or mine else number
        value = (work.old_value if self.version == OLD else work.new_value)(number)
        pair = (work.seen_old if self.version == OLD else work.seen_new)(value)
        if op == "read":
            self._read(connection, column, any_key)
            return
        with connection.transaction():
            if op == "insert":
                connection.execute(
                    f"INSERT INTO {table} ({key}, {column}, {other}) VALUES (%s, %s, 0)", (number, value)
                )
                self._mirror(connection, number, pair)
                mine.append(number)
            elif op == "default":
                connection.execute(f"INSERT INTO {table} ({key}, {other}) VALUES (%s, 0)", (number,))
                self._mirror(connection, number, work.default)
                mine.append(number)
            elif op in ("value", "null"):
                written, meant = (None, (None, None)) if op == "null" else (value, pair)
                done = connection.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", (written, any_key))
                if done.rowcount:
                    connection.execute("UPDATE miroir SET ancien = %s, nouveau = %s WHERE cle = %s", (*meant, any_key))
            elif op == "other":
                done = connection.execute(f"UPDATE {table} SET {other} = {other} + 1 WHERE {key} = %s", (any_key,))
                if done.rowcount:
                    connection.execute("UPDATE miroir SET autre = autre + 1 WHERE cle = %s", (any_key,))
            elif op == "delete" and mine:
                gone = mine.pop(0)
                connection.execute(f"DELETE FROM {table} WHERE {key} = %s", (gone,))
                connection.execute("DELETE FROM miroir WHERE cle = %s", (gone,))
            elif op == "move" and mine:
                moved = chance.choice(mine)
                connection.execute(f"UPDATE {table} SET {other} = 1 - {other} WHERE {key} = %s", (moved,))
                connection.execute("UPDATE miroir SET autre = 1 - autre WHERE cle = %s", (moved,))
            elif op == "upsert":
                connection.execute(
                    f"INSERT INTO {table} AS t ({key}, {column}, {other}) VALUES (%s, %s, 0) "
                    f"ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}",
                    (any_key, value),
                )
                self._mirror(connection, any_key, pair)

    def _mirror(self, connection: psycopg.Connection[Any], key: int, pair: tuple[str | None, str | None]) -> None:
        connection.execute(
            "INSERT INTO miroir (cle, ancien, nouveau, autre) VALUES (%s, %s, %s, 0) "
            "ON CONFLICT (cle) DO UPDATE SET ancien = excluded.ancien, nouveau = excluded.nouveau",
            (key, *pair),
        )

    def _read(self, connection: psycopg.Connection[Any], column: str, key: int) -> None:
        """One snapshot sees the table and the mirror."""
        work = self.work
        meant = "ancien" if self.version == OLD else "nouveau"
        row = connection.execute(
            f"SELECT t.{column}::text, m.{meant} FROM {work.table} t LEFT JOIN miroir m ON m.cle = t.{work.key} "
            f"WHERE t.{work.key} = %s",
            (key,),
        ).fetchone()
        assert row is None or row[0] == row[1], f"row {key} reads {row[0]!r} and {row[1]!r} was written"


class Crew:
    """All writers of a test. Leaves nobody behind when its `with` block ends. Errors of the old application with an
    SQLSTATE of `named` are those that a plan has told of beforehand; they are counted apart."""

    def __init__(self, job: Job, dsn: str, *, named: Collection[str] = ()) -> None:
        self.job, self.dsn = job, dsn
        self.failures: list[str] = []
        self.named = Counter(dict.fromkeys(named, 0))
        self.statements: Counter[str] = Counter()
        self._writers: list[Writer] = []
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)

    def start(self, version: str, count: int = 2) -> None:
        """Lets `count` writers of `version` begin."""
        for _ in range(count):
            writer = Writer(job=self.job, version=version, number=next(self._numbers), dsn=self.dsn, crew=self)
            writer.thread = threading.Thread(target=writer.run, name=f"{version}-{writer.number}", daemon=True)
            self._writers.append(writer)
            writer.thread.start()

    def leave(self, version: str | None = None) -> None:
        """Lets the writers of `version`, or all, end their last transaction."""
        going = [writer for writer in self._writers if version in (None, writer.version)]
        for writer in going:
            writer.left.set()
        for writer in going:
            assert writer.thread is not None
            writer.thread.join(PATIENCE)
            assert not writer.thread.is_alive(), f"{writer.thread.name} does not end"
            self._writers.remove(writer)

    def advance(self, count: int = 10) -> None:
        """Waits until every writer has done `count` transactions more."""
        with self._changed:
            goals = [(writer, writer.done + count) for writer in self._writers]
            reached = self._changed.wait_for(
                lambda: all(
                    writer.done >= goal or not writer.thread or not writer.thread.is_alive() for writer, goal in goals
                ),
                PATIENCE,
            )
        assert reached, f"the writers stand still: {[(w.version, w.done, goal) for w, goal in goals]}; {self.failures}"

    def tick(self, writer: Writer, op: str) -> None:
        """One transaction more."""
        with self._changed:
            writer.done += 1
            self.statements[f"{writer.version} {op}"] += 1
            self._changed.notify_all()

    def fail(self, writer: Writer, op: str, error: Exception) -> None:
        """One transaction failed."""
        state = error.sqlstate if isinstance(error, psycopg.Error) else None
        code = f"{state} " if state else ""
        with self._changed:
            if state and writer.version == OLD and state in self.named:
                self.named[state] += 1
            elif len(self.failures) < 20:
                self.failures.append(f"{writer.version} {op}: {code}{' '.join(str(error).split())}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.leave()


def mirror(work: Work, up: str = "") -> str:
    """The script that makes the mirror of the rows that are there."""
    return MIRROR.format(key=work.key, old=work.old, up=up or work.old, other=work.other, table=work.table)


def lost(connection: psycopg.Connection[Any], work: Work, *, old: bool, new: bool) -> list[tuple[Any, ...]]:
    """Rows in which table and mirror differ, in one snapshot; `old` and `new` say which columns exist."""
    columns = [(work.other, "autre")]
    columns += [(f"{work.old}::text", "ancien")] if old else []
    columns += [(f"{work.new}::text", "nouveau")] if new else []
    here = f"SELECT {work.key}, {', '.join(own for own, _ in columns)} FROM {work.table}"
    there = f"SELECT cle, {', '.join(kept for _, kept in columns)} FROM miroir"
    return connection.execute(
        f"(SELECT 'table', * FROM ({here} EXCEPT ALL {there}) a) "
        f"UNION ALL (SELECT 'mirror', * FROM ({there} EXCEPT ALL {here}) b)"
    ).fetchall()
