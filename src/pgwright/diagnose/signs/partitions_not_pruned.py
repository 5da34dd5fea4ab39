"""All partitions of a table are read, and hardly any of them has a row to give.

## What it is

An Append over the partitions of one table, none of which was left out, although three of four gave nothing.

## Why it is slow

Partitions are left out by conditions on the column that they are made by, as it is. A cast or a function around it says
nothing to the planner, a volatile function such as clock_timestamp() has no value yet while it plans, and where the
column is not compared at all every partition may have a row.

## Cure

The condition on the column itself, as the whole statement where that is known and the rewriting means the same; now()
for clock_timestamp(); where the column is not in the query, a comment that names it.

## Disproof

The rows that are wanted may be in any partition, and what the application knows does not tell in which.

## Versions

14 to 18. The column that a table is partitioned by is asked of the server.

## Example

    SELECT * FROM mesures WHERE ts::date = '2024-03-01';
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...sql import quote
from ..conditions import Clause
from ..query_plan.kinds import APPENDS
from ..query_plan.model import Node
from ..surroundings import Relation
from . import _cures, _discards, _partitions, _rewriting, _sargable
from ._seen import Seen
from ._sign import Confidence, Cure, Sign

NODES = APPENDS
EXPLAINS = ("seq_scan_discards_rows", "index_scan_discards_rows", "predicate_on_expression")
FEWEST = 4
EMPTY = 0.75
MANY = 12
"""A search in each of so many is worth a word although nothing is known that would spare it: a year of months."""
_VOLATILE = re.compile(r"\b(clock_timestamp|timeofday|random)\(\)")


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The Append, when conditions could have left partitions out."""
    members = seen.children(node)
    empty = [each for each in members if not seen.rows(each)]
    if len(members) < FEWEST or len(empty) < EMPTY * len(members) or node.number("Subplans Removed"):
        return
    scans = [each for each in members if each.relation and each.executed]
    top = _partitions.top(seen, scans[0]) if len(scans) == len(members) else None
    if top is None or not top.partition_key or any(_partitions.top(seen, each) is not top for each in scans):
        return
    if not seen.worth(*(each for scan in empty for each in scan.walk())):
        return
    table = quote.qualified(top.schema, top.name)
    found = _prevented(seen, scans, top)
    if found is None:
        return
    what, cure = found
    yield Sign(
        nodes=(node, *scans),
        object=table,
        seen=f"All {len(scans)} partitions of {table} are read; {len(empty)} of them give no row. {what}",
        why="Only a condition on the column itself tells which partitions cannot have rows.",
        disproof="The rows that are wanted may be in any partition, and nothing that is known tells in which.",
        share=seen.share(*(each for scan in empty for each in scan.walk())),
        confidence=Confidence.MEASURED if cure.sql[:2] != "--" else Confidence.HEURISTIC,
        cure=cure,
        fields={"Filter": scans[0].text("Filter"), "Partitions": len(scans), "Partitions without rows": len(empty)},
    )


def _prevented(seen: Seen, scans: Sequence[Node], top: Relation) -> tuple[str, Cure] | None:
    """What prevents that partitions are left out, and the cure; None where the conditions do all they can."""
    scan, key = scans[0], top.partition_key[0]
    name, conditions = quote.ident(key), _discards.conditions(seen, scan)
    table = quote.qualified(top.schema, top.name)
    on_key = [each for each in conditions if any(one.column == key for one in each.reads)]
    if not on_key:
        if not conditions or scan.type == "Seq Scan" or len(scans) < MANY:
            return None  # everything is asked for, or an index is what is missing first
        text = f"-- Add a condition on {name}, by which {table} is partitioned, where the application knows one."
        return f"{name} is in no condition.", _cures.rewrite(text)
    again = [each for each in on_key if _plain(each)]
    if not again or any(each.column is not None and not each.cast and not _plain(each) for each in on_key):
        return None
    volatile = _VOLATILE.search(again[0].text)
    what = f"{volatile[0]} has no value while it is planned." if volatile else f"{name} is inside an expression."
    return what, _rewriting.cure(seen, again, _plain)


def _plain(clause: Clause) -> str:
    """The condition so that it leaves partitions out; empty where it cannot be written so."""
    if "clock_timestamp()" in clause.text and clause.column is not None and not clause.cast:
        return clause.text.replace("clock_timestamp()", "now()")
    return _sargable.rewritten(clause)
