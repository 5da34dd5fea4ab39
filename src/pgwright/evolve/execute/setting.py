"""What a table or column is set to now, as the clauses that would set it again (`settings/*.sql`).

It is read when a step changes it, so that the way back leads to what was there then and not to what the plan saw.
Columns are kept by attnum and tables by oid, because a rename may come in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from ...sql.quote import ident, qualified
from . import dropping

Connection = psycopg.Connection[tuple[Any, ...]]
Clauses = list[list[Any]]
"""Rows of [relation oid, attnum or 0, [clause, …], [clause, …]]: what JSON makes of them and gives back. With -1 the
clauses go down to what is below the table. The last are those that bring back the whole list of which the setting is a
part, in its order; empty for what is no list."""


def read(connection: Connection, parameters: Mapping[str, Any]) -> Clauses:
    """The clauses for what `parameters` names: `reads` (a file of `settings`), `relation`, `column` (attnum or 0),
    `whole` (with all below the table), `names` (of options, triggers, rules)."""
    asked = {
        "relation": parameters["relation"],
        "column": parameters.get("column", 0),
        "below": bool(parameters.get("whole")),
        "names": list(parameters.get("names", ())),
    }
    rows = connection.execute(_query(parameters["reads"]), asked).fetchall()
    return [[row[0], row[1], list(row[2]), list(row[3]) if len(row) > 3 else []] for row in rows]


def rights(connection: Connection, parameters: Mapping[str, Any]) -> dict[str, str | None]:
    """The statements that grant again what is granted on the table, where a change of `parameters` touches that, each
    with the one that takes it away where the owner has it."""
    if not parameters.get("rights"):
        return {}
    rows = connection.execute(_text("rights"), {"relation": parameters["relation"]}).fetchall()
    return {str(grant): revoke for grant, revoke in rows}


def statements(connection: Connection, oid: int, number: int, clauses: Sequence[str]) -> list[str]:
    """The clauses as statements; none where the table or the column is gone."""
    name = dropping.name_of(connection, oid)
    if name is None:
        return []
    column = ""
    if number > 0:
        found = connection.execute(
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attnum = %s AND NOT attisdropped",
            (oid, number),
        ).fetchone()
        if found is None:
            return []
        column = f"ALTER COLUMN {ident(found[0])} "
    only = "" if number < 0 else "ONLY "
    return [f"ALTER TABLE {only}{qualified(name)} {column}{clause}" for clause in clauses]


@cache
def _query(name: str) -> bytes:
    return _text("_parts") + _text(name)


@cache
def _text(name: str) -> bytes:
    return (Path(__file__).with_name("settings") / f"{name}.sql").read_bytes()
