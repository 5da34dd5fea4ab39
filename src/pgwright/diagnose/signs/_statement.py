"""The statement of a plan as a syntax tree, for those who write it in another way: a complete statement, same rows.

A rewrite is empty where the statement is not known, or is not of the form that is understood; a sign then says in a
comment what to change.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...base.errors import MigrationFileError
from ...sql import parse
from ...sql.parse import Node
from ..conditions import conjuncts as anded


def select(query: str) -> Node | None:
    """The tree of a single SELECT that the caller may change; None for anything else."""
    try:
        statements = parse.parse(query) if query else ()
    except MigrationFileError:
        return None
    if len(statements) != 1 or statements[0].kind != "SelectStmt":
        return None
    return statements[0].node


def written(tree: Node) -> str:
    """The statement of a tree, as it is typed."""
    return f"{parse.deparse_statement(tree)};"


def tables(tree: Node) -> tuple[str, ...]:
    """The names by which the FROM of a SELECT calls its items, in order; joins are looked into, subqueries are not."""
    return tuple(name for item in tree.from_clause for name in called(parse.unwrap(item)))


def called(item: Node) -> Iterator[str]:
    """The names by which an item of FROM may be called: those of both sides of a join."""
    if parse.kind_of(item) == "JoinExpr":
        yield from called(parse.unwrap(item.larg))
        yield from called(parse.unwrap(item.rarg))
    elif item.HasField("alias"):
        yield str(item.alias.aliasname)
    elif parse.kind_of(item) == "RangeVar":
        yield str(item.relname)


def not_materialized(query: str, name: str) -> str:
    """The statement with the WITH of this name planned in place of its readers."""
    tree = select(query)
    found = [each for each in parse.walk(tree) if _is_with(each, name)] if tree is not None else []
    if tree is None or len(found) != 1:
        return ""
    sample = parse.parse("WITH a AS NOT MATERIALIZED (SELECT) SELECT")[0].node
    found[0].ctematerialized = parse.unwrap(sample.with_clause.ctes[0]).ctematerialized
    return written(tree)


def _is_with(node: Node, name: str) -> bool:
    return parse.kind_of(node) == "CommonTableExpr" and str(node.ctename) == name


def conjuncts(tree: Node) -> list[str]:
    """The conditions of the WHERE of a SELECT that AND joins."""
    if not tree.HasField("where_clause"):
        return []
    return [parse.deparse_expression(each) for each in anded(parse.unwrap(tree.where_clause))]


def where(tree: Node, conditions: list[str]) -> None:
    """Makes these the WHERE of a SELECT."""
    text = " AND ".join(f"({each})" for each in conditions)
    tree.where_clause.CopyFrom(parse.parse(f"SELECT WHERE {text}")[0].node.where_clause)
