"""A large table is read by one process, because a function that is called is not marked as safe in several.

## What it is

A function that was made without saying so is PARALLEL UNSAFE, and a statement that calls one anywhere never gets
workers. This one is immutable or stable: it writes nothing.

## Why it is slow

One process reads the whole table, and computes the function for each of its rows.

## Cure

Mark the function as PARALLEL SAFE.

## Disproof

The function uses what only its own session has: temporary tables, a cursor, a setting that was made in it.

## Versions

14 to 18. Functions are PARALLEL UNSAFE by default.

## Example

    SELECT count(*) FROM orders WHERE with_tax(amount) > 100;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..query_plan.kinds import BLOCK
from ..query_plan.model import Node
from . import _cures
from ._seen import WORTH, Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()
NEVER = frozenset({"Gather", "Gather Merge", "ModifyTable", "LockRows"})
"""With these there are workers already, or cannot be any."""
PAGES = 1_024
"""The default of min_parallel_table_scan_size (8 MB)."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The plan, when only a function keeps workers from its largest scan."""
    workers = int(seen.amount("max_parallel_workers_per_gather") or 0)
    if seen.surroundings is None or not seen.surroundings.serial or not workers or NEVER & seen.plan.by_type.keys():
        return
    size = seen.amount("min_parallel_table_scan_size", unit=BLOCK)
    least = PAGES if size is None else size
    large = [
        scan
        for scan in node.walk()
        if scan.type == "Seq Scan" and (relation := seen.relation(scan)) is not None and relation.pages >= least
    ]
    scan = max(large, key=seen.share, default=None)
    if scan is None or seen.share(scan) * workers / (workers + 1) < WORTH:
        return
    names = [f"{quote.qualified(schema, name)}({arguments})" for schema, name, arguments in seen.surroundings.serial]
    yield Sign(
        nodes=(scan,),
        object=names[0],
        seen=f"{seen.what(scan)} has no workers: {names[0]} is PARALLEL UNSAFE"
        f"{f', and {len(names) - 1} more functions' if len(names) > 1 else ''}.",
        why="One process does all of the work.",
        disproof="The function uses what only its own session has, as temporary tables.",
        share=seen.share(scan) * workers / (workers + 1),
        confidence=Confidence.ESTIMATED,
        cure=_cures.migration("\n".join(f"ALTER FUNCTION {name} PARALLEL SAFE;" for name in names)),
        fields={"Relation Name": scan.relation, "max_parallel_workers_per_gather": workers},
    )
