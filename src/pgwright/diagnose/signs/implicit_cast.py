"""A filter casts the column to the type of what it is compared with, so that an index on the column cannot serve it.

## What it is

`id = 5.0` or a parameter of type numeric compares `id::numeric`; a text compared with a char(n), or with `ref::text`,
compares the text of each row. The server casts every row instead of the one value.

## Why it is slow

An index on the column is searched by values of the column's own type only.

## Cure

The value in the type of the column, as the whole statement where that is known, with an index on the column where there
is none.

## Disproof

The value has no equal in the column's type (`5.5` in an integer), and the application means that.

## Versions

14 to 18.

## Example

    SELECT * FROM commandes WHERE id = 5.0;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from ...sql import quote
from ..conditions import Clause, clauses, constant
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures, _discards, _rewriting
from ._seen import Seen
from ._sign import Sign

NODES = SCANS
EXPLAINS = ("seq_scan_discards_rows", "index_scan_discards_rows", "predicate_on_expression")
WHOLE = ("smallint", "integer", "bigint")
_WIDER = ("numeric", "float8")
_TEXTS = {
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    **dict.fromkeys(WHOLE, r"0|-?[1-9]\d*"),
    "date": r"\d{4}-\d\d-\d\d",
}
"""How the server writes the values of a type: another text is equal to none of them."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when it discards nearly all it reads by what it casts."""
    found = _discards.discards(seen, node)
    filtered = seen.clauses(node, "Filter") if found is not None else ()
    cast = [clause for clause in filtered if clause.cast and _written(clause, _discards.type_of(seen, node, clause))]
    if found is None or not cast or _discards.plain_suffices(seen, node, filtered):
        return
    kind = _discards.type_of(seen, node, cast[0])

    def how(clause: Clause) -> str:
        return _written(clause, kind)

    others = [each for each in _discards.conditions(seen, node) if each not in cast]
    index = _cures.index(seen, node, [*others, *(each for one in cast for each in clauses(how(one)))])
    column = cast[0].column.column if cast[0].column is not None else ""
    yield Sign(
        nodes=found.nodes,
        object=found.object,
        seen=f"{found.text} It casts {quote.ident(column)}{f', {kind},' if kind else ''} to {cast[0].cast} in each.",
        why="An index on the column is searched by values of the column's own type only.",
        disproof="The value has no equal in the type of the column, and that is meant.",
        share=found.share,
        confidence=found.confidence,
        cure=_rewriting.cure(seen, cast[:1], how, index=index.sql),
        fields=found.fields,
    )


def _written(clause: Clause, kind: str) -> str:
    """The comparison in the type of the column, `kind` (empty: not known); empty where that may mean something else.
    A clause of the statement itself shows no cast where the server made it."""
    if clause.column is None or not (clause.equality or clause.range) or not clause.value or not clause.constant:
        return ""
    value = _value(clause, kind)
    names = [each for each in (clause.column.alias, clause.column.column) if each]
    return f"{'.'.join(map(quote.ident, names))} {clause.operator} {value}" if value else ""


def _value(clause: Clause, kind: str) -> str:
    known = constant(clause.value)
    if kind.startswith("character(") or kind == "character":
        return f"{quote.literal(known)}::bpchar" if known is not None and clause.operator == "=" else ""
    if clause.cast == "text" or (known is not None and clause.value.startswith("'") and kind in _TEXTS):
        same = known is not None and clause.operator == "=" and re.fullmatch(_TEXTS.get(kind, "(?!)"), known)
        return f"{quote.literal(known)}::{kind}" if same and known is not None else ""
    if clause.cast not in ("", *_WIDER) or kind not in ("", *WHOLE):
        return ""
    if known is None:
        return f"({clause.value})::{kind}" if kind and re.fullmatch(r"\$\d+(::\w+)?", clause.value) else ""
    return _whole(known)


def _whole(text: str) -> str:
    """A number as an integer constant; empty where it is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ""
    return str(int(number)) if number.is_finite() and number == number.to_integral_value() else ""
