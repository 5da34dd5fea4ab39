"""What kind of value stands under a key of a plan: the forms without types (TEXT, XML) need to be told.

The server's JSON has types, its XML and TEXT have none, and a look at the value would not do: an alias may be called
`1e5`, a filter may be `true`. So the keys that hold text are listed. A key that is not (of an extension, of a newer
server) is nearly always a counter, and is taken for a number where it looks like one.
"""

from __future__ import annotations

import re

from .model import Value

TEXTS = frozenset(
    (
        *("Node Type", "Strategy", "Partial Mode", "Operation", "Command", "Join Type", "Scan Direction"),
        *("Parent Relationship", "Subplan Name", "Custom Plan Provider", "Index Name", "Relation Name", "Schema"),
        *("Alias", "Function Name", "Table Function Name", "CTE Name", "Tuplestore Name", "Filter", "Index Cond"),
        *("Order By", "Recheck Cond", "TID Cond", "Join Filter", "Hash Cond", "Merge Cond", "One-Time Filter"),
        *("Run Condition", "Window", "Cache Key", "Cache Mode", "Sampling Method", "Repeatable Seed", "Function Call"),
        *("Table Function Call", "Relations", "Remote SQL", "Foreign File", "Foreign Program", "Conflict Resolution"),
        *("Conflict Filter", "Sort Method", "Sort Space Type", "Storage", "Format", "Query Text", "Query Parameters"),
        *("Trigger Name", "Constraint Name", "Relation"),
    )
)
"""Keys of text."""

COUNTERS = frozenset(
    (
        *("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck", "Heap Fetches"),
        *("Rows Removed by Conflict Filter", "Index Searches", "Workers Planned", "Workers Launched", "Batch Size"),
        *("Subplans Removed", "Tuples Inserted", "Conflicting Tuples"),
    )
)
"""Keys of whole numbers that have a line of their own in TEXT."""

NUMBERS = COUNTERS | frozenset(
    (
        *("Startup Cost", "Total Cost", "Plan Rows", "Plan Width", "Actual Startup Time", "Actual Total Time"),
        *("Actual Rows", "Actual Loops", "Planning Time", "Execution Time", "Duration", "Time", "Calls", "Functions"),
        *("Sort Space Used", "Hash Buckets", "Original Hash Buckets", "Hash Batches", "Original Hash Batches"),
        *("HashAgg Batches", "Planned Partitions", "Peak Memory Usage", "Disk Usage", "Cache Hits", "Cache Misses"),
        *("Cache Evictions", "Cache Overflows", "Exact Heap Blocks", "Lossy Heap Blocks", "Maximum Storage"),
        *("Group Count", "WAL Records", "WAL FPI", "WAL Bytes", "Output Volume", "Worker Number", "Total"),
        *(f"{where} {what} Blocks" for where in ("Shared", "Local") for what in ("Hit", "Read", "Dirtied", "Written")),
        *("Temp Read Blocks", "Temp Written Blocks", "I/O Read Time", "I/O Write Time"),
        *(f"{where} I/O {what} Time" for where in ("Shared", "Local", "Temp") for what in ("Read", "Write")),
    )
)
"""Keys of numbers that somebody computes with."""

LISTS = frozenset(
    (
        *("Output", "Sort Key", "Presorted Key", "Group Key", "Sampling Parameters", "Sort Methods Used"),
        *("Conflict Arbiter Indexes", "Params Evaluated"),
    )
)
"""Keys of lists of texts."""

NESTED_LISTS = frozenset(("Group Keys", "Hash Keys"))
"""Keys of lists of such lists."""

OBJECT_LISTS = frozenset(("Plans", "Workers", "Triggers", "Target Tables", "Grouping Sets"))
"""Keys of lists of objects."""

OBJECTS = frozenset(("JIT", "Planning", "Serialization", "Settings", "Full-sort Groups", "Pre-sorted Groups"))
"""Keys of objects."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False}


def number(text: str) -> int | float | None:
    """The number that `text` is, as JSON would have it; None where it is none."""
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > 300:
        return None
    return float(text) if match[1] or "e" in text or "E" in text else int(text)


def typed(key: str, text: str) -> Value:
    """The value that JSON has under `key`, where another form has `text`."""
    if key in TEXTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    value = number(text)
    return text if value is None else value
