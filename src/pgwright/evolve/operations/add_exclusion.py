"""Add an exclusion constraint to a table that has no rows yet.

## What it does

`ALTER TABLE t ADD [CONSTRAINT name] EXCLUDE USING gist (room WITH =, during WITH &&)`: no two rows may be related so.
On a table that the same migration creates, and on one without rows, it is added. On a table with rows it is refused.

## Why it is dangerous

PostgreSQL builds the index of the constraint under ACCESS EXCLUSIVE: nobody reads or writes meanwhile. There is no
online form of it: an exclusion constraint cannot take over an index that was built before, and cannot be NOT VALID.

What can be done: make a new table that has the constraint, let the new application use that, and copy the rows over; or
build an index of the same columns concurrently for speed, and let a trigger look for rows in conflict, under an
advisory lock for what it compares. Where the table may stand still while the index is built, write
`-- pgwright: allow = raw_sql` above the statement, and it runs as typed.

## Phases and locks

expand: one instant step on an empty table (ACCESS EXCLUSIVE on it and its partitions, milliseconds), which looks under
its lock whether it is still empty. contract: nothing.

## Rollback

Drops the constraint.

## Versions

PostgreSQL 14 to 18. On a partitioned table it needs 17, and its key has to be compared by `=`. The server is asked
about operators and operator classes.

## Example

    ALTER TABLE reservations ADD CONSTRAINT pas_deux_fois EXCLUDE USING gist (salle WITH =, periode WITH &&);
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.values import Table
from ...sql import alter, parse
from ...sql.parse import Node
from ...sql.quote import ident
from ..locks.declare import has_rows
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _columns, _constraints, _names, raw_sql
from ._operation import ALONE, Compiled, Request
from ._setting import refuse_clause
from ._steps import INSTANT, Steps
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddConstraint.EXCLUSION",)


@dataclass(frozen=True, kw_only=True)
class AddExclusion:
    """Let no two rows of `table` be related as `elements` say: pairs of an expression and an operator."""

    table: str
    elements: tuple[tuple[str, str], ...]
    method: str = "gist"
    name: str | None = None
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ADD EXCLUDE with its directives."""
        called = f"CONSTRAINT {ident(self.name)} " if self.name is not None else ""
        listed = ", ".join(f"{expression} WITH {operator}" for expression, operator in self.elements)
        table = table_sql(self.table, self.schema)
        above = directives(allow=self.allow)
        return f"{above}ALTER TABLE {table} ADD {called}EXCLUDE USING {ident(self.method)} ({listed});\n"


def compile_(request: Request) -> Compiled:
    """One instant step on an empty table; refused on another."""
    table = _constraints.changeable(request, request.action.statement.node.relation)
    constraint = alter.definition(request.action.node)
    _columns.check_length(request)
    steps = Steps(request, table)
    if steps.shape.links or steps.shape.fills:
        raise request.refuse(f"columns of {table.name} are in flight", hint=ALONE)
    _check(request, table, constraint)
    if has_rows(request.catalog, table.oid):
        if request.allowed("raw_sql"):
            return raw_sql.compile_(request)
        raise _refused(request, table)
    name = constraint.conname or _chosen(request, table, constraint)
    _constraints.plan(steps, name, constraint)
    return Compiled(
        strategy="catalog-only",
        why="the table is empty, so there is no index to build",
        hazards=(f"from expand on rows of the old application that {name} excludes are refused (23P01)",),
        steps=_steps(steps, name),
    )


def _steps(steps: Steps, name: str) -> tuple[Step, Step]:
    request, table = steps.request, steps.table
    there = condition.has_constraint(table.oid, name, kind="x")
    add = steps.step(
        "add",
        request.moment(),
        Kind.INSTANT,
        f"add constraint {name} to {table.name}, which is empty",
        (_text(request, table, name),),
        steps.on("AlterTableStmt.AT_AddConstraint index"),
        action=Action(name="empty_only", parameters={"relation": table.oid, "below": "rp"}),
        undo=(steps.alter(f"DROP CONSTRAINT {ident(name)}"),),
        done=there,
    )
    undo = steps.step(
        "undo",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"drop constraint {name} of {table.name}, with its index",
        (steps.alter(f"DROP CONSTRAINT {ident(name)}"),),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        done=condition.neither(there),
    )
    return replace(add, scans=(), rows=None, seconds=INSTANT), undo


def _chosen(request: Request, table: Table, constraint: Node) -> str:
    """The name that PostgreSQL gives it: from the columns of its index, of which the server tells."""
    elements = [parse.unwrap(each).items[0] for each in constraint.exclusions]
    columns = tuple(_names.index_columns([parse.unwrap(each) for each in elements]))
    if request.probe_index is not None:
        statement = parse.parse("CREATE INDEX ON t (x)")[0].node
        del statement.index_params[:]
        statement.index_params.extend(elements)
        statement.access_method = constraint.access_method
        facts = request.probe_index(table.oid, request.shape(table).probe_names(), statement, None)
        columns = facts.columns if facts.error is None else columns
    return _names.index_name(request.catalog, table.name, columns, "excl", request.names)


def _text(request: Request, table: Table, name: str) -> str:
    node = alter.alone(request.action, table.name)
    alter.definition(alter.command(node)).conname = name
    return alter.deparsed(node)


def _check(request: Request, table: Table, constraint: Node) -> None:
    """What PostgreSQL refuses: it is asked on an empty copy, which has no partitions."""
    clause = _text(request, table, constraint.conname or "pgwright_excl").partition(" ADD ")[2]
    refuse_clause(request, table, f"ADD {clause}")
    if table.kind != "p":
        return
    if request.catalog.major < 17:
        raise request.error("exclusion constraints are not supported on partitioned tables before PostgreSQL 17")
    equal = set()
    for each in constraint.exclusions:
        element, operator = (parse.unwrap(item) for item in parse.unwrap(each).items)
        if parse.unwrap(operator.items[-1]).sval == "=" and element.name:
            equal.add(element.name)
    missing = [column.name for column in table.columns if column.number in table.partition_columns
               and column.name not in equal]  # fmt: skip
    if missing:
        raise request.error(
            f'exclusion constraint of the partitioned table "{table.name}" lacks column "{missing[0]}" of its key, '
            "compared by ="
        )


def _refused(request: Request, table: Table) -> Exception:
    rows = sum(int(part.rows or 0) for part in request.catalog.descendants(table.oid))
    return request.refuse(
        f"{table.name} has rows, and its index would be built under ACCESS EXCLUSIVE",
        f"about {rows:,} rows: nobody could use the table meanwhile",
        "PostgreSQL has no online form of it: EXCLUDE takes over no index, and cannot be NOT VALID",
        hint="See what can be done: pgwright docs add_exclusion; or, if it may stand still for that long: "
        "-- pgwright: allow = raw_sql",
    )
