"""How much `work_mem` a node needs to keep its rows in memory. What lies on disk is less than what memory must hold.

On disk a row is written without its padding and without the table that finds it. In memory, by version:

- sort: 24 bytes for its place in the array, which grows by doubling, and the row: rounded up to a power of two with a
  header of 16 bytes on 14, to 8 bytes with a header of 24 on 15 and of 8 on 16, without a header from 17;
- hash join: a header of 16 bytes, and 8 bytes for its bucket, of which there is a power of two;
- hash aggregate: see `_groups`;
- what is kept to be read again (WITH, Materialize, functions, windows): 8 bytes for its place, and the row, up to 17 as
  on 14 in a sort, from 18 as on 16.

The width of a row is taken from what was written where that was measured, else from the planner. All of it was
calibrated on 14 to 18 by bisection of `work_mem`: the advice suffices, and is less than 2.5 times what is needed.
Each process of a parallel plan may use the whole of it. Hashes may use `hash_mem_multiplier` times `work_mem`, which is
1 on 14 and 2 from 15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..query_plan.kinds import BLOCK, GATHERS
from ..query_plan.model import Node, number
from . import _cures
from ._seen import Seen
from ._sign import Cure, CureKind

KB, MB = 1024, 1024 * 1024
MARGIN = 1.15
"""For what no plan tells: rows wider than the average, the last block of an allocator that is not full."""
UNEVEN = 1.5
"""How many more rows than in this run a process may get in the next one: workers take what they can."""
CEILING = 1024 * MB
"""More is not advised for a single step of a single process: it is time for another plan, or another query."""

ROW_HEADER = 16
_WRITTEN_LESS = 6
"""Bytes by which a row on a tape is shorter than the same row in memory, before alignment (14 to 18)."""
_SINGLE_VALUE = 13
"""A tape holds 12 bytes a row where one number is all that is sorted; from 15 the array itself holds that number."""

_CAME_WITH = {"Disabled": 18, "Temp I/O Read Time": 15}
"""Keys of a node, and the major version that brought them; the second only with track_io_timing. In text 15
and 16 spell the times of reads as 17 does."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one process did in a node: its rows in one loop, and its own keys and values."""

    rows: float
    properties: Mapping[str, Any]


def parts(node: Node) -> Iterator[Part]:
    """The processes of a node: those that VERBOSE names, and the leader as what is left; one average without it."""
    rows, loops = node.number("Actual Rows") * node.loops, node.loops
    named = [each for each in node.workers if each.get("Actual Loops")]
    for each in named:
        mine = number(each, "Actual Rows")
        rows, loops = rows - mine * each["Actual Loops"], loops - each["Actual Loops"]
        yield Part(rows=mine, properties=each)
    if loops > 0:
        yield Part(rows=max(rows, 0.0) / loops, properties=node.properties)


def major(seen: Seen) -> int:
    """The major version of the server: told, or known by keys that came with it; else that which needs most memory."""
    if seen.surroundings is not None:
        return seen.surroundings.version // 10_000
    return next((major for key, major in _CAME_WITH.items() if key in seen.plan.root.properties), 14)


def hash_memory(seen: Seen) -> float:
    """How many times `work_mem` a hash may use."""
    return seen.amount("hash_mem_multiplier") or (1.0 if major(seen) < 15 else 2.0)


def for_sort(seen: Seen, node: Node) -> float:
    """Bytes of `work_mem` with which the Sort stays in memory."""
    fed = seen.child(node) or node
    on_disk = [each for each in _paired(node, fed) if each.properties.get("Sort Space Type") == "Disk" and each.rows]
    rows = busiest(seen, fed)
    width = ROW_HEADER + node.number("Plan Width")
    if on_disk:
        kilobytes = sum(number(each.properties, "Sort Space Used") for each in on_disk)
        each_row = kilobytes * KB / sum(each.rows for each in on_disk)
        width = max(each_row + _WRITTEN_LESS, ROW_HEADER)
        if major(seen) > 14 and each_row < _SINGLE_VALUE:
            width = 0
    return MARGIN * rows * (doubled(rows, 24) + (_allocated(major(seen), width) if width else 0))


def written(seen: Seen, node: Node) -> float:
    """Bytes that the node wrote to temporary files by itself."""
    return seen.account.exclusive(node, "Temp Written Blocks") * BLOCK


def for_kept(seen: Seen, node: Node) -> float:
    """Bytes of `work_mem` with which a node keeps the rows that it wrote to a file."""
    fed = seen.plan.cte_of(node) or seen.child(node) or node
    size = written(seen, node)
    rows = max(min(fed.number("Actual Rows") * max(fed.loops, 1), size / (10 + fed.number("Plan Width"))), 1)
    width = max(size / rows + _WRITTEN_LESS, ROW_HEADER)
    return MARGIN * rows * (doubled(rows, 8) + _allocated(14 if major(seen) < 18 else 16, width))


def for_hash(seen: Seen, node: Node) -> float:
    """Bytes of `work_mem` with which the Hash below a join needs one batch only."""
    shared = node.parallel
    rows = node.number("Actual Rows") * node.loops if shared else busiest(seen, node)
    expected = seen.account.of(node).rows_estimated if shared else node.number("Plan Rows")
    planned = ROW_HEADER + node.number("Plan Width")
    width, batches = planned, node.number("Hash Batches")
    files = written(seen, node)
    grown = node.number("Original Hash Batches") < batches
    if files and batches > 1 and not (shared and grown):  # a shared table writes all its rows again as it grows
        width = files / (1 - 1 / batches) / max(node.number("Actual Rows") * node.loops, 1) - 4
    need = max(_table(rows, width), _table(expected, planned))
    return MARGIN * need / hash_memory(seen) / (_processes(seen, node) if shared else 1)


def cure(need: float) -> Cure:
    """`work_mem` of at least `need` bytes for one transaction; a comment where that would be too much."""
    size = rounded(need)
    if size > CEILING:
        text = f"-- It needs {size // MB:,} MB of work_mem: give it fewer or narrower rows instead."
        return Cure(kind=CureKind.NONE, sql=text)
    return _cures.session_setting("work_mem", f"{size // KB}kB" if size % MB else f"{size // MB}MB")


def rounded(need: float) -> int:
    """`need` rounded up: to an eighth of its power of two, and to what can be set, which is 64 kB at least."""
    step = max(power(need) // 16, 64 * KB)
    return int(-(-need // step) * step)


def _table(rows: float, width: float) -> float:
    return rows * (16 + _aligned(width)) + 8 * power(rows)


def busiest(seen: Seen, node: Node) -> float:
    """The most rows that one process had, and may have the next time."""
    most = max((each.rows for each in parts(node)), default=node.number("Plan Rows"))
    if _processes(seen, node) == 1:
        return max(most, 1.0)
    return max(UNEVEN * most, 1.0)


def _processes(seen: Seen, node: Node) -> float:
    above = (each for each in seen.plan.above(node) if each.type in GATHERS)
    gather = next(above, None)
    return 1 + gather.number("Workers Planned") if gather is not None else 1


def _paired(node: Node, fed: Node) -> Iterator[Part]:
    """What each process says about `node`, with the rows that it got from `fed`."""
    got = {each.properties.get("Worker Number"): each.rows for each in parts(fed)}
    for each in parts(node):
        number = each.properties.get("Worker Number")
        yield Part(rows=got.get(number, each.rows), properties=each.properties)


def _allocated(version: int, width: float) -> float:
    """Bytes that a row of `width` takes in a sort."""
    if version < 15:
        return (power(width) if width <= 8 * KB else _aligned(width) + 40) + 16
    return _aligned(width) + (24 if version == 15 else 8 if version == 16 else 0)


def doubled(rows: float, size: int) -> float:
    """Bytes for each of `rows` in an array that grows by doubling; it may have doubled just before the end."""
    return size * power(rows) / max(rows, 1)


def power(size: float) -> int:
    return 1 << max(int(-(-size // 1)) - 1, 0).bit_length() if size > 0 else 0


def _aligned(width: float) -> float:
    return -(-width // 8) * 8
