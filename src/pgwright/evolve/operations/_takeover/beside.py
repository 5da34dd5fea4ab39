"""Indexes and constraints of one column, written again for another: what is built beside before it takes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....catalog.values import Constraint, Index, Table
from ....sql import parse
from ....sql.index import rename_references
from ....sql.quote import ident, qualified
from ...sync.naming import hidden_name
from .._operation import Request
from .replacement import Replacement

PREFIX = "pgw_"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The indexes, constraints and NOT NULL that hang on the old column, each with the part it is on. `names` are those
    that the column has in the definitions: while older renames of it are open there are several."""

    names: tuple[str, ...]
    indexes: tuple[tuple[Table, Index], ...]
    constraints: tuple[tuple[Table, Constraint], ...]
    not_null: tuple[tuple[Table, Constraint | None], ...]


def beside(request: Request, change: Replacement) -> Beside:
    """What hangs on the column of `change`, or will when the older renames of it have been contracted."""
    parts = request.catalog.descendants(change.table.oid)
    names = _names(change)
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
        native = next(
            (each for each in part.constraints if each.kind == "not null" and numbers & set(each.columns)), None
        )
        wanted = _is_wanted(part, numbers, change)
        if wanted and (native is None or native.validated) and not _from_parent(part, parts, names):
            not_null.append((part, native))
    return Beside(names=names, indexes=tuple(indexes), constraints=tuple(constraints), not_null=tuple(not_null))


def numbers(request: Request, change: Replacement) -> dict[int, set[int]]:
    """The attnums of the column, and of those that older renames of it will bring, on each part: a child or a partition
    may have its columns in another order."""
    names = _names(change)
    return {
        part.oid: {column.number for column in part.columns if column.name in names}
        for part in request.catalog.descendants(change.table.oid)
    }


def _is_wanted(part: Table, numbers: set[int], change: Replacement) -> bool:
    """Whether the column is NOT NULL on the part; on the table itself at this place of the plan."""
    now = any(column.not_null for column in part.columns if column.number in numbers)
    column = change.table.column_number(change.old_number)
    place = change.old_number in change.shape.not_null
    if column is None or column.not_null == place:
        return now
    return place and part.oid == change.table.oid


def _names(change: Replacement) -> tuple[str, ...]:
    """The name of the column on the server, and those of the columns that it will be contracted from."""
    older = {link.new: link.old for link in change.shape.links}
    number: int | None = change.old_number
    found: list[str] = []
    while number is not None:
        column = change.table.column_number(number)
        found += [column.name] if column is not None else []
        number = older.get(number)
    return tuple(found)


def _of_user(name: str) -> bool:
    return not name.startswith(PREFIX)


def _from_parent(part: Table, parts: Sequence[Table], names: tuple[str, ...]) -> bool:
    """Whether a parent demands NOT NULL of this part too."""
    for above in parts:
        numbers = {column.number for column in above.columns if column.not_null and column.name in names}
        alone = any(
            each.kind == "not null" and each.no_inherit and numbers & set(each.columns) for each in above.constraints
        )
        if above.oid in part.parents and numbers and not alone:
            return True
    return False


def hidden(link: str, name: str, side: str) -> str:
    """The name of a copy until it takes over; `side` is `new`, or `old` on the way back."""
    return hidden_name(f"{link}_{name}", side)


def constraint(table: Table, each: Constraint, *, names: tuple[str, ...], to: str, name: str) -> str:
    """ADD CONSTRAINT … NOT VALID for column `to` in place of `names`."""
    text = f"ALTER TABLE {qualified(table.name)} ADD CONSTRAINT {ident(name)} {each.definition}"
    node = parse.parse(text)[0].node
    inner = getattr(node.cmds[0].alter_table_cmd, "def").constraint
    for field in ("fk_attrs", "fk_del_set_cols"):
        for column in getattr(inner, field):
            if column.string.sval in names:
                column.string.sval = to
    rename_references(inner, names, to)
    written = parse.deparse_statement(node)
    return written if not each.validated or not each.enforced else written + " NOT VALID"
