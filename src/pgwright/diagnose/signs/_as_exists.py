"""A statement with EXISTS in place of a join that only asks whether there is a match."""

from __future__ import annotations

from ...sql import parse
from ...sql.parse import Node
from ..conditions import references
from ._statement import called, conjuncts, select, where, written


def exists(query: str, alias: str) -> str:
    """The statement with the relation `alias` no longer joined but asked for by EXISTS: where it is one side of the
    only join, and every column says of which relation it is."""
    tree = select(query)
    if tree is None or len(tree.from_clause) not in (1, 2):
        return ""
    items = [parse.unwrap(each) for each in tree.from_clause]
    if len(items) == 1:
        items = _joined(items[0])
    pair = [item for item in items if parse.kind_of(item) == "RangeVar"]
    mine = [item for item in pair if alias in called(item)]
    kept = [item for item in pair if alias not in called(item)]
    if len(mine) != 1 or len(kept) != 1 or any(len(each.fields) < 2 for each in _mentions(tree)):
        return ""
    joined = parse.unwrap(tree.from_clause[0])
    on = [parse.deparse_expression(parse.unwrap(joined.quals))] if parse.kind_of(joined) == "JoinExpr" else []
    conditions = conjuncts(tree)
    inside = [each for each in conditions if any(one.alias == alias for one in references(each))]
    sample = parse.parse("SELECT WHERE EXISTS (SELECT FROM x)")[0].node
    inner = sample.where_clause.sub_link.subselect.select_stmt
    inner.from_clause[0].range_var.CopyFrom(mine[0])
    where(inner, [*on, *inside])
    asked = parse.deparse_expression(parse.unwrap(sample.where_clause))
    outer = parse.parse("SELECT FROM x")[0].node
    outer.from_clause[0].range_var.CopyFrom(kept[0])
    tree.ClearField("from_clause")
    tree.from_clause.extend(outer.from_clause)
    outside = [each for each in conditions if each not in inside]
    tree.ClearField("where_clause")
    if any(str(parse.unwrap(each.fields[-2]).sval) == alias for each in _mentions(tree)):
        return ""
    where(tree, [*outside, asked])
    return written(tree)


def _mentions(tree: Node) -> list[Node]:
    """Every mention of a column."""
    return [each for each in parse.walk(tree) if parse.kind_of(each) == "ColumnRef"]


def _joined(item: Node) -> list[Node]:
    """The two sides of an inner join with ON."""
    if parse.kind_of(item) != "JoinExpr" or parse.enum_value(item, "jointype") != "JOIN_INNER" or item.using_clause:
        return []
    return [parse.unwrap(item.larg), parse.unwrap(item.rarg)] if item.HasField("quals") else []
