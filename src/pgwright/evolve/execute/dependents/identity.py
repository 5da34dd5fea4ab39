"""An identity column that leaves: its sequence belongs to it for good (ALTER SEQUENCE … OWNED BY refuses, 14 to 18), so
the column that takes over gets one of its own, which is called the same, goes on where the other one stopped, and has
its options, rights and comment. As with ALTER TYPE its bounds are those of the new type, where they were
those of the old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import ident, literal
from ...sync.naming import hidden_name

Connection = psycopg.Connection[tuple[Any, ...]]
BOUNDS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_LEFT = "pgwright.left_{}"


@dataclass(kw_only=True)
class Moved:
    """`before` runs when the columns have exchanged names, `after` once the one that took over is NOT NULL."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def move(connection: Connection, parts: Sequence[int], leaving: str, parked: str) -> Moved:
    """Statements that give the identity of the column now called `leaving`, later `parked`, to the one that takes its
    name."""
    major = connection.info.server_version // 10000
    rows = connection.execute(
        statement("hanging_identity", major).encode(), {"parts": list(parts), "column": leaving}
    ).fetchall()
    found = Moved()
    for number, row in enumerate(rows):
        _move(row, _LEFT.format(number), leaving, parked, found)
    return found


def _move(row: tuple[Any, ...], setting: str, leaving: str, parked: str, found: Moved) -> None:
    table, kind, schema, name, _, _, _, _, _, _, _, comment, acl, _ = row
    sequence, aside = f"{schema}.{ident(name)}", hidden_name(name, "left")
    when = "ALWAYS" if kind == "a" else "BY DEFAULT"
    column = f"ALTER TABLE ONLY {table} ALTER COLUMN"
    # The rename takes the lock behind which nobody draws a value any more.
    found.before.append(f"ALTER SEQUENCE {sequence} RENAME TO {ident(aside)}")
    kept = f"pg_catalog.set_config({literal(setting)}, last_value || ' ' || is_called, true)"
    found.before.append(f"SELECT {kept} FROM {schema}.{ident(aside)}")
    found.before.append(f"{column} {ident(parked)} DROP IDENTITY")
    options = f"SEQUENCE NAME {sequence} {_options(row)}"
    found.after.append(f"{column} {ident(leaving)} ADD GENERATED {when} AS IDENTITY ({options})")
    last, called = (f"pg_catalog.split_part(pg_catalog.current_setting({literal(setting)}), ' ', {n})" for n in (1, 2))
    found.after.append(f"SELECT pg_catalog.setval({literal(sequence)}::regclass, {last}::bigint, {called}::boolean)")
    for grantee, privilege, passed_on in acl:
        option = " WITH GRANT OPTION" if passed_on else ""
        found.after.append(f"GRANT {privilege} ON SEQUENCE {sequence} TO {grantee}{option}")
    if comment is not None:
        found.after.append(f"COMMENT ON SEQUENCE {sequence} IS {literal(comment)}")


def _options(row: tuple[Any, ...]) -> str:
    type_, start, increment, least, most, cache, cycle = row[4:11]
    bound = BOUNDS[type_]
    usual = (1, bound - 1) if increment > 0 else (-bound, -1)
    options = [f"START {start}", f"INCREMENT {increment}", f"CACHE {cache}", "CYCLE" if cycle else "NO CYCLE"]
    options += [f"MINVALUE {least}"] if least != usual[0] else []
    options += [f"MAXVALUE {most}"] if most != usual[1] else []
    return " ".join(options)


def beyond(connection: Connection, parts: Sequence[int], column: str, type_: str) -> str:
    """What the sequence of the identity `column` has come to where that is more than `type_` holds, else ""."""
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": column}
    for row in connection.execute(statement("hanging_identity", major).encode(), parameters).fetchall():
        last = connection.execute(f"SELECT last_value FROM {row[2]}.{ident(row[3])}".encode()).fetchone()
        bound = BOUNDS.get(type_)
        if last is not None and bound is not None and not -bound <= last[0] < bound:
            return f"sequence {row[2]}.{ident(row[3])} has come to {last[0]}"
    return ""
