"""One process reads a whole part of a parallel plan alone, and the others wait for it.

## What it is

A Parallel Append gives its members to processes. One that is a plain scan goes to a single process; here that process
alone takes longer than the work of all of them would take, divided evenly.

## Why it is slow

A Gather is done when its slowest process is.

## Cure

Workers for the table of that member. It had none because it is smaller than min_parallel_table_scan_size (8 MB), though
its rows are dear to compute, or because its parallel_workers is 0.

## Disproof

With workers for that table the plan takes as long: the others were busy elsewhere, or came late.

## Versions

14 to 18. The threshold of the size holds for an arm of UNION ALL that has a WHERE; partitions are shared whatever their
size, unless their parallel_workers is 0.

## Example

    SELECT sum(price(note)) FROM (SELECT note FROM small WHERE ok UNION ALL SELECT note FROM tiny WHERE ok) both;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.kinds import GATHERS
from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = GATHERS
PART = 0.2
"""The part of the whole that must be lost: processes never end at the same moment."""
LEAST_MS = 5.0
"""Workers that come late make as much of a difference."""
PASSING_ON = frozenset({"Subquery Scan", "Result"})
"""What stands over the scan of a member without keeping it in one process."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The gather, when a member that one process reads alone takes longer than an even part of the work."""
    child = seen.child(node)
    if child is None or not seen.total_ms or child.loops <= node.loops:
        return
    even = seen.account.of(child).milliseconds or 0.0
    member = max(_members(seen, node), key=_milliseconds, default=None)
    if member is None or (lost := _milliseconds(member) - even) < max(PART * seen.total_ms, LEAST_MS):
        return
    scan, processes = _scan(seen, member), child.loops / node.loops
    relation = seen.relation(scan) if scan is not None else None
    if scan is None or (relation is not None and relation.pages < processes):  # a page is read by one process
        return
    planned = max(int(node.number("Workers Planned")), 1)
    yield Sign(
        nodes=(scan,),
        object=seen.name(scan),
        seen=f"{seen.what(scan)} is left to one of {processes:,.0f} processes, and takes it "
        f"{_milliseconds(member):,.1f} ms; all of the work, divided evenly, is {even:,.1f} ms for each.",
        why="A Gather is done when its slowest process is, and the others wait for this one.",
        disproof="With workers for this table it takes as long.",
        share=min(lost / seen.total_ms, 1.0),
        confidence=Confidence.MEASURED,
        cure=_cures.migration(f"ALTER TABLE {seen.name(scan)} SET (parallel_workers = {planned});"),
        fields={
            "Workers Planned": planned,
            "Actual Loops": child.loops,
            "Actual Total Time": member.number("Actual Total Time"),
        },
    )


def _milliseconds(member: Node) -> float:
    """The time of a member that one process at a time reads: its own clock."""
    return member.number("Actual Total Time") * member.loops


def _members(seen: Seen, gather: Node) -> Iterator[Node]:
    """The members of Parallel Appends that were read by one process for each loop of the gather."""
    for append in seen.below(gather, "Append"):
        if append.parallel:
            yield from (each for each in seen.children(append) if 0 < each.loops <= gather.loops)


def _scan(seen: Seen, member: Node) -> Node | None:
    """The scan of which a member consists, where workers could share it."""
    scan: Node | None = member
    while scan is not None and scan.type in PASSING_ON:
        scan = next(iter(seen.children(scan)), None)
    return scan if scan is not None and scan.type == "Seq Scan" and not scan.parallel else None
