"""The conditions of a node, as the server writes them, taken apart: `((o.status = 'x'::text) AND (o.at > $1))`.

A condition is parsed with PostgreSQL's own grammar, never searched as text. References to subqueries, which no grammar
knows (`(InitPlan 1).col1`, `(hashed SubPlan 2)`), become parameters first. A condition that cannot be parsed, as of an
extension's own syntax, is one clause of which only the text is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..base.errors import MigrationFileError
from ..sql import parse
from ..sql.parse import Node

_SUBQUERY = re.compile(
    r"\((?:(?:hashed|ANY) )*(?:InitPlan|SubPlan|CTE) [^()]+\)(?:\.col\d+)?|\$0\b|\bhashed SubPlan \d+"
)
SUBQUERY = 65000
"""The number of the parameter that stands for a reference to a subquery."""
_PARAMETER = f"${SUBQUERY}"
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>", "@>": "<@", "<@": "@>", "&&": "&&"}
"""What a comparison becomes when its sides change places."""
_RANGES = frozenset({"<", ">", "<=", ">="})


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column as a condition names it; `alias` is empty where it is not qualified."""

    alias: str
    column: str


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One of the conditions that AND joins. `text` is SQL that means the same.

    `left` is the side that an index could serve and `operator` what compares it: `=`, `<`, `~~` (LIKE), `@>`, `IS
    NULL`, `IS NOT NULL`, `= ANY`, `TRUE` and `FALSE` of a boolean column; empty where it is none of these. `column` is
    set where `left` is a column and nothing more (`cast` then names the type that it is cast to, if any), `value` is
    the text of the other side, `constant` whether that reads no column of this level. `reads` are all columns in it.
    """

    text: str
    left: str = ""
    operator: str = ""
    column: Reference | None = None
    cast: str = ""
    value: str = ""
    constant: bool = False
    reads: tuple[Reference, ...] = ()
    other: Reference | None = None

    @property
    def equality(self) -> bool:
        """Whether it fixes its left side to one value, or to some."""
        return self.operator in ("=", "= ANY", "IS NULL", "TRUE", "FALSE")

    @property
    def range(self) -> bool:
        """Whether it bounds its left side on one side."""
        return self.operator in _RANGES

    @property
    def on_expression(self) -> bool:
        """Whether its left side is computed from columns: an index on a plain column cannot serve it."""
        return self.column is None and bool(self.left) and bool(self.reads)


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a condition, in order; empty for an empty text."""
    if not text:
        return ()
    try:
        tree = parse.parse_expression(_SUBQUERY.sub(_PARAMETER, text))
        return tuple(_clause(each) for each in conjuncts(tree))
    except MigrationFileError:
        return (Clause(text=text),)


def facing(clause: Clause, alias: str) -> Clause:
    """The clause with its sides exchanged where the columns of `alias` stand on the right of it only: a server writes
    the two sides of a join in either order."""
    sides = [any(each.alias == alias for each in references(side)) for side in (clause.left, clause.value)]
    if clause.constant or sides != [False, True] or clause.operator not in FLIPPED:
        return clause
    return clauses(f"({clause.value}) {FLIPPED[clause.operator]} ({clause.left})")[0]


def constant(text: str) -> str | None:
    """The text of a constant, its cast aside; None for anything else."""
    try:
        node = parse.parse_expression(text)
    except MigrationFileError:
        return None
    if parse.kind_of(node) == "TypeCast":
        node = parse.unwrap(node.arg)
    if parse.kind_of(node) != "A_Const" or node.isnull:
        return None
    which = node.WhichOneof("val")
    value = getattr(getattr(node, which), which) if which else None
    return str(value) if value is not None else None


def sides(clause: Clause) -> tuple[str, ...]:
    """The sides of a clause that OR joins, as SQL; empty for any other clause."""
    if clause.left:
        return ()
    try:
        tree = parse.parse_expression(clause.text)
    except MigrationFileError:
        return ()
    if parse.kind_of(tree) != "BoolExpr" or parse.enum_value(tree, "boolop") != "OR_EXPR":
        return ()
    return tuple(parse.deparse_expression(parse.unwrap(each)) for each in tree.args)


def nodes(text: str) -> tuple[Node, ...]:
    """The nodes that AND joins in a condition; empty where it is empty or cannot be parsed."""
    try:
        return tuple(conjuncts(parse.parse_expression(_SUBQUERY.sub(_PARAMETER, text)))) if text else ()
    except MigrationFileError:
        return ()


@lru_cache(maxsize=4096)
def references(text: str) -> tuple[Reference, ...]:
    """The columns that an expression reads, in order of first use; empty where it cannot be parsed."""
    try:
        return _reads(parse.parse_expression(_SUBQUERY.sub(_PARAMETER, text)))
    except MigrationFileError:
        return ()


def conjuncts(node: Node) -> Iterator[Node]:
    """The conditions that AND joins, however deep."""
    if parse.kind_of(node) == "BoolExpr" and parse.enum_value(node, "boolop") == "AND_EXPR":
        for each in node.args:
            yield from conjuncts(parse.unwrap(each))
    else:
        yield node


def _clause(node: Node) -> Clause:
    kind, text, reads = parse.kind_of(node), parse.deparse_expression(node), _reads(node)
    if kind == "A_Expr":
        return _comparison(node, text, reads)
    if kind == "NullTest":
        operator = {"IS_NULL": "IS NULL", "IS_NOT_NULL": "IS NOT NULL"}[parse.enum_value(node, "nulltesttype")]
        return _sided(text, parse.unwrap(node.arg), operator, None, reads)
    if kind == "ColumnRef":
        return _sided(text, node, "TRUE", None, reads)
    if kind == "BoolExpr" and parse.enum_value(node, "boolop") == "NOT_EXPR":
        inner = parse.unwrap(node.args[0])
        if parse.kind_of(inner) == "ColumnRef":
            return _sided(text, inner, "FALSE", None, reads)
    return Clause(text=text, reads=reads)


def _comparison(node: Node, text: str, reads: tuple[Reference, ...]) -> Clause:
    form = parse.enum_value(node, "kind")
    if form not in ("AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_LIKE", "AEXPR_ILIKE") or not node.HasField("lexpr"):
        return Clause(text=text, reads=reads)
    operator = str(parse.unwrap(node.name[-1]).sval)
    left, right = parse.unwrap(node.lexpr), parse.unwrap(node.rexpr)
    if form == "AEXPR_OP_ANY":
        operator = f"{operator} ANY"
    elif not _reads(left) and _reads(right) and operator in FLIPPED:
        left, right, operator = right, left, FLIPPED[operator]
    return _sided(text, left, operator, right, reads)


def _sided(text: str, left: Node, operator: str, right: Node | None, reads: tuple[Reference, ...]) -> Clause:
    column, cast = _column(left)
    other = _column(right)[0] if right is not None else None
    return Clause(
        text=text,
        left=parse.deparse_expression(left),
        operator=operator,
        column=column,
        cast=cast,
        value=parse.deparse_expression(right) if right is not None else "",
        constant=right is None or not _reads(right),
        reads=reads,
        other=other,
    )


def _column(node: Node) -> tuple[Reference | None, str]:
    """The column that `node` is, and the type that it is cast to, if it is."""
    if parse.kind_of(node) == "TypeCast":
        inner = parse.unwrap(node.arg)
        if parse.kind_of(inner) == "ColumnRef":
            return _reference(inner), str(parse.unwrap(node.type_name.names[-1]).sval)
        return None, ""
    return (_reference(node), "") if parse.kind_of(node) == "ColumnRef" else (None, "")


def _reads(node: Node) -> tuple[Reference, ...]:
    found = (_reference(each) for each in parse.walk(node) if parse.kind_of(each) == "ColumnRef")
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _reference(node: Node) -> Reference | None:
    names = [parse.unwrap(each) for each in node.fields]
    if any(parse.kind_of(each) != "String" for each in names):
        return None
    return Reference(alias=str(names[-2].sval) if len(names) > 1 else "", column=str(names[-1].sval))
