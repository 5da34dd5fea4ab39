"""What belongs to the column itself and moves with the exchange: default, owned sequence, NOT NULL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import ident, literal

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """The column on one part. `constraint`, `comment` and `definition` are those of NOT NULL, which has them since 18.
    `helper` tells that the CHECK which proves NOT NULL stands on the part: true where it was declared there, false
    where it came from a parent, None where it is not."""

    oid: int
    table: str
    default: str | None
    not_null: bool
    sequence: str | None
    own: bool
    constraint: str | None
    comment: str | None
    definition: str | None
    validated: bool
    helper: bool | None


_KEYS = (
    "oid",
    "table",
    "default",
    "not_null",
    "sequence",
    "own",
    "constraint",
    "comment",
    "definition",
    "validated",
    "helper",
)


def move(
    connection: Connection,
    parts: Sequence[int],
    names: tuple[str, str, str],
    helper: str,
    problems: list[str],
    default: Callable[[str | None], str | None],
) -> list[str]:
    """Statements for after the exchange of names: `names` are leaving, taking and parked. `helper` is the CHECK that
    proves that the column taking over has no NULL, so that nothing is scanned under the lock (12 and newer). `default`
    makes its DEFAULT of the one of the leaving column."""
    leaving, _, parked = names
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": leaving, "helper": helper}
    rows = connection.execute(statement("hanging_columns", major).encode(), parameters).fetchall()
    columns = [Found(**dict(zip(_KEYS, row, strict=True))) for row in rows]
    found: list[str] = []
    for each in columns:
        alter = f"ALTER TABLE ONLY {each.table} ALTER COLUMN"
        if (wanted := default(each.default)) is not None:
            found.append(f"{alter} {ident(leaving)} SET DEFAULT {wanted}")
        if each.default is not None:
            found.append(f"{alter} {ident(parked)} DROP DEFAULT")
        if each.sequence is not None:
            found.append(f"ALTER SEQUENCE {each.sequence} OWNED BY {each.table}.{ident(leaving)}")
    own = [each for each in columns if each.not_null and each.own]
    for each in own:
        if each.validated and each.helper is None:
            problems.append(
                f"it became NOT NULL on {each.table} since the plan, and nothing proves that it has no NULL"
            )
    # From the top down, because what a parent demands no child can give up.
    found += [f"ALTER TABLE {each.table} ALTER COLUMN {ident(parked)} DROP NOT NULL" for each in reversed(own)]
    for each in own:
        found += _not_null(each, leaving)
    found += [f"ALTER TABLE {each.table} DROP CONSTRAINT {ident(helper)}" for each in columns if each.helper]
    return found


def _not_null(column: Found, name: str) -> list[str]:
    """NOT NULL of the column that took over, with the name that the constraint had (18 keeps it through a rename)."""
    if column.constraint is None:
        return [f"ALTER TABLE {column.table} ALTER COLUMN {ident(name)} SET NOT NULL"]
    constraint = ident(column.constraint)
    found = [f"ALTER TABLE {column.table} ADD CONSTRAINT {constraint} {column.definition}"]
    if column.comment is not None:
        found.append(f"COMMENT ON CONSTRAINT {constraint} ON {column.table} IS {literal(column.comment)}")
    return found
