"""Extended statistics: combinations of columns, and expressions. No major can import them (14 to 18), so they are
written into the catalog of the clone as ANALYZE would write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ..connect.session import Connection
from ..connect.translation import describe
from ..sql import quote
from . import combinations, common_combinations, statistics
from ._query import filled, query
from .common_combinations import Combination

_CASTS = ("pg_ndistinct", "pg_dependencies", "pg_mcv_list")
Key = tuple[str, str, bool]
"""Schema, name, and whether they are those of a table together with its children."""


@dataclass(frozen=True, kw_only=True)
class _Object:
    """Extended statistics of the clone: what they are on. `numbers` are those of all columns of the relation, `columns`
    the columns of the statistics."""

    schema: str
    relation: str
    numbers: Mapping[str, int]
    columns: tuple[str, ...]
    expressions: tuple[str, ...]

    @property
    def table(self) -> str:
        """The relation as SQL."""
        return quote.qualified(self.schema, self.relation)


@dataclass(kw_only=True)
class Data:
    """What the source has for one of them; `names` are those of all columns of its relation by number."""

    n_distinct: bytes | None = None
    dependencies: bytes | None = None
    common: tuple[Combination, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    expressions: dict[str, tuple[Any, ...]] = field(default_factory=dict)


def read(source: Connection, blank: str) -> Mapping[Key, Data]:
    """What the source has, as far as the role may see it; no values of tables at the places of `blank` (SQL)."""
    found: dict[Key, Data] = {}
    said = "s.inherited" if source.info.server_version >= 150000 else "false"
    for schema, name, whole, n_distinct, dependencies, names in source.execute(filled("extended", inherited=said)):
        found[schema, name, whole] = Data(
            n_distinct=n_distinct,
            dependencies=dependencies,
            names={int(number): column for number, column in (names or {}).items()},
        )
    rows = source.execute(filled("expressions", inherited=said, blank=blank))
    for schema, name, expression, whole, *rest in rows:
        found.setdefault((schema, name, whole), Data()).expressions[expression] = tuple(rest)
    rows = source.execute(filled("combinations", inherited=said, blank=blank))
    for schema, name, whole, *parts in rows:
        found.setdefault((schema, name, whole), Data()).common = common_combinations.combinations(*parts)
    return found


def load(clone: Connection, found: Mapping[Key, Data]) -> tuple[str, ...]:
    """Puts them in, after `statistics.load` in the same transaction. Returns what could not be put in, a sentence
    each."""
    clone.execute(b"DELETE FROM pg_catalog.pg_statistic_ext_data")
    objects = _objects(clone)
    missing = []
    with casts(clone):
        for key, data in sorted(found.items(), key=lambda item: item[0]):
            if (there := objects.get(key[:2])) is not None:
                missing += _put(clone, key, there, data)
    if clone.info.server_version < 150000:  # the planner of 14 wants a row for each
        clone.execute(query("empty_extended"))
    return tuple(missing)


@contextmanager
def casts(clone: Connection) -> Iterator[None]:
    """In the block, a part of a transaction, bytes can become what the catalog holds."""
    for name in _CASTS:
        clone.execute(f"CREATE CAST (bytea AS {name}) WITHOUT FUNCTION".encode())
    yield
    for name in _CASTS:
        clone.execute(f"DROP CAST (bytea AS {name})".encode())


def inherited(clone: Connection) -> dict[str, str]:
    """The parts of a query that put in whether statistics are those of a table together with its children: before 15
    the catalog does not say it."""
    if clone.info.server_version < 150000:
        return {"inherited_column": "", "inherited_value": ""}
    return {"inherited_column": "stxdinherit,", "inherited_value": "%(inherited)s,"}


def _objects(clone: Connection) -> Mapping[tuple[str, str], _Object]:
    return {
        (schema, name): _Object(
            schema=table_schema,
            relation=table,
            numbers=numbers or {},
            columns=tuple(columns),
            expressions=tuple(expressions),
        )
        for schema, name, table_schema, table, numbers, columns, expressions in clone.execute(query("objects"))
    }


def _put(clone: Connection, key: Key, there: _Object, data: Data) -> list[str]:
    schema, name, whole = key
    numbers = {old: there.numbers[column] for old, column in data.names.items() if column in there.numbers}
    text = filled("load_extended", **inherited(clone))
    columns = [*map(quote.ident, there.columns), *(f"({each})" for each in there.expressions)]
    try:
        with clone.transaction():
            values = {
                "schema": schema,
                "name": name,
                "inherited": whole,
                "n_distinct": data.n_distinct and combinations.n_distinct(data.n_distinct, numbers),
                "dependencies": data.dependencies and combinations.dependencies(data.dependencies, numbers),
                "combinations": data.common and common_combinations.rebuilt(clone, there.table, columns, data.common),
                "view": _expressions(clone, there, data),
            }
            clone.execute(text, {**values, "combinations": values["combinations"] or None})
    except (psycopg.Error, ValueError) as error:
        reason = describe(error) if isinstance(error, psycopg.Error) else str(error)
        return [f"The extended statistics {schema}.{name} could not be put in: {reason}"]
    return []


def _expressions(clone: Connection, there: _Object, data: Data) -> int:
    """Puts the statistics of expressions into pg_statistic, as if they were of the columns of a view: so the server
    says which types the expressions have. Returns the oid of the view, 0 where there are none."""
    if not data.expressions or not set(data.expressions) <= set(there.expressions):
        return 0
    listed = ", ".join(f"({text}) AS e{number}" for number, text in enumerate(there.expressions, 1))
    clone.execute(b"DROP VIEW IF EXISTS pg_temp.expressions")
    clone.execute(f"CREATE TEMP VIEW expressions AS SELECT {listed} FROM {there.table}".encode())
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
