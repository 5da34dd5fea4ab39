"""The steps of ADD COLUMN: added empty or with what is free, filled by the pass, constrained apart."""

from __future__ import annotations

from ....catalog.probe import ExpressionFacts
from ....sql import alter, parse
from ....sql.expression import columns, substitute
from ....sql.parse import Node
from ....sql.quote import ident
from ...locks.scene import Scene
from ...steps import condition
from ...steps.step import Action, Kind, Phase, Step
from ...sync import text
from ...sync.codec import link_to_json
from ...sync.link import Link
from ...sync.sources import sync_table
from .. import _columns, _constraints, _passable
from .._check import check
from .._derived import Making
from .._fill import fill_link
from .._foreign_key import foreign_key
from .._key import key
from .._not_null import NotNull
from .._operation import UNKNOWN, Compiled
from .._unique import twice
from . import _generated, _numbered
from ._added import KEPT, Added, rewrites


def build(added: Added) -> Compiled:
    """Add, fill, constrain; and the way back."""
    steps, request = added.steps, added.steps.request
    shape, number = steps.shape, added.column.number
    fill = added.filled
    made = _generated.making(added) if added.kept else None
    shape.added[number] = added.column
    shape.logical[added.name] = number
    shape.physical[number] = added.name
    link = _link(added, fill) if fill is not None else None
    late = fill is not None
    if late:
        request.late.add(added.name)
    phase = Phase.VERIFY if late else Phase.EXPAND
    opened = (
        _generated.opened(added, made, link, _definition(added, native=False))
        if made and link
        else [_open(added, link)]
    )
    close = [_close(added, link)] if link is not None and link.fills == "touch" else []
    proven = _generated.proven(added, made) if made is not None else []
    after = [*close, *proven, *_apart(added, phase)]
    if added.not_null:
        shape.not_null.add(number)
    if link is not None and link.fills == "writes":
        after.append(_contract(added, link))
    return Compiled(
        strategy="filled in place" if late else "catalog-only",
        why=_why(added),
        hazards=tuple(added.hazards) + _hazards(added) + _of_values(added, made),
        steps=(*_looks(added), *opened, *after, _undo(added, link, made)),
        links=(link,) if link is not None else (),
    )


def _looks(added: Added) -> list[Step]:
    """Rows that `up` would leave empty in a column that is NOT NULL, or whose DEFAULT breaks a CHECK; asked for before
    the column is there."""
    if added.generated is not None and added.not_null:
        return _columns.look_for_gaps(added.steps, added.name, added.generated)
    if added.filled is None:
        checks = enumerate(added.found.get("CONSTR_CHECK", ()), 1)
        return [step for number, node in checks for step in _broken(added, number, node)]
    if added.up is None or not added.not_null:
        return []
    return _columns.look_for_gaps(added.steps, added.name, added.up)


def _broken(added: Added, number: int, node: Node) -> list[Step]:
    steps, shape = added.steps, added.steps.shape
    text = parse.deparse_expression(parse.unwrap(node.raw_expr))
    others = [name for name in columns(text) if name in shape.logical and name != added.name]
    if added.column.type_oid == UNKNOWN or any(_columns.is_filled_later(shape, name) for name in others):
        return []
    if not _constraints.all_seen(steps.request, steps.table):
        return []
    given = added.generated or added.default
    value = given.text if given is not None else "NULL"
    there = {name: ident(shape.on_server(name)) for name in others}
    if added.generated is not None:
        value = substitute(value, {name: ident(shape.on_server(name)) for name in added.generated.columns})
    broken = substitute(text, {**there, added.name: f"({value})::{added.column.type}"})
    return [
        steps.look(
            f"check{number}_look",
            f"look for rows of {steps.table.name} that CHECK ({text}) would refuse",
            f"SELECT * FROM {steps.sql} WHERE NOT ({broken})",
            f"rows of {steps.table.name} that would break CHECK ({text}) with {value} in {added.name}",
            f"Give {added.name} a DEFAULT that passes, or write above it what each row gets: -- pgwright: up = …",
        )
    ]


def _link(added: Added, fill: ExpressionFacts) -> Link:
    steps = added.steps
    if reasons := _passable.against(steps.request, steps.table, added.column.number):
        raise steps.request.refuse(f"{added.name} cannot be filled", *reasons)
    fills = "writes" if added.up is not None else "touch"
    link = fill_link(steps, added.name, added.column.number, fill, fills=fills)
    steps.shape.fills.append(link)
    return link


def _open(added: Added, link: Link | None) -> Step:
    """The column with what is free: a DEFAULT that is one value, NOT NULL beside it. A DEFAULT that differs from row to
    row is set after the column is there, in the same transaction: then it is for new rows only."""
    steps = added.steps
    native = link is None
    statements = [steps.alter(f"ADD COLUMN {_definition(added, native=native)}")]
    statements += added.sequence.create if added.sequence is not None else ()
    if not native and added.default is not None:
        statements.append(steps.alter(f"ALTER COLUMN {ident(added.name)} SET DEFAULT {added.default.text}"))
    situations = [steps.on("AlterTableStmt.AT_AddColumn")]
    if native and added.not_null and added.default is None and not added.virtual:
        situations.append(steps.on("AlterTableStmt.AT_AddColumn checked"))
    if native and (rewrites(steps, added.node) or _fills_at_once(added)):
        situations.append(steps.on("AlterTableStmt.AT_AddColumn rewriting"))
    there = condition.has_column(steps.table.oid, added.name)
    if link is None:
        return steps.step(
            "add",
            Phase.EXPAND,
            Kind.INSTANT,
            f"add column {added.name} to {steps.table.name}",
            statements,
            *situations,
            undo=(_drop_sql(added),),
            ready=condition.both(condition.neither(there), condition.is_next(steps.table.oid, added.column.number)),
            done=there,
        )
    table = sync_table(steps.request.catalog, steps.table.oid, names=steps.shape.physical)
    links = [*steps.shape.fills, *steps.shape.links]
    parameters = {"link": link_to_json(link), "new": True, "statements": statements}
    return steps.step(
        "add",
        Phase.EXPAND,
        Kind.INSTANT,
        f"add column {added.name} to {steps.table.name}, empty, with a trigger that fills it",
        (*statements, *text.functions(table, links), *text.triggers(table, links)),
        *situations,
        steps.on("DropStmt trigger"),
        action=Action(name="fill_open", parameters=parameters),
        undo=(_drop_sql(added),),
        ready=condition.neither(there),
        done=condition.both(condition.has_link(link.id), there),
    )


def _fills_at_once(added: Added) -> bool:
    """A stored generated column or an identity as typed."""
    return "CONSTR_IDENTITY" in added.found or (added.generated is not None and not added.virtual)


def _definition(added: Added, *, native: bool) -> str:
    """The column definition with only what is free. NOT NULL of a virtual column reads the rows (18)."""
    node = type(added.node)()
    node.CopyFrom(added.node)
    free = set(KEPT if native else ()) - ({"CONSTR_NOTNULL"} if added.virtual else set())
    kept = [each for each in added.node.constraints if parse.enum_value(parse.unwrap(each), "contype") in free]
    del node.constraints[:]
    node.constraints.extend(kept)
    holder = parse.parse("ALTER TABLE x ADD COLUMN y int")[0].node
    alter.definition(alter.command(holder)).CopyFrom(node)
    return parse.deparse_statement(holder).removeprefix("ALTER TABLE x ADD COLUMN ")


def _drop_sql(added: Added) -> str:
    return added.steps.alter(f"DROP COLUMN {ident(added.name)}")


def _close(added: Added, link: Link) -> Step:
    """Every row is filled: the trigger goes."""
    return added.steps.step(
        "filled",
        Phase.VERIFY,
        Kind.INSTANT,
        f"every row has its {added.name}: the trigger goes",
        (),
        added.steps.on("DropStmt trigger"),
        action=Action(name="fill_close", parameters={"link": link_to_json(link)}),
        undo=("the column goes with the migration",),
        done=condition.neither(condition.has_link(link.id)),
    )


def _contract(added: Added, link: Link) -> Step:
    return added.steps.step(
        "close",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"what is written without {added.name} is filled no longer",
        (),
        added.steps.on("DropStmt trigger"),
        action=Action(name="fill_close", parameters={"link": link_to_json(link)}),
        done=condition.neither(condition.has_link(link.id)),
    )


def _apart(added: Added, phase: Phase) -> list[Step]:
    """What reads the rows, each without a strong lock."""
    steps = added.steps
    found: list[Step] = []
    if (added.filled is not None or added.virtual) and added.not_null:
        proof = NotNull.of(steps, added.name, phase)
        found += [proof.add(), *proof.prove()]
    if added.sequence is not None:
        found += _numbered.taken_over(steps, added.name, added.sequence, phase)
    for number, node in enumerate(added.found.get("CONSTR_CHECK", ()), 1):
        made = check(steps, node, tag=f"check{number}_")
        found += made.forward(phase, look=None)
        added.hazards.append(f"from expand on a write that breaks {made.name} is refused (23514)")
    for number, node in enumerate(added.found.get("CONSTR_FOREIGN", ()), 1):
        made = foreign_key(steps, node, [added.name], tag=f"foreign{number}_")
        found += made.forward(phase, look=None)
    keys = [("UNIQUE", each) for each in added.found.get("CONSTR_UNIQUE", ())]
    keys += [("PRIMARY KEY", each) for each in added.found.get("CONSTR_PRIMARY", ())]
    for number, (kind, node) in enumerate(keys, 1):
        added.hazards.append(twice([added.name]))
        of = key(steps, node, kind, [added.name], phase, tag=f"unique{number}_")
        found += [each for each in of if each.phase is not Phase.ROLLBACK]
    return found


def _undo(added: Added, link: Link | None, made: Making | None) -> Step:
    """Rollback drops the column; constraints and indexes go with it."""
    steps = added.steps
    before = made.drop_triggers_sql() if made is not None else []
    after = [made.drop_function_sql()] if made is not None else []
    parameters = {
        "relation": steps.table.oid,
        "number": added.column.number,
        "column": added.name,
        "link": link.id if link is not None else None,
        "loses": _loses(added),
        "before": before,
        "after": after,
    }
    foreign = [
        steps.on("AlterTableStmt.AT_DropConstraint foreign key", referenced=(oid,))
        for node in added.found.get("CONSTR_FOREIGN", ())
        if (oid := Scene(steps.request.catalog).oid(node.pktable)) is not None
    ]
    return steps.step(
        "undo",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"drop column {added.name} of {steps.table.name}",
        (*before, _drop_sql(added), *after),
        steps.on("AlterTableStmt.AT_DropColumn"),
        steps.on("DropStmt trigger"),
        *foreign,
        action=Action(name="column_drop", parameters=parameters),
        done=condition.neither(condition.has_column(steps.table.oid, added.name)),
    )


def _loses(added: Added) -> str:
    """The condition of rows whose value the application must have written; "true" where nobody can tell."""
    column = ident(added.name)
    if added.generated is not None:
        return ""
    if added.filled is not None or "CONSTR_IDENTITY" in added.found:
        return "true"
    if added.default is None:
        return f"{column} IS NOT NULL"
    if not added.default.immutable:
        return f"{column} IS NOT NULL"
    default = f"ROW(({added.default.text})::{added.column.type})::record"
    return f"ROW({column})::record OPERATOR(pg_catalog.*<>) {default}"


def _of_values(added: Added, made: Making | None) -> tuple[str, ...]:
    """How the values differ from those of the statement as typed."""
    if added.generated is not None:
        return _generated.hazards(added, made)
    return _numbered.hazards(added.name, added.sequence) if added.sequence is not None else ()


def _why(added: Added) -> str:
    if added.kept:
        return "as typed it would rewrite the table: triggers compute what is written, a pass what is there"
    if added.generated is not None:
        return "nothing is stored" if added.virtual else "the table has no rows, or its rewrite is allowed"
    if added.sequence is not None:
        return "as typed it would rewrite the table: a sequence numbers the rows that are there in small batches"
    if added.up is not None:
        return "up gives each row its value: a trigger fills what is written, a pass what is there"
    if added.filled is not None:
        return "the DEFAULT is another value for each row: the rows that are there are filled in small batches"
    if added.default is not None:
        return "the DEFAULT is one value for all rows, which the catalog keeps"
    return "the rows that are there are not touched"


def _hazards(added: Added) -> tuple[str, ...]:
    name = added.steps.table.name.name
    found = [
        (
            f"COPY {name} FROM, or INSERT INTO {name}, without a column list fails, and SELECT * gives one column "
            'more; in a server-side prepared statement it fails once per connection ("cached plan must not change '
            'result type")'
        )
    ]
    if added.filled is not None:
        found.append(_passable.hazard(added.steps.table))
    if added.up is not None:
        found.append(f"until contract a NULL that either application writes into {added.name} becomes {added.up.text}")
        if added.up.columns:
            read = ", ".join(added.up.columns)
            found.append(
                f"an UPDATE of {read} that does not name {added.name} leaves it as it is, in both applications"
            )
    provided = added.default is not None or added.up is not None or added.generated is not None
    if added.not_null and not provided and "CONSTR_IDENTITY" not in added.found:
        found.append(f"INSERTs of the old application, which do not name {added.name}, fail from expand on (23502)")
    return tuple(found)
