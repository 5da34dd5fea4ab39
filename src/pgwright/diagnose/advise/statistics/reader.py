"""Reads what ANALYZE has left, in read-only transactions of catalog queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg

from ....base import queries
from ....catalog.looking import looked
from ... import indexes
from ...autovacuum import changed
from ...autovacuum import reader as autovacuum_reader
from ...indexes import reader as indexes_reader
from .values import Column, Extended, Seen, Table

_query = queries.beside(__file__)

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[Any, ...]

LARGE = 10_000
"""Rows from which the columns of a table are looked at one by one: below, any plan is quick."""


def read(connection: Connection) -> Seen:
    """All tables of users. Raises a translated error when the server refuses."""

    def take() -> tuple[int, dict[int, Table], dict[int, list[Row]], dict[int, list[Row]]]:
        tables = {row[0]: _table(row) for row in _ask(connection, "tables", {})}
        large = [oid for oid, each in tables.items() if each.rows >= LARGE]
        columns = _grouped(_ask(connection, "columns", {"oids": large}))
        target = int(_ask(connection, "target", {})[0][0])
        return target, tables, columns, _grouped(_ask(connection, "extended", {}))

    target, tables, columns, extended = looked(connection, take, doing="reading the statistics of tables")
    vacuumed = autovacuum_reader.read(connection)
    indexed = indexes_reader.read(connection)
    whole = {
        oid: replace(
            table,
            columns=tuple(_column(row) for row in columns.get(oid, ())),
            extended=tuple(_extended(row) for row in extended.get(oid, ())),
            autovacuum=vacuumed.relations.get(oid),
            expressions=_expressions(indexed, oid),
        )
        for oid, table in tables.items()
    }
    return Seen(tables=whole, default_target=target, children=_children(whole))


def _ask(connection: Connection, name: str, values: Mapping[str, Any]) -> list[Row]:
    text = _query(name)
    return connection.execute(text, values if b"%(" in text else None).fetchall()


def _grouped(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1:])
    return found


def _children(tables: Mapping[int, Table]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for oid, table in tables.items():
        if table.parent is not None:
            found[table.parent] = (*found.get(table.parent, ()), oid)
    return found


def _expressions(snapshot: indexes.Snapshot, oid: int) -> tuple[str, ...]:
    return tuple(text for index in snapshot.by_table.get(oid, ()) if index.usable for text in index.expressions)


def _table(row: Row) -> Table:
    oid, schema, name, kind, parent, rows, pages, live, modified, others, now, analyzed, counted, readable = row
    return Table(
        oid=oid,
        schema=schema,
        name=name,
        kind=kind,
        parent=parent,
        rows=rows,
        pages=pages,
        live=live,
        modified=changed(modified, others=others, live=live, rows=rows, counted_pages=pages, pages=now),
        analyzed=analyzed,
        counted=counted,
        readable=readable,
    )


def _column(row: Row) -> Column:
    name, target, distinct, nulls, common, covered, least = row
    return Column(name=name, target=target, distinct=distinct, nulls=nulls, common=common, covered=covered, least=least)


def _extended(row: Row) -> Extended:
    kinds, columns, expressions = row
    return Extended(kinds=frozenset(kinds), columns=frozenset(columns), expressions=tuple(expressions))
