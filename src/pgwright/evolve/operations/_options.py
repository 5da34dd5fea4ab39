"""Storage parameters and the like: lists of names with values, as SET (…) and RESET (…) have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, literal

Options = tuple[tuple[str, str | None], ...]
"""Names (`fillfactor`, `toast.autovacuum_enabled`) with values as text; None is none."""


def listed(node: Node) -> Options:
    """Those of a list of DefElem, lower-cased as PostgreSQL keeps them. A bare name means true."""
    found = []
    for item in map(parse.unwrap, node.items):
        name = f"{item.defnamespace}.{item.defname}" if item.defnamespace else item.defname
        found.append((name, _value(parse.unwrap(item.arg)) if item.HasField("arg") else "true"))
    return tuple(found)


def _value(node: Node) -> str:
    kind = parse.kind_of(node)
    if kind == "Integer":
        return str(node.ival)
    if kind == "Float":
        return str(node.fval)
    if kind == "Boolean":
        return "true" if node.boolval else "false"
    if kind == "TypeName":  # a bare word: off, auto
        return str(parse.unwrap(node.names[-1]).sval)
    return str(node.sval)


def assigned(options: Iterable[tuple[str, str | None]], before: str = "") -> str:
    """The clauses that set and reset them, each after `before`."""
    given = list(options)
    sets = ", ".join(f"{_name(name)} = {literal(value)}" for name, value in given if value is not None)
    resets = ", ".join(_name(name) for name, value in given if value is None)
    clauses = [f"SET ({sets})"] if sets else []
    clauses += [f"RESET ({resets})"] if resets else []
    return ", ".join(before + clause for clause in clauses)


def former(there: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The clause that brings back what the list `there` (`name=value`) has of `names`."""
    values = dict(each.partition("=")[::2] for each in there)
    sets = [(name, values[name]) for name in names if name in values]
    resets = [(name, None) for name in names if name not in values]
    return tuple(assigned(part) for part in (sets, resets) if part)


def _name(name: str) -> str:
    first, dot, rest = name.partition(".")
    return f"{ident(first)}.{ident(rest)}" if dot else ident(first)
