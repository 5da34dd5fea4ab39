"""Makes a `SyncTable` from the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from ...catalog.values import Catalog, Trigger
from ...sql.quote import qualified
from .link import Part, SyncTable


def reshapes(trigger: Trigger) -> bool:
    """Whether the trigger may change a row that is inserted or updated."""
    return trigger.before and trigger.row and (trigger.on_insert or trigger.on_update) and trigger.enabled != "D"


def is_ours(trigger: Trigger) -> bool:
    """Whether the trigger calls a function of the journal's schema, that is, whether pgwright made it."""
    return trigger.function.schema == "pgwright"


def fires_in_pass(trigger: Trigger, *, silenced: bool) -> bool:
    """Whether the trigger may fire when the pass updates a row: with session_replication_role = replica those that are
    ENABLE ALWAYS or ENABLE REPLICA, without it those that are ENABLE ALWAYS or plain."""
    return trigger.on_update and not is_ours(trigger) and trigger.enabled in (("A", "R") if silenced else ("A", "O"))


def sync_table(catalog: Catalog, oid: int, *, names: Mapping[int, str] | None = None) -> SyncTable:
    """The `SyncTable` of the table `oid`, with `names` in place of the catalog's where given."""
    parts = catalog.descendants(oid)
    root = catalog.tables[oid]
    user = [trigger for part in parts for trigger in part.triggers if not is_ours(trigger)]
    return SyncTable(
        oid=oid,
        root_sql=qualified(root.name),
        names=dict(names) if names is not None else {column.number: column.name for column in root.columns},
        parts=tuple(
            Part(oid=part.oid, sql=qualified(part.name), kind=part.kind, is_partition=part.partition_bound is not None)
            for part in parts
        ),
        before_triggers=tuple(trigger.name for trigger in user if trigger.before and trigger.row),
        reshaping=any(reshapes(trigger) for trigger in user),
        silenced=catalog.can_silence_triggers,
        disturbed=not catalog.can_silence_triggers
        or any(reshapes(trigger) and fires_in_pass(trigger, silenced=True) for trigger in user),
    )
