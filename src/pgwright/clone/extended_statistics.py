"""Extended statistics: combinations of columns, and expressions. No major can import them (14 to 18), so they are
written into the catalog of the clone as ANALYZE would write them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from ..connect.session import Connection
from ..sql import quote
from . import combinations, statistics
from ._query import query

_CASTS = ("pg_ndistinct", "pg_dependencies", "pg_mcv_list")
Key = tuple[str, str, bool]


@dataclass(frozen=True, kw_only=True)
class _Object:
    """Extended statistics of the clone: what they are on."""

    schema: str
    relation: str
    numbers: Mapping[str, int]
    expressions: tuple[str, ...]


@dataclass(kw_only=True)
class _Data:
    """What the source has for one of them."""

    n_distinct: bytes | None = None
    dependencies: bytes | None = None
    combinations: bytes | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    has_combinations: bool = False
    expressions: dict[str, tuple[Any, ...]] = field(default_factory=dict)


def copy(source: Connection, clone: Connection, blank: Jsonb) -> tuple[str, ...]:
    """Copies them, after those of the columns, in the same transactions. Returns what could not be put in."""
    clone.execute(b"DELETE FROM pg_catalog.pg_statistic_ext_data")  # 14 keeps an empty row for each
    for name in _CASTS:
        clone.execute(f"CREATE CAST (bytea AS {name}) WITHOUT FUNCTION".encode())
    objects = {
        (schema, name): _Object(
            schema=table_schema, relation=table, numbers=numbers or {}, expressions=tuple(expressions)
        )
        for schema, name, table_schema, table, numbers, expressions in clone.execute(query("objects"))
    }
    missing = []
    for (schema, name, inherited), data in sorted(_read(source, blank).items()):
        there = objects.get((schema, name))
        if there is not None:
            missing += _put(clone, (schema, name, inherited), there, data)
    return tuple(missing)


def _read(source: Connection, blank: Jsonb) -> Mapping[Key, _Data]:
    found: dict[Key, _Data] = {}
    inherited = source.info.server_version >= 150000
    rows = source.execute(_text("extended", inherited="s.inherited" if inherited else "false"))
    for schema, name, whole, n_distinct, dependencies, names, has_combinations in rows:
        found[schema, name, whole] = _Data(
            n_distinct=n_distinct,
            dependencies=dependencies,
            names={int(number): column for number, column in (names or {}).items()},
            has_combinations=has_combinations,
        )
    text = _text("expressions", inherited="s.inherited" if inherited else "false")
    for schema, name, expression, whole, *rest in source.execute(text, {"blank": blank}):
        found.setdefault((schema, name, whole), _Data()).expressions[expression] = tuple(rest)
    try:
        with source.transaction():
            text = _text("combinations", inherited="d.stxdinherit" if inherited else "false")
            rows = source.execute(text, {"blank": blank}).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        rows = []
    for schema, name, whole, data in rows:
        found.setdefault((schema, name, whole), _Data()).combinations = data
    return found


def _put(clone: Connection, key: Key, there: _Object, data: _Data) -> list[str]:
    schema, name, inherited = key
    numbers = {old: there.numbers[column] for old, column in data.names.items() if column in there.numbers}
    has_inherited = clone.info.server_version >= 150000
    text = _text(
        "load_extended",
        inherited_column="stxdinherit," if has_inherited else "",
        inherited_value="%(inherited)s," if has_inherited else "",
    )
    try:
        with clone.transaction():
            values = {
                "schema": schema,
                "name": name,
                "inherited": inherited,
                "n_distinct": data.n_distinct and combinations.n_distinct(data.n_distinct, numbers),
                "dependencies": data.dependencies and combinations.dependencies(data.dependencies, numbers),
                "combinations": data.combinations,
                "view": _expressions(clone, there, data),
            }
            clone.execute(text, values)
    except (psycopg.Error, ValueError) as error:
        return [f"{schema}.{name}: {error}"]
    if data.has_combinations and data.combinations is None:
        return [f"{schema}.{name}: its most common combinations (a superuser may read them, of built-in types)"]
    return []


def _expressions(clone: Connection, there: _Object, data: _Data) -> int:
    """Puts the statistics of expressions into pg_statistic, as if they were of the columns of a view: so the server says
    which types the expressions have. Returns the oid of the view, 0 where there are none."""
    if not data.expressions or not set(data.expressions) <= set(there.expressions):
        return 0
    listed = ", ".join(f"({text}) AS e{number}" for number, text in enumerate(there.expressions, 1))
    table = quote.qualified(there.schema, there.relation)
    clone.execute(b"DROP VIEW IF EXISTS pg_temp.expressions")
    clone.execute(f"CREATE TEMP VIEW expressions AS SELECT {listed} FROM {table}".encode())
    found = clone.execute(
        b"SELECT 'pg_temp.expressions'::regclass::oid::bigint, pg_my_temp_schema()::regnamespace::text"
    )
    row = found.fetchone()
    assert row is not None
    view, schema = row
    rows = [
        (schema, "expressions", f"e{there.expressions.index(text) + 1}", False, *rest)
        for text, rest in data.expressions.items()
    ]
    for refusal in statistics.put(clone, rows):
        raise ValueError(refusal)
    return int(view)


def _text(name: str, **parts: str) -> bytes:
    return query(name).decode().format(**parts).encode()
