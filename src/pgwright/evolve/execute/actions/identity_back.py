"""Gives an identity column back what it was before a step changed it."""

from __future__ import annotations

from typing import Any

from ....base.name import RelationName
from ....sql.quote import ident, literal, qualified
from .. import dropping, journal
from ..context import Change, Context

_NAME = "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attnum = %s AND NOT attisdropped"


def prepare(context: Context) -> Change | None:
    """The former options; with `add` the identity itself, which goes on where it stood."""
    parameters, connection = context.parameters, context.connection
    relation, number = int(parameters["relation"]), int(parameters["number"])
    kept = journal.result(connection, context.unit, str(parameters["step"]))
    table = dropping.name_of(connection, relation)
    row = connection.execute(_NAME, (relation, number)).fetchone()
    if not kept or table is None or row is None:
        return None
    place = f"ALTER TABLE {qualified(table)} ALTER COLUMN {ident(row[0])}"
    when = "ALWAYS" if kept["when"] == "a" else "BY DEFAULT"
    if not parameters["add"]:
        options = " ".join(f"SET {each}" for each in _options(kept))
        return Change(statements=(f"{place} SET GENERATED {when} {options}",))
    sequence = RelationName(kept["schema"], kept["name"])
    clause = " ".join([f"SEQUENCE NAME {qualified(sequence)}", *_options(kept)])
    last = kept["last"]
    behind = [f"SELECT pg_catalog.setval({literal(qualified(sequence))}, {int(last)})"] if last is not None else []
    again = [*behind, *parameters["statements"]]
    return Change(statements=(f"{place} ADD GENERATED {when} AS IDENTITY ({clause})", *again))


def _options(kept: dict[str, Any]) -> list[str]:
    return [
        f"START WITH {int(kept['start'])}",
        f"INCREMENT BY {int(kept['increment'])}",
        f"MINVALUE {int(kept['min'])}",
        f"MAXVALUE {int(kept['max'])}",
        f"CACHE {int(kept['cache'])}",
        "CYCLE" if kept["cycle"] else "NO CYCLE",
    ]
