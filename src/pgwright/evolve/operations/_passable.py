"""Whether a pass may fill a column of a table, and what rules it out: the same for every operation that moves data."""

from __future__ import annotations

from ...catalog.values import Table
from ..sync.sources import fires_in_pass
from ._derived import is_derived
from ._operation import Request


def against(request: Request, table: Table, number: int) -> list[str]:
    """What keeps a pass from writing the column that stands in the place of attnum `number` of `table`."""
    return [
        *_foreign_parts(request, table),
        *_row_security(request, table),
        *_user_triggers(request, table, number),
    ]


def hazard(table: Table) -> str:
    """What a pass does to transactions that see an old snapshot."""
    return (
        f"a REPEATABLE READ or SERIALIZABLE transaction that writes a row of {table.name.name} while the pass fills it "
        "may fail with 40001"
    )


def published(request: Request, table: Table) -> list[str]:
    if request.allowed("published"):
        return []
    return [
        f'"{table.name}" is published by "{publication.name}" without a column list: '
        "subscribers without the new column would stop at the first INSERT (add it there first, then: allow = "
        "published)"
        for publication in table.publications
        if publication.columns is None
    ]


def _foreign_parts(request: Request, table: Table) -> list[str]:
    parts = request.catalog.descendants(table.oid)
    return [
        f'"{part.name}" is a foreign table: its rows have no ctid to walk along' for part in parts if part.kind == "f"
    ]


def _row_security(request: Request, table: Table) -> list[str]:
    if request.catalog.superuser or request.catalog.bypass_rls:
        return []
    return [
        f'"{part.name}" has FORCE ROW LEVEL SECURITY and role {request.catalog.role} has no BYPASSRLS: '
        "rows may be hidden from the pass"
        for part in request.catalog.descendants(table.oid)
        if part.force_row_security
    ]


def _user_triggers(request: Request, table: Table, number: int) -> list[str]:
    if request.allowed("user_triggers"):
        return []
    silenced = request.catalog.can_silence_triggers
    why = "it is ENABLE ALWAYS or REPLICA" if silenced else f"role {request.catalog.role} may not silence it"
    found = {
        trigger.name: f'trigger "{trigger.name}" on "{part.name}" would fire for every '
        f"{'row' if trigger.row else 'batch'} of the pass: {why} "
        "(allow = user_triggers accepts that; what BEFORE triggers change is undone)"
        for part in reversed(request.catalog.descendants(table.oid))
        for trigger in part.triggers
        if fires_in_pass(trigger, silenced=silenced)
        # What computes a column compares its inputs first: it fires where the pass writes one of them, which
        # `_derived.reading` rules out.
        and not is_derived(request.catalog, trigger)
        # UPDATE OF the old column is widened to the new one, which the pass sets.
        and (not trigger.update_columns or number in trigger.update_columns)
    }
    return list(found.values())
