"""Versions of an application that know one table by different names, at work at the same time, with a mirror of every
write in the same transaction. Their statements are prepared on the server. Nothing here sleeps."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg

PATIENCE = 120.0
MIRROR = "CREATE TABLE miroir (id bigint PRIMARY KEY, nom text);"
"""Needs a table with `id`, which has a default and a key, and `nom`."""


@dataclass
class Version:
    """One connection that works on `table` (SQL)."""

    table: str
    dsn: str
    number: int
    done: int = 0
    failures: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    moved: threading.Condition = field(default_factory=threading.Condition)
    thread: threading.Thread | None = None

    def run(self) -> None:
        """Works until told to leave; errors are noted, and the work goes on."""
        with psycopg.connect(self.dsn, autocommit=True, prepare_threshold=2) as connection:
            while not self.left.is_set():
                try:
                    self._round(connection)
                except psycopg.Error as error:
                    self.failures.append(f"{self.table}: {error.sqlstate} {str(error).splitlines()[0]}")
                    if connection.closed:
                        return
                with self.moved:
                    self.done += 1
                    self.moved.notify_all()

    def _round(self, connection: psycopg.Connection[Any]) -> None:
        """INSERT … RETURNING, SELECT *, UPDATE, upsert, SELECT … FOR UPDATE, and now and then DELETE."""
        table, name = self.table, f"{self.number}-{self.done}"
        with connection.transaction():
            row = connection.execute(f"INSERT INTO {table} (nom) VALUES (%s) RETURNING id", (name,)).fetchone()
            assert row is not None
            connection.execute("INSERT INTO miroir VALUES (%s, %s)", (row[0], name))
        key = row[0]
        assert connection.execute(f"SELECT * FROM {table} WHERE id = %s", (key,)).fetchone() is not None
        with connection.transaction():
            connection.execute(f"SELECT nom FROM {table} WHERE id = %s FOR UPDATE", (key,))
            connection.execute(f"UPDATE {table} SET nom = nom || '!' WHERE id = %s RETURNING *", (key,))
            connection.execute("UPDATE miroir SET nom = nom || '!' WHERE id = %s", (key,))
        with connection.transaction():
            connection.execute(
                f"INSERT INTO {table} AS t (id, nom) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET nom = t.nom || '?'",
                (key, name),
            )
            connection.execute("UPDATE miroir SET nom = nom || '?' WHERE id = %s", (key,))
        if self.done % 3 == 0:
            with connection.transaction():
                connection.execute(f"DELETE FROM {table} WHERE id = %s", (key,))
                connection.execute("DELETE FROM miroir WHERE id = %s", (key,))


@dataclass
class Applications:
    """All versions that are at work."""

    dsn: str
    versions: list[Version] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for version in list(self.versions):
            self.leave(version)

    def start(self, table: str) -> Version:
        """Another version, which has done some work when this returns."""
        version = Version(table=table, dsn=self.dsn, number=len(self.versions) + 1)
        version.thread = threading.Thread(target=version.run, daemon=True)
        self.versions.append(version)
        version.thread.start()
        self.advance()
        return version

    def leave(self, version: Version) -> None:
        """Lets a version end its round."""
        version.left.set()
        assert version.thread is not None
        version.thread.join(PATIENCE)
        assert not version.thread.is_alive()
        if version in self.versions:
            self.versions.remove(version)
        self.failures += version.failures

    def advance(self, rounds: int = 5) -> None:
        """Waits until every version has done some rounds more."""
        for version in self.versions:
            goal = version.done + rounds
            with version.moved:
                reached = version.moved.wait_for(lambda v=version, g=goal: v.done >= g, PATIENCE)  # type: ignore[misc]
            assert reached, version.failures


def lost(connection: psycopg.Connection[Any], table: str) -> list[tuple[Any, ...]]:
    """Rows in which the table and the mirror differ, in one snapshot."""
    one, other = f"SELECT id, nom FROM {table}", "SELECT id, nom FROM miroir"
    return connection.execute(f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})").fetchall()
