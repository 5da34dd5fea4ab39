"""What hangs on the old column, and the steps that carry it over when the new column takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....sql.quote import ident, literal
from ...steps.step import Action, Kind, Phase, Step
from ...sync.naming import hidden_name
from ._rename import Rename

if TYPE_CHECKING:
    from ._copy import _Builder


def column_settings(rename: Rename, relation: str) -> tuple[str, ...]:
    """Rights, storage, statistics target and comment of the old column, for the new one."""
    column, new = rename.column, ident(rename.new)
    statements = []
    for grantee, privilege, grantable in column.acl:
        if grantee != rename.table.owner:
            to = ident(grantee) if grantee else "PUBLIC"
            option = " WITH GRANT OPTION" if grantable else ""
            statements.append(f"GRANT {privilege} ({new}) ON {relation} TO {to}{option}")
    storage = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}.get(column.storage)
    if storage and not rename.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET STORAGE {storage}")
    if column.compression and not rename.plain:
        method = {"p": "pglz", "l": "lz4"}[column.compression]
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET COMPRESSION {method}")
    if column.statistics is not None and not rename.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET STATISTICS {column.statistics}")
    if column.options and not rename.plain:
        statements.append(f"ALTER TABLE {relation} ALTER COLUMN {new} SET ({', '.join(column.options)})")
    if column.comment is not None and not rename.plain:
        statements.append(f"COMMENT ON COLUMN {relation}.{new} IS {literal(column.comment)}")
    return tuple(statements)


def verify(builder: _Builder) -> list[Step]:
    """Indexes and constraints of the new column, built beside those of the old one."""
    return []


def contract(builder: _Builder) -> list[Step]:
    """The flip: the new column takes over, the old one is put aside; and its end, after the grace period."""
    link, relation = builder.link, builder.table.root_sql
    aside = hidden_name(link.old_name, "retired")
    action = Action(name="link_flip", parameters={**builder.parameters, "aside": aside})
    shown = (f"ALTER TABLE {relation} RENAME COLUMN {ident(link.old_name)} TO {ident(aside)}",)
    back = (f"ALTER TABLE {relation} RENAME COLUMN {ident(aside)} TO {ident(link.old_name)}",)
    summary = f"{link.new_name} takes over from {link.old_name}, which is put aside and kept in step"
    flip = builder.step("flip", Phase.CONTRACT, Kind.CUTOVER, summary, shown, action, back)
    action = Action(name="link_retire", parameters={**builder.parameters, "aside": aside})
    shown = (f"ALTER TABLE {relation} DROP COLUMN {ident(aside)}",)
    retire = builder.step("retire", Phase.RETIRE, Kind.CUTOVER, f"drop the retired {link.old_name}", shown, action)
    return [flip, retire]


def restore(builder: _Builder) -> list[Step]:
    """Back from `retiring`: hold the application to what the old column can keep, prove it, flip back."""
    link, relation = builder.link, builder.table.root_sql
    aside = hidden_name(link.old_name, "retired")
    parameters = {**builder.parameters, "aside": aside}
    check = f"prove that nothing is lost: every {link.new_name} can be kept in {link.old_name}"
    hold = f"hold the new application to what {link.old_name} can keep"
    back = (f"ALTER TABLE {relation} RENAME COLUMN {ident(aside)} TO {ident(link.old_name)}",)
    return [
        builder.step("hold", Phase.RESTORE, Kind.INSTANT, hold, (), Action(name="link_hold", parameters=parameters)),
        builder.step(
            "prove", Phase.RESTORE, Kind.VERIFY, check, (), Action(name="link_prove", parameters=parameters), scans=True
        ),
        builder.step(
            "unflip",
            Phase.RESTORE,
            Kind.CUTOVER,
            f"give {link.old_name} its place back",
            back,
            Action(name="link_unflip", parameters=parameters),
        ),
    ]
