"""What pgwright knows of the structure: a digest of each object, as it was when a verb last ended well.

What differs from it was changed past pgwright. While a verb is at work, or was stopped in the middle, nothing is
known: its own half-made changes must not be taken for somebody else's. So a verb forgets before its first change and
remembers in its last transaction, and a runner that dies in between leaves no false alarm behind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ...base.errors import PgwrightError
from ...base.event import Notice
from ...base.name import RelationName
from ...catalog.statements import statement
from . import journal
from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]

FORGET = "DELETE FROM pgwright.known WHERE kind = 'server'"
"""The statement that a verb runs before its first change. The rest stays, so that remembering writes little."""

SINCE = 3
"""The version of the journal that brought it."""
MIDDLE = ("expanding", "contracting", "rolling back")
"""States in which the structure is that of no version of the application."""
_RELATIONS = ("table", "child table", "foreign table", "view", "materialized view")
# What comes and goes in daily business, and no plan depends on.
_DAILY = ("partition", "child table")
_SERIOUS = frozenset(
    {"definition", "row security", "column", "constraint", "unique index", "trigger", "policy", "rule"}
)
_SHOWN = 12  # parts of one object that are named; the others are counted


@dataclass(frozen=True, order=True)
class Part:
    """A part of a relation that differs: `kind` is column, constraint, index, unique index, trigger, policy, rule,
    statistics (with `name`), or definition, row security, options, privileges (without); `how` added, dropped or
    changed."""

    kind: str
    name: str
    how: str

    @property
    def words(self) -> str:
        """`column x was added`."""
        plural = self.kind in ("options", "privileges")
        named = f"{self.kind} {self.name}" if self.name else f"its {self.kind}"
        return f"{named} {'were' if plural else 'was'} {self.how}"


@dataclass(frozen=True, order=True)
class Difference:
    """An object that is not as it was: `how` is added, dropped or changed; `parts` say what of a changed relation."""

    kind: str
    schema: str
    name: str
    how: str
    parts: tuple[Part, ...] = ()

    @property
    def relation(self) -> RelationName:
        """Its name."""
        return RelationName(self.schema, self.name)

    @property
    def is_serious(self) -> bool:
        """Whether a migration of this object may not mean any more what its author saw: an index, a privilege or an
        option that came or went changes no meaning."""
        return self.how != "changed" or not self.parts or any(part.kind in _SERIOUS for part in self.parts)

    @property
    def sentence(self) -> str:
        """What differs, without a full stop."""
        named = f"{self.kind} {self.schema}.{self.name}" if self.schema else f"{self.kind} {self.name}"
        if not self.parts:
            return f"{named} was {self.how} past pgwright"
        words = [part.words for part in self.parts[:_SHOWN]]
        more = len(self.parts) - len(words)
        return f"{named} was changed past pgwright: {', '.join(words)}" + (f", and {more} more" if more else "")


def differences(connection: Connection, schemas: Sequence[str]) -> tuple[Difference, ...]:
    """What of `schemas` (none: all) differs from what is known, in order; nothing where nothing is known. Raises
    psycopg errors, LockNotAvailable where somebody holds a table whose definition has to be read."""
    if (journal.version(connection) or 0) < SINCE:
        return ()
    with connection.transaction(force_rollback=True):
        if not _is_known(connection):
            return ()
        _prepare(connection)
        rows = connection.execute(_compare(connection), {"schemas": list(schemas)}).fetchall()
        covered = {row[0] for row in connection.execute(_COVERED).fetchall()}
        everything = connection.execute(_SCOPE).fetchone() == ([],)
    found = [_difference(*row) for row in rows]
    return tuple(sorted(each for each in found if _counts(each, covered, rows, everything=everything)))


def remember(runner: Runner, schemas: Sequence[str]) -> None:
    """Takes the structure as it is now for known, in one fenced transaction. Nothing is known while a migration is in
    the middle, or where somebody holds a table for longer than a moment: no later comparison is made then."""
    if any(record.state in MIDDLE for record in journal.records(runner.connection)):
        return
    try:
        with runner.transaction() as connection:
            _prepare(connection)
            connection.execute(_write(connection), {"schemas": list(schemas)})
            scope = json.dumps(list(schemas))
            connection.execute(_SERVER, (str(connection.info.server_version // 10000), scope))
    except psycopg.errors.LockNotAvailable:
        runner.on_event(
            Notice(
                message="A table is held by another session, so the structure could not be noted: changes past "
                "pgwright go unnoticed until the next command has ended well."
            )
        )


def forget(runner: Runner) -> None:
    """Runs before the first change of a verb."""
    with runner.transaction() as connection:
        connection.execute(FORGET.encode())


def _is_known(connection: Connection) -> bool:
    """Another major spells definitions otherwise, so nothing is compared across an upgrade."""
    major = str(connection.info.server_version // 10000)
    row = connection.execute("SELECT true FROM pgwright.known WHERE kind = 'server' AND digest = %s", (major,))
    return row.fetchone() is not None


def _prepare(connection: Connection) -> None:
    connection.execute(
        "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
        " pg_catalog.set_config('lock_timeout', '500ms', true), pg_catalog.set_config('jit', 'off', true),"
        " pg_catalog.set_config('statement_timeout', '0', true)"
    )


def _structure(connection: Connection) -> str:
    return statement("structure", connection.info.server_version // 10000)


def _compare(connection: Connection) -> bytes:
    return f"""
        SELECT coalesce(n.kind, k.kind), coalesce(n.schema, k.schema), coalesce(n.name, k.name),
               CASE WHEN k.kind IS NULL THEN 'added' WHEN n.kind IS NULL THEN 'dropped' ELSE 'changed' END,
               k.parts, n.parts
        FROM ({_structure(connection)}) n
        FULL JOIN (SELECT * FROM pgwright.known WHERE kind <> 'server' AND
                   (cardinality(%(schemas)s::text[]) = 0
                    OR CASE kind WHEN 'schema' THEN name ELSE schema END = ANY (%(schemas)s::text[]))) k
             ON (k.kind, k.schema, k.name) = (n.kind, n.schema, n.name)
        WHERE n.digest IS DISTINCT FROM k.digest""".encode()


def _write(connection: Connection) -> bytes:
    return f"""
        WITH now AS MATERIALIZED ({_structure(connection)}), gone AS (
            DELETE FROM pgwright.known k WHERE NOT EXISTS (
                SELECT FROM now n WHERE (n.kind, n.schema, n.name) = (k.kind, k.schema, k.name)))
        INSERT INTO pgwright.known AS k (kind, schema, name, digest, parts)
        SELECT DISTINCT ON (n.kind, n.schema, n.name) n.kind, n.schema, n.name, n.digest, n.parts FROM now n
        ON CONFLICT (kind, schema, name) DO UPDATE SET digest = excluded.digest, parts = excluded.parts
        WHERE k.digest <> excluded.digest""".encode()


_COVERED = "SELECT name FROM pgwright.known WHERE kind = 'schema'"
_SCOPE = "SELECT parts FROM pgwright.known WHERE kind = 'server'"
# The major, and the schemas that were asked for.
_SERVER = """
INSERT INTO pgwright.known (kind, schema, name, digest, parts) VALUES ('server', '', '', %s, %s::jsonb)
ON CONFLICT (kind, schema, name) DO UPDATE SET digest = excluded.digest, parts = excluded.parts
"""


def _difference(
    kind: str,
    schema: str,
    name: str,
    how: str,
    before: Mapping[str, str] | None,
    after: Mapping[str, str] | None,
) -> Difference:
    parts = _parts(before or {}, after or {}) if how == "changed" else ()
    return Difference(kind=kind, schema=schema, name=name, how=how, parts=parts)


def _parts(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Part, ...]:
    found = []
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            kind, _, name = key.partition(":")
            how = "changed" if key in before and key in after else "dropped" if key in before else "added"
            found.append(Part(kind, name, how))
    return tuple(sorted(found))


def _counts(each: Difference, covered: set[str], rows: Sequence[Sequence[Any]], *, everything: bool) -> bool:
    """Whether a difference is worth a word. A new schema stands for all that is in it, and is none where another was
    asked for then (not `everything`); a partition or child that comes or goes is daily business, also where it was
    only detached."""
    if each.kind == "schema" and each.how == "added":
        return everything
    if each.kind in _DAILY and each.how != "changed":
        return False
    if each.how == "added" and each.schema and each.schema not in covered:
        return False
    if each.how == "added" and each.kind in _RELATIONS:
        same = (each.schema, each.name)
        return not any(row[0] in _DAILY and row[3] == "dropped" and (row[1], row[2]) == same for row in rows)
    return True


def told(error: psycopg.Error | PgwrightError) -> str:
    """Why nothing could be compared, as a warning."""
    return f"whether the structure was changed past pgwright could not be looked at: {' '.join(str(error).split())}"
