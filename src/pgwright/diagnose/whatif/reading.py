"""Reads what a cure makes: indexes, as proposed ones, or statistics."""

from __future__ import annotations

from collections.abc import Iterable

from ...base.errors import MigrationFileError
from ...sql import parse, quote
from ...sql.node import Node
from .proposed import Proposed

_ORDER = {"SORTBY_DESC": " DESC", "SORTBY_ASC": "", "SORTBY_DEFAULT": ""}
_NULLS = {"SORTBY_NULLS_FIRST": " NULLS FIRST", "SORTBY_NULLS_LAST": " NULLS LAST", "SORTBY_NULLS_DEFAULT": ""}


def indexes(sql: str) -> tuple[Proposed, ...]:
    """The indexes that the statements make; empty where one of them makes something else than an index or the
    extension that it needs, or names a table without its schema: then nobody can try it."""
    try:
        statements = parse.parse(sql)
    except MigrationFileError:
        return ()
    made = [each.node for each in statements if each.kind == "IndexStmt"]
    others = [each for each in statements if each.kind not in ("IndexStmt", "CreateExtensionStmt")]
    if others or any(not node.relation.schemaname or node.unique for node in made):
        return ()
    return tuple(map(_index, made))


def makes_statistics(sql: str) -> bool:
    """Whether the statements make extended statistics, and need nothing else but ANALYZE."""
    try:
        kinds = {each.kind for each in parse.parse(sql)}
    except MigrationFileError:
        return False
    return "CreateStatsStmt" in kinds and kinds <= {"CreateStatsStmt", "AlterStatsStmt", "VacuumStmt"}


def _index(node: Node) -> Proposed:
    return Proposed(
        schema=node.relation.schemaname,
        table=node.relation.relname,
        keys=tuple(_key(parse.unwrap(each)) for each in node.index_params),
        include=tuple(parse.unwrap(each).name for each in node.index_including_params),
        where=parse.deparse_expression(parse.unwrap(node.where_clause)) if node.HasField("where_clause") else "",
        method=node.access_method or "btree",
        storage=tuple(_parameter(parse.unwrap(each)) for each in node.options),
    )


def _parameter(element: Node) -> str:
    value = parse.unwrap(element.arg)
    number = parse.kind_of(value) == "Integer"
    return f"{quote.ident(element.defname)} = {value.ival if number else quote.literal(_text(value))}"


def _text(value: Node) -> str:
    return str(value.fval if parse.kind_of(value) == "Float" else value.sval)


def _key(element: Node) -> str:
    key = quote.ident(element.name) if element.name else f"({parse.deparse_expression(parse.unwrap(element.expr))})"
    collation = f" COLLATE {_name(element.collation)}" if element.collation else ""
    operators = f" {_name(element.opclass)}" if element.opclass else ""
    order = _ORDER[parse.enum_value(element, "ordering")] + _NULLS[parse.enum_value(element, "nulls_ordering")]
    return key + collation + operators + order


def _name(parts: Iterable[Node]) -> str:
    return ".".join(quote.ident(str(parse.unwrap(each).sval)) for each in parts)
