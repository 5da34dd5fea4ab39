"""Reads what the sync text of one table depends on, from the server as it is inside the running transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ...base.errors import StepFailed
from ...base.name import RelationName
from ...sql.quote import qualified
from ..sync import naming
from ..sync.link import Part, SyncTable

Connection = psycopg.Connection[tuple[Any, ...]]

_PARTS = """
WITH RECURSIVE part (oid) AS (
    SELECT %(root)s::oid
    UNION
    SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid
)
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relispartition
FROM part JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY c.oid
"""
_TRIGGERS = """
SELECT t.oid::bigint, t.tgname, t.tgrelid::bigint, fn.nspname, f.oid::bigint, t.tgtype::int, t.tgenabled::text,
t.tgparentid <> 0,
       t.tgattr::int2[]::int[], pg_catalog.pg_get_triggerdef(t.oid), t.tgconstraint <> 0,
       pg_catalog.obj_description(t.oid, 'pg_trigger')
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid JOIN pg_catalog.pg_namespace fn ON fn.oid
= f.pronamespace
LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
-- The clones of a user's trigger on partitions are internal on 14, as the triggers of foreign keys are.
WHERE t.tgrelid = ANY(%(parts)s::oid[])
  AND (NOT t.tgisinternal OR (t.tgparentid <> 0 AND coalesce(k.contype, 't') = 't'))
ORDER BY t.tgname
"""
ROW, BEFORE, INSERT, UPDATE = 1, 2, 4, 16  # bits of pg_trigger.tgtype


@dataclass(frozen=True, kw_only=True)
class LiveTrigger:
    """A trigger as it is now. `definition` is pg_get_triggerdef, `clone` tells that it came from a parent."""

    oid: int
    name: str
    relation: int
    function_oid: int
    ours: bool
    kind: int
    enabled: str
    clone: bool
    columns: tuple[int, ...]
    definition: str
    constraint: bool
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Live:
    """One table now: the input of the sync text, and the triggers on all its parts."""

    table: SyncTable
    triggers: tuple[LiveTrigger, ...]

    def sql_of(self, oid: int) -> str:
        """The quoted name of a part."""
        return next(part.sql for part in self.table.parts if part.oid == oid)

    def ours(self) -> list[tuple[str, str]]:
        """(name, quoted table) of our triggers, without the clones that go with their parent's."""
        return [
            (trigger.name, self.sql_of(trigger.relation))
            for trigger in self.triggers
            if trigger.ours and not trigger.clone
        ]

    def users(self) -> list[LiveTrigger]:
        """The triggers that are not ours."""
        return [trigger for trigger in self.triggers if not trigger.ours]


class _Names(dict[int, str]):
    """Column names by attnum. One that is asked for and not there was dropped by somebody."""

    def __init__(self, names: dict[int, str], table: str) -> None:
        super().__init__(names)
        self._table = table

    def __missing__(self, number: int) -> str:
        raise StepFailed(
            f"a column of {self._table} that this migration needs (its number {number}) is gone: somebody dropped it",
            state="Nothing was changed by this step; the journal holds the state after the last finished one.",
            hint="`pgwright rollback` closes what was begun.",
        )


def look(connection: Connection, oid: int) -> Live:
    """The table `oid` as it is now. Raises StepFailed when it is gone."""
    names = _names(connection, oid)
    parts = tuple(
        Part(oid=row[0], sql=qualified(RelationName(row[1], row[2])), kind=row[3], is_partition=row[4])
        for row in connection.execute(_PARTS, {"root": oid}).fetchall()
    )
    root = next((part for part in parts if part.oid == oid), None)
    if root is None or not names:
        raise StepFailed(
            f"the table with oid {oid} is gone: somebody dropped it",
            hint="`pgwright rollback` closes what was begun on it.",
        )
    triggers = _triggers(connection, [part.oid for part in parts])
    before = [t for t in triggers if not t.ours and t.kind & ROW and t.kind & BEFORE]
    silenced = can_silence(connection)
    table = SyncTable(
        oid=oid,
        root_sql=root.sql,
        names=_Names(names, root.sql),
        parts=parts,
        before_triggers=tuple(trigger.name for trigger in before),
        reshaping=any(trigger.enabled != "D" and trigger.kind & (INSERT | UPDATE) for trigger in before),
        silenced=silenced,
        disturbed=not silenced or any(trigger.enabled in ("A", "R") and trigger.kind & UPDATE for trigger in before),
        encoding=naming.server_codec(connection.info.parameter_status("server_encoding") or "UTF8"),
    )
    return Live(table=table, triggers=triggers)


def exists(connection: Connection, oid: int) -> bool:
    """Whether the relation is still there."""
    return connection.execute("SELECT 1 FROM pg_catalog.pg_class WHERE oid = %s", (oid,)).fetchone() is not None


def can_silence(connection: Connection) -> bool:
    """Whether this role may set session_replication_role (superuser, or granted since 15)."""
    if connection.info.server_version >= 150000:
        test = "SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"
    else:
        test = "SELECT pg_catalog.current_setting('is_superuser') = 'on'"
    row = connection.execute(test.encode()).fetchone()
    return bool(row and row[0])


def _names(connection: Connection, oid: int) -> dict[int, str]:
    rows: Sequence[tuple[Any, ...]] = connection.execute(
        "SELECT attnum, attname FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped",
        (oid,),
    ).fetchall()
    return {row[0]: row[1] for row in rows}


def _triggers(connection: Connection, parts: list[int]) -> tuple[LiveTrigger, ...]:
    rows = connection.execute(_TRIGGERS, {"parts": parts}).fetchall()
    return tuple(
        LiveTrigger(
            oid=row[0],
            name=row[1],
            relation=row[2],
            ours=row[3] == "pgwright",
            function_oid=row[4],
            kind=row[5],
            enabled=row[6],
            clone=row[7],
            columns=tuple(row[8] or ()),
            definition=row[9],
            constraint=row[10],
            comment=row[11],
        )
        for row in rows
    )
