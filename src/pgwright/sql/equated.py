"""Which columns a statement says are equal to other columns: what it joins by, also where a plan hides it.

    … WHERE EXISTS (SELECT FROM sales s WHERE s.customer = c.id)      … WHERE id IN (SELECT customer FROM sales)

A planner that reads such a sub-select once and remembers the values has no condition on its columns in the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..base.errors import MigrationFileError
from . import parse
from .node import Node, enum_value, kind_of, unwrap, walk


class Mentioned(NamedTuple):
    """A column as a statement writes it: the name of its table or its alias there (empty: none), and its own."""

    table: str
    column: str


def equated(text: str) -> frozenset[Mentioned]:
    """The columns that are compared with columns by `=`, `IN (SELECT …)` or USING; none where the text cannot be
    read."""
    try:
        return frozenset(found for statement in parse.parse(text) for found in _equated(statement.node))
    except MigrationFileError:
        return frozenset()


def _equated(tree: Node) -> Iterator[Mentioned]:
    for node in walk(tree):
        if kind_of(node) == "A_Expr" and enum_value(node, "kind") == "AEXPR_OP" and node.name[-1].string.sval == "=":
            yield from _both(node.lexpr, node.rexpr)
        elif kind_of(node) == "SubLink" and enum_value(node, "sub_link_type") == "ANY_SUBLINK":
            for target in unwrap(node.subselect).target_list[:1]:
                yield from _both(node.testexpr, unwrap(target).val)
        elif kind_of(node) == "JoinExpr":
            yield from (Mentioned("", each.string.sval) for each in node.using_clause)


def _both(left: Node, right: Node) -> tuple[Mentioned, ...]:
    found = [_column(unwrap(each)) for each in (left, right)]
    return tuple(each for each in found if each is not None) if None not in found else ()


def _column(node: Node) -> Mentioned | None:
    if kind_of(node) != "ColumnRef":
        return None
    names = [unwrap(each).sval for each in node.fields if kind_of(unwrap(each)) == "String"]
    if len(names) != len(node.fields):
        return None
    return Mentioned(names[-2] if len(names) > 1 else "", names[-1])
