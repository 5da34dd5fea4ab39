"""Make a plain column of a generated one, while one application counts on its values and the other writes its own.

## What it does

`ALTER TABLE t ALTER COLUMN c DROP EXPRESSION`. The values stay. It is understood, too, for a column that triggers
compute because `add_column` made it so.

## Why it is dangerous

Done as typed, what the running application writes has no value in the column any more, and keeps old ones.

## Phases and locks

expand: the column becomes plain, and triggers compute it where a statement gives no value of its own (ACCESS EXCLUSIVE,
milliseconds): the old application finds what it knows, the new one writes what it wants. contract: the triggers go.

## Rollback

PostgreSQL makes no generated column of a plain one. So the triggers stay and refuse other values, as a generated column
does: the column is computed as before, and plain. While rows hold other values it is refused, with their count.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE produits ALTER COLUMN recherche_ts DROP EXPRESSION;
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...catalog.values import Column
from ...sql.expression import substitute
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Kind, Phase, Step
from . import _columns, _derived, raw_sql
from ._derived import Derived
from ._operation import ALONE, Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_DropExpression",)
TRIGGER = "DropStmt trigger"


@dataclass(frozen=True, kw_only=True)
class DropExpression:
    """Make a plain column of the generated `column` of `table`."""

    table: str
    column: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DROP EXPRESSION."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ALTER COLUMN {ident(self.column)} DROP EXPRESSION;\n"


def compile_(request: Request) -> Compiled:
    """Plain with expand, alone with contract."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    steps, name = Steps(request, table), request.action.node.name
    column = _columns.known(request, table, name)
    if steps.shape.links:
        raise request.refuse(f"a column of {table.name} is between two names", hint=ALONE)
    if column.generated is None:
        own = _derived.of_column(request.catalog, table, column.number)
        if own is not None:
            return _of_triggers(steps, name, column, own)
        if request.action.node.missing_ok:
            return Compiled(strategy="nothing to do", why=f"{name} is not a generated column")
        raise request.error(f'column "{name}" of "{table.name}" is not a generated column')
    if not column.stored:
        raise request.error(f'column "{name}" is a virtual generated column, which has no values to keep')
    if column.inherited:
        raise request.error(f'column "{name}" of "{table.name}" is inherited', hint="Change the parent table.")
    if request.catalog.major < 18 and any(request.catalog.tables[oid].children for oid in table.children):
        raise request.error(
            f"PostgreSQL {request.catalog.major} drops no expression of a table with two levels below it (18 does)"
        )
    return _of_column(steps, name, column)


def _of_column(steps: Steps, name: str, column: Column) -> Compiled:
    table = steps.table
    reads = {each.name: each.name for each in table.columns if each.number in column.reads}
    made = _derived.making(steps, name, column.type, str(column.generated), reads)
    plain = steps.alter(f"ALTER COLUMN {ident(name)} DROP EXPRESSION")
    triggers = (*made.trigger_sql(), *made.always_sql())
    drop = steps.step(
        "drop",
        steps.request.moment(),
        Kind.INSTANT,
        f"{name} of {table.name} is a plain column; triggers compute it where nobody gives a value",
        (plain, made.function_sql(lenient=True), *triggers),
        steps.on("AlterTableStmt.AT_DropExpression"),
        steps.on(TRIGGER),
        undo=("the column stays plain: triggers go on computing it",),
        done=condition.neither(condition.is_generated(table.oid, column.number)),
    )
    strict = made.function_sql().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    gone = (*made.drop_triggers_sql(), made.drop_function_sql())
    value = substitute(str(column.generated), {each: f"new.{ident(each)}" for each in reads})
    rollback = (
        f"a rollback leaves {name} a plain column that triggers ({', '.join(made.triggers)}, function {made.function}) "
        "compute and keep so: PostgreSQL makes no generated column of a plain one"
    )
    return Compiled(
        strategy="triggers until contract",
        why="the old application counts on the computed values, the new one writes its own",
        hazards=(rollback, *_hazards(name)),
        steps=(drop, _contract(steps, name, gone), *_back(steps, name, f"({value})::{column.type}", strict, triggers)),
    )


def _of_triggers(steps: Steps, name: str, column: Column, own: Derived) -> Compiled:
    """The column is plain already: the triggers become lenient, and go."""
    catalog, table = steps.request.catalog, steps.table
    lenient = _derived.replaced(own.function, _derived.softened(own.function.body))
    strict = _derived.replaced(own.function, own.function.body)
    soften = steps.step(
        "soften",
        steps.request.moment(),
        Kind.INSTANT,
        f"{name} of {table.name} is computed where nobody gives a value",
        (lenient,),
        undo=(strict,),
    )
    gone = (*_derived.drop_triggers(catalog, table, own), _derived.drop_function(own))
    value = f"({_derived.expression(own.function)})::{column.type}"
    return Compiled(
        strategy="triggers until contract",
        why="triggers compute it already, as a generated column would be",
        hazards=_hazards(name),
        steps=(soften, _contract(steps, name, gone), *_back(steps, name, value, strict, _made_again(steps, own))),
    )


def _made_again(steps: Steps, own: Derived) -> list[str]:
    """The triggers as they are now, with their states."""
    catalog, found = steps.request.catalog, []
    for part in catalog.descendants(steps.table.oid):
        for trigger in part.triggers:
            if trigger.function_oid != own.function.oid:
                continue
            if trigger.parent is None:
                found.append(trigger.definition)
            only = "" if part.kind == "p" else "ONLY "
            found.append(f"ALTER TABLE {only}{qualified(part.name)} ENABLE ALWAYS TRIGGER {ident(trigger.name)}")
    return found


def _contract(steps: Steps, name: str, gone: tuple[str, ...]) -> Step:
    return steps.step(
        "alone",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"nothing computes {name} of {steps.table.name} any more",
        gone,
        steps.on(TRIGGER),
        undo=("triggers compute it again",),
    )


def _back(steps: Steps, name: str, value: str, strict: str, triggers: Sequence[str]) -> list[Step]:
    """First the values that only the new application can have written are looked for; then the triggers refuse others.
    From the grace period they are made again. `value` speaks of the row as `new`."""
    found = []
    for phase, tag, statements in (
        (Phase.ROLLBACK, "back", (strict,)),
        (Phase.RESTORE, "restore", (strict, *triggers)),
    ):
        same = f"pg_catalog.record_image_eq(ROW(new.{ident(name)}), ROW({value}))"
        look = steps.look(
            f"{tag}_look",
            f"look for values of {name} that are not the computed ones",
            f"SELECT new.* FROM {steps.sql} new WHERE NOT ({same})",
            f"rows of {steps.table.name} with a {name} of their own",
            f"Save them, and let them be computed: UPDATE {steps.sql} new SET {ident(name)} = {value}; then roll back.",
            phase=phase,
        )
        again = steps.step(
            tag,
            phase,
            Kind.CUTOVER,
            f"{name} of {steps.table.name} takes no other values than the computed ones",
            statements,
            *([steps.on(TRIGGER)] if phase is Phase.RESTORE else []),
        )
        found += [look, again]
    return found


def _hazards(name: str) -> tuple[str, ...]:
    until = (
        f"until contract an UPDATE of what {name} is computed from computes it anew, also over a value that the new "
        "application gave; a NULL that it gave is computed at the next UPDATE of the row"
    )
    return until, f"from contract on nothing computes {name}"
