"""Give a column another type, while the application goes on reading and writing.

## What it does

`ALTER TABLE t ALTER COLUMN c TYPE type`, with or without USING and COLLATE. The column has its old type until contract,
and both applications use it so; from contract on it has the new one.

## Why it is dangerous

Done as typed, most changes write the table and all its indexes anew under ACCESS EXCLUSIVE: nobody reads or writes
meanwhile, and there is no way back.

## Phases and locks

A change that PostgreSQL only notes down is tried on an empty copy and found to be free: a longer varchar, varchar to
text, a numeric of more digits, and so on. It is done at contract (ACCESS EXCLUSIVE, milliseconds). Views that read the
column are dropped and made again in the same transaction, with all that they have; PostgreSQL itself refuses there.

All others go by a hidden column. Expand adds it with triggers that keep it in step (ACCESS EXCLUSIVE, milliseconds), a
pass fills it in small batches (ROW EXCLUSIVE), a CHECK proves both equal (validated under SHARE UPDATE EXCLUSIVE),
indexes, checks and foreign keys get their like on it (concurrently, or NOT VALID and then validated). Contract proves
NOT NULL, then lets the hidden column take the name and the place of the old one, which is put aside and kept in step
until the grace period ends.

Keys go over as well: contract first builds the like of each unique index, and points the foreign keys that point to the
column to the hidden one too (SHARE ROW EXCLUSIVE on both tables, milliseconds; validated under SHARE UPDATE EXCLUSIVE);
then the exchange takes all of them with it, the identity and its sequence included (ACCESS EXCLUSIVE on the tables that
point to it, too). So an int becomes a bigint that is the primary key of a table in the middle of a schema. The key of a
partitioned table is put together, by the exchange, of indexes that were built for each partition; it is refused where
foreign keys point to a partitioned table, because PostgreSQL cannot take one index for another under them.

The value is carried by USING, and back by `down`; without one it is assigned to the old type, and a value of the new
application that does not come back the same is refused, or counted once the old column is aside. Values that USING
refuses stop expand, which names them; with `on_error = null` they become NULL. What cannot be done so is refused with
its reasons; `allow = raw_sql` runs it as typed, with the locks that the plan shows. A RENAME of the same column above
it in the same file makes one change of both, and then both names and both types can be used until contract.

## Rollback

Before contract the hidden column goes, and nothing else happens. In the grace period the old column takes its place
again with everything that was written, as long as `down` can carry it. A free change has no way back: the values might
not fit any more.

## Versions

PostgreSQL 14 to 18.

## Example

    -- pgwright: down = total::text
    ALTER TABLE commandes ALTER COLUMN total TYPE numeric(12,2) USING total::numeric;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog import dependents
from ...catalog.values import Column, Table, View
from ...sql.expression import substitute
from ...sql.quote import ident
from ..locks.declare import has_rows
from ..steps.step import Action, Kind, Phase
from ..sync.naming import hidden_name
from . import _columns, _passable, raw_sql
from ._operation import ALONE, Compiled, Request
from ._steps import INSTANT, Steps
from ._takeover import bound, builder, keys, policies, typed
from ._takeover.against import against
from ._takeover.earlier import refuse_made_before
from ._takeover.replacement import Replacement
from ._twin import directives, table_sql

DIRECTIVES = ("down", "on_error", "allow")
RECOGNISES = ("AlterTableStmt.AT_AlterColumnType",)
SITUATION = "AlterTableStmt.AT_AlterColumnType"


@dataclass(frozen=True, kw_only=True)
class ChangeType:
    """Give `column` of `table` the type `to`; `using` makes the new value of the old row, `down` the old value of the
    new one. `collation` is written as in COLLATE."""

    table: str
    column: str
    to: str
    schema: str | None = None
    using: str | None = None
    collation: str | None = None
    down: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … TYPE with its directive."""
        collate = f" COLLATE {self.collation}" if self.collation else ""
        using = f" USING {self.using}" if self.using else ""
        return (
            f"{directives(down=self.down)}ALTER TABLE {table_sql(self.table, self.schema)} "
            f"ALTER COLUMN {ident(self.column)} TYPE {self.to}{collate}{using};\n"
        )


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What the statement says: `there` is what the catalog calls the column, `target` the column as it is to be,
    `clause` what stands behind its name."""

    steps: Steps
    name: str
    there: str
    column: Column
    target: Column
    using: str | None

    @property
    def clause(self) -> str:
        """TYPE … COLLATE … USING …"""
        return typed.clause(self.target, self.using)


def compile_(request: Request) -> Compiled:
    """At once with contract where it is free, else by a hidden column."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    if _is_done_by_a_rename(request, table):
        return Compiled(strategy="with the rename", why="the new column has this type from the beginning")
    meant = _understand(Steps(request, table))
    _refuse_inherited(meant)
    if meant.using is None and (meant.target.type, meant.target.collation) == (
        meant.column.type,
        meant.column.collation,
    ):
        return Compiled(strategy="nothing to do", why=f"{meant.name} is {meant.column.type} already")
    why = _written_anew(meant)
    return _noted_down(meant) if not why else _by_hidden_column(meant, why)


def _is_done_by_a_rename(request: Request, table: Table) -> bool:
    """Whether the rename of the column, above in the file, has taken this TYPE with it."""
    place = request.action.position
    links = request.shape(table).links
    return any(
        each.migration == request.migration and each.extra.get("typed_at") == [place.line, place.column]
        for each in links
    )


def _understand(steps: Steps) -> Meant:
    request, table = steps.request, steps.table
    node = request.action.node
    column = _columns.known(request, table, node.name)
    there = table.column_number(steps.shape.logical[node.name])
    _refuse_typed(request, table, there)
    if there is None or _columns.flight(steps.shape, node.name) is not None:
        why = "is between two names" if there is not None or steps.shape.links else "is added by the same plan"
        raise request.refuse(f"{node.name} {why}", hint=ALONE)
    target = typed.target(table, column, request)
    return Meant(
        steps=steps, name=node.name, there=there.name, column=column, target=target, using=typed.using(request)
    )


def _refuse_typed(request: Request, table: Table, there: Column | None) -> None:
    """A type that comes with contract is not the one that the catalog tells: another one could be worse than that."""
    if there is not None and (migration := _columns.typed_by(request, request.shape(table), there.number)):
        raise request.refuse(
            f"{there.name} gets another type already, when migration {migration} is contracted",
            hint="Contract that first, or write only the last type into the file.",
        )


def _refuse_inherited(meant: Meant) -> None:
    """A column that comes from a parent has the type that it has there."""
    steps, name = meant.steps, meant.name
    request, table = steps.request, steps.table
    if meant.column.inherited or table.partition_bound is not None:
        raise request.error(
            f'column "{name}" of "{table.name}" is inherited',
            hint="Change its type on the parent table; its children and partitions follow.",
        )


def _readers(request: Request, table: Table, name: str) -> list[str]:
    """Rules, functions, generated columns, policies, triggers and publications that read the column."""
    catalog = request.catalog
    parts = catalog.descendants(table.oid)
    columns = {part.oid: column.number for part in parts if (column := part.column(name)) is not None}
    pairs = set(columns.items())
    found = [f"function {function.identity}" for function in catalog.functions.values() if pairs & function.reads]
    rules = dependents.rules_reading(catalog, columns)
    found += [f"rule {rule.name} of {other.name}" for other, rule in rules if pairs & rule.reads]
    policies = dependents.policies_reading(catalog, columns)
    found += [f'policy "{policy.name}" of {other.name}' for other, policy in policies if pairs & policy.reads]
    for other in parts:
        own = columns.get(other.oid)
        if own is None:
            continue
        found += [f"rule {rule.name} of {other.name}" for rule in other.rule_definitions if pairs & rule.reads]
        found += [f'policy "{each.name}" of {other.name}' for each in other.policies if own in each.columns]
        found += [f"generated column {each.name} of {other.name}" for each in other.columns if own in each.reads]
        found += [
            f'trigger "{trigger.name}" of {other.name}'
            for trigger in other.triggers
            if trigger.parent is None and own in (*trigger.update_columns, *trigger.when_columns)
        ]
        found += [
            f'publication "{publication.name}"'
            for publication in other.publications
            if own in (*(publication.columns or ()), *publication.filter_columns)
        ]
    return list(dict.fromkeys(found))


def _written_anew(meant: Meant) -> str:
    """Why the change is not free, "" where it is. A CHECK or a foreign key of the column is proven again, whatever the
    type."""
    steps = meant.steps
    request, table = steps.request, steps.table
    parts = request.catalog.descendants(table.oid)
    columns = {part.oid: column.number for part in parts if (column := part.column(meant.there)) is not None}
    assert request.probe_type is not None, "a plan is made with a server"
    error, anew = request.probe_type(list(columns), meant.there, meant.clause)
    if error:
        raise request.error(f"{meant.clause}: {error}")
    if anew:
        return anew
    if readers := _readers(request, table, meant.there):
        return f"{readers[0]} reads it, and PostgreSQL changes no type under that"
    mine = [(part, each) for part in parts for each in part.constraints if each.kind in ("check", "foreign key")]
    theirs = dependents.foreign_keys_to(request.catalog, columns)
    for other, each in (*mine, *theirs):
        pointed = columns.get(each.referenced or 0) in each.referenced_columns
        if columns.get(other.oid) in each.columns or pointed:
            return f"{each.kind} {each.name} of {other.name} would be proven again, under the lock"
    return ""


def _noted_down(meant: Meant) -> Compiled:
    """One statement with contract: the new application might write what the old type cannot hold, and there would be no
    way back from that."""
    steps, name = meant.steps, meant.name
    summary = f"give {name} of {steps.table.name} the type {meant.target.type}"
    number = steps.shape.survivor(name)
    refuse_made_before(steps.request, steps.table, name, meant.there)
    steps.shape.typed.add(number)
    statement = steps.alter(f"ALTER COLUMN {ident(name)} {meant.clause}")
    views = _views(meant)
    parameters = {
        "relation": steps.table.oid,
        "column": name,
        "number": number,
        "clause": meant.clause,
        "type": meant.target.type,
        "collation": meant.target.collation,
    }
    step = steps.step(
        "type",
        Phase.CONTRACT,
        Kind.CUTOVER,
        summary,
        (*bound.dropped(views), statement, *bound.made(views)),
        steps.on(SITUATION, referencing=()),
        action=Action(name="column_type", parameters=parameters),
        undo=("none: the values might not fit any more",),
    )
    # The lock is as it was measured; that nothing is read or written was tried.
    locks = (*step.locks, *bound.locks_on(views, again=True))
    free = replace(step, scans=(), rewrites=(), rows=None, seconds=INSTANT, locks=locks)
    return Compiled(
        strategy="catalog-only",
        why="PostgreSQL only notes it down: no row is read and no index is built",
        hazards=(
            f"until contract {name} is {meant.column.type}: what does not fit it is refused",
            _of_plans(steps.table),
            *bound.hazards_of_views(views),
        ),
        steps=(free,),
    )


def _views(meant: Meant) -> tuple[View, ...]:
    """The views that read the column, with those that read them. Refused where one cannot be made again."""
    request, table = meant.steps.request, meant.steps.table
    columns = {(part.oid, each.number) for part in request.catalog.descendants(table.oid)
               if (each := part.column(meant.there)) is not None}  # fmt: skip
    direct = [view.oid for view in request.catalog.views.values() if columns & view.reads]
    views = bound.view_tree(request.catalog, direct)
    if reasons := bound.against_views(request.catalog, views, meant.name):
        raise request.refuse(f"the type of {meant.name} is written into what reads it", *reasons)
    return views


def _of_plans(table: Table) -> str:
    return (
        f"a prepared statement that returns the column of {table.name.name} fails once per connection at contract "
        '("cached plan must not change result type")'
    )


def _by_hidden_column(meant: Meant, why: str) -> Compiled:
    """As a rename that changes values, but that the new column is hidden until it takes over."""
    steps, name = meant.steps, meant.name
    request = steps.request
    change = _replacement(meant)
    keys.refuse_impossible(request, change)
    policies.refuse_impossible(request, change)
    if reasons := against(request, change):
        if request.allowed("raw_sql") or not has_rows(request.catalog, meant.steps.table.oid):
            return raw_sql.compile_(request)
        raise request.refuse(
            f"the type of {name} cannot be changed without a stop: {why}",
            *reasons,
            hint="Drop what is named in a migration before, and make it again in one after; or have it as typed, in a "
            f"quiet hour, because nobody can use {meant.steps.table.name} meanwhile: -- pgwright: allow = raw_sql",
        )
    return builder.compile_(request, change, why, lambda lasting: _hazards(meant, change, lasting=lasting))


def _replacement(meant: Meant) -> Replacement:
    steps, name = meant.steps, meant.name
    request, table, shape = steps.request, steps.table, steps.shape
    hidden = hidden_name(name, "typed")
    if hidden in shape.physical.values():
        raise request.refuse(f"{name} is changing its type already", hint=ALONE)
    names = shape.probe_names()
    up = _columns.facts(request, table, meant.using or ident(name), meant.target, what=meant.clause)
    directive = request.directive("down", name)
    # `down` speaks the names after the statement, by which the column is the new one.
    text = substitute(directive.value, {name: ident(hidden)}, table=table.name.name) if directive else ident(hidden)
    after = {each: place for each, place in names.items() if each != name} | {hidden: meant.target}
    down = request.probe(table.oid, after, text, meant.column)
    if down.error:
        hint = "" if directive else "Write it: -- pgwright: down = … makes the old value of the new one."
        said = down.error.replace(hidden, name)
        raise request.error(
            f"{name} cannot be carried back to {meant.column.type}: {said}", hint=hint, directive=directive
        )
    return Replacement(
        table=table,
        shape=shape,
        column=meant.column,
        target=meant.target,
        old=name,
        new=hidden,
        final=name,
        old_number=shape.logical[name],
        up=up,
        down=down,
        up_written=meant.using is not None,
        down_written=directive is not None,
        forgiving=typed.on_error(request, name),
    )


def _hazards(meant: Meant, change: Replacement, *, lasting: bool) -> tuple[str, ...]:
    """What cannot be saved, by name."""
    request, table, name = meant.steps.request, meant.steps.table, meant.name
    short, old = table.name.name, meant.column.type
    found = [
        f"until contract {name} is {old} for both applications; the new one must do with it until then",
        f"writes of {name} that cannot be made {meant.target.type} are refused from expand on",
        f"COPY {short} FROM, or INSERT INTO {short}, without a column list fails until contract: one column more",
        _of_plans(table),
        _passable.hazard(table),
        "queries on a standby may be cancelled while it replays a strong lock (each is held for milliseconds)",
    ]
    if not lasting:
        found.append(
            f"both columns are proven equal once, not held equal by a lasting check: a write of {name} that goes past "
            "the triggers is seen at the next look only"
        )
    if change.down_written:
        found.append(f"down is trusted: what it does not lead back to the same value is lost by a rollback to {old}")
    else:
        found.append(
            f"after contract, until the grace period ends: what {old} cannot hold cannot go back, and is counted"
        )
    return (*found, *bound.hazards(request, change))
