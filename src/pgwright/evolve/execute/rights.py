"""Which rights a plan needs that this role lacks, each with the statement that grants it.

Asked before anything starts, so that a missing grant is no failure of the fifth step. It asks the server and never
tries; what the text of a step does not show is left to the server to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row

from ...base.errors import Refused
from ...base.lock import LockMode
from ...sql.quote import ident, qualified
from ..steps.step import Kind, Lock, Step

Connection = psycopg.Connection[tuple[Any, ...]]

# What makes a relation beside the table, or gives it another name, needs CREATE on the schema (14 to 18).
_CREATES = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+|MATERIALIZED\s+|RECURSIVE\s+)?(?:INDEX|VIEW)\b|\bRENAME\s+TO\b"
    r"|\bADD\s+(?:CONSTRAINT\s+\S+\s+)?(?:UNIQUE|PRIMARY\s+KEY|EXCLUDE)\b",
    re.IGNORECASE,
)
_BUILDS = frozenset({"index_build", "index_rest", "key_rest"})
"""Actions that build indexes which are not listed among the statements of their step. REINDEX needs no CREATE."""
_REFERENCES = re.compile(r"\bREFERENCES\b", re.IGNORECASE)
# ACCESS EXCLUSIVE for those who do not own the table.
_OF_OTHERS = re.compile(r"\s*(?:TRUNCATE|LOCK)\b", re.IGNORECASE)
_OF_SCHEMA = re.compile(r"\s*DROP\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Relation:
    """A row of rights.sql."""

    oid: int
    schema: str
    name: str
    owner: str
    owned: bool
    member: bool
    owner_is_superuser: bool
    owns_schema: bool
    may_use: bool
    may_create: bool
    may_reference: bool
    not_granted: list[str]

    @property
    def sql(self) -> str:
        return qualified(self.schema, self.name)


def missing(connection: Connection, steps: Sequence[Step]) -> tuple[str, ...]:
    """One sentence for each missing right, with the statement that grants it; none where the steps may run."""
    if not steps:
        return ()
    row = connection.execute(
        "SELECT current_user::text, current_database()::text, "
        "pg_catalog.has_database_privilege(current_database(), 'TEMP')"
    ).fetchone()
    assert row is not None, "one row"
    role, database, may_temp = row
    relations = _relations(connection, steps)
    found = [sentence for step in steps for sentence in _of_step(step, relations, ident(role))]
    if not may_temp and any(step.action is not None for step in steps):
        found.append(
            f"temporary tables, on which definitions are tried: GRANT TEMPORARY ON DATABASE {ident(database)} TO "
            f"{ident(role)};"
        )
    return tuple(dict.fromkeys(found))


def require(connection: Connection, steps: Sequence[Step]) -> None:
    """Raises Refused with what `missing` finds."""
    if found := missing(connection, steps):
        raise Refused(
            "the role that migrates lacks rights that this plan needs",
            reasons=found,
            hint="Let somebody who may run these statements, then run the same command again; `pgwright doctor` looks "
            "at the whole database.",
        )


def ownership(role: str, owner: str, table: str, *, member: bool, owner_is_superuser: bool) -> str:
    """The statement by which `role` (quoted) comes to own `table` (quoted). Membership in a superuser would give it
    everything, so then the table goes. A member that does not inherit becomes the owner in each of its sessions, also
    behind a pooler, where a SET ROLE of its own would not last."""
    if owner_is_superuser:
        return f"ALTER TABLE {table} OWNER TO {role};"
    return f"ALTER ROLE {role} SET role = {ident(owner)};" if member else f"GRANT {ident(owner)} TO {role};"


def _relations(connection: Connection, steps: Iterable[Step]) -> dict[int, _Relation]:
    oids = sorted({lock.oid for step in steps for lock in step.locks if lock.oid})
    text = Path(__file__).with_name("rights.sql").read_text(encoding="utf-8")
    with connection.cursor(row_factory=class_row(_Relation)) as cursor:
        return {row.oid: row for row in cursor.execute(text.encode(), {"relations": oids})}


def _of_step(step: Step, relations: dict[int, _Relation], role: str) -> Iterator[str]:
    text = ";\n".join(step.statements)
    for lock in step.locks:
        relation = relations.get(lock.oid)
        if relation is None:
            continue
        if not relation.may_use:
            yield f"the schema of {relation.sql}: GRANT USAGE ON SCHEMA {ident(relation.schema)} TO {role};"
        if relation.owned:
            yield from _of_owner(step, text, relation, role)
        elif _needs_owner(step, text, lock, relation):
            cure = ownership(
                role,
                relation.owner,
                relation.sql,
                member=relation.member,
                owner_is_superuser=relation.owner_is_superuser,
            )
            yield f"{relation.sql} belongs to {relation.owner}, and only its owner may change it: {cure}"
        elif _REFERENCES.search(text) and not relation.may_reference:
            yield f"a foreign key to {relation.sql}: GRANT REFERENCES ON {relation.sql} TO {role};"


def _of_owner(step: Step, text: str, relation: _Relation, role: str) -> Iterator[str]:
    builds = step.action is not None and step.action.name in _BUILDS
    if not relation.may_create and (builds or _CREATES.search(text)):
        schema = ident(relation.schema)
        yield f"an index or view in schema {schema}: GRANT CREATE ON SCHEMA {schema} TO {role};"
    if step.kind is Kind.BACKFILL and relation.not_granted:
        rights = ", ".join(relation.not_granted)
        yield f"the rows of {relation.sql}: GRANT {rights} ON {relation.sql} TO {role};"


def _needs_owner(step: Step, text: str, lock: Lock, relation: _Relation) -> bool:
    """Whether the step changes the relation itself. Locks alone do not tell: adding and dropping a foreign key takes
    strong ones on the other table, too, whose owner is not asked (14 to 18)."""
    if step.action is None and (_OF_OTHERS.match(text) or (_OF_SCHEMA.match(text) and relation.owns_schema)):
        return False
    needed = LockMode.SHARE_UPDATE_EXCLUSIVE if step.kind is Kind.CONCURRENT else LockMode.ACCESS_EXCLUSIVE
    names = "|".join(re.escape(name) for name in (relation.sql, ident(relation.name)))
    target = rf"\b(?:TABLE|VIEW|ON)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?:{names})(?![\w.$])"
    return lock.mode >= needed and re.search(target, text, re.IGNORECASE) is not None
