"""Add a foreign key, proven while the application goes on writing.

## What it does

`ALTER TABLE t ADD [CONSTRAINT name] FOREIGN KEY (…) REFERENCES …`. Orphans are counted and shown, and the change is
refused, before anything is changed.

## Why it is dangerous

Done as typed, it reads both tables under SHARE ROW EXCLUSIVE: nobody writes to either meanwhile.

## Phases and locks

expand: orphans are looked for (ACCESS SHARE); it is added NOT VALID (SHARE ROW EXCLUSIVE on both tables,
milliseconds), from then on for what is written; it is validated (SHARE UPDATE EXCLUSIVE on the table, ROW SHARE on the
other, while everybody works). What is written as NOT VALID stays so.

## Rollback

Drops the constraint (ACCESS EXCLUSIVE on both tables, milliseconds).

## Versions

PostgreSQL 14 to 18; NOT ENFORCED 18. Up to 17 the foreign key of a partitioned table is added to each partition and
validated there; the table then takes those for its own (ACCESS EXCLUSIVE on the other table, milliseconds).

## Example

    ALTER TABLE lignes_commande ADD FOREIGN KEY (produit_id) REFERENCES produits (id);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ...sql.parse import Node
from ...sql.quote import ident
from ..steps.step import Phase
from . import _columns, _constraints, raw_sql
from ._foreign_key import covered, foreign_key
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql
from ._validated import told

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddConstraint.FOREIGN",)


@dataclass(frozen=True, kw_only=True)
class AddForeignKey:
    """Let `columns` of `table` point to `references_columns` (its primary key when empty) of table `references`."""

    table: str
    columns: tuple[str, ...]
    references: str
    references_columns: tuple[str, ...] = ()
    name: str | None = None
    schema: str | None = None
    references_schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ADD FOREIGN KEY."""
        called = f"CONSTRAINT {ident(self.name)} " if self.name is not None else ""
        mine = ", ".join(map(ident, self.columns))
        theirs = f" ({', '.join(map(ident, self.references_columns))})" if self.references_columns else ""
        return (
            f"ALTER TABLE {table_sql(self.table, self.schema)} ADD {called}FOREIGN KEY ({mine}) "
            f"REFERENCES {table_sql(self.references, self.references_schema)}{theirs};\n"
        )


def compile_(request: Request) -> Compiled:
    """Look, add, prove."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    constraint = alter.definition(request.action.node)
    if not _columns.is_whole(relation, table) or getattr(constraint, "fk_with_period", False):
        return raw_sql.compile_(request)
    _columns.check_length(request)
    steps = Steps(request, table)
    columns = [each.string.sval for each in constraint.fk_attrs]
    made = foreign_key(steps, constraint, columns)
    phase = request.moment()
    if phase is Phase.VERIFY:
        request.late.add(made.name)
    numbers = tuple(steps.shape.survivor(column) for column in columns)
    keys = [*steps.shape.keys, *steps.shape.indexed.values()]
    planned = any(set(key[: len(numbers)]) == set(numbers) for _, key in keys)
    said = [] if planned or covered(table, numbers) else [_no_index(steps, columns, constraint.pktable.relname)]
    validate = not constraint.skip_validation and constraint.is_enforced
    if constraint.is_enforced:
        said.insert(0, f"from expand on a write of the old application that breaks {made.name} is refused (23503)")
        if validate and not made.query and request.catalog.find(*_target(constraint)) is not None:
            said.append(f"orphans are not looked for before: they would be found when {made.name} is validated")
    strategy, why = told(constraint)
    return Compiled(
        strategy=strategy,
        why=why,
        hazards=tuple(said),
        steps=(*made.forward(phase, validate=validate), made.drop("undo", Phase.ROLLBACK)),
    )


def _no_index(steps: Steps, columns: list[str], other: str) -> str:
    shown = ", ".join(map(ident, columns))
    return (
        f"no index begins with ({shown}): each DELETE or key UPDATE on {other} reads all of {steps.table.name}; "
        f"CREATE INDEX ON {steps.sql} ({shown}) first"
    )


def _target(constraint: Node) -> tuple[str, str | None]:
    return constraint.pktable.relname, constraint.pktable.schemaname or None
