"""The locks that a step declared, as the tables are now, and their comparison with those really held (law 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg

from ...base.errors import StepFailed
from ...base.lock import LockMode
from ...base.name import RelationName
from ...sql.quote import qualified
from ..locks.observe import held
from ..steps.step import Lock

Connection = psycopg.Connection[tuple[Any, ...]]

_DESCENDANTS = """
WITH RECURSIVE part (root, oid) AS (
    SELECT wanted, wanted FROM unnest(%(oids)s::oid[]) wanted
    UNION
    SELECT root, inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid
)
SELECT root::bigint, c.oid::bigint, n.nspname, c.relname FROM part JOIN pg_catalog.pg_class c USING (oid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE root <> c.oid AND c.relkind::text = ANY (%(kinds)s)
"""


def exclusive(connection: Connection, relation: int) -> Lock:
    """ACCESS EXCLUSIVE on a table, by the name that it has now."""
    row = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s",
        (relation,),
    ).fetchone()
    name = RelationName(*row) if row else RelationName("", str(relation))
    return Lock(relation=name, oid=relation, mode=LockMode.ACCESS_EXCLUSIVE)


def present(connection: Connection, locks: tuple[Lock, ...], *, below: str = "rp") -> tuple[Lock, ...]:
    """The declared locks, and the same on partitions and children that have come since the plan, in oid order; of
    these only those of the relkinds `below`. What is declared by name (oid 0) has the oid of who has that name now;
    where nobody has it, it stands first."""
    resolved = _resolved(connection, locks)
    modes: dict[int, LockMode] = {}
    names: dict[int, RelationName] = {}
    for lock in resolved:
        if lock.oid:
            modes[lock.oid] = max(modes.get(lock.oid, lock.mode), lock.mode)
            names[lock.oid] = lock.relation
    for root, oid, schema, name in connection.execute(
        _DESCENDANTS, {"oids": list(modes), "kinds": list(below)}
    ).fetchall():
        modes[oid] = max(modes.get(oid, modes[root]), modes[root])
        names.setdefault(oid, RelationName(schema, name))
    missing = (lock for lock in resolved if not lock.oid)
    return (*missing, *(Lock(relation=names[oid], oid=oid, mode=modes[oid]) for oid in sorted(modes)))


def there(connection: Connection, locks: tuple[Lock, ...]) -> tuple[Lock, ...]:
    """Those of the declared locks whose relation somebody has not dropped."""
    oids = [lock.oid for lock in locks if lock.oid]
    rows = connection.execute("SELECT oid::bigint FROM pg_catalog.pg_class WHERE oid = ANY(%s::oid[])", (oids,))
    alive = {row[0] for row in rows.fetchall()}
    resolved = zip(locks, _resolved(connection, locks), strict=True)
    return tuple(lock for lock, now in resolved if (lock.oid in alive if lock.oid else now.oid))


def _resolved(connection: Connection, locks: tuple[Lock, ...]) -> tuple[Lock, ...]:
    """The locks; those by name with an oid, 0 where nobody has the name."""
    names = [qualified(lock.relation) for lock in locks if not lock.oid]
    rows = connection.execute(
        "SELECT coalesce(pg_catalog.to_regclass(name)::oid::bigint, 0) "
        "FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (name, position) ORDER BY position",
        (names,),
    ).fetchall()
    found = iter(rows)
    return tuple(lock if lock.oid else replace(lock, oid=next(found)[0]) for lock in locks)


def compare(connection: Connection, unit: int, step: str, locks: tuple[Lock, ...], _: object = None) -> None:
    """Raises StepFailed when the transaction holds an undeclared lock, which rolls the step back. A table that
    the same unit created has no oid in the plan, and no users yet."""
    declared = {lock.oid: lock.mode for lock in locks}
    for oid, mode in held(connection).items():
        if mode > declared.get(oid, LockMode.ROW_EXCLUSIVE) and not _is_new(connection, unit, oid):
            row = connection.execute("SELECT %s::oid::regclass::text", (oid,)).fetchone()
            name = row[0] if row else str(oid)
            raise StepFailed(
                f"step {step} took {mode.sql} on {name}, which its plan does not declare",
                step=step,
                state="The step was rolled back: nothing of it remains.",
                hint="This is a defect of pgwright; please report it with the plan.",
            )


_CREATED = """
SELECT true FROM pgwright.step s, LATERAL (SELECT s.body -> 'action' ->> 'name', s.body -> 'action' -> 'parameters')
AS action (name, parameters)
WHERE s.unit = %(unit)s AND CASE action.name
WHEN 'table_drop' THEN
    pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', parameters ->> 'schema', parameters ->> 'name')) = %(oid)s::oid
-- A table that was created and then renamed, or put aside.
WHEN 'table_back' THEN EXISTS (
    SELECT FROM pg_catalog.jsonb_array_elements(parameters -> 'tables') made WHERE made ->> 'relation' = '0'
    AND pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', made -> 'name' ->> 0, made ->> 'aside')) = %(oid)s::oid)
ELSE false END
"""


def _is_new(connection: Connection, unit: int, oid: int) -> bool:
    """Whether a migration of the unit created the table."""
    return connection.execute(_CREATED, {"unit": unit, "oid": oid}).fetchone() is not None
