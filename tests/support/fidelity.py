"""Plain SQL on one database and pgwright on another: what both leave behind, and what the plan said beforehand.

Nothing here is about one operation, and nothing knows which operation owns a statement: a plan is asked for, its
consents are given, and it is run to its end, or rolled back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.base.consent import CONSENTS
from pgwright.base.errors import Refused, Unconfirmed, UsageError
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from pgwright.evolve.plan.plan_file import Plan
from pgwright.sql.quote import ident
from tests.support.calm import CALM
from tests.support.databases import Database
from tests.support.lifecycle import GRACE, dump, in_order

EXECUTE = ExecuteSettings(lock_pause=0.02, lock_budget=10.0, heartbeat=0.5)
FILE = "0001_change.sql"
_CONSENT = re.compile(r"allow(?: = | )(\w+)")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A database as it is: `schema` as pg_dump writes it, the columns of each table in order of their names, `ordered`
    the same as they stand; `rows` a digest of each table's rows, `sequences` where each of them is, `invalid` the
    indexes that nobody may use."""

    schema: str
    ordered: str
    rows: dict[str, str]
    sequences: dict[str, str]
    invalid: tuple[str, ...]

    @classmethod
    def of(cls, database: Database, *, without: frozenset[str] = frozenset()) -> Picture:
        """What `database` is now. Of the columns `without` only NULLs count: no two runs make the same values."""
        ordered = dump(database, sort=False)
        with database.connect() as connection:
            return cls(
                schema=in_order(ordered),
                ordered=ordered,
                rows={
                    table: _digest(connection, table, columns, without) for table, columns in _ask(connection, _TABLES)
                },
                sequences={name: _sequence(connection, name) for (name,) in _ask(connection, _SEQUENCES)},
                invalid=tuple(name for (name,) in _ask(connection, _INVALID)),
            )

    def differences(self, other: Picture) -> list[str]:
        """Where the `other` is not the same, one line each. The order of lines is no difference: that of columns has
        rights and comments of columns follow it, and `ordered` tells."""
        mine, theirs = Counter(self.schema.splitlines()), Counter(other.schema.splitlines())
        found = [f"- {line}" for line in mine - theirs] + [f"+ {line}" for line in theirs - mine]
        for what, one, two in (("rows of", self.rows, other.rows), ("sequence", self.sequences, other.sequences)):
            found += [
                f"{what} {name}: {one.get(name)} and {two.get(name)}"
                for name in sorted(one.keys() | two.keys())
                if one.get(name) != two.get(name)
            ]
        return found + [f"invalid: {name}" for name in set(self.invalid) ^ set(other.invalid)]


EXPLAINED = ((re.compile(r"^\+ +CONSTRAINT \S+_not_null NOT NULL "), "becomes its own as well"),)
"""Differences that a plan may announce, and the words by which it does."""


def unexplained(differences: list[str], said: str) -> list[str]:
    """Those that the plan has not announced."""
    return [
        each for each in differences if not any(pattern.search(each) and words in said for pattern, words in EXPLAINED)
    ]


def _ask(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def _digest(connection: psycopg.Connection[Any], table: str, columns: list[str] | None, without: frozenset[str]) -> str:
    """How many rows there are, and a digest of them in any order with the columns by name."""
    shown = [f"({ident(name)} IS NULL)" if name in without else ident(name) for name in columns or ()]
    row = " || '|' || ".join(f"coalesce({each}::text, '~')" for each in shown) or "''"
    query = (
        f"SELECT count(*) || ' ' || coalesce(md5(string_agg(r, ',' ORDER BY r)), '') "
        f'FROM (SELECT ({row}) COLLATE "C" AS r FROM ONLY {table}) x'
    )
    return str(_ask(connection, query)[0][0])


def _sequence(connection: psycopg.Connection[Any], name: str) -> str:
    """The value that it gives next."""
    query = (
        "SELECT CASE WHEN is_called THEN last_value + seqincrement ELSE last_value END "
        f"FROM {name}, pg_sequence WHERE seqrelid = '{name.replace(chr(39), chr(39) * 2)}'::regclass"
    )
    return str(_ask(connection, query)[0][0])


_OURS = "nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright') AND nspname !~ '^pg_temp'"
_TABLES = f"""
SELECT c.oid::regclass::text, (SELECT array_agg(attname ORDER BY attname) FROM pg_attribute
  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'm') AND relispopulated AND {_OURS} ORDER BY 1
"""
_SEQUENCES = f"""
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'S' AND {_OURS} ORDER BY 1
"""
_INVALID = f"""
SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indexrelid
JOIN pg_namespace n ON n.oid = relnamespace WHERE NOT (indisvalid AND indisready) AND {_OURS} ORDER BY 1
"""


def plainly(database: Database, sql: str) -> psycopg.Error | None:
    """Runs the statement in a transaction of its own; its error, if it has one."""
    try:
        with database.connect(autocommit=False) as connection:
            connection.execute(sql.encode())
    except psycopg.Error as error:
        return error
    return None


@dataclass(kw_only=True)
class Trial:
    """One migration file on one database, with all consents that are asked for. `owners` are the operations that the
    statements belong to, `allow` what was consented to, `refusal` what ended it before it started."""

    database: Database
    folder: Path
    allow: set[str] = field(default_factory=set)
    planned: Plan | None = None
    refusal: Refused | UsageError | None = None

    def prepare(self, migration: str) -> None:
        """The file, the journal, and the plan with the consents that it asks for."""
        (self.folder / FILE).write_text(migration, encoding="utf-8")
        with session.open(self.database.dsn) as connection:
            journal.create(connection)
        try:
            self.planned = self._consenting(lambda: plan(self.settings, allow=frozenset(self.allow)))
        except (Refused, UsageError) as error:
            self.refusal = error

    @property
    def settings(self) -> Settings:
        """What every verb is given."""
        return Settings(dsn=self.database.dsn, migrations=self.folder, execute=EXECUTE, throttle=CALM)

    def expand(self) -> None:
        """Starts it. A refusal that comes before anything is started counts as one of the plan."""
        try:
            self._consenting(lambda: expand(self.settings, allow=frozenset(self.allow)))
        except (Refused, UsageError) as error:
            if self.started:
                raise
            self.refusal = error

    def finish(self) -> None:
        """Contract, to the very end."""
        self._consenting(lambda: contract(self.settings, allow=frozenset(self.allow), grace=0, finalize=True))

    def retire(self) -> None:
        """Contract, with all that is taken away put aside."""
        self._consenting(lambda: contract(self.settings, allow=frozenset(self.allow), grace=GRACE))

    def rollback(self) -> None:
        """Back to where it was."""
        self._consenting(lambda: rollback(self.settings, allow=frozenset(self.allow)))

    def _consenting(self, verb: Callable[[], T]) -> T:
        while True:
            try:
                return verb()
            except Refused as error:
                asked = {error.consent} if isinstance(error, Unconfirmed) else set(_CONSENT.findall(error.hint))
                new = (asked & CONSENTS.keys()) - self.allow
                if not new:
                    raise
                self.allow |= new

    @property
    def started(self) -> bool:
        """Whether the migration is in flight. One that a look has stopped was noted down, and is not."""
        return bool(self.database.one("SELECT count(*) FROM pgwright.migration WHERE state <> 'rolled back'"))

    @property
    def state(self) -> str:
        """The migration's state."""
        return str(self.database.one("SELECT state FROM pgwright.migration"))

    @property
    def owners(self) -> tuple[str, ...]:
        """The operations that own its actions, in order."""
        assert self.planned is not None
        return tuple(each.name for migration in self.planned.migrations for each in migration.operations)

    @property
    def said(self) -> str:
        """Everything that the plan says of what it cannot save, of what has no way back, and of the reasons."""
        assert self.planned is not None
        operations = [each for migration in self.planned.migrations for each in migration.operations]
        lines = [line for each in operations for line in (each.strategy, each.why, *each.hazards)]
        lines += [line for step in self.planned.steps for line in step.undo]
        return "\n".join((*lines, *self.planned.warnings))
