"""Reads the surroundings of a plan from the server, by catalog queries only: nothing is locked beyond that."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ...base import queries
from ..autovacuum import changed
from ..query_plan.kinds import CONDITIONS
from ..query_plan.model import QueryPlan
from .values import Column, ForeignKey, Index, Relation, Surroundings

_query = queries.beside(__file__)

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[Any, ...]

_NAME = re.compile(r'"((?:[^"]|"")+)"|(\w+)')
_CALL = re.compile(r"\b([a-z_][a-z0-9_]*)\(")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be asked about a plan: relations as (schema, name), names in conditions, functions in filters, and
    functions anywhere. Plans of one question have the same surroundings."""

    relations: frozenset[tuple[str, str]]
    compared: frozenset[str]
    filtering: frozenset[str]
    called: frozenset[str]


def question(plan: QueryPlan) -> Question:
    """What a plan makes one ask."""
    return Question(
        relations=frozenset(_relations(plan)),
        compared=frozenset(_compared(plan)),
        filtering=frozenset(_functions(plan)),
        called=frozenset(_called(plan)),
    )


class Reader:
    """Reads what is around the plans of one server; what several of them make one ask is asked once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[Question, Surroundings] = {}

    def around(self, plan: QueryPlan) -> Surroundings:
        """What is around `plan`, as it was when a plan first made one ask."""
        asked = question(plan)
        if asked not in self._known:
            self._known[asked] = answer(self._connection, asked)
        return self._known[asked]


def read(connection: Connection, plan: QueryPlan) -> Surroundings:
    """What is around `plan` on this server, now. Relations that are gone are missing in it."""
    return answer(connection, question(plan))


def answer(connection: Connection, asked: Question) -> Surroundings:
    """The surroundings that a question is about."""
    version, settings, extensions, path = _ask(connection, "session", {})[0]
    found = _with_parents(connection, _named(connection, asked.relations))
    oids = {"oids": list(found), "compared": sorted(asked.compared)}
    parts = {
        query: _grouped(_ask(connection, query, oids))
        for query in ("columns", "indexes", "statistics", "referenced_by")
    }
    return Surroundings(
        version=version,
        settings=settings,
        relations={(row[1], row[2]): _relation(row, parts) for row in found.values()},
        before_triggers=frozenset(row[0] for row in _ask(connection, "triggers", oids)),
        extensions=frozenset(extensions or ()),
        search_path=tuple(path or ()),
        immutable=frozenset(row[0] for row in _ask(connection, "functions", {"names": sorted(asked.filtering)})),
        serial=tuple((row[0], row[1], row[2]) for row in _ask(connection, "serial", {"names": sorted(asked.called)})),
    )


def _relations(plan: QueryPlan) -> set[tuple[str, str]]:
    found = {(node.text("Schema"), node.relation) for node in plan.nodes if node.relation}
    triggers = plan.properties.get("Triggers")
    for entry in triggers if isinstance(triggers, list) else ():
        found.add(("", str(entry.get("Relation") or "")))
    return found - {("", "")}


def _compared(plan: QueryPlan) -> set[str]:
    """The names in the conditions of the plan: of all other columns nobody needs the most common values, which are long
    lists, and in a plan of a thousand partitions many."""
    texts = (node.text(key) for node in plan.nodes for key in CONDITIONS)
    return {quoted.replace('""', '"') or plain for text in texts for quoted, plain in _NAME.findall(text)}


def _functions(plan: QueryPlan) -> set[str]:
    """What is called in the filters of the plan, as far as its name needs no quotes."""
    return {name for node in plan.nodes for name in _CALL.findall(node.text("Filter"))}


def _called(plan: QueryPlan) -> set[str]:
    """The functions that the plan calls, as far as their names need no quotes."""
    texts = (text for node in plan.nodes for text in (node.text("Filter"), *node.texts("Output")))
    return {name for text in texts for name in _CALL.findall(text)}


def _with_parents(connection: Connection, found: dict[int, Row]) -> dict[int, Row]:
    """The relations and the partitioned tables above them, whose key decides about pruning."""
    while missing := {tuple(row[12]) for row in found.values() if row[12]} - {row[1:3] for row in found.values()}:
        more = _named(connection, missing)
        if not more.keys() - found.keys():
            break
        found |= more
    return found


def _named(connection: Connection, names: Collection[tuple[str, str]]) -> dict[int, Row]:
    """The relations of these names, (schema, name), by oid."""
    wanted = {"schemas": [schema for schema, _ in sorted(names)], "names": [name for _, name in sorted(names)]}
    return {row[0]: row for row in _ask(connection, "relations", wanted)}


def _ask(connection: Connection, name: str, values: Mapping[str, Any]) -> list[Row]:
    return connection.execute(_query(name), values).fetchall()


def _grouped(rows: Sequence[Row]) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row[1:])
    return found


def _relation(row: Row, parts: Mapping[str, Mapping[int, list[Row]]]) -> Relation:
    (
        oid,
        schema,
        name,
        kind,
        rows,
        pages,
        visible,
        live,
        dead,
        modified,
        analyzed,
        fill,
        parent,
        key,
        counted,
        others,
    ) = row
    statistics = parts["statistics"].get(oid, [])
    return Relation(
        schema=schema,
        name=name,
        kind=kind,
        rows=rows,
        pages=pages,
        visible=visible,
        live=live,
        dead=dead,
        modified=changed(modified, others=others, live=live, rows=rows, counted_pages=counted, pages=pages),
        analyzed=analyzed,
        columns=tuple(_column(each) for each in parts["columns"].get(oid, [])),
        indexes=tuple(_index(each) for each in parts["indexes"].get(oid, [])),
        statistics=tuple(frozenset(columns) for columns, _ in statistics if columns),
        expressions=tuple(each for _, expressions in statistics for each in expressions),
        partition_key=tuple(key),
        parent=(parent[0], parent[1]) if parent else None,
        fill_factor=fill,
        referenced_by=tuple(_foreign_key(each) for each in parts["referenced_by"].get(oid, [])),
        counted_pages=counted,
    )


def _column(row: Row) -> Column:
    name, kind, not_null, collation, bytewise, distinct, nulls, correlation, width, target, common, fractions = row
    return Column(
        name=name,
        type=kind,
        not_null=not_null,
        collation=collation,
        bytewise=bytewise,
        distinct=distinct,
        nulls=nulls,
        correlation=correlation,
        width=width,
        statistics_target=target,
        common=dict(zip(common or (), fractions or (), strict=True)),
    )


def _index(row: Row) -> Index:
    schema, name, method, keys, classes, included, predicate, unique, valid, definition, size = row
    return Index(
        schema=schema,
        name=name,
        method=method,
        keys=tuple(keys),
        classes=tuple(classes),
        included=tuple(included),
        predicate=predicate,
        unique=unique,
        valid=valid,
        definition=definition,
        bytes=size,
    )


def _foreign_key(row: Row) -> ForeignKey:
    name, schema, table, columns, targets, indexed, rows = row
    return ForeignKey(
        name=name,
        schema=schema,
        table=table,
        columns=tuple(columns),
        targets=tuple(targets),
        indexed=indexed,
        rows=rows,
    )
