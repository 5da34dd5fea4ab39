"""Give a constraint another name.

## What it does

`ALTER TABLE t RENAME CONSTRAINT a TO b`. The index of a UNIQUE, primary key or exclusion gets the name, too.

## Why it is dangerous

`INSERT … ON CONFLICT ON CONSTRAINT a` names it, and fails as soon as it is called otherwise; an application that looks
for the name in an error does not find it. A constraint has one name at a time.

## Phases and locks

contract: one instant step (ACCESS EXCLUSIVE on the table and all below it, milliseconds). The plan names the known
statements and functions that say the old name: let the new application infer the conflict from the columns
(`ON CONFLICT (a, b)`), which works before and after.

## Rollback

Until the grace period ends it gets its name back.

## Versions

PostgreSQL 14 to 18; a NOT NULL has a name since 18.

## Example

    ALTER TABLE commandes RENAME CONSTRAINT commandes_total_check TO total_positif;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.errors import MigrationFileError
from ...catalog.values import Constraint, Table
from ...sql import parse
from ...sql.quote import ident
from ...sql.tokens import mentions
from ..steps import condition
from ..steps.step import Kind, Phase
from . import _columns, _constraints, _names
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("RenameStmt.OBJECT_TABCONSTRAINT",)
WITH_INDEX = frozenset({"unique", "primary key", "exclusion"})
RENAMED = object()
"""What the plan notes of the new name: the constraint is there, and has it only from contract on."""


@dataclass(frozen=True, kw_only=True)
class RenameConstraint:
    """Call the constraint `name` of `table` `to`."""

    table: str
    name: str
    to: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … RENAME CONSTRAINT."""
        table = table_sql(self.table, self.schema)
        return f"ALTER TABLE {table} RENAME CONSTRAINT {ident(self.name)} TO {ident(self.to)};\n"


def compile_(request: Request) -> Compiled:
    """One instant step of contract."""
    node = request.action.node
    table = _constraints.changeable(request, node.relation)
    steps, name = Steps(request, table), node.subname
    if name in steps.shape.planned:
        raise request.refuse(f"{name} is added by this plan", hint="Give it the right name there.")
    gone = steps.shape.gone
    constraint = next((each for each in table.constraints if each.name == name and name not in gone), None)
    if constraint is None:
        raise request.error(f'constraint "{name}" for table "{table.name}" does not exist')
    alone = not _columns.is_whole(node.relation, table)
    if alone and constraint.kind in ("check", "not null") and not constraint.no_inherit:
        raise request.error(
            f'inherited constraint "{name}" must be renamed in the tables below as well', hint="Leave ONLY out."
        )
    return compile_for(steps, constraint, node.newname)


def compile_for(steps: Steps, constraint: Constraint, to: str) -> Compiled:
    """The same for a constraint whose index is renamed, which is another way to say it."""
    request, table, name = steps.request, steps.table, constraint.name
    _columns.check_length(request)
    _check(request, table, constraint, to)
    _constraints.plan(steps, to, RENAMED)
    steps.shape.gone[name] = Phase.CONTRACT
    if constraint.kind in WITH_INDEX:
        steps.shape.keys.append((constraint.kind.upper(), constraint.columns))
    there, back = (steps.alter(f"RENAME CONSTRAINT {ident(a)} TO {ident(b)}") for a, b in ((name, to), (to, name)))
    old, new = (condition.has_constraint(table.oid, each) for each in (name, to))
    on = steps.on("RenameStmt part")
    rename = steps.step(
        "rename",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"rename constraint {name} of {table.name} to {to}",
        (there,),
        on,
        undo=(back,),
        ready=old,
        done=condition.both(new, condition.neither(old)),
    )
    restore = steps.step(
        "back",
        Phase.RESTORE,
        Kind.CUTOVER,
        f"give constraint {to} of {table.name} its name {name} back",
        (back,),
        on,
        done=condition.neither(new),
    )
    return Compiled(
        strategy="with contract",
        why="it has one name at a time, and the old application may say the old one",
        hazards=_hazards(request, constraint, to),
        steps=(rename, restore),
    )


def _check(request: Request, table: Table, constraint: Constraint, to: str) -> None:
    """What PostgreSQL refuses."""
    inherited = constraint.inherited and constraint.kind in ("check", "not null")
    if inherited or (constraint.inherited and constraint.parent is None and constraint.kind == "foreign key"):
        raise request.error(f'cannot rename inherited constraint "{constraint.name}"', hint="Rename it on the parent.")
    below = [part for part in request.catalog.descendants(table.oid) if part.oid != table.oid]
    if constraint.kind in ("check", "not null") and not constraint.no_inherit:
        for part in below:
            if any(each.name == to for each in part.constraints):
                raise request.error(f'constraint "{to}" for relation "{part.name}" exists already')
    if constraint.kind in WITH_INDEX and to in _names.relations(request.catalog, table.name.schema):
        raise request.error(f'relation "{to}" exists already', hint="The index of the constraint gets the name, too.")


def _hazards(request: Request, constraint: Constraint, to: str) -> tuple[str, ...]:
    name = constraint.name
    found = [f"an application that looks for {name} in an error finds {to} from contract on"]
    if constraint.kind in WITH_INDEX:
        found.append(
            f"INSERT … ON CONFLICT ON CONSTRAINT {name} fails from contract on, and by the new name before it (42704)"
        )
        known = request.statements
        if known is None:
            found.append("which statements do so is not known: there is no pg_stat_statements to look at")
        found += [
            f"it is used by a known statement: {' '.join(text.split())[:100]}"
            for text in known or ()
            if _uses(text, name)
        ]
    found += [
        f"{function.name} names {name}"
        for function in request.catalog.functions.values()
        if mentions(function.body, (name,))
    ]
    return tuple(found)


def _uses(text: str, name: str) -> bool:
    """Whether the statement says ON CONFLICT ON CONSTRAINT with the name; pg_stat_statements cuts long ones off."""
    if name not in text:
        return False
    try:
        statements = parse.parse(text)
    except MigrationFileError:
        return "on constraint" in text.lower()
    nodes = (node for statement in statements for node in parse.walk(statement.node))
    return any(parse.kind_of(node) == "InferClause" and node.conname == name for node in nodes)
