"""A statement with NOT EXISTS in place of NOT IN."""

from __future__ import annotations

from ...sql import parse, quote
from ...sql.parse import Node
from ._statement import called, conjuncts, select, tables, where, written


def not_exists(query: str, alias: str) -> str:
    """The statement with every `x NOT IN (SELECT y …)` as `NOT EXISTS (SELECT … WHERE y = x)`; `alias` is where an x
    that is not qualified is from. Empty where one of them cannot be written so."""
    tree = select(query)
    if tree is None:
        return ""
    found = [node for node in parse.walk(tree) if _is_not_in(node)]
    written_there = any(parse.kind_of(each) == "RangeVar" and alias in called(each) for each in parse.walk(tree))
    alias = alias if len(found) == 1 and written_there else ""
    if not found or not all(_to_not_exists(node, alias) for node in found):
        return ""
    return written(tree)


def _is_not_in(node: Node) -> bool:
    if parse.kind_of(node) != "BoolExpr" or parse.enum_value(node, "boolop") != "NOT_EXPR":
        return False
    inner = parse.unwrap(node.args[0])
    if parse.kind_of(inner) != "SubLink" or parse.enum_value(inner, "sub_link_type") != "ANY_SUBLINK":
        return False
    return not inner.oper_name


def _to_not_exists(node: Node, alias: str) -> bool:
    link = parse.unwrap(node.args[0])
    inner, tested = parse.unwrap(link.subselect), parse.unwrap(link.testexpr)
    compared = _qualified(tested, alias)
    if not compared or not _plain(inner) or compared.split(".")[0] in map(quote.ident, tables(inner)):
        return False
    value = parse.deparse_expression(parse.unwrap(parse.unwrap(inner.target_list[0]).val))
    where(inner, [*conjuncts(inner), f"{value} = {compared}"])
    inner.ClearField("target_list")
    inner.ClearField("distinct_clause")
    exists = parse.parse_expression("NOT EXISTS (SELECT)")
    exists.args[0].sub_link.subselect.select_stmt.CopyFrom(inner)
    node.CopyFrom(exists)
    return True


def _qualified(tested: Node, alias: str) -> str:
    """The column on the left of NOT IN with the name of its relation, empty for anything else."""
    if parse.kind_of(tested) != "ColumnRef":
        return ""
    names = [str(parse.unwrap(each).sval) for each in tested.fields if parse.kind_of(parse.unwrap(each)) == "String"]
    if len(names) != len(tested.fields) or (len(names) == 1 and not alias):
        return ""
    return ".".join(map(quote.ident, names if len(names) > 1 else [alias, *names]))


def _plain(inner: Node) -> bool:
    """Whether a subquery is a list of rows of its FROM, one column of each. A function may be an aggregate."""
    asked = {field.name for field, _ in inner.ListFields()}
    computes = any(parse.kind_of(each) == "FuncCall" for item in inner.target_list for each in parse.walk(item))
    return (
        not computes
        and len(inner.target_list) == 1
        and asked
        <= {
            "distinct_clause",
            "target_list",
            "from_clause",
            "where_clause",
            "limit_option",
            "op",
        }
    )
