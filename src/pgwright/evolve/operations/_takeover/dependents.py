"""What hangs on the old column, and the steps that carry it over when the new column takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....base.lock import LockMode
from ....sql.quote import ident, literal
from ...steps import condition
from ...steps.step import Action, Kind, Lock, Phase, Step
from ...sync import naming
from ...sync.link import Mode
from ...sync.naming import hidden_name
from . import bound, keys
from .replacement import Replacement
from .side import Side

if TYPE_CHECKING:
    from .builder import Builder


def column_settings(change: Replacement, relation: str) -> tuple[str, ...]:
    """Rights, storage, statistics target and comment of the old column, for the new one."""
    column, new = change.column, ident(change.new)
    statements = []
    for grantee, privilege, grantable in column.acl:
        if grantee != change.table.owner:
            to = ident(grantee) if grantee else "PUBLIC"
            option = " WITH GRANT OPTION" if grantable else ""
            statements.append(f"GRANT {privilege} ({new}) ON {relation} TO {to}{option}")
    same_type = change.target.type == column.type  # how values are stored belongs to their type
    storage = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}.get(column.storage)
    if storage and not change.plain and same_type:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET STORAGE {storage}")
    if column.compression and not change.plain and same_type:
        method = {"p": "pglz", "l": "lz4"}[column.compression]
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET COMPRESSION {method}")
    if column.statistics is not None and not change.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET STATISTICS {column.statistics}")
    if column.options and not change.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET ({', '.join(column.options)})")
    if column.comment is not None and not change.plain:
        statements.append(f"COMMENT ON COLUMN {relation}.{new} IS {literal(column.comment)}")
    return tuple(statements)


def verify(builder: Builder) -> list[Step]:
    """Indexes and constraints of the new column, built beside those of the old one, after the pass. A plain rename
    gets indexes only: the new application must not wait for scans, and the native rename at contract does the rest."""
    side = Side(builder, column=builder.link.new_name, tag="new", phase=Phase.VERIFY)
    unique = False if builder.link.keeps_name else None
    return [*side.indexes(unique=unique), *([] if builder.link.plain else side.constraints()), *side.analyze()]


def contract(builder: Builder) -> list[Step]:
    """The flip: the new column takes over, the old one is put aside; and its end, after the grace period."""
    link, relation = builder.link, builder.table.root_sql
    aside = hidden_name(link.old_name, "retired")
    side = Side(builder, column=link.new_name, tag="new", phase=Phase.CONTRACT)
    pointing = [*side.indexes(unique=True), *keys.references(builder, link.new_name, "new", Phase.CONTRACT)]
    parameters = {**builder.parameters, "aside": aside, "copies": side.copies(), "rewrite": _rewrite(builder),
                  "again": _rest_of_keys(pointing)}  # fmt: skip
    shown = bound.shown(builder.request, builder.change, aside, side.copies())
    back = (f"ALTER TABLE {relation} RENAME COLUMN {ident(aside)} TO {ident(link.old_name)}",)
    summary = f"{_new(builder)} takes over from {link.old_name}, which is put aside and kept in step"
    flip = builder.step(
        "flip",
        Phase.CONTRACT,
        Kind.CUTOVER,
        summary,
        shown,
        Action(name="link_flip", parameters=parameters),
        back,
        extra=bound.locks(builder.request, builder.change),
        rewrites=bound.rewrites(builder.request, builder.change),
        ready=condition.has_link(link.id),
        done=condition.has_link(link.id, Mode.RETIRING),
    )
    action = Action(name="link_retire", parameters={**builder.parameters, "aside": aside})
    shown = (f"ALTER TABLE {relation} DROP COLUMN {ident(aside)}",)
    summary, done = f"drop the retired {_old(builder)}", condition.neither(condition.has_link(link.id))
    retire = builder.step("retire", Phase.RETIRE, Kind.CUTOVER, summary, shown, action, done=done)
    return [
        *side.not_null(),
        *(pointing if link.keeps_name else []),
        flip,
        *_extended(builder, "statistics", Phase.CONTRACT),
        retire,
    ]


def restore(builder: Builder) -> list[Step]:
    """Back from `retiring`: look whether it can be, build the indexes that the old column has lost, and only then
    hold the application to what the old column can keep; prove it, constrain it, flip back."""
    link, relation, root = builder.link, builder.table.root_sql, builder.change.table.name
    aside = hidden_name(link.old_name, "retired")
    side = Side(builder, column=aside, tag="old", phase=Phase.RESTORE)
    pointing = [*side.indexes(unique=True), *keys.references(builder, aside, "old", Phase.RESTORE)]
    parameters = {**builder.parameters, "aside": aside, "copies": side.copies(), "rewrite": _rewrite(builder),
                  "again": _rest_of_keys(pointing)}  # fmt: skip
    hold = builder.step(
        "hold",
        Phase.RESTORE,
        Kind.INSTANT,
        f"hold the new application to what {_old(builder)} can keep",
        (),
        Action(name="link_hold", parameters=parameters),
        mode=LockMode.SHARE_ROW_EXCLUSIVE,
        ready=condition.has_link(link.id),
        done=condition.has_link(link.id, Mode.HOLDING),
    )
    shown = bound.shown(builder.request, builder.change, aside, side.copies(), back=True)
    unflip = builder.step(
        "unflip",
        Phase.RESTORE,
        Kind.CUTOVER,
        f"give {_old(builder)} its place in {root} back",
        (*shown, f"ALTER TABLE {relation} DROP COLUMN {ident(hidden_name(link.final_name, 'undone'))}"),
        Action(name="link_unflip", parameters=parameters),
        extra=bound.locks(builder.request, builder.change),
        rewrites=bound.rewrites(builder.request, builder.change),
        done=condition.neither(condition.has_link(link.id)),
    )
    built = [*side.indexes(unique=False), *side.analyze()]
    constrained = [*_lasting(builder), *side.constraints(), *side.not_null(), *pointing]
    look, prove = (_proof(builder, parameters, name) for name in ("look_back", "prove"))
    return [look, *built, hold, prove, *constrained, unflip, *_extended(builder, "back_statistics", Phase.RESTORE)]


def _proof(builder: Builder, parameters: dict[str, Any], name: str) -> Step:
    """A look at every row: is it kept in the retired column? Once before anything is done, once while it is held."""
    return builder.step(
        name,
        Phase.RESTORE,
        Kind.VERIFY,
        f"prove that nothing is lost: every {_new(builder)} is kept in {_old(builder)}",
        (),
        Action(name="link_prove", parameters=parameters),
        mode=LockMode.ACCESS_SHARE,
        scans=True,
    )


def undo_locks(builder: Builder) -> tuple[Lock, ...]:
    """What dropping the new column locks besides its table: tables that its foreign keys reference."""
    mode = LockMode.ACCESS_EXCLUSIVE
    request, change = builder.request, builder.change
    pointing = keys.locks(request, change, mode) if change.keeps_name else ()
    return (*bound.referenced(request, change, mode), *pointing)


def _lasting(builder: Builder) -> list[Step]:
    """From here to the flip back nothing slips between: the in-sync check of the way there, once more."""
    if not builder.link.lasting:
        return []
    action = Action(name="link_check", parameters=builder.parameters)
    summary = f"from now on a write that leaves {_old(builder)} out of step fails"
    name, oid = naming.check_name(builder.link.id), builder.link.table
    done = condition.has_constraint(oid, name)
    check = builder.step("back_check", Phase.RESTORE, Kind.INSTANT, summary, (), action, done=done)
    side = Side(builder, column="", tag="old", phase=Phase.RESTORE)
    tables = ((oid, builder.table.root_sql, name),)
    return [check, side.validate("back_validate", "prove it for every row", tables)]


def _extended(builder: Builder, name: str, phase: Phase) -> list[Step]:
    """Statistics objects are made again by the exchange, and are empty until the next ANALYZE."""
    if not bound.has_statistics(builder.request, builder.change):
        return []
    summary = f"collect extended statistics of {builder.change.table.name}"
    statement = f"ANALYZE {builder.table.root_sql}"
    mode = LockMode.SHARE_UPDATE_EXCLUSIVE
    return [builder.step(name, phase, Kind.ONLINE, summary, (statement,), None, mode=mode)]


def _new(builder: Builder) -> str:
    """The new column as people know it."""
    link = builder.link
    return f"{link.final_name} as {link.types[1]}" if link.keeps_name else link.new_name


def _old(builder: Builder) -> str:
    """The old column as people know it."""
    link = builder.link
    return f"{link.old_name} as {link.types[0]}" if link.keeps_name else link.old_name


def _rest_of_keys(pointing: list[Step]) -> list[str]:
    """The steps that build the keys of partitions which have come since: they run again where the exchange finds one
    without."""
    return [step.id for step in pointing if step.action is not None and step.action.name == "index_rest"]


def _rewrite(builder: Builder) -> bool:
    return builder.request.allowed("rewrite")
