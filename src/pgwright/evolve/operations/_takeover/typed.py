"""What TYPE says: the column as it is to be, the value that it gets, and what becomes of values that do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ....base.name import RelationName
from ....catalog.values import Column, Table
from ....sql import alter, parse
from ....sql.quote import ident
from .. import _columns
from .._operation import ALONE, Request
from .replacement import Replacement

SMALL = 128
"""Blocks of a table (a megabyte) that may be written anew under a strong lock: that takes some 10 ms."""


def target(table: Table, column: Column, place: Request) -> Column:
    """`column` with the type and the collation that the TYPE action of `place` gives it."""
    definition = alter.definition(place.action.node)
    text, exists = _columns.type_name(place, definition.type_name)
    if not exists:
        raise place.refuse(f"the type {text} is made by the same plan", hint=ALONE)
    bare = replace(column, type=text, type_oid=0, collation=_collation(definition), default=None, generated=None)
    found = _columns.facts(place, table, f"NULL::{text}", bare, what=f"type {text}", columns={})
    return replace(bare, type=found.type or text)


def using(place: Request) -> str | None:
    """The expression behind USING, None where there is none."""
    definition = alter.definition(place.action.node)
    if not definition.HasField("raw_default"):
        return None
    return parse.deparse_expression(parse.unwrap(definition.raw_default))


def clause(column: Column, expression: str | None) -> str:
    """TYPE … COLLATE … USING …, what stands behind the name of the column."""
    collate = f" COLLATE {column.collation}" if column.collation else ""
    return f"TYPE {column.type}{collate}" + (f" USING {expression}" if expression else "")


def _collation(definition: parse.Node) -> str | None:
    if not definition.HasField("coll_clause"):
        return None
    return ".".join(ident(part.string.sval) for part in definition.coll_clause.collname)


def rewrites(request: Request, change: Replacement) -> bool:
    """Whether adding the new column writes the table anew: one of a domain with a constraint does (14 to 18). Refused
    where the table is no small one, unless the author allows it."""
    cast = parse.parse_expression(f"NULL::{change.target.type}")
    parts = [each.string.sval for each in cast.type_name.names]
    if len(parts) != 2 or not request.catalog.types.get(RelationName(*parts), False):
        return False
    if change.target.type == change.column.type or change.target.type.endswith("]"):
        return change.target.type == change.column.type
    pages = sum(part.pages for part in request.catalog.descendants(change.table.oid))
    if pages > SMALL and not request.allowed("rewrite"):
        raise request.refuse(
            f"{change.target.type} is a domain with a constraint, of which a column cannot be added without writing "
            f"all of {change.table.name} anew under ACCESS EXCLUSIVE",
            hint="Use the type below the domain and give the table its CHECK (ADD CONSTRAINT … CHECK), which needs no "
            "stop; or accept it: -- pgwright: allow = rewrite",
        )
    return True


def on_error(request: Request, *targets: str) -> bool:
    """Whether values that `up` refuses are to become NULL (on_error = null); else they are refused."""
    directive = request.directive("on_error", *targets)
    return directive is not None and directive.value.strip() == "null"


def guarded(change: Replacement, number: int) -> tuple[str, dict[str, Any]]:
    """The call that stands for `up`, and what it does, for `Link.guard`; `number` is the attnum of the new column."""
    name = f"up_{change.table.oid}_{number}"
    up = change.up
    types = change.shape.probe_names()
    columns = []
    for each in up.columns:
        place = types[each]
        column = place if isinstance(place, Column) else change.table.column(place)
        assert column is not None
        columns.append([each, column.type])
    volatility = "IMMUTABLE" if up.immutable else "VOLATILE" if up.volatile or up.has_subquery else "STABLE"
    call = f"pgwright.{ident(name)}({', '.join(ident(each) for each in up.columns)})"
    return call, {"name": name, "expression": up.text, "columns": columns, "volatility": volatility}
