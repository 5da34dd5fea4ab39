"""What the author means by a rename: table, columns, `up` and `down`, checked against the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from ....catalog.probe import ExpressionFacts
from ....catalog.values import Column, Table
from ....sql.expression import substitute
from ....sql.quote import ident
from ...sync.naming import LIMIT
from .. import _columns, _names
from .._operation import Request, Shape
from .._takeover import typed
from .._takeover.replacement import Replacement
from . import _retype

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
    retyped = _retype.find(request, table, old, new)
    if retyped is None:
        target: Column = column
        place: str | Column = names[old]
    else:
        target = place = typed.target(table, column, retyped)
    after = {name: there for name, there in names.items() if name != old} | {new: place}
    up = _up(request, retyped, table, names, target, (old, new))
    down = _facts(_said(request, retyped, "down", (old, new)), "down", (old, new), table, after, column, ident(new))
    own_default = _try(request, retyped, table, shape, (old, new), target) if retyped is not None else False
    on_error = _said(request, retyped, "on_error", (old, new))
    return Replacement(
        table=table,
        shape=shape,
        column=column,
        target=target,
        old=old,
        new=new,
        final=new,
        old_number=number,
        up=up,
        down=down,
        up_written=request.directive("up", old, new) is not None or bool(retyped and typed.using(retyped)),
        down_written=_said(request, retyped, "down", (old, new)).directive("down", old, new) is not None,
        forgiving=typed.on_error(on_error, old, new),
        own_default=own_default,
        typed_at=_retype.mark(retyped) if retyped is not None else (),
    )


def _try(request: Request, place: Request, table: Table, shape: Shape, names: tuple[str, str], target: Column) -> bool:
    """Has the server try the type on an empty copy, with all that hangs on the column. Returns whether it cannot have
    the DEFAULT of the column; that is an error unless the file gives it another one or none."""
    old, new = names
    there, default = table.column_number(shape.logical[old]), shape.default(shape.logical[old])
    own = default is not None and request.probe(table.oid, {}, default, target).error is not None
    if own and not _retype.gets_default(place, table, new):
        hint = f"Say below what it is to be: ALTER COLUMN {ident(new)} SET DEFAULT …, or DROP DEFAULT."
        raise place.error(f"the DEFAULT {default} of {new} is no {target.type}", hint=hint)
    if there is None or request.probe_type is None:
        return own
    directive = request.directive("up", *names)
    using = directive.value if directive is not None else typed.using(place)
    spoken = substitute(using, {new: ident(there.name), old: ident(there.name)}) if using else None
    clause = typed.clause(target, spoken)
    if own:
        clause = f"DROP DEFAULT, ALTER COLUMN {ident(there.name)} {clause}"
    parts = [part.oid for part in request.catalog.descendants(table.oid)]
    if error := request.probe_type(parts, there.name, clause)[0]:
        raise place.error(f"{clause}: {error}")
    return own


def _said(request: Request, retyped: Request | None, name: str, targets: tuple[str, str]) -> Request:
    """The rename, or its TYPE, whichever has the directive. Raises where both have it."""
    if retyped is None or (directive := retyped.directive(name, *targets)) is None:
        return request
    if request.directive(name, *targets) is not None:
        line = request.action.position.line
        raise retyped.error(f"{name} is said in line {line} as well, for the same column", directive=directive)
    return retyped


def _up(
    request: Request,
    retyped: Request | None,
    table: Table,
    names: Mapping[str, str | Column],
    target: Column,
    targets: tuple[str, str],
) -> ExpressionFacts:
    """What makes the new value: `up`, or what stands behind USING, which may call the column by either name."""
    old, new = targets
    using = typed.using(retyped) if retyped is not None else None
    if retyped is None or using is None:
        return _facts(request, "up", targets, table, names, target, ident(old))
    if (directive := request.directive("up", *targets)) is not None:
        message = f"up makes the values of {new}, and USING in line {retyped.action.position.line} does it as well"
        raise request.error(message, directive=directive)
    text = substitute(using, {new: ident(old)}, table=table.name.name)
    found = request.probe(table.oid, names, text, target)
    if found.error:
        raise retyped.error(f"USING {using}: {found.error}", hint="USING speaks the names before the rename, too.")
    return found


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
    _refuse_typed(request, shape, old)
    if shape.column(shape.logical[old]).inherited or table.partition_bound is not None:
        raise request.error(
            f'column "{old}" of "{table.name}" is inherited',
            hint="Rename it on the parent table; its children and partitions follow.",
        )


def _refuse_typed(request: Request, shape: Shape, old: str) -> None:
    """PostgreSQL changes no type under our triggers, which a rename keeps until its own contract."""
    if migration := _columns.typed_by(request, shape, shape.logical[old]):
        raise request.refuse(
            f"{old} gets another type when migration {migration} is contracted",
            hint="Contract that first; or write the RENAME above the TYPE, by the new name: then both are one change.",
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
        missing = {"up": "Write what makes the new value behind USING, or as -- pgwright: up = …",
                   "down": "Write what makes the old value of the new one: -- pgwright: down = …"}  # fmt: skip
        hint = missing[name] if column.type_oid == 0 or name == "down" else ""
        raise request.error(f'column "{column.name}" cannot be carried: {facts.error}', hint=hint)
    return facts
