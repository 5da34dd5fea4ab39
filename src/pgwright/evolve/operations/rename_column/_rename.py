"""What the author means by a rename: table, columns, `up` and `down`, checked against the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from ....catalog.probe import ExpressionFacts
from ....catalog.values import Column, Table
from ....sql.quote import ident
from ...sync.naming import LIMIT
from .. import _names
from .._operation import Request, Shape
from .._takeover.replacement import Replacement

SYSTEM_COLUMNS = frozenset({"tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"})


def understand(request: Request) -> Replacement:
    """The rename of `request`, or an error that says what does not fit."""
    node = request.action.node
    table = request.table(node.relation)
    shape = request.shape(table)
    old, new = node.subname, node.newname
    _check_table(request, table)
    _check_names(request, table, shape, old, new)
    number = shape.logical[old]
    column = shape.column(number)
    names = shape.probe_names()
    after = {name: place for name, place in names.items() if name != old} | {new: names[old]}
    up = _facts(request, "up", (old, new), table, names, column, ident(old))
    down = _facts(request, "down", (old, new), table, after, column, ident(new))
    return Replacement(
        table=table,
        shape=shape,
        column=column,
        target=column,
        old=old,
        new=new,
        final=new,
        old_number=number,
        up=up,
        down=down,
        up_written=request.directive("up", old, new) is not None,
        down_written=request.directive("down", old, new) is not None,
    )


def _check_table(request: Request, table: Table) -> None:
    if table.kind == "f":
        raise request.error(f'"{table.name}" is a foreign table', hint="Rename the column on the server that holds it.")
    if table.of_type:
        raise request.error(f'"{table.name}" is a table of type {table.of_type}; its columns are those of the type')
    if table.name.schema == "pgwright":
        raise request.error("the journal of pgwright is not for migrations")


def _check_names(request: Request, table: Table, shape: Shape, old: str, new: str) -> None:
    if old not in shape.logical:
        raise request.error(
            f'column "{old}" of table "{table.name}" does not exist at this place', hint=shape.missing(old)
        )
    if new == old:
        raise request.error(f'column "{old}" has this name already')
    if new in SYSTEM_COLUMNS:
        raise request.error(f'"{new}" is the name of a system column')
    if (name := _names.cut(request.action.statement.text)) is not None:
        raise request.error(f'the name "{name}" is longer than {LIMIT} bytes', hint="PostgreSQL would cut it.")
    if new in shape.logical or new in shape.physical.values():
        raise request.error(
            f'table "{table.name}" already has a column "{new}"',
            hint=shape.held(new),
        )
    children = [child for child in request.catalog.descendants(table.oid) if child.column(new) is not None]
    if children:
        raise request.error(f'table "{children[0].name}" inherits from "{table.name}" and already has a column "{new}"')
    _refuse_other_parents(request, table, old)
    if shape.column(shape.logical[old]).inherited or table.partition_bound is not None:
        raise request.error(
            f'column "{old}" of "{table.name}" is inherited',
            hint="Rename it on the parent table; its children and partitions follow.",
        )


def _refuse_other_parents(request: Request, table: Table, old: str) -> None:
    """PostgreSQL renames a column that comes from two parents on neither of them (42P16, 14 to 18)."""
    tree = {part.oid: part for part in request.catalog.descendants(table.oid)}
    above = dict.fromkeys(oid for part in tree.values() for oid in part.parents if oid not in tree)
    for other in (request.catalog.tables[oid] for oid in above if oid in request.catalog.tables):
        shared = [tree[child] for child in other.children if child in tree]
        if shared and other.column(old) is not None:
            raise request.error(
                f'column "{old}" of "{shared[0].name}" comes from "{other.name}" as well: PostgreSQL cannot rename it',
                hint=f"First end one inheritance: ALTER TABLE {shared[0].name} NO INHERIT {other.name}.",
            )


def _facts(
    request: Request,
    name: str,
    targets: tuple[str, str],
    table: Table,
    names: Mapping[str, str | Column],
    column: Column,
    otherwise: str,
) -> ExpressionFacts:
    """What the server says about the expression of a directive, or about the bare column where there is none."""
    directive = request.directive(name, *targets)
    facts = request.probe(table.oid, names, directive.value if directive else otherwise, column)
    if facts.error and directive is not None:
        place = "before" if directive.name == "up" else "after"
        hint = f"{directive.name} speaks the column names {place} the statement."
        raise request.error(f"{directive.name} = {directive.value}: {facts.error}", hint=hint, directive=directive)
    if facts.error:
        raise request.error(f'column "{column.name}" cannot be carried: {facts.error}')
    return facts
