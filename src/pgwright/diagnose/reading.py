"""What a node does, in one sentence with its numbers: what a reader of plans would say aloud.

It judges nothing, but it answers the question that a finding leaves open when there is none: why is this node slow and
yet nothing wrong with it? A hash join that needs nearly all rows of its large side says so.
"""

from __future__ import annotations

from collections.abc import Callable

from .query_plan.kinds import BLOCK
from .query_plan.model import Node
from .signs._seen import Seen


def sentence(seen: Seen, node: Node) -> str:
    """What `node` did (or is expected to do), without a full stop; empty where there is nothing to say."""
    speaker = _SPEAKERS.get(node.type)
    return speaker(seen, node) if speaker is not None else f"gives {_rows(seen.rows(node))}"


def _rows(number: float) -> str:
    return f"{number:,.0f} row" + ("" if round(number) == 1 else "s")


def _size(pages: float) -> str:
    size = pages * BLOCK
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:,.0f} {unit}"
        size /= 1024
    raise AssertionError


def _pages(seen: Seen, node: Node) -> str:
    """`; 12,450 pages (97 MB), 12,000 of them from below the cache`."""
    touched = seen.account.blocks(node)
    if not touched:
        return ""
    read = seen.account.exclusive(node, "Shared Read Blocks", "Local Read Blocks")
    below = f", {read:,.0f} of them from below the cache" if read else ""
    return f"; it asks for {touched:,.0f} pages ({_size(touched)}){below}"


def _seq_scan(seen: Seen, node: Node) -> str:
    kept, removed = seen.rows(node), seen.total(node, "Rows Removed by Filter")
    what = f"reads {_rows(kept + removed)} and keeps {kept:,.0f}" if removed else f"reads {_rows(kept)} and keeps all"
    times = f", in {node.loops:,.0f} loops" if node.loops > seen.account.of(node).processes else ""
    return what + times + _pages(seen, node)


def _index_scan(seen: Seen, node: Node) -> str:
    found, removed = seen.rows(node), seen.total(node, "Rows Removed by Filter")
    lookups = f"{node.loops:,.0f} lookups find" if node.loops > 1 else "one lookup finds"
    thrown = f", and {removed:,.0f} more that the filter removes" if removed else ""
    return f"{lookups} {_rows(found)}{thrown}{_pages(seen, node)}"


def _hash_join(seen: Seen, node: Node) -> str:
    outer, inner = seen.child(node), seen.child(node, "Inner")
    if outer is None or inner is None:
        return f"gives {_rows(seen.rows(node))}"
    met, hashed, joined = seen.rows(outer), seen.rows(inner), seen.rows(node)
    text = f"compares {_rows(met)} with {hashed:,.0f} in its hash table; {joined:,.0f} join"
    if met and node.text("Join Type") == "Inner" and joined >= met / 2:
        text += f" ({min(joined / met, 1):.0%} of what is read): an index on the key would read as much"
    return text


def _nested_loop(seen: Seen, node: Node) -> str:
    inner = seen.child(node, "Inner")
    asked = f"asks its inner side {inner.loops:,.0f} times; " if inner is not None and inner.loops else ""
    return f"{asked}{_rows(seen.rows(node))} join"


def _sort(seen: Seen, node: Node) -> str:
    below = seen.child(node)
    sorted_rows = seen.rows(below) if below is not None else seen.rows(node)
    used = node.number("Sort Space Used")
    where = {"Disk": f" in files of {used:,.0f} kB", "Memory": f" in {used:,.0f} kB of memory"}
    place, keys = where.get(node.text("Sort Space Type"), ""), ", ".join(node.texts("Sort Key"))
    return f"sorts {_rows(sorted_rows)}{place} by {keys}"


def _aggregate(seen: Seen, node: Node) -> str:
    below = seen.child(node)
    taken = seen.rows(below) if below is not None else 0
    into = f"into {seen.rows(node):,.0f} groups" if node.texts("Group Key") else "into one"
    return f"puts {_rows(taken)} {into}"


def _gather(seen: Seen, node: Node) -> str:
    child = seen.child(node)
    count = seen.account.of(child).processes if child is not None else 1
    launched, planned = node.number("Workers Launched"), node.number("Workers Planned")
    missing = (
        f" ({launched:,.0f} of {planned:,.0f} planned workers started)" if launched < planned and node.executed else ""
    )
    return f"starts workers, waits for {count:,.0f} processes{missing} and collects {_rows(seen.rows(node))}"


def _limit(seen: Seen, node: Node) -> str:
    return f"takes {_rows(seen.rows(node))} and stops"


_SPEAKERS: dict[str, Callable[[Seen, Node], str]] = {
    "Seq Scan": _seq_scan,
    "Bitmap Heap Scan": _seq_scan,
    "Index Scan": _index_scan,
    "Index Only Scan": _index_scan,
    "Bitmap Index Scan": _index_scan,
    "Hash Join": _hash_join,
    "Nested Loop": _nested_loop,
    "Sort": _sort,
    "Incremental Sort": _sort,
    "Aggregate": _aggregate,
    "Gather": _gather,
    "Gather Merge": _gather,
    "Limit": _limit,
}
