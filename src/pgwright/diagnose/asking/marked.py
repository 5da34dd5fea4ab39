"""Where the parameters of a statement stand: what each is compared with, so that a value can be chosen for it.

The parameters are filled in as recognisable constants, the statement is parsed, and each constant is found again in the
tree: then `interval $2` and cut lists need no grammar of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...base.errors import MigrationFileError
from ...sql import parse
from ...sql.parse import Node
from ..conditions import FLIPPED
from .statement import filled, numbers

_MARK = "pgwright parameter {}"
_MARKED = re.compile(r"pgwright parameter (\d+)")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a parameter stands. `use` is `=` (also for what is written into a column), `<`, `>`, `~~` or another
    operator, `LIMIT`, `OFFSET`, or empty. `column` is the column on the other side (empty where there is none), with
    the `relations` that may have it, as (schema, name). `interval` says whether it is a distance in time, as in
    `now() - interval $1`."""

    number: int
    use: str = ""
    column: str = ""
    relations: tuple[tuple[str, str], ...] = ()
    interval: bool = False


def places(text: str) -> tuple[Place, ...]:
    """The places of all parameters, in order of their numbers; empty where the statement cannot be parsed."""
    marked = filled(text, {number: _MARK.format(number) for number in numbers(text)})
    try:
        statements = parse.parse(marked)
    except MigrationFileError:
        return ()
    if len(statements) != 1:
        return ()
    tree = statements[0].node
    names = _relations(tree)
    found: dict[int, Place] = {}
    for place in _found(tree, names):
        known = found.get(place.number)
        if known is None or (not known.use and place.use):
            found[place.number] = place
    return tuple(found.get(number, Place(number=number)) for number in numbers(text))


def _relations(tree: Node) -> dict[str, tuple[str, str]]:
    """The relations of the statement by the names by which columns may be qualified."""
    found = {}
    for node in parse.walk(tree):
        if parse.kind_of(node) == "RangeVar":
            alias = node.alias.aliasname if node.HasField("alias") else ""
            found[alias or node.relname] = (str(node.schemaname), str(node.relname))
    return found


def _found(tree: Node, names: dict[str, tuple[str, str]]) -> Iterator[Place]:
    for node in parse.walk(tree):
        kind = parse.kind_of(node)
        if kind == "A_Expr":
            yield from _compared(node, names)
        elif kind == "SelectStmt":
            for field, use in (("limit_count", "LIMIT"), ("limit_offset", "OFFSET")):
                if node.HasField(field):
                    yield from (Place(number=number, use=use) for number in _marks(getattr(node, field)))
        elif kind == "UpdateStmt":
            written = (_relation(node),)
            for target in map(parse.unwrap, node.target_list):
                yield from _written(target.val, str(target.name), written)
        elif kind == "InsertStmt" and node.HasField("select_stmt"):
            columns = [str(parse.unwrap(each).name) for each in node.cols]
            for row in parse.unwrap(node.select_stmt).values_lists:
                for column, value in zip(columns, parse.unwrap(row).items, strict=False):
                    yield from _written(value, column, (_relation(node),))
        elif kind == "TypeCast":
            name = parse.unwrap(node.type_name.names[-1]).sval
            yield from (Place(number=number, interval=name == "interval") for number in _marks(node.arg))


def _relation(node: Node) -> tuple[str, str]:
    return str(node.relation.schemaname), str(node.relation.relname)


def _written(value: Node, column: str, relations: tuple[tuple[str, str], ...]) -> Iterator[Place]:
    """The parameters that are written into a column."""
    for number in _marks(value):
        yield Place(number=number, use="=", column=column, relations=relations)


def _compared(node: Node, names: dict[str, tuple[str, str]]) -> Iterator[Place]:
    """The parameters on one side of an operator, with the column on the other."""
    operator = str(parse.unwrap(node.name[-1]).sval) if node.name else ""
    form = parse.enum_value(node, "kind")
    if form in ("AEXPR_BETWEEN", "AEXPR_BETWEEN_SYM"):
        bounds = [parse.unwrap(each) for each in parse.unwrap(node.rexpr).items]
        for bound, use in zip(bounds, (">=", "<="), strict=True):
            yield from _one(node.lexpr, bound, use, names)
        return
    use = "=" if form in ("AEXPR_IN", "AEXPR_OP_ANY") else operator
    yield from _one(node.lexpr, node.rexpr, use, names)
    yield from _one(node.rexpr, node.lexpr, FLIPPED.get(use, use), names)


def _one(one: Node, other: Node, use: str, names: dict[str, tuple[str, str]]) -> Iterator[Place]:
    columns = [each for each in parse.walk(one) if parse.kind_of(each) == "ColumnRef"]
    if len(columns) != 1:
        return
    fields = [parse.unwrap(each) for each in columns[0].fields]
    if any(parse.kind_of(each) != "String" for each in fields):
        return
    qualifier = fields[-2].sval if len(fields) > 1 else ""
    relations = (names[qualifier],) if qualifier in names else tuple(dict.fromkeys(names.values()))
    distance = _distances(other)
    for number in _marks(other):
        yield Place(
            number=number, use=use, column=str(fields[-1].sval), relations=relations, interval=number in distance
        )


def _distances(node: Node) -> set[int]:
    """The parameters that are subtracted from or added to something, or are cast to an interval."""
    found: set[int] = set()
    for each in parse.walk(node):
        if parse.kind_of(each) == "A_Expr" and each.name and parse.unwrap(each.name[-1]).sval in ("+", "-"):
            found.update(_marks(each.rexpr))
        if parse.kind_of(each) == "TypeCast" and parse.unwrap(each.type_name.names[-1]).sval == "interval":
            found.update(_marks(each.arg))
    return found


def _marks(node: Node) -> list[int]:
    found = []
    for each in parse.walk(node):
        if parse.kind_of(each) == "A_Const" and each.HasField("sval"):
            match = _MARKED.fullmatch(each.sval.sval)
            if match is not None:
                found.append(int(match[1]))
    return found
