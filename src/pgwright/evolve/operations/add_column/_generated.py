"""GENERATED ALWAYS AS (…): a plain column that triggers compute, where the statement as typed rewrites the table."""

from __future__ import annotations

from collections.abc import Sequence

from ....catalog.probe import ExpressionFacts
from ....connect.capability import Capabilities
from ....sql import parse
from ....sql.expression import substitute
from ....sql.parse import Node
from ....sql.quote import ident
from ...locks.declare import has_rows
from ...steps import condition
from ...steps.step import Action, Kind, Phase, Step
from ...sync.codec import link_to_json
from ...sync.link import Link
from ...sync.naming import hidden_name
from .. import _columns, _derived
from .._derived import Making
from .._steps import Steps
from ._added import Added

OTHERS = {
    "CONSTR_DEFAULT": "both a DEFAULT and a generation expression",
    "CONSTR_IDENTITY": "both an identity and a generation expression",
}


def understood(added: Added, nodes: Sequence[Node]) -> None:
    """Asks the server about the expression, and notes it. Raises where PostgreSQL would refuse the column."""
    steps, node = added.steps, nodes[0]
    request = steps.request
    for kind, said in OTHERS.items():
        if kind in added.found:
            raise request.error(f'column "{added.name}" has {said}')
    if added.up is not None:
        raise request.error(f"{added.name} is generated: up has nothing to fill")
    added.virtual = node.generated_kind == "v"
    if added.virtual:
        Capabilities(request.catalog.version).has_virtual_generated_columns(check=True)
        _refuse_beside_virtual(added)
    expression = parse.deparse_expression(parse.unwrap(node.raw_expr))
    found = _columns.facts(request, steps.table, expression, added.column, what=f"GENERATED ALWAYS AS ({expression})")
    if found.has_subquery:
        raise request.error("a generation expression cannot have a subquery")
    if not found.immutable:
        raise request.error(
            f"the generation expression is not immutable: {found.text}",
            hint="to_tsvector and the like need their configuration as a constant: to_tsvector('french', …).",
        )
    for name in found.columns:
        if steps.shape.column(steps.shape.logical[name]).generated is not None:
            raise request.error(f'cannot use generated column "{name}" in a generation expression')
    added.generated = found
    empty = not has_rows(request.catalog, steps.table.oid)
    added.kept = not (added.virtual or empty or request.allowed("rewrite"))
    if added.kept:
        _refuse_unsettled(added, found)


def _refuse_beside_virtual(added: Added) -> None:
    for kind, what in (("CONSTR_UNIQUE", "an index"), ("CONSTR_FOREIGN", "a foreign key")):
        if kind in added.found:
            raise added.steps.request.error(f"a virtual generated column cannot have {what}: {added.name} is one")


def _refuse_unsettled(added: Added, found: ExpressionFacts) -> None:
    """An input whose values come later, by triggers that fire behind ours."""
    steps = added.steps
    request, shape = steps.request, steps.shape
    filled = {link.new for link in shape.fills}
    for name in found.columns:
        if _columns.is_filled_later(shape, name) or shape.survivor(name) in filled:
            raise request.refuse(
                f"{added.name} is computed from {name}, whose values are still being made",
                hint="Write it into a later migration, and contract the one before first; or, where the table may be "
                "rewritten under ACCESS EXCLUSIVE: -- pgwright: allow = rewrite",
            )
        if (other := _derived.of_column(request.catalog, steps.table, shape.survivor(name))) is not None:
            raise request.error(
                f'cannot use generated column "{name}" in a generation expression: '
                f'trigger "{other.triggers[0].name}" computes it'
            )


def making(added: Added) -> Making:
    """What keeps the column."""
    assert added.generated is not None
    mapping = {name: added.steps.shape.on_server(name) for name in added.generated.columns}
    return _derived.making(added.steps, added.name, added.column.type, added.generated.text, mapping)


def opened(added: Added, made: Making, link: Link, definition: str) -> list[Step]:
    """The column with its triggers in one transaction; then the trigger of the pass, around them."""
    steps = added.steps
    there = condition.has_column(steps.table.oid, added.name)
    drop = [*made.drop_triggers_sql(), steps.alter(f"DROP COLUMN {ident(added.name)}"), made.drop_function_sql()]
    add = steps.step(
        "add",
        Phase.EXPAND,
        Kind.INSTANT,
        f"add column {added.name} to {steps.table.name}, with triggers that compute it",
        (steps.alter(f"ADD COLUMN {definition}"), made.function_sql(), *made.trigger_sql()),
        steps.on("AlterTableStmt.AT_AddColumn"),
        undo=drop,
        ready=condition.both(condition.neither(there), condition.is_next(steps.table.oid, added.column.number)),
        done=there,
    )
    fill = steps.step(
        "fill",
        Phase.EXPAND,
        Kind.INSTANT,
        f"rows that are touched while the pass runs get their {added.name}",
        (),
        steps.on("DropStmt trigger"),
        action=Action(name="fill_open", parameters={"link": link_to_json(link), "new": False, "statements": []}),
        undo=("goes with the link",),
        done=condition.has_link(link.id),
    )
    return [add, fill]


def proven(added: Added, made: Making) -> list[Step]:
    """After the pass: the triggers fire for everybody, and a CHECK proves that every row has its value."""
    assert added.generated is not None
    steps = added.steps
    name = hidden_name(f"{steps.request.id}_{added.name}", "is")
    value = f"({substitute(added.generated.text, {k: ident(v) for k, v in made.mapping.items()})})::{made.type}"
    same = f"pg_catalog.record_image_eq(ROW({ident(added.name)}), ROW({value}))"
    drop = steps.alter(f"DROP CONSTRAINT IF EXISTS {ident(name)}")
    oid = steps.table.oid
    hold = steps.step(
        "always",
        Phase.VERIFY,
        Kind.INSTANT,
        f"the triggers of {added.name} fire for writers with the replica role, too; a check refuses other values",
        (*made.always_sql(), steps.alter(f"ADD CONSTRAINT {ident(name)} CHECK ({same}) NOT VALID")),
        steps.on("AlterTableStmt.AT_AddConstraint check not valid"),
        steps.on("DropStmt trigger"),
        undo=(drop,),
        done=condition.has_constraint(oid, name),
    )
    valid = steps.step(
        "valid",
        Phase.VERIFY,
        Kind.ONLINE,
        f"prove that every row has the {added.name} of its expression",
        (steps.alter(f"VALIDATE CONSTRAINT {ident(name)}"),),
        steps.on("AlterTableStmt.AT_ValidateConstraint"),
        undo=(drop,),
    )
    gone = steps.step(
        "proven",
        Phase.VERIFY,
        Kind.INSTANT,
        f"{added.name} is proven; the check goes, the triggers stay",
        (drop,),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        undo=("nothing: it only proved",),
    )
    return [hold, valid, gone]


def hazards(added: Added, made: Making | None) -> tuple[str, ...]:
    """How the end differs from what was typed, and what else there is."""
    name, table = added.name, added.steps.table
    if made is None:
        rewritten = not added.virtual and has_rows(added.steps.request.catalog, table.oid)
        return (f"{table.name} is rewritten under ACCESS EXCLUSIVE, which was allowed",) if rewritten else ()
    triggers, function = " and ".join(made.triggers), made.function
    virtual = ", or VIRTUAL in the place of STORED" if _knows_virtual(added.steps) else ""
    end = (
        f"{name} ends as a plain column that triggers compute ({triggers}, function {function}), not as a generated "
        "column: PostgreSQL makes none of a column that is there. They are the application's, stay after done, and are "
        f"in pg_dump; \\d shows no expression. DROP COLUMN {name} by pgwright takes them along"
    )
    writes = (
        f"a value for {name} that is not the computed one is refused (428C9), as a generated column refuses every "
        "value; NULL in an INSERT, DEFAULT and the computed value itself pass"
    )
    behind = (
        f"a BEFORE trigger that comes later and sorts behind {made.triggers[0]} in byte order can change what {name} "
        "was computed from"
    )
    others = (
        f"other ways: allow = rewrite runs it as typed, under ACCESS EXCLUSIVE{virtual}; an index on the expression "
        "needs no column at all"
    )
    found = [end, writes, behind, others]
    if any(part.partition_bound is None for part in made.all_parts if part.oid != table.oid):
        found.append(f"a table that is made to inherit from {table.name.name} later needs the triggers itself")
    return tuple(found)


def _knows_virtual(steps: Steps) -> bool:
    return Capabilities(steps.request.catalog.version).has_virtual_generated_columns()
