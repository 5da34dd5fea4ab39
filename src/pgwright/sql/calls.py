"""The arguments of `CALL pgwright.<operation>(…)`: constants, or lists of constants, by position or by name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from . import parse
from .parse import Node
from .position import Source

Value: TypeAlias = "str | int | Decimal | bool | tuple[Value, ...] | None"


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument as it stands: `name` is None for one given by position, `offset` is where it begins in the file
    (characters).
    """

    name: str | None
    value: Value
    offset: int


def call_arguments(node: Node, source: Source | None = None) -> tuple[Argument, ...]:
    """The arguments of the CallStmt `node` of the file `source`, in order; without `source`, offsets are those of
    the statement in libpg_query's spelling.

    A cast is looked through (`interval '1 month'` is "1 month"), ARRAY[…] is a tuple. Raises MigrationFileError for
    anything that is not a constant, for a name given twice and for an argument without a name after one with.
    """
    if source is None:
        source = Source(parse.deparse_statement(node))
        node = parse.parse(source.text)[0].node
    found: list[Argument] = []
    for wrapped in node.funccall.args:
        argument = parse.unwrap(wrapped)
        offset, name, value = source.character(_location(argument)), None, argument
        if parse.kind_of(argument) == "NamedArgExpr":
            name, value = argument.name, parse.unwrap(argument.arg)
            if any(each.name == name for each in found):
                raise source.error(f"the argument {name} is given twice", offset, hint="Remove one of the two.")
        elif found and found[-1].name is not None:
            hint = "Write name => value for this one too."
            raise source.error("an argument without a name stands after one with a name", offset, hint=hint)
        found.append(Argument(name=name, value=_constant(value, source, offset), offset=offset))
    return tuple(found)


def _constant(node: Node, source: Source, offset: int) -> Value:
    kind = parse.kind_of(node)
    if kind == "TypeCast":
        return _constant(parse.unwrap(node.arg), source, offset)
    if kind == "A_ArrayExpr":
        return tuple(_constant(parse.unwrap(each), source, offset) for each in node.elements)
    if kind == "A_Const":
        which = node.WhichOneof("val")
        if node.isnull or which is None:
            return None
        if which == "fval":
            return _number(node.fval.fval)
        value: Value = getattr(getattr(node, which), which)
        return value
    hint = "Give a constant: 'text', a number, true, false, null, or ARRAY['a', 'b']."
    raise source.error("an argument of a pgwright procedure must be a constant", offset, hint=hint)


def _number(text: str) -> int | Decimal:
    """A number that is no 32-bit integer, as the parser keeps it: in the words of the source."""
    digits = text.replace("_", "")
    try:
        return int(digits, 0)
    except ValueError:
        return Decimal(digits)


def _location(node: Node) -> int:
    """The first byte of `node`: a cast says where its sign stands, so the smallest counts; -1 and 0 are unknown."""
    places = [each.location for each in parse.walk(node) if "location" in each.DESCRIPTOR.fields_by_name]
    return min((int(place) for place in places if place > 0), default=0)
