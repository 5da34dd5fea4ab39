"""Whether an expression can raise. What cannot needs no exception block (each costs a subtransaction a row)."""

from __future__ import annotations

from ...sql import parse
from ...sql.expression import functions

# Functions that return a value for every argument of their types (text functions; checked on 14 and 18).
_TOTAL = frozenset(
    f"{schema}{name}"
    for schema in ("", "pg_catalog.")
    for name in (
        "btrim",
        "ltrim",
        "rtrim",
        "upper",
        "lower",
        "initcap",
        "concat",
        "concat_ws",
        "reverse",
        "md5",
        "length",
        "char_length",
    )
)
_HARMLESS = frozenset(
    {"ColumnRef", "A_Const", "FuncCall", "CoalesceExpr", "NullTest", "BoolExpr", "CaseExpr", "CaseWhen",
     "String", "Integer", "Float", "Boolean", "TypeCast", "TypeName", "A_Expr", "List", "Node"}
)  # fmt: skip
_TOTAL_OPERATORS = frozenset({"||", "=", "<>", "<", ">", "<=", ">="})
_TEXT_TYPES = frozenset({"text", "varchar", "bpchar", "name"})


def is_total(text: str) -> bool:
    """True when the expression is made only of parts that are known never to raise. False says nothing."""
    root = parse.parse_expression(text)
    if any(name not in _TOTAL for name in functions(text)):
        return False
    return all(_is_harmless(node) for node in parse.walk(root))


def _is_harmless(node: parse.Node) -> bool:
    kind = parse.kind_of(node)
    if kind not in _HARMLESS:
        return False
    if kind == "A_Expr":
        return node.name[-1].string.sval in _TOTAL_OPERATORS
    if kind == "TypeCast":
        names = [part.string.sval for part in node.type_name.names]
        return names[-1] in _TEXT_TYPES and not node.type_name.typmods and not node.type_name.array_bounds
    return True
