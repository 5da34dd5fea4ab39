"""Indexes and constraints of one column, written again for another: what is built beside before it takes over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....catalog.values import Constraint, Index, Table
from ....sql import parse
from ....sql.quote import ident, qualified
from ...sync.naming import hidden_name
from .._operation import Request
from ._rename import Rename

PREFIX = "pgw_"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The indexes, constraints and NOT NULL that hang on the old column, each with the part it is on. `names` are those
    that the column has in the definitions: while older renames of it are open there are several."""

    names: tuple[str, ...]
    indexes: tuple[tuple[Table, Index], ...]
    constraints: tuple[tuple[Table, Constraint], ...]
    not_null: tuple[tuple[Table, Constraint | None], ...]


def beside(request: Request, rename: Rename) -> Beside:
    """What hangs on the column of `rename`, or will when the older renames of it have been contracted."""
    parts = request.catalog.descendants(rename.table.oid)
    names = _names(rename)
    indexes, constraints, not_null = [], [], []
    for part in parts:
        numbers = {column.number for column in part.columns if column.name in names}
        indexes += [
            (part, each) for each in part.indexes if numbers & set(each.columns) and _of_user(each.name) and each.valid
        ]
        constraints += [
            (part, each)
            for each in part.constraints
            if each.kind in ("check", "foreign key")
            and numbers & set(each.columns)
            and _of_user(each.name)
            and not each.inherited
            and each.parent is None
        ]
        if any(column.not_null for column in part.columns if column.number in numbers) and not _from_parent(
            part, parts, names
        ):
            native = (each for each in part.constraints if each.kind == "not null" and numbers & set(each.columns))
            not_null.append((part, next(native, None)))
    return Beside(names=names, indexes=tuple(indexes), constraints=tuple(constraints), not_null=tuple(not_null))


def _names(rename: Rename) -> tuple[str, ...]:
    """The name of the column on the server, and those of the columns that it will be contracted from."""
    older = {link.new: link.old for link in rename.shape.links}
    number: int | None = rename.old_number
    found: list[str] = []
    while number is not None:
        column = rename.table.column_number(number)
        found += [column.name] if column is not None else []
        number = older.get(number)
    return tuple(found)


def _of_user(name: str) -> bool:
    return not name.startswith(PREFIX)


def _from_parent(part: Table, parts: Sequence[Table], names: tuple[str, ...]) -> bool:
    above = [each for each in parts if each.oid in part.parents]
    return any(column.not_null and column.name in names for each in above for column in each.columns)


def hidden(link: str, name: str, side: str) -> str:
    """The name of a copy until it takes over; `side` is `new`, or `old` on the way back."""
    return hidden_name(f"{link}_{name}", side)


def index(definition: str, *, names: tuple[str, ...], to: str, name: str, concurrently: bool) -> str:
    """CREATE INDEX as the server deparses it, on column `to` in place of `names`, called `name`. Raises MigrationFileError
    for an expression that cannot be written again faithfully."""
    node = parse.parse(definition)[0].node
    node.idxname = name
    node.concurrent = concurrently
    for each in (*node.index_params, *node.index_including_params):
        if each.index_elem.name in names:
            each.index_elem.name = to
    _rename_references(node, names, to)
    return parse.deparse_statement(node)


def constraint(table: Table, each: Constraint, *, names: tuple[str, ...], to: str, name: str) -> str:
    """ADD CONSTRAINT … NOT VALID for column `to` in place of `names`."""
    text = f"ALTER TABLE {qualified(table.name)} ADD CONSTRAINT {ident(name)} {each.definition}"
    node = parse.parse(text)[0].node
    inner = getattr(node.cmds[0].alter_table_cmd, "def").constraint
    for field in ("fk_attrs", "fk_del_set_cols"):
        for column in getattr(inner, field):
            if column.string.sval in names:
                column.string.sval = to
    _rename_references(inner, names, to)
    written = parse.deparse_statement(node)
    return written if not each.validated or not each.enforced else written + " NOT VALID"


def _rename_references(node: parse.Node, names: tuple[str, ...], to: str) -> None:
    for each in _references(node):
        last = each.fields[-1]
        if last.HasField("string") and last.string.sval in names:
            last.string.sval = to


def _references(node: parse.Node) -> Iterator[parse.Node]:
    return (each for each in parse.walk(node) if parse.kind_of(each) == "ColumnRef")
