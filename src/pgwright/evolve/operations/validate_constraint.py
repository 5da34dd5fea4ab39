"""Prove a constraint that was added NOT VALID.

## What it does

`ALTER TABLE t VALIDATE CONSTRAINT name`. Rows that break it are counted and shown, and the change is refused, before
anything is changed.

## Why it is dangerous

Hardly: it reads the whole table under a lock that nobody but DDL and vacuum waits for. Typed into the transaction that
adds the constraint, it reads under the strong lock of that.

## Phases and locks

expand: rows that break it are looked for (ACCESS SHARE), then it is validated (SHARE UPDATE EXCLUSIVE; for a foreign
key ROW SHARE on the other table), in a transaction of its own.

## Rollback

Nothing: a proven constraint refuses no more than one that is not.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes VALIDATE CONSTRAINT total_positif;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.values import Constraint
from ...sql import alter, parse
from ...sql.quote import ident
from ..steps import condition
from ..steps.step import Kind, Phase, Step
from . import _columns, _constraints, raw_sql
from ._foreign_key import orphans
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql
from ._validated import VALIDATE, Validated

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_ValidateConstraint",)


@dataclass(frozen=True, kw_only=True)
class ValidateConstraint:
    """Prove the constraint `name` of `table`."""

    table: str
    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … VALIDATE CONSTRAINT."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} VALIDATE CONSTRAINT {ident(self.name)};\n"


def compile_(request: Request) -> Compiled:
    """Look, prove."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    steps, name = Steps(request, table), request.action.node.name
    constraint = next((each for each in table.constraints if each.name == name and name not in steps.shape.gone), None)
    if (planned := steps.shape.planned.get(name)) is not None:
        return _planned(steps, planned)
    if constraint is None:
        raise request.error(f'constraint "{name}" of table "{table.name}" does not exist')
    if constraint.kind not in ("check", "foreign key", "not null"):
        raise request.error(f'constraint "{name}" of table "{table.name}" is a {constraint.kind}: it is always valid')
    if not constraint.enforced:
        raise request.error(f'cannot validate NOT ENFORCED constraint "{name}" of table "{table.name}"')
    if constraint.validated:
        return Compiled(strategy="nothing to do", why=f"{name} is validated already")
    if constraint.kind == "foreign key":
        _require_unforced(steps, (constraint.referenced or 0,))
    return Compiled(
        strategy="VALIDATE",
        why="it is proven while everybody works",
        steps=(*look(steps, constraint), _valid(steps, name, constraint)),
    )


def _require_unforced(steps: Steps, referenced: tuple[int, ...]) -> None:
    """A foreign key is proven by what the policies let the role see, on both sides."""
    tables = steps.request.catalog.tables
    _constraints.require_unforced(steps.request, steps.table, *(tables[oid] for oid in referenced if oid in tables))


def look(steps: Steps, constraint: Constraint) -> list[Step]:
    """Looks for rows that break a constraint which is there."""
    query = broken(steps, constraint)
    if not query:
        return []
    what = f"rows of {steps.table.name} against {constraint.name}: {constraint.definition.removesuffix(' NOT VALID')}"
    summary = f"look for rows of {steps.table.name} that break {constraint.name}"
    return [steps.look("look", summary, query, what, "Correct them, then run the same command again.")]


def broken(steps: Steps, constraint: Constraint) -> str:
    """The query for the rows that break a constraint of the catalog, "" where its columns are filled later."""
    table = steps.table
    numbers = {steps.shape.survivor(name): name for name in steps.shape.logical}
    if any(number not in numbers for number in constraint.columns) or not _constraints.all_seen(steps.request, table):
        return ""
    names = [column.name for number in constraint.columns if (column := table.column_number(number)) is not None]
    if constraint.kind == "not null":
        return f"SELECT * FROM {steps.sql} WHERE {ident(names[0])} IS NULL"
    node = parse.parse(f"ALTER TABLE x ADD {constraint.definition.removesuffix(' NOT VALID')}")[0].node
    inner = alter.definition(alter.command(node))
    if constraint.kind == "check":
        only = "ONLY " if constraint.no_inherit else ""
        return f"SELECT * FROM {only}{steps.sql} WHERE NOT ({parse.deparse_expression(parse.unwrap(inner.raw_expr))})"
    other = steps.request.catalog.tables.get(constraint.referenced or 0)
    if (
        other is None
        or getattr(inner, "fk_with_period", False)
        or not _constraints.may(steps.request.catalog, other, constraint.referenced_columns, "SELECT")
        or not _constraints.all_seen(steps.request, other)
    ):
        return ""
    keys = [each.name for number in constraint.referenced_columns if (each := other.column_number(number)) is not None]
    return orphans(steps.table, names, other, keys, full=inner.fk_matchtype == "f")


def _valid(steps: Steps, name: str, constraint: Constraint) -> Step:
    """No row has to be taken back where it fails: the constraint stands as before."""
    foreign = constraint.kind == "foreign key"
    referenced = tuple(part.oid for part in steps.request.catalog.descendants(constraint.referenced or 0))
    situation = VALIDATE + (" foreign key" if foreign else "")
    return steps.step(
        "valid",
        steps.request.moment(),
        Kind.ONLINE,
        f"prove {name} of {steps.table.name}",
        (steps.alter(f"VALIDATE CONSTRAINT {ident(name)}"),),
        steps.on(situation, referenced=referenced) if foreign else steps.on(situation),
        undo=("nothing: it stays proven",),
        done=condition.has_constraint(steps.table.oid, name, valid=True),
    )


def _planned(steps: Steps, planned: object) -> Compiled:
    """Of a constraint that this plan adds. Where a row breaks it, it goes, and is added again by the next run."""
    if not isinstance(planned, Validated):
        raise steps.request.error(f'constraint "{steps.request.action.node.name}" is always valid')
    if not planned.enforced:
        raise steps.request.error(f'cannot validate NOT ENFORCED constraint "{planned.name}"')
    if planned.valid:
        return Compiled(strategy="nothing to do", why=f"{planned.name} is proven when it is added")
    if planned.referenced:
        _require_unforced(steps, planned.referenced)
    mine = replace(planned, steps=steps, tag="")
    looks = [mine.look(Phase.LOOK)] if mine.query else []
    added = f"{planned.steps.request.id}.{planned.tag}add"
    again = (*(each.id for each in looks), added)
    steps.shape.planned[planned.name] = replace(planned, valid=True)
    return Compiled(
        strategy="VALIDATE",
        why="it is proven while everybody works",
        steps=(*looks, mine.validate(steps.request.moment(), again)),
    )
