"""Conditions on something computed from a column, written again as conditions on the column, which its index serves.

Only what means the same for every row is written again: a day, month or year as its bounds, a sum with its constant on
the other side, a COALESCE whose default is not what is asked for. Bounds without a time zone mean midnight in that of
the session, as the expression did. `column` stands in what comes out as it stood in the condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from ...sql import parse, quote
from ..conditions import FLIPPED, Clause, constant

_UNITS = {
    "minute": ("1 minute", r" \d\d:\d\d:00\b"),
    "hour": ("1 hour", r" \d\d:00:00\b"),
    "day": ("1 day", r"^\d{4}-\d\d-\d\d($| 00:00:00\b)"),
    "month": ("1 month", r"^\d{4}-\d\d-01($| 00:00:00\b)"),
    "quarter": ("3 months", r"^\d{4}-(01|04|07|10)-01($| 00:00:00\b)"),
    "year": ("1 year", r"^\d{4}-01-01($| 00:00:00\b)"),
}
"""What date_trunc cuts off: its length, and how a constant looks that has nothing to cut off."""
_FORMATS = {"YYYY-MM-DD": "{}", "YYYY-MM": "{}-01", "YYYY": "{}-01-01"}
_STEADY = re.compile(r"^-?\d+ (second|minute|hour|day|week)s?$|^\d\d:\d\d:\d\d$|^-?\d+ days? \d\d:\d\d:\d\d$")


def is_of_time(clause: Clause) -> bool:
    """Whether it is rewritten as bounds of time, which only means the same for a timestamp or a date."""
    return clause.cast == "date" or any(f"{name}(" in clause.left.replace(" (", "(") for name in _CALLS)


def rewritten(clause: Clause) -> str:
    """The condition on the column alone, in SQL; empty where none is known to mean the same. Where `is_of_time`, the
    type of the column is for the caller to check."""
    if not clause.constant or len(clause.reads) != 1 or not clause.left or "$65000" in clause.text:
        return ""
    node = parse.parse_expression(clause.left)
    kind = parse.kind_of(node)
    if kind == "FuncCall":
        name = str(parse.unwrap(node.funcname[-1]).sval)
        return _CALLS[name](clause, [parse.unwrap(each) for each in node.args]) if name in _CALLS else ""
    if kind == "TypeCast" and clause.cast == "date" and clause.column is not None:
        return _day(clause, parse.unwrap(node.arg))
    if kind == "A_Expr":
        return _sum(clause, node)
    return _default(clause, node) if kind == "CoalesceExpr" else ""


def _compared(clause: Clause) -> bool:
    """Whether it is compared for equality or as a bound."""
    return clause.operator == "=" or clause.range


def _bounds(column: str, operator: str, first: str, after: str) -> str:
    """The bounds of what lies in [first, after) compared by `operator`."""
    return {
        "=": f"{column} >= {first} AND {column} < {after}",
        ">=": f"{column} >= {first}",
        ">": f"{column} >= {after}",
        "<": f"{column} < {first}",
        "<=": f"{column} < {after}",
    }.get(operator, "")


def _column(node: parse.Node) -> str:
    return parse.deparse_expression(node) if parse.kind_of(node) == "ColumnRef" else ""


def _day(clause: Clause, argument: parse.Node) -> str:
    column, known = _column(argument), constant(clause.value)
    if not column:
        return ""
    day = _date(known) if known is not None else None
    if day is not None:
        return _bounds(column, clause.operator, _quoted(day), _quoted(day + timedelta(days=1)))
    value = f"({clause.value})::date"
    return "" if known is not None else _bounds(column, clause.operator, value, f"({value} + 1)")


def _truncated(clause: Clause, arguments: list[parse.Node]) -> str:
    unit, column = constant(parse.deparse_expression(arguments[0])), _column(arguments[1])
    if len(arguments) != 2 or unit not in _UNITS or not column or not _compared(clause):
        return ""
    length, whole = _UNITS[unit]
    known = constant(clause.value)
    same = clause.value.startswith((f"date_trunc('{unit}'::text, ", f"date_trunc('{unit}', "))
    if not same and (known is None or not re.search(whole, known)):
        return ""
    value = clause.value if same or "::" in clause.value else f"{clause.value}::timestamptz"
    return _bounds(column, clause.operator, value, f"({value} + '{length}'::interval)")


def _year(clause: Clause, arguments: list[parse.Node]) -> str:
    unit, column, known = (
        constant(parse.deparse_expression(arguments[0])),
        _column(arguments[1]),
        constant(clause.value),
    )
    if unit != "year" or not column or known is None or not re.fullmatch(r"\d{4}", known):
        return ""
    return _bounds(column, clause.operator, f"'{known}-01-01'", f"'{int(known) + 1:04}-01-01'")


def _formatted(clause: Clause, arguments: list[parse.Node]) -> str:
    column, form = _column(arguments[0]), constant(parse.deparse_expression(arguments[1])) or ""
    known = constant(clause.value)
    if not column or form not in _FORMATS or known is None or clause.operator != "=":
        return ""
    first = _date(_FORMATS[form].format(known))
    if first is None or first.strftime({10: "%Y-%m-%d", 7: "%Y-%m", 4: "%Y"}[len(form)]) != known:
        return ""
    step = {10: 1, 7: 31, 4: 366}[len(form)]
    after = first + timedelta(days=step)
    after = after if step == 1 else after.replace(day=1) if step == 31 else date(first.year + 1, 1, 1)
    return _bounds(column, "=", _quoted(first), _quoted(after))


_CALLS: dict[str, Callable[[Clause, list[parse.Node]], str]] = {
    "date": lambda clause, arguments: _day(clause, arguments[0]),
    "date_trunc": _truncated,
    "extract": _year,
    "date_part": _year,
    "to_char": _formatted,
}


def _sum(clause: Clause, node: parse.Node) -> str:
    """`col + 1 = 5` and `now() - col < interval`: what is constant goes to the other side."""
    operator = str(parse.unwrap(node.name[-1]).sval)
    if operator not in ("+", "-") or not _compared(clause) or not node.HasField("lexpr"):
        return ""
    left, right = parse.unwrap(node.lexpr), parse.unwrap(node.rexpr)
    first, second = parse.deparse_expression(left), parse.deparse_expression(right)
    if _column(left) and _movable(second):
        return f"{first} {clause.operator} {clause.value} {'-' if operator == '+' else '+'} {second}"
    if _column(right) and operator == "+" and _movable(first):
        return f"{second} {clause.operator} {clause.value} - {first}"
    if _column(right) and operator == "-" and _movable(clause.value) and "::interval" in clause.value:
        return f"{second} {FLIPPED[clause.operator]} {first} - {clause.value}"
    return ""


def _movable(text: str) -> bool:
    """Whether it may be added on the other side: a whole number, or an interval that is as long everywhere."""
    known = constant(text)
    if known is None:
        return False
    return bool(_STEADY.match(known)) if "::interval" in text else bool(re.fullmatch(r"\d+", text))


def _default(clause: Clause, node: parse.Node) -> str:
    """`coalesce(col, 'x') = 'y'`: the default is not what is asked for, so it only says no."""
    arguments = [parse.unwrap(each) for each in node.args]
    if len(arguments) != 2 or clause.operator != "=" or not _column(arguments[0]):
        return ""
    default, known = constant(parse.deparse_expression(arguments[1])), constant(clause.value)
    different = default is not None and known is not None and default.strip().casefold() != known.strip().casefold()
    words = different and not re.fullmatch(r"[\d.\s-]*", f"{default}{known}")  # '1' and '1.0' may be equal
    return f"{_column(arguments[0])} = {clause.value}" if words else ""


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None and len(text) == len("2024-01-01") else None
    except ValueError:
        return None


def _quoted(day: date) -> str:
    return quote.literal(day.isoformat())
