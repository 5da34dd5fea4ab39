"""Make a column NOT NULL, while the application goes on writing.

## What it does

`ALTER TABLE t ALTER COLUMN c SET NOT NULL`. Rows that are NULL are counted and shown, and the change is refused, before
anything is changed; with `on_null = expression` they are filled, and until contract so is every NULL that is still
written.

## Why it is dangerous

Done as typed, it reads the whole table under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.

## Phases and locks

expand: NULLs are looked for (ACCESS SHARE). A constraint is added NOT VALID (ACCESS EXCLUSIVE, milliseconds), validated
(SHARE UPDATE EXCLUSIVE, reads the table while everybody works), and becomes the NOT NULL of the column (ACCESS
EXCLUSIVE, milliseconds, no scan). Up to PostgreSQL 17 the constraint is a CHECK that goes again; 18 has NOT NULL NOT
VALID itself. With `on_null` trigger and constraint appear in one transaction, a pass fills the rows in small batches,
and contract takes the trigger away.

## Rollback

The column may be NULL again; partitions and children that were NOT NULL before stay so. Values that were filled in
stay, and a NOT NULL that was there and NOT VALID stays proven.

## Versions

PostgreSQL 14 to 18.

## Example

    -- pgwright: on_null = 'inconnue'
    ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql.directives import Directive
from ...sql.quote import ident
from ..locks.declare import has_rows
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from ..sync import text
from ..sync.codec import link_to_json
from ..sync.link import Link
from ..sync.sources import sync_table
from . import _columns, _derived, _kept, _passable, raw_sql
from ._fill import fill_link
from ._not_null import NO_SCAN, NotNull, look_for_null
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import directives, table_sql

DIRECTIVES = ("on_null", "allow")
RECOGNISES = ("AlterTableStmt.AT_SetNotNull",)


@dataclass(frozen=True, kw_only=True)
class SetNotNull:
    """Make `column` of `table` NOT NULL; `on_null` is the expression that a NULL becomes."""

    table: str
    column: str
    schema: str | None = None
    on_null: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET NOT NULL with its directive."""
        table = table_sql(self.table, self.schema)
        return (
            f"{directives(on_null=self.on_null)}ALTER TABLE {table} ALTER COLUMN {ident(self.column)} SET NOT NULL;\n"
        )


def compile_(request: Request) -> Compiled:
    """Look, add, prove; or open a link that fills, and prove after the pass."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    steps, name = Steps(request, table), request.action.node.name
    _columns.known(request, table, name)
    shape = steps.shape
    number = shape.survivor(name)
    if number in shape.not_null:
        return _is_already(steps, number, name)
    if (pair := _columns.proving(shape, name)) is not None:
        why = f"{pair.old_name} is NOT NULL, and {pair.migration} proves it for {name} when it is contracted"
        return Compiled(strategy="nothing to do", why=why)
    _refuse_empty(steps, number, name)
    if (there := table.column_number(number)) is not None and there.not_null:
        raise request.refuse(f"an earlier statement of this plan drops NOT NULL of {name}", hint="Leave both out.")
    shape.not_null.add(number)
    directive = request.directive("on_null", name)
    if directive is None and (check := proven_by(steps, number)) is not None:
        return _by_check(steps, name, check)
    proof = NotNull.of(steps, name, request.moment())
    return _proven(steps, proof) if directive is None else _filled(steps, proof, directive)


def _refuse_empty(steps: Steps, number: int, name: str) -> None:
    """A column that the plan adds and nothing fills."""
    shape, request = steps.shape, steps.request
    added = shape.added.get(number)
    filled = any(link.new == number for link in shape.fills)
    if added is not None and added.default is None and not filled and has_rows(request.catalog, steps.table.oid):
        raise request.refuse(
            f"{name} is added by this plan without a value, and {steps.table.name} has rows",
            hint="Give it a DEFAULT where it is added, or write above ADD COLUMN what the rows get: "
            "-- pgwright: up = …",
        )


def _is_already(steps: Steps, number: int, name: str) -> Compiled:
    """Nothing to do, but for the NOT NULL of 18 that is NOT VALID yet: as typed its rows would be read under ACCESS
    EXCLUSIVE."""
    open_ = [
        each
        for each in steps.table.constraints
        if each.kind == "not null" and each.columns == (number,) and not each.validated
    ]
    if not open_:
        return Compiled(strategy="nothing to do", why=f"{name} is NOT NULL already")
    statement = steps.alter(f"VALIDATE CONSTRAINT {ident(open_[0].name)}")
    valid = steps.step(
        "not_null_valid",
        Phase.EXPAND,
        Kind.ONLINE,
        f"prove that {name} has no NULL",
        (statement,),
        steps.on("AlterTableStmt.AT_ValidateConstraint"),
        undo=("nothing: it stays proven",),
        done=condition.has_constraint(steps.table.oid, open_[0].name, valid=True),
    )
    return Compiled(
        strategy="NOT VALID + VALIDATE",
        why=f"{open_[0].name} is NOT VALID, and is proven while everybody works",
        steps=(*look_for_null(steps, name), valid),
    )


def proven_by(steps: Steps, number: int) -> str | None:
    """The name of a valid CHECK that says the column is not NULL: under it SET NOT NULL reads nothing (14 to 18)."""
    column = steps.table.column_number(number)
    wanted = f"CHECK (({ident(column.name)} IS NOT NULL))" if column is not None else ""
    found = (
        each for each in steps.table.constraints if each.kind == "check" and each.validated and not each.no_inherit
    )
    return next((each.name for each in found if each.definition == wanted), None)


def _by_check(steps: Steps, name: str, check: str) -> Compiled:
    column = steps.shape.on_server(name)
    loose = steps.alter(f"ALTER COLUMN {ident(column)} DROP NOT NULL")
    parts = [] if NotNull.is_native(steps) else _kept.kept(steps, column)
    set_ = steps.step(
        "set",
        steps.request.moment(),
        Kind.INSTANT,
        f"{name} is NOT NULL, as {check} has proven",
        (steps.alter(f"ALTER COLUMN {ident(column)} SET NOT NULL"),),
        steps.on(NO_SCAN),
        undo=(loose,),
        ready=condition.has_constraint(steps.table.oid, check, valid=True),
        done=condition.is_not_null(steps.table.oid, steps.shape.survivor(name)),
    )
    undo = steps.step(
        "undo",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"{name} may be NULL again",
        (loose, *_kept.again(steps, parts, column, "set")),
        steps.on("AlterTableStmt.AT_DropNotNull"),
        steps.on("AlterTableStmt.AT_DropConstraint"),
    )
    kept = _kept.prove(steps, parts, column, "set")
    return Compiled(strategy="catalog-only", why=f"constraint {check} has proven it already", steps=(set_, *kept, undo))


def _proven(steps: Steps, proof: NotNull) -> Compiled:
    look, added = look_for_null(steps, proof.name), proof.add()
    again = (*(each.id for each in look), added.id)
    query = f"SELECT * FROM {steps.sql} WHERE {ident(proof.column)} IS NULL"
    return Compiled(
        strategy="NOT VALID + VALIDATE",
        why="a constraint proves it while everybody works, so that nothing is read under the strong lock",
        hazards=(f"from expand on a NULL that the old application writes into {proof.name} is refused (23514, 23502)",),
        steps=(*look, added, *proof.prove(again=again, query=query), *proof.undo()),
    )


def _filled(steps: Steps, proof: NotNull, directive: Directive) -> Compiled:
    """Trigger and constraint appear together; the pass fills, and contract takes the trigger away."""
    link, looks = _link(steps, proof, directive)
    steps.shape.fills.append(link)
    if proof.phase is not Phase.EXPAND:
        raise steps.request.refuse(
            f"on_null cannot fill {proof.name} while another part of this plan is not complete",
            hint="Write SET NOT NULL into a later migration, and expand this one first.",
        )
    return Compiled(
        strategy="filled in place",
        why="on_null says what a NULL becomes: a trigger fills what is written, a pass what is there",
        hazards=(
            f"until contract a NULL that either application writes into {proof.name} becomes {link.up}",
            _passable.hazard(steps.table),
            "what was filled in stays after a rollback",
        ),
        steps=(*looks, _opened(steps, proof, link), *proof.prove(phase=Phase.VERIFY), *_closed(steps, proof, link)),
        links=(link,),
    )


def _opened(steps: Steps, proof: NotNull, link: Link) -> Step:
    table = sync_table(steps.request.catalog, steps.table.oid, names=steps.shape.physical)
    links = [*steps.shape.fills, *steps.shape.links]
    parameters = {"link": link_to_json(link), "new": False, "statements": [proof.add_sql()]}
    return steps.step(
        "open",
        Phase.EXPAND,
        Kind.INSTANT,
        f"from now on a NULL in {proof.name} becomes {link.up}, and none is let in",
        (proof.add_sql(), *text.functions(table, links), *text.triggers(table, links)),
        steps.on(proof.add_situation()),
        steps.on("DropStmt trigger"),
        action=Action(name="fill_open", parameters=parameters),
        undo=proof.undo_sql(),
        done=condition.both(condition.has_link(link.id), condition.has_constraint(steps.table.oid, proof.constraint)),
    )


def _closed(steps: Steps, proof: NotNull, link: Link) -> list[Step]:
    """The trigger goes with contract, and NOT NULL stays; with rollback both go."""
    body = link_to_json(link)
    contract = steps.step(
        "close",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"a NULL in {proof.name} is refused from now on",
        (),
        steps.on("DropStmt trigger"),
        action=Action(name="fill_close", parameters={"link": body}),
        done=condition.neither(condition.has_link(link.id)),
    )
    undo = steps.step(
        "undo",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"{proof.name} may be NULL again; what was filled in stays",
        proof.undo_sql(),
        steps.on("AlterTableStmt.AT_DropNotNull"),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        steps.on("DropStmt trigger"),
        action=Action(name="fill_close", parameters={"link": body, "statements": list(proof.undo_sql())}),
    )
    return [contract, *proof.keep(), undo]


def _link(steps: Steps, proof: NotNull, directive: Directive) -> tuple[Link, list[Step]]:
    request, shape = steps.request, steps.shape
    number = shape.survivor(proof.name)
    if (pair := _columns.flight(shape, proof.name)) is not None and not pair.plain:
        raise request.error(
            f"{proof.name} gets its values from up of a rename that is in flight: let that give one for NULL, too",
            hint=f"Write it with coalesce(…) in up of {pair.migration}, and leave on_null out.",
            directive=directive,
        )
    if number in shape.added:
        raise request.error(
            f"{proof.name} is added by this plan",
            hint="Say what its rows get by a DEFAULT, or by -- pgwright: up = … above ADD COLUMN.",
            directive=directive,
        )
    reasons = _passable.against(request, steps.table, number)
    if reasons := [*reasons, *_derived.reading(request.catalog, steps.table, number)]:
        raise request.refuse(f"{proof.name} cannot be filled", *reasons)
    column = shape.column(shape.logical[proof.name])
    if column.generated is not None:
        raise request.error(
            f"{proof.name} is a generated column: only its expression fills it",
            hint="Leave on_null out; rows in which it is NULL are looked for.",
            directive=directive,
        )
    found = _columns.facts(request, steps.table, directive.value, column, what=f"on_null = {directive.value}")
    if found.has_subquery:
        raise request.error("on_null cannot have a subquery: it stands in a trigger", directive=directive)
    if any(name == proof.name for name in found.columns):
        raise request.error(f"on_null reads {proof.name} itself, which is NULL then", directive=directive)
    if _columns.is_null(directive.value):
        raise request.error("on_null is NULL, which fills nothing", directive=directive)
    looks = _columns.look_for_gaps(steps, proof.name, found, among=f"{ident(proof.column)} IS NULL")
    return fill_link(steps, proof.name, number, found, fills="writes"), looks
