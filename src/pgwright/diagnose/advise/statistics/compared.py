"""What statements compare, from the server's own plans of them: it knows which column of which table a name means,
which view stands behind one, and how an expression is written.

Statements are planned, never run. Those that cannot be planned without their values are passed over and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import psycopg

from ....base.errors import LockNotObtained, MigrationFileError, PgwrightError
from ....sql import parse, quote
from ....sql.expression import substitute
from ....workload.values import Statement
from ... import conditions
from ...asking.explain import Connection, Way, generic
from ...conditions import Clause
from ...query_plan.kinds import CONDITIONS
from ...query_plan.model import Node, QueryPlan
from .values import Compared, Table

MOST = 300
"""Statements that are planned, those with the most time first: a workload beyond has a long tail that costs little."""
TIMEOUT_MS = 2_000
WAITS = 3
"""Statements that may wait for a table which somebody holds; then the rest is passed over: each would wait again."""
_KINDS = frozenset({"SelectStmt", "UpdateStmt", "DeleteStmt"})
_SINGLE = frozenset({"=", "= ANY", "TRUE", "FALSE"})


def ask(
    connection: Connection, statements: Sequence[Statement], tables: Mapping[int, Table]
) -> tuple[tuple[Compared, ...], int]:
    """What the statements compare, and how many could not be planned. Raises ConnectError when the server goes away."""
    names = {(table.schema, table.name): oid for oid, table in tables.items()}
    found: list[Compared] = []
    asked = [each for each in statements if each.kind in _KINDS][:MOST]
    planned = waits = 0
    for statement in asked:
        if waits == WAITS:
            break
        try:
            plan = generic(connection, statement.text, Way(analyze=False, timeout_ms=TIMEOUT_MS))
        except (PgwrightError, psycopg.Error) as error:
            if connection.closed:
                raise
            waits += isinstance(error, LockNotObtained)
            continue
        planned += 1
        found += of_plan(plan, names, tables, statement)
    return tuple(dict.fromkeys(found)), len(asked) - planned


def of_plan(
    plan: QueryPlan, names: Mapping[tuple[str, str], int], tables: Mapping[int, Table], statement: Statement
) -> Iterator[Compared]:
    """What one plan shows. Partitions stand for the table that they belong to."""
    aliases: dict[str, int] = {}
    weight = statement.total_ms if statement.total_ms is not None else float(statement.calls)
    for node in plan.nodes:
        oid = names.get((node.text("Schema"), node.relation)) if node.relation else None
        if oid is None:
            continue
        aliases[node.alias] = oid
        clauses = _clauses(node)
        yield Compared(
            table=_root(tables, oid),
            equal=frozenset(each.column.column for each in clauses if each.column and each.operator in _SINGLE),
            expressions=frozenset(filter(None, (_expression(each, node.alias) for each in clauses))),
            statement=statement.text,
            weight=weight,
        )
    for node in plan.nodes:
        for table, columns in _grouped(node, aliases).items():
            yield Compared(
                table=_root(tables, table), grouped=frozenset(columns), statement=statement.text, weight=weight
            )


def _clauses(node: Node) -> list[Clause]:
    """The conditions of a scan that compare its own table with values."""
    texts = [node.text(key) for key in CONDITIONS if node.text(key)]
    found = (conditions.facing(each, node.alias) for text in texts for each in conditions.clauses(text))
    return [
        each
        for each in found
        if each.constant and each.reads and all(read.alias in ("", node.alias) for read in each.reads)
    ]


def _expression(clause: Clause, alias: str) -> str | None:
    """The expression that a clause compares, as CREATE STATISTICS wants it; None for a plain column and for what is
    matched otherwise."""
    if not clause.on_expression or not (clause.operator in _SINGLE or clause.range):
        return None
    try:
        columns = {each.column: quote.ident(each.column) for each in conditions.references(clause.left)}
        return substitute(clause.left, columns, table=alias)
    except MigrationFileError:
        return None


def _grouped(node: Node, aliases: Mapping[str, int]) -> dict[int, set[str]]:
    """The columns of each table by which a node groups."""
    found: dict[int, set[str]] = {}
    for key in node.texts("Group Key"):
        for each in conditions.references(key):
            if each.alias in aliases and conditions.nodes(key) and _is_column(key):
                found.setdefault(aliases[each.alias], set()).add(each.column)
    return found


@lru_cache(maxsize=4096)
def _is_column(text: str) -> bool:
    try:
        return parse.kind_of(parse.parse_expression(text)) == "ColumnRef"
    except MigrationFileError:
        return False


def _root(tables: Mapping[int, Table], oid: int) -> int:
    while (parent := tables[oid].parent) is not None and parent in tables:
        oid = parent
    return oid


@lru_cache(maxsize=4096)
def normal(expression: str) -> str:
    """An expression in one spelling, without its casts: the server writes `lower((name)::text)` in one place and
    `lower(name)` in another."""
    try:
        return _signature(parse.parse_expression(expression))
    except MigrationFileError:
        return expression


def _signature(node: parse.Node) -> str:
    node = parse.unwrap(node)
    while parse.kind_of(node) == "TypeCast":
        node = parse.unwrap(node.arg)
    parts = [parse.kind_of(node)]
    for field, value in node.ListFields():
        if field.name in parse.PLACES:
            continue
        single = isinstance(value, str | bytes | int | float) or hasattr(value, "ListFields")
        for each in [value] if single else value:
            parts.append(f"{field.name}:{_signature(each) if field.message_type is not None else each}")
    return "(" + " ".join(parts) + ")"
