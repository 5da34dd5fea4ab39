"""What operations on a column ask of its name and of what is in flight on it."""

from __future__ import annotations

from typing import Any

from ...base.errors import StepFailed
from ...base.name import RelationName
from ...catalog.probe import ExpressionFacts
from ...catalog.values import Column, Table
from ...sql import parse
from ...sql.expression import substitute
from ...sql.parse import Node
from ...sql.quote import ident
from ..locks.known import TYPES
from ..steps.step import Step
from ..sync.link import Link
from . import _names
from ._operation import Request, Shape
from ._steps import Steps

SYSTEM_COLUMNS = frozenset({"tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"})


def known(request: Request, table: Table, name: str) -> Column:
    """The column that the statement calls `name`. Its own name may be another one: that of an older rename."""
    shape = request.shape(table)
    if name in SYSTEM_COLUMNS:
        raise request.error(f'"{name}" is a system column')
    if name not in shape.logical:
        message = f'column "{name}" of table "{table.name}" does not exist at this place'
        raise request.error(message, hint=shape.missing(name))
    return shape.column(shape.logical[name])


def check_new_name(request: Request, table: Table, name: str) -> None:
    """Raises where a column of this name cannot be added."""
    shape = request.shape(table)
    if name in SYSTEM_COLUMNS:
        raise request.error(f'"{name}" is the name of a system column')
    check_length(request)
    if name in shape.logical or name in shape.physical.values():
        raise request.error(
            f'table "{table.name}" already has a column "{name}"',
            hint=shape.held(name),
        )
    children = [child for child in request.catalog.descendants(table.oid) if child.column(name) is not None]
    if children:
        raise request.error(
            f'table "{children[0].name}" inherits from "{table.name}" and already has a column "{name}"'
        )


def check_length(request: Request) -> None:
    """Raises for a name in the statement that PostgreSQL would cut."""
    if (long := _names.cut(request.action.statement.text)) is not None:
        raise request.error(f'the name "{long}" is longer than {_names.LIMIT} bytes', hint="PostgreSQL would cut it.")


def flight(shape: Shape, name: str) -> Link | None:
    """The newest open rename that gave the column its name."""
    return next((link for link in reversed(shape.links) if link.new == shape.logical[name]), None)


def typed_by(request: Request, shape: Shape, number: int) -> str | None:
    """The migration that gives the column another type in place, when it is contracted."""
    return request.typing.get((shape.table.oid, number), "this one" if number in shape.typed else None)


def proving(shape: Shape, name: str) -> Link | None:
    """The open rename with values of its own whose contract makes the column NOT NULL, as its old one is."""
    pair = flight(shape, name)
    return pair if pair is not None and not pair.plain and pair.old in shape.not_null else None


def is_filled_later(shape: Shape, name: str) -> bool:
    """Whether the values of the column come only with the pass of this plan or of one that is in flight."""
    number = shape.survivor(name)
    return number in shape.added or any(link.new == number for link in shape.links)


def facts(request: Request, table: Table, text: str, target: Column, *, what: str, **columns: Any) -> ExpressionFacts:
    """What the server says of an expression over the columns of the table (over none with `columns={}`)."""
    shape = request.shape(table)
    names = columns.get("columns", shape.probe_names())
    try:
        found = request.probe(table.oid, names, text, target)
    except StepFailed as error:  # the type, or the collation with it, of a column that is to come
        raise request.error(f"{what}: {error.message}") from error
    if found.error:
        enums = any(place.action.statement.kind == "AlterEnumStmt" for place in request.earlier)
        missing = found.sqlstate in ("42883", "42704") or (enums and found.sqlstate == "22P02")
        hint = (
            "If an earlier statement of this plan makes it, expand that first: pgwright expand NAME." if missing else ""
        )
        raise request.error(f"{what}: {found.error}", hint=hint)
    return found


def is_null(text: str) -> bool:
    """Whether the expression is nothing but NULL."""
    node = parse.parse_expression(text)
    while parse.kind_of(node) == "TypeCast":
        node = parse.unwrap(node.arg)
    return parse.kind_of(node) == "A_Const" and bool(node.isnull)


def look_for_gaps(steps: Steps, name: str, found: ExpressionFacts, *, among: str = "") -> list[Step]:
    """Looks for rows for which the expression that fills `name` is NULL, where its inputs are there already. `among`
    is the condition of the rows that it fills, in names of the server."""
    shape = steps.shape
    filled = {link.new for link in shape.fills}
    if found.volatile or any(
        is_filled_later(shape, column) or shape.survivor(column) in filled for column in found.columns
    ):
        return []
    there = {column: ident(shape.on_server(column)) for column in found.columns}
    empty = f"({substitute(found.text, there)}) IS NOT DISTINCT FROM NULL"
    query = f"SELECT * FROM {steps.sql} WHERE {among + ' AND ' if among else ''}{empty}"
    what = f"rows of {steps.table.name} for which {found.text} is NULL, and {name} is to be NOT NULL"
    summary = f"look for rows of {steps.table.name} that would stay without {name}"
    return [steps.look("look_filled", summary, query, what, "Give the expression a value for them: coalesce(…, …).")]


def type_name(request: Request, node: Node) -> tuple[str, bool]:
    """A TypeName as `format_type` would write it with an empty search_path, and whether the type is there already: the
    same plan may create it."""
    named = type(node)()
    named.CopyFrom(node)
    names = [part.string.sval for part in named.names]
    known = {**request.catalog.types, **request.types}
    there = True
    if len(names) == 1 and names[0] not in TYPES:
        schema = next((path for path in request.catalog.search_path if RelationName(path, names[0]) in known), None)
        if schema is not None:
            last = named.names[0]
            del named.names[:]
            for part in (schema, names[0]):
                last.string.sval = part
                named.names.append(last)
            names = [schema, names[0]]
    if len(names) == 2:
        name = RelationName(names[0], names[1])
        there = name in request.catalog.types or name not in request.types
    holder = parse.parse("SELECT NULL::int")[0].node
    holder.target_list[0].res_target.val.type_cast.type_name.CopyFrom(named)
    return parse.deparse_statement(holder).removeprefix("SELECT NULL::"), there


def is_whole(relation: Any, table: Table) -> bool:
    """Whether the statement is about the table with all that is below it (no ONLY that would matter)."""
    return bool(relation.inh) or not table.children
