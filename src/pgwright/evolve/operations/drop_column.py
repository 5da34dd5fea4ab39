"""Drop a column, once the old application has gone, with a way back for a while.

## What it does

`ALTER TABLE t DROP COLUMN c`. With `down = expression` rows that the new application inserts get a value in it until
then, so that the old application finds what it expects.

## Why it is dangerous

Statements of the running application that name the column fail from the moment of the COMMIT, and what was in it is
gone. A NOT NULL column without a DEFAULT breaks the INSERTs of the new application as long as it is there.

## Phases and locks

expand: with `down` a trigger (ACCESS EXCLUSIVE, milliseconds), else nothing. contract: the column is put aside under
another name, and after the grace period dropped (ACCESS EXCLUSIVE, milliseconds; of a foreign key also on the other
table). Its indexes and constraints go with it.

## Rollback

Before contract nothing is lost; in the grace period the column gets its name back. After that nothing brings it back,
so contract asks for `destructive`.

## Versions

PostgreSQL 14 to 18.

## Example

    -- pgwright: down = ''
    ALTER TABLE utilisateurs DROP COLUMN surnom;
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...catalog.dependents import foreign_keys_to, policies_reading, rules_reading
from ...catalog.values import Column
from ...sql.quote import ident
from ...sql.tokens import mentions_column
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from ..sync import text
from ..sync.codec import link_to_json
from ..sync.link import Link
from ..sync.naming import hidden_name
from ..sync.sources import sync_table
from . import _columns, _derived, raw_sql
from ._fill import fill_link
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import directives, table_sql

DIRECTIVES = ("down", "allow")
RECOGNISES = ("AlterTableStmt.AT_DropColumn",)
DROP = "AlterTableStmt.AT_DropColumn"


@dataclass(frozen=True, kw_only=True)
class DropColumn:
    """Drop `column` of `table`; `down` is what rows of the new application get in it until contract."""

    table: str
    column: str
    schema: str | None = None
    down: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DROP COLUMN with its directive."""
        table = table_sql(self.table, self.schema)
        return f"{directives(down=self.down)}ALTER TABLE {table} DROP COLUMN {ident(self.column)};\n"


def compile_(request: Request) -> Compiled:
    """Nothing or a trigger; then aside, then away."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    steps, node = Steps(request, table), request.action.node
    if node.missing_ok and node.name not in steps.shape.logical:
        return Compiled(strategy="nothing to do", why=f"{table.name} has no column {node.name}")
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    column = _columns.known(request, table, node.name)
    _check(steps, node.name, column)
    link = _link(steps, node.name, column)
    compiled = _compile(steps, node.name, link)
    shape = steps.shape
    del shape.logical[node.name]
    if link is not None:
        shape.fills.append(link)
    return compiled


def _check(steps: Steps, name: str, column: Column) -> None:
    """What PostgreSQL refuses, and what would go silently."""
    request, table, shape = steps.request, steps.table, steps.shape
    number = shape.logical[name]
    if number in shape.added:
        raise request.refuse(f"{name} is added by this plan", hint="Leave both out.")
    # A link that fills another column from it is closed by its own contract, which comes first.
    needed = [link for link in shape.links if number in (link.old, link.new, *link.columns.values())]
    for link in (*needed, *(link for link in shape.fills if link.new == number)):
        first = link.migration != request.migration
        raise request.refuse(
            f"{name} is needed by {link.migration}, which is in flight",
            hint=f"Contract that first: pgwright contract {link.migration}"
            if first
            else "Write DROP COLUMN into a later migration.",
        )
    if column.inherited:
        raise request.error(f'column "{name}" of "{table.name}" is inherited', hint="Drop it on the parent table.")
    if any(number in part.partition_columns for part in request.catalog.descendants(table.oid)):
        raise request.error(f'column "{name}" is in the partition key of "{table.name}"')
    if reasons := tuple(_dependents(steps, number)):
        raise request.refuse(
            f"{name} of {table.name} cannot be dropped: others depend on it",
            *reasons,
            hint="Drop or change them first, in statements of their own; CASCADE would take them silently.",
        )


def _dependents(steps: Steps, number: int) -> Iterator[str]:
    """What reads the column and would stop the drop, or go with it unseen."""
    table, catalog = steps.table, steps.request.catalog
    for view in catalog.views.values():
        if any(oid == table.oid and read in (number, 0) for oid, read in view.reads):
            yield f"view {view.name} reads it"
    for policy in table.policies:
        if number in policy.columns:
            yield f'policy "{policy.name}" reads it'
    for other, policy in policies_reading(catalog, [table.oid]):
        if (table.oid, number) in policy.reads:
            yield f'policy "{policy.name}" of {other.name} reads it'
    own = _derived.of_column(catalog, table, number)
    for trigger in table.triggers:
        if own is not None and trigger in own.triggers:
            continue
        if number in (*trigger.update_columns, *trigger.when_columns):
            yield f'trigger "{trigger.name}" names it'
    for other, key in foreign_keys_to(catalog, [table.oid]):
        if number in key.referenced_columns and other.oid != table.oid:
            yield f'foreign key "{key.name}" of {other.name} points to it'
    for column in table.columns:
        if column.generated is not None and number in column.reads and column.number != number:
            yield f"generated column {column.name} reads it"
    for owner, rule in rules_reading(catalog, [table.oid]):
        if (table.oid, number) in rule.reads:
            yield f'rule "{rule.name}" of {owner.name} reads it'
    for publication in table.publications:
        if number in (*(publication.columns or ()), *publication.filter_columns):
            yield f'publication "{publication.name}" sends it'
    for function in catalog.functions.values():
        if (table.oid, number) in function.reads:
            yield f"function {function.name} reads it"


def _link(steps: Steps, name: str, column: Column) -> Link | None:
    """What the rows of the new application get, where the column refuses NULL."""
    request = steps.request
    directive = request.directive("down", name)
    if directive is None:
        provided = column.default is not None or column.identity is not None or column.generated is not None
        if column.not_null and not provided:
            raise request.refuse(
                f"{name} is NOT NULL without a DEFAULT: INSERTs of the new application, which do not name it, fail",
                hint=f"Write above it what their rows get until contract: -- pgwright: down({ident(name)}) = …",
            )
        return None
    found = _columns.facts(request, steps.table, directive.value, column, what=f"down = {directive.value}")
    if found.has_subquery or name in found.columns:
        raise request.error("down cannot have a subquery or read the column itself", directive=directive)
    return fill_link(steps, name, steps.shape.logical[name], found, fills="inserts")


def _compile(steps: Steps, name: str, link: Link | None) -> Compiled:
    hidden = hidden_name(f"{steps.request.id}_{name}", "old")
    found = [_opened(steps, name, link)] if link is not None else []
    back = [] if link is None else [_closed(steps, name, link, phase) for phase in (Phase.ROLLBACK, Phase.RESTORE)]
    fills = "; down fills what the new one inserts" if link is not None else ""
    return Compiled(
        strategy="with contract",
        why=f"the old application reads and writes it until then{fills}",
        hazards=_hazards(steps, name),
        steps=(*found, *_renamed(steps, name, hidden), _dropped(steps, name, hidden, link), *back),
    )


def _renamed(steps: Steps, name: str, hidden: str) -> list[Step]:
    """Aside at contract, and back in the grace period."""
    table, number = steps.table, steps.shape.logical[name]
    to_hidden = steps.alter(f"RENAME COLUMN {ident(name)} TO {ident(hidden)}")
    to_name = steps.alter(f"RENAME COLUMN {ident(hidden)} TO {ident(name)}")
    own = _derived.of_column(steps.request.catalog, table, number)
    computes = [own.function.oid] if own is not None else []
    parameters = {"relation": table.oid, "number": number, "of": name, "computes": computes}
    aside = steps.step(
        "aside",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"put column {name} of {table.name} aside as {hidden}",
        (to_hidden,),
        steps.on(DROP),
        steps.on("DropStmt trigger"),
        action=Action(name="column_rename", parameters={**parameters, "to": hidden, "refuse": True}),
        undo=(to_name,),
    )
    restore = steps.step(
        "restore",
        Phase.RESTORE,
        Kind.CUTOVER,
        f"give column {name} of {table.name} its name back",
        (to_name,),
        steps.on(DROP),
        steps.on("DropStmt trigger"),
        action=Action(name="column_rename", parameters={**parameters, "to": name, "refuse": False}),
        ready=condition.either(condition.has_column(table.oid, hidden), condition.has_column(table.oid, name)),
        done=condition.has_column(table.oid, name),
    )
    return [aside, restore]


def _dropped(steps: Steps, name: str, hidden: str, link: Link | None) -> Step:
    """After the grace period it goes for ever."""
    table, number, catalog = steps.table, steps.shape.logical[name], steps.request.catalog
    parameters = {
        "relation": table.oid,
        "number": number,
        "column": hidden,
        "link": link.id if link is not None else None,
        "loses": "",
        "destroys": [
            {
                "relation": table.oid,
                "column": number,
                "object": f"{table.name.name}.{name}",
                "name": [table.name.schema, table.name.name],
            }
        ],
        "consented": steps.request.allowed("destructive"),
    }
    if (own := _derived.of_column(catalog, table, number)) is not None:
        parameters |= {"before": _derived.drop_triggers(catalog, table, own), "after": [_derived.drop_function(own)]}
    pointed = {
        part.oid
        for each in table.constraints
        if each.kind == "foreign key" and number in each.columns
        for part in catalog.descendants(each.referenced or 0)
    }
    foreign = [steps.on("AlterTableStmt.AT_DropConstraint foreign key", referenced=tuple(sorted(pointed)))]
    return steps.step(
        "drop",
        Phase.RETIRE,
        Kind.CUTOVER,
        f"drop column {name} of {table.name}",
        (steps.alter(f"DROP COLUMN {ident(hidden)}"),),
        steps.on(DROP),
        steps.on("DropStmt trigger"),
        *(foreign if pointed else ()),
        action=Action(name="column_drop", parameters=parameters),
        done=condition.neither(condition.has_column(table.oid, hidden)),
    )


def _opened(steps: Steps, name: str, link: Link) -> Step:
    table = sync_table(steps.request.catalog, steps.table.oid, names=steps.shape.physical)
    links = [*steps.shape.fills, link, *steps.shape.links]
    return steps.step(
        "open",
        Phase.EXPAND,
        Kind.INSTANT,
        f"rows that are inserted without {name} get {link.up} in it",
        (*text.functions(table, links), *text.triggers(table, links)),
        steps.on("DropStmt trigger"),
        action=Action(name="fill_open", parameters={"link": link_to_json(link), "new": False, "statements": []}),
        undo=("the trigger goes",),
        done=condition.has_link(link.id),
    )


def _closed(steps: Steps, name: str, link: Link, phase: Phase) -> Step:
    return steps.step(
        f"close_{phase}",
        phase,
        Kind.CUTOVER,
        f"rows that are inserted without {name} are filled no longer",
        (),
        steps.on("DropStmt trigger"),
        action=Action(name="fill_close", parameters={"link": link_to_json(link)}),
        done=condition.neither(condition.has_link(link.id)),
    )


def _hazards(steps: Steps, name: str) -> tuple[str, ...]:
    table = steps.table.name.name
    found = [
        f"after contract nothing brings {name} back but a backup; with --grace it is only put aside at first",
        (
            f'SELECT * of {table} in a server-side prepared statement fails once per connection at contract ("cached '
            'plan must not change result type")'
        ),
    ]
    triggers = {trigger.function_oid for trigger in steps.table.triggers}
    for function in steps.request.catalog.functions.values():
        reads = function.oid in triggers or mentions_column(function.body, table)
        if reads and mentions_column(function.body, name):
            found.append(f"the body of function {function.name} names {name}: after contract it fails with 42703")
    return tuple(found)
