"""A foreign key is checked by reading its whole table, once for each row that is deleted.

## What it is

A row that others may refer to was deleted, or its key changed, and for each such row the server looks for the rows that
refer to it. The referring columns have no index. EXPLAIN shows it as the time of a trigger only.

## Why it is slow

Each row costs a sequential scan of the referring table, which no node of the plan shows.

## Cure

An index on the referring columns. pgwright builds it concurrently.

## Disproof

The index exists, and the time goes into triggers or cascades of the referring table itself.

## Versions

14 to 18.

## Example

    DELETE FROM utilisateurs WHERE id < 100;  -- commandes.utilisateur_id has no index
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..accounting.triggers import Trigger, writer
from ..query_plan.model import Node
from ..surroundings import ForeignKey
from . import _cures
from ._firing import fired
from ._seen import Seen
from ._sign import Confidence, Cure, Sign

NODES: frozenset[str] = frozenset()
UNSEEN_MS = 1.0
"""A check that finds its rows by an index takes some hundredths of a millisecond (14 to 18). Where nobody can tell
whether there is one, a check that is this slow has none."""
SMALL = 1_000
"""Rows of a referring table that is read as fast as an index would be searched."""


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each foreign key that took long and that no index serves."""
    for trigger in fired(seen, constraint=True):
        node = writer(seen.plan, trigger.relation) or root
        if node.text("Operation") == "Insert":
            continue  # what is checked then is the key that is referred to, and that always has an index
        keys = _keys(seen, node, trigger)
        if keys is None:
            if node.text("Operation") == "Delete" and trigger.milliseconds / trigger.calls >= UNSEEN_MS:
                yield _sign(seen, node, trigger, quote.ident(trigger.relation), _unknown(trigger))
            continue
        for key in keys:
            if not key.indexed and not 0 <= key.rows < SMALL:
                table = quote.qualified(key.schema, key.table)
                cure = _cures.migration(_cures.create_index(table, [quote.ident(each) for each in key.columns]))
                yield _sign(seen, node, trigger, table, cure)


def _keys(seen: Seen, node: Node, trigger: Trigger) -> tuple[ForeignKey, ...] | None:
    """The foreign keys of this name that point to the relation of the trigger; None where nobody knows."""
    if seen.surroundings is None:
        return None
    schema = node.text("Schema") if node.relation == trigger.relation else ""
    relation = seen.surroundings.relation(schema, trigger.relation)
    if relation is None:
        return None
    return tuple(each for each in relation.referenced_by if each.name == trigger.name)


def _unknown(trigger: Trigger) -> Cure:
    return _cures.rewrite(f"-- create an index on the columns of the foreign key {quote.ident(trigger.name)}")


def _sign(seen: Seen, node: Node, trigger: Trigger, table: str, cure: Cure) -> Sign:
    each = trigger.milliseconds / trigger.calls
    return Sign(
        nodes=(node,),
        object=table,
        seen=f"The foreign key {quote.ident(trigger.name)} was checked {trigger.calls:,.0f} times, which took"
        f" {trigger.milliseconds:,.1f} ms, {each:,.2f} ms each time.",
        why="Without an index on the referring columns every check reads the whole referring table.",
        disproof="The time goes into what is done to the referring rows, not into finding them.",
        share=trigger.milliseconds / (seen.total_ms or trigger.milliseconds),
        confidence=Confidence.MEASURED if seen.surroundings is not None else Confidence.HEURISTIC,
        cure=cure,
        fields={"Constraint Name": trigger.name, "Time": trigger.milliseconds, "Calls": trigger.calls},
    )
