"""A trigger takes a large part of a statement that writes.

## What it is

A function of a trigger that is not a foreign key runs for each row, or for the statement, and takes much of its time.
EXPLAIN does not show what it does.

## Why it is slow

A function that is called for each row plans little but starts much, and a query inside it runs once for each row that
is written.

## Cure

Let it fire only where it has to (WHEN), or once for the statement with a transition table. The plans of what it runs
are shown by auto_explain, and a missing index in them is cured as anywhere else.

## Disproof

The same statement takes as long with the trigger disabled (in a transaction that is rolled back).

## Versions

14 to 18.

## Example

    UPDATE commandes SET statut = 'LIVREE' WHERE statut = 'EXPEDIEE';  -- a row trigger writes the history
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..accounting.triggers import Trigger, writer
from ..query_plan.model import Node
from . import _cures
from ._firing import fired
from ._seen import Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()
SHARE = 0.2
"""A trigger does work that somebody wanted: below a fifth of the statement it is not worth to write it anew."""
MILLISECONDS = 10.0
"""What no user notices is not worth it either."""
CALLS = 100
"""From this many calls on it is the repetition that costs, and firing once would help."""


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each trigger, other than those of constraints, that took a fifth of the time."""
    for trigger in fired(seen, constraint=False):
        share = trigger.milliseconds / (seen.total_ms or trigger.milliseconds)
        if share < SHARE or trigger.milliseconds < MILLISECONDS:
            continue
        yield Sign(
            nodes=(writer(seen.plan, trigger.relation) or root,),
            object=quote.ident(trigger.relation),
            seen=f"The trigger {quote.ident(trigger.name)} on {quote.ident(trigger.relation)} fired"
            f" {trigger.calls:,.0f} times and took {trigger.milliseconds:,.1f} ms.",
            why="What the function does is done again for each call, and no node of the plan shows it.",
            disproof="The statement takes as long without the trigger.",
            share=min(share, 1.0),
            confidence=Confidence.MEASURED,
            cure=_cures.rewrite(_comment(trigger)),
            fields={"Trigger Name": trigger.name, "Time": trigger.milliseconds, "Calls": trigger.calls},
        )


def _comment(trigger: Trigger) -> str:
    name, table = quote.ident(trigger.name), quote.ident(trigger.relation)
    inside = "-- to see the plans inside it: LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;"
    nested = "--   SET auto_explain.log_nested_statements = on; SET client_min_messages = log;"
    if trigger.calls < CALLS:
        return f"{inside}\n{nested}"
    if trigger.node:
        return f"-- give the trigger {name} on {table} a condition WHEN (…) that most rows fail\n{inside}\n{nested}"
    once = "FOR EACH STATEMENT, with REFERENCING NEW TABLE (or OLD TABLE) for the rows"
    return f"-- let the trigger {name} on {table} fire once: {once}\n{inside}\n{nested}"
