"""Change when a foreign key is looked at, whether it is at all, or whether a NOT NULL goes down to children.

## What it does

`ALTER TABLE t ALTER CONSTRAINT k` with `[NOT] DEFERRABLE`, `INITIALLY DEFERRED` or `INITIALLY IMMEDIATE`, `[NOT]
ENFORCED`, `[NO] INHERIT`. Rows that break a foreign key which is to be enforced are counted and shown, and the change
is refused, before anything is changed.

## Why it is dangerous

`ENFORCED`, done as typed, reads both tables under ACCESS EXCLUSIVE. What is deferred fails at COMMIT instead of at the
statement. What is not enforced lets orphans in. `INHERIT` reads every child that has no NOT NULL of its own under
ACCESS EXCLUSIVE: that is refused.

## Phases and locks

What loosens comes with expand, what tightens waits for contract: from NOT DEFERRABLE to DEFERRABLE to INITIALLY
DEFERRED is looser. One instant step (ACCESS EXCLUSIVE on the table and its partitions, milliseconds). NOT ENFORCED
comes with expand (ACCESS EXCLUSIVE on both tables, milliseconds).

ENFORCED comes with expand too: the like of it is added NOT VALID under a spare name (SHARE ROW EXCLUSIVE on both
tables, milliseconds) and validated (SHARE UPDATE EXCLUSIVE, and ROW SHARE on the other, while everybody works); then
the old one is dropped and the new one gets its name, in one short transaction (ACCESS EXCLUSIVE on both tables).

## Rollback

What was before comes back. A foreign key that was enforced is looked at and validated anew, as above; while rows break
it a rollback is refused, with their count.

## Versions

PostgreSQL 14 to 18; NOT ENFORCED and INHERIT on 18. Only foreign keys can be altered, and only NOT NULL inherited.

## Example

    ALTER TABLE lignes_commande ALTER CONSTRAINT lignes_commande_produit_id_fkey DEFERRABLE INITIALLY DEFERRED;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.values import Column, Constraint, Table
from ...sql import alter
from ...sql.parse import Node
from ...sql.quote import ident, literal, qualified
from ..locks.scene import Scene
from ..steps.step import Kind, Phase, Step
from . import _columns, _constraints, raw_sql
from ._enforced import enforced, loosened
from ._operation import Compiled, Request
from ._setting import Setting
from ._steps import INSTANT, Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AlterConstraint",)
WORDS = ("NOT DEFERRABLE", "DEFERRABLE INITIALLY IMMEDIATE", "DEFERRABLE INITIALLY DEFERRED")
"""From the tightest to the loosest."""


@dataclass(frozen=True, kw_only=True)
class AlterConstraint:
    """Alter the constraint `name` of `table`: `change` is what stands behind its name."""

    table: str
    name: str
    change: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ALTER CONSTRAINT."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ALTER CONSTRAINT {ident(self.name)} {self.change};\n"


def compile_(request: Request) -> Compiled:
    """By what is changed."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    steps, change = Steps(request, table), alter.definition(request.action.node)
    constraint = _found(steps, change)
    if change.alter_inheritability:
        return _inherited(steps, constraint, none=change.noinherit)
    if change.alter_enforceability and change.alter_deferrability:
        raise request.refuse(
            f"{constraint.name} is to be enforced otherwise and deferred otherwise at once",
            hint="Write two statements.",
        )
    if change.alter_enforceability:
        return _enforceability(steps, constraint, wanted=change.is_enforced)
    return _deferrability(steps, constraint, change)


def _found(steps: Steps, change: Node) -> Constraint:
    """The constraint, of a kind that can be altered so (ATExecAlterConstraint, 14 to 18)."""
    request, table, name = steps.request, steps.table, change.conname
    if name in steps.shape.planned:
        raise request.refuse(f"{name} is added by this plan", hint="Write it there.")
    gone = steps.shape.gone
    constraint = next((each for each in table.constraints if each.name == name and name not in gone), None)
    if constraint is None:
        raise request.error(f'constraint "{name}" of relation "{table.name}" does not exist')
    wanted = "not null" if change.alter_inheritability else "foreign key"
    if (change.alter_inheritability or change.alter_enforceability) and request.catalog.major < 18:
        raise request.error("[NOT] ENFORCED and [NO] INHERIT of a constraint need PostgreSQL 18")
    if constraint.kind != wanted:
        what = "NOT NULL" if wanted == "not null" else "a foreign key"
        raise request.error(f'constraint "{name}" of relation "{table.name}" is not {what} but {constraint.kind}')
    if constraint.parent is not None:
        raise request.error(
            f'constraint "{name}" on relation "{table.name}" is derived from that of its parent',
            hint="Alter the constraint it derives from.",
        )
    return constraint


def _deferrability(steps: Steps, constraint: Constraint, change: Node) -> Compiled:
    before = 2 if constraint.deferred else int(constraint.deferrable)
    after = (2 if change.initdeferred else int(change.deferrable)) if change.alter_deferrability else before
    name, table = constraint.name, steps.table
    if after == before:
        return Compiled(strategy="nothing to do", why=f"{name} is {WORDS[before]} already")
    late = after < before
    setting = Setting(
        steps=steps,
        change=f"ALTER CONSTRAINT {ident(name)} {WORDS[after]}",
        on=steps.on("AlterTableStmt.AT_AlterConstraint"),
        reads="deferrability",
        summary=f"constraint {name} of {table.name} is {WORDS[after]}",
        back=f"constraint {name} of {table.name} as before",
        names=(name,),
        whole=True,
        undo=(steps.alter(f"ALTER CONSTRAINT {ident(name)} {WORDS[before]}"),),
    )
    hazard = {
        0: f"SET CONSTRAINTS {name} DEFERRED fails after contract (42809)",
        1: f"{name} is looked at by each statement after contract, but where SET CONSTRAINTS defers it"
        if late
        else f"a transaction may defer {name} from expand on",
        2: f"what breaks {name} fails at COMMIT from expand on, for both applications (23503)",
    }[after]
    return Compiled(
        strategy="with contract" if late else "catalog-only",
        why="the old application may defer it until then" if late else "nothing is read",
        hazards=(hazard,),
        steps=setting.compiled(Phase.CONTRACT if late else steps.request.moment()),
    )


def _enforceability(steps: Steps, constraint: Constraint, *, wanted: bool) -> Compiled:
    request, table, name = steps.request, steps.table, constraint.name
    if constraint.enforced == wanted:
        return Compiled(strategy="nothing to do", why=f"{name} is {'' if wanted else 'NOT '}ENFORCED already")
    if table.kind == "p" or any(each.partition_bound for each in _referenced(steps, constraint)):
        raise request.refuse(
            f"{name} has parts on partitions: PostgreSQL gives them names of their own, and the like of it would have "
            "others",
            hint="Drop it in one migration, and add it as it is wanted in the next.",
        )
    _constraints.require_unforced(request, table, *_referenced(steps, constraint)[:1])
    if wanted:
        return Compiled(
            strategy="NOT VALID + VALIDATE",
            why="the rows that are there are proven while everybody works",
            hazards=(f"from expand on a write of the old application that breaks {name} is refused (23503)",),
            steps=(*enforced(steps, constraint, Phase.EXPAND), loosened(steps, constraint, Phase.ROLLBACK)),
        )
    return Compiled(
        strategy="catalog-only",
        why="nothing is read; the new application may write what it refuses",
        hazards=(
            f"from expand on rows can come that break {name}, and the old application may read them",
            f"while rows break {name}, a rollback is refused",
        ),
        steps=(
            loosened(steps, constraint, request.moment()),
            *enforced(steps, constraint, Phase.ROLLBACK, look=Phase.ROLLBACK),
        ),
    )


def _referenced(steps: Steps, constraint: Constraint) -> list[Table]:
    tables = steps.request.catalog.tables
    return [tables[oid] for oid in Scene(steps.request.catalog).referenced([constraint])]


def _inherited(steps: Steps, constraint: Constraint, *, none: bool) -> Compiled:
    request, table, name = steps.request, steps.table, constraint.name
    if table.kind == "p":
        raise request.error(f'constraint "{name}" of the partitioned table "{table.name}" cannot be NO INHERIT')
    if constraint.no_inherit == none:
        return Compiled(strategy="nothing to do", why=f"{name} is {'NO ' if none else ''}INHERIT already")
    below = [part for part in request.catalog.descendants(table.oid) if part.oid != table.oid]
    if not none:
        _refuse_loose(request, below, table.column_number(constraint.columns[0]))
    words = ("NO INHERIT", "INHERIT") if none else ("INHERIT", "NO INHERIT")
    parts = {"target": (table.oid,), "below": tuple(part.oid for part in below)}
    texts = [steps.alter(f"ALTER CONSTRAINT {ident(name)} {word}") for word in words]

    def step(number: int, tag: str, phase: Phase, kind: Kind) -> Step:
        made = steps.step(
            tag,
            phase,
            kind,
            f"constraint {name} of {table.name} is {words[number]}",
            (texts[number],),
            steps.on(f"AlterTableStmt.AT_AlterConstraint {words[number].lower()}", **parts),
            undo=(texts[1],) if number == 0 else (),
            done=_has(table, name, words[number]),
        )
        # Every child has a NOT NULL of its own, with which it is merged: none is read.
        return replace(made, scans=(), rows=None, seconds=INSTANT)

    said = f"the NOT NULL of each child counts as its own as well from then on, also after {words[1]}"
    return Compiled(
        strategy="catalog-only",
        why="nothing is read",
        hazards=(said,) if below else (),
        steps=(
            step(0, "change", request.moment(), Kind.INSTANT),
            step(1, "back", Phase.ROLLBACK, Kind.CUTOVER),
        ),
    )


def _refuse_loose(request: Request, below: list[Table], column: Column | None) -> None:
    """A child without a NOT NULL of its own would be read."""
    loose = [part for part in below if column is not None and not _is_not_null(part, column.name)]
    if column is not None and loose:
        cures = (f"ALTER TABLE {qualified(part.name)} ALTER {ident(column.name)} SET NOT NULL;" for part in loose)
        raise request.refuse(
            f"{', '.join(str(part.name) for part in loose)} would be read under ACCESS EXCLUSIVE",
            hint=f"First, in a migration before: {' '.join(cures)}",
        )


def _is_not_null(part: Table, column: str) -> bool:
    """Whether the part refuses NULL by a constraint that holds for every row."""
    found = part.column(column)
    return found is not None and any(
        each.kind == "not null" and each.validated and each.columns == (found.number,) for each in part.constraints
    )


def _has(table: Table, name: str, word: str) -> str:
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = {table.oid:d} "
        f"AND conname = {literal(name)} AND {'' if word == 'NO INHERIT' else 'NOT '}connoinherit)"
    )
