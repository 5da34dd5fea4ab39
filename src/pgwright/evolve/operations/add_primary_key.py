"""Add a primary key whose index is built while the application goes on writing.

## What it does

`ALTER TABLE t ADD [CONSTRAINT name] PRIMARY KEY (…)`, or `… PRIMARY KEY USING INDEX index`. NULLs and values that
several rows share are counted and shown, and the change is refused, before anything is changed.

## Why it is dangerous

Done as typed, the table is read and the index built under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.

## Phases and locks

expand: NULLs and duplicates are looked for (ACCESS SHARE); each column that may be NULL becomes NOT NULL as
`set_not_null` does it; the index is built concurrently (SHARE UPDATE EXCLUSIVE, in no transaction); the key takes it
over (ACCESS EXCLUSIVE, milliseconds). On a partitioned table the index is built for each partition, and the table then
takes those for its own.

## Rollback

Drops the key with its index; columns that were not NOT NULL before may be NULL again. An index that was taken over is
built again, concurrently, first.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE journal_visites ADD PRIMARY KEY (id);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ...sql.quote import ident
from . import _columns, _constraints, raw_sql
from ._key import key
from ._not_null import make_not_null
from ._operation import Compiled, Request
from ._steps import Steps
from ._taken import take_over
from ._twin import table_sql
from ._unique import twice

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddConstraint.PRIMARY",)


@dataclass(frozen=True, kw_only=True)
class AddPrimaryKey:
    """Make `columns` the primary key of `table`."""

    table: str
    columns: tuple[str, ...]
    name: str | None = None
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ADD PRIMARY KEY."""
        called = f"CONSTRAINT {ident(self.name)} " if self.name is not None else ""
        columns = ", ".join(map(ident, self.columns))
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ADD {called}PRIMARY KEY ({columns});\n"


def compile_(request: Request) -> Compiled:
    """Look, prove NOT NULL, build, take over."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    constraint = alter.definition(request.action.node)
    if not _columns.is_whole(relation, table) or getattr(constraint, "without_overlaps", False):
        return raw_sql.compile_(request)
    _columns.check_length(request)
    steps = Steps(request, table)
    refuse_second(steps)
    if constraint.indexname:
        return take_over(steps, constraint, "PRIMARY KEY")
    columns = [each.string.sval for each in constraint.keys]
    for column in columns:
        _columns.known(request, table, column)
    phase = request.moment()
    loose = [column for column in columns if steps.shape.survivor(column) not in steps.shape.not_null]
    before, after = make_not_null(steps, columns, phase)
    made = key(steps, constraint, "PRIMARY KEY", columns, phase)
    return Compiled(
        strategy="concurrent index",
        why="its index is built while everybody works, and taken over in an instant",
        hazards=(*_not_null(loose), twice(columns), *_of_parents(steps, columns)),
        steps=(*before, *made, *after),
    )


def _of_parents(steps: Steps, columns: list[str]) -> tuple[str, ...]:
    """PostgreSQL 18 counts an inherited NOT NULL as the child's own, too, when a key takes over an index, and not when
    it builds its own (seen on 18.6)."""
    numbers = {(steps.shape.survivor(column),): column for column in columns}
    own = [
        numbers[each.columns]
        for each in steps.table.constraints
        if each.kind == "not null" and each.inherited and not each.local and each.columns in numbers
    ]
    shown = f"NOT NULL of {', '.join(own)}, which {steps.table.name} inherits, becomes its own as well, and stays so"
    return (f"{shown} when it leaves its parent",) if own else ()


def _not_null(columns: list[str]) -> tuple[str, ...]:
    shown = ", ".join(columns)
    return (f"from expand on a NULL in {shown} is refused to both applications (23502, 23514)",) if columns else ()


def refuse_second(steps: Steps) -> None:
    """Raises where the table has a primary key, or gets one by the same plan."""
    request, table = steps.request, steps.table
    old = next((each for each in table.constraints if each.kind == "primary key"), None)
    message = f'multiple primary keys for table "{table.name}" are not allowed'
    if any(kind == "PRIMARY KEY" for kind, _ in steps.shape.keys):
        raise request.error(f"{message}: an earlier statement of this plan adds one")
    if old is not None and old.name in steps.shape.gone:
        raise request.refuse(
            f'{message}: "{old.name}" stays until contract, because the old application needs its index',
            hint="Add UNIQUE over the new columns and drop the old key in this migration; when that is contracted, "
            "ADD PRIMARY KEY USING INDEX in the next one.",
        )
    if old is not None:
        raise request.error(
            f'{message}: it has "{old.name}"', hint="Drop that one in a migration before, or add UNIQUE instead."
        )
