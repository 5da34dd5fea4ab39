"""A statement with UNION ALL in place of an OR across its tables."""

from __future__ import annotations

from ...base.errors import MigrationFileError
from ...sql import parse
from ...sql.parse import Node
from ..conditions import references
from ._statement import conjuncts, select, where

_ROWS_ONLY = {"target_list", "from_clause", "where_clause", "limit_option", "op"}


def alternatives(condition: str) -> tuple[str, ...]:
    """The sides of an OR; only the condition itself where it is none."""
    try:
        node = parse.parse_expression(condition)
    except MigrationFileError:
        return (condition,)
    if parse.kind_of(node) != "BoolExpr" or parse.enum_value(node, "boolop") != "OR_EXPR":
        return (condition,)
    return tuple(parse.deparse_expression(parse.unwrap(each)) for each in node.args)


def union_of_alternatives(query: str) -> str:
    """The statement as one query for each side of the OR in its WHERE that is on several relations. The same rows as
    often: each leaves out what those before it have found."""
    tree = select(query)
    if tree is None or not {field.name for field, _ in tree.ListFields()} <= _ROWS_ONLY or _computes(tree):
        return ""
    conditions = conjuncts(tree)
    across = [each for each in conditions if _across(alternatives(each))]
    if len(across) != 1:
        return ""
    rest, sides, queries = [each for each in conditions if each != across[0]], alternatives(across[0]), []
    for number, side in enumerate(sides):
        before = [f"({' OR '.join(f'({each})' for each in sides[:number])}) IS NOT TRUE"] if number else []
        where(tree, [*rest, side, *before])
        queries.append(parse.deparse_statement(tree))
    return " UNION ALL ".join(queries) + ";"


def _computes(tree: Node) -> bool:
    """Whether the select list calls functions: one of them may be an aggregate."""
    return any(parse.kind_of(each) == "FuncCall" for item in tree.target_list for each in parse.walk(item))


def _across(sides: tuple[str, ...]) -> bool:
    """Whether the sides of an OR are each about one relation, and not all about the same."""
    read = [{each.alias for each in references(side)} for side in sides]
    return len(sides) > 1 and all(len(each) == 1 and "" not in each for each in read) and len(set().union(*read)) > 1
