"""A statement with some of its conditions written in another way: the tree is changed, and written out again.

Where the statement is not known, or does not say what the plan says in a way that is recognised, the cure is a comment
that gives both conditions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence

from ...base.errors import MigrationFileError
from ...sql import parse
from ...sql.node import put, wrappers
from ..conditions import Clause, clauses
from ._cures import rewrite
from ._seen import Seen
from ._sign import Cure

Rewrite = Callable[[Clause], str]
"""A clause in another way; empty where there is none."""


def cure(seen: Seen, conditions: Sequence[Clause], how: Rewrite, *, index: str = "") -> Cure:
    """The statement with all conditions like `conditions`, on their columns, as `how` writes them; before it `index`,
    where one is wanted that is not there."""
    columns = {each.column for clause in conditions for each in clause.reads}
    text = statement(seen.plan.query, columns, how)
    if text is None:
        lines = [f"-- Write  {clause.text}\n-- as     {how(clause)}" for clause in conditions]
        return rewrite("\n".join([*([index] if index else []), *lines]))
    return rewrite("\n".join([*([index] if index else []), f"{text};"]))


def statement(query: str, columns: set[str], how: Rewrite) -> str | None:
    """`query` with its comparisons of `columns` as `how` writes them; None where there is none, or where they are of
    more than one relation."""
    try:
        statements = parse.parse(query)
        if len(statements) != 1:
            return None
        found = [
            (place, clause, text)
            for place in wrappers(statements[0].node)
            if parse.kind_of(parse.unwrap(place)) == "A_Expr"
            for clause, text in [_written(place, columns, how)]
            if text
        ]
        if not found or len({each.alias for _, clause, _ in found for each in clause.reads}) != 1:
            return None
        for place, _, text in found:
            put(place, parse.parse_expression(text))
        _flatten(statements[0].node)
        return parse.deparse_statement(statements[0].node)
    except MigrationFileError:
        return None


def _flatten(tree: parse.Node) -> None:
    """Makes one AND of an AND in an AND, as the parser does."""
    for node in parse.walk(tree):
        if parse.kind_of(node) == "BoolExpr" and parse.enum_value(node, "boolop") == "AND_EXPR":
            arguments = [inner for each in node.args for inner in _conjuncts(each)]
            del node.args[:]
            node.args.extend(arguments)


def _conjuncts(place: parse.Node) -> list[parse.Node]:
    inner = parse.unwrap(place)
    joins = parse.kind_of(inner) == "BoolExpr" and parse.enum_value(inner, "boolop") == "AND_EXPR"
    return [copy.deepcopy(each) for each in (inner.args if joins else [place])]


def _written(place: parse.Node, columns: set[str], how: Rewrite) -> tuple[Clause, str]:
    """The first clause of a comparison and the whole in another way, empty where it has none."""
    parts = [each for text in _texts(parse.unwrap(place)) for each in clauses(text)]
    texts = [how(each) if {one.column for one in each.reads} <= columns else "" for each in parts]
    whole = " AND ".join(texts) if texts and all(texts) else ""
    return (parts[0] if parts else Clause(text="")), whole


def _texts(node: parse.Node) -> Iterator[str]:
    """A comparison as conditions: BETWEEN as two."""
    form = parse.enum_value(node, "kind")
    if form == "AEXPR_OP":
        yield parse.deparse_expression(node)
    elif form == "AEXPR_BETWEEN":
        left = parse.deparse_expression(parse.unwrap(node.lexpr))
        low, high = (parse.deparse_expression(parse.unwrap(each)) for each in parse.unwrap(node.rexpr).items)
        yield f"({left}) >= ({low})"
        yield f"({left}) <= ({high})"
