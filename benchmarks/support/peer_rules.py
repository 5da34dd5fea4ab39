"""Which rule of a peer means which of our signs, so that finding the same thing counts, whatever it is called.

It is generous: a rule that would send its reader to the planted defect counts for it, even where it does not name the
cause. So `filter_discard`, "an index on the filtered column may help", counts for a cast that no index can help, and
"Sequential Scan", which is said of every large table, for all that goes wrong in one. Rules that mean none of our signs
are not here, and count neither way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNSARGABLE = ("implicit_cast", "predicate_on_expression", "leading_wildcard", "prefix_under_collation")
_DISCARDED = ("seq_scan_discards_rows", *_UNSARGABLE)
_MISESTIMATED = (
    "row_misestimate", "correlated_columns", "expression_without_statistics", "stale_statistics", "hash_underestimated",
)  # fmt: skip
_ON_DISK = ("sort_on_disk", "hash_in_batches", "aggregate_on_disk", "temporary_files")
_JOINED = ("join_without_index", "cartesian_product", "or_across_tables")
_LOOPED = ("many_inner_loops", "join_without_index")

PGPLAN: Mapping[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "Seq Scan with Filter": (re.compile(r"^Seq Scan .* filters out"), _DISCARDED),
    "Seq Scan in Join": (re.compile(r"rows to join against"), ("join_without_index",)),
    "Index Scan Filter Inefficiency": (re.compile(r"^Index .* filters out"), ("index_scan_discards_rows",)),
    "Bitmap Heap Recheck": (re.compile(r"% lossy "), ("lossy_bitmap",)),
    "Nested Loop High Loops": (re.compile(r"^Nested Loop executes"), _LOOPED),
    "Correlated Subplan": (re.compile(r"^Correlated SubPlan"), ("subplan_per_row", "not_in_subplan")),
    "Sort Spill to Disk": (re.compile(r"^Sort spilled"), ("sort_on_disk",)),
    "Hash Spill to Disk": (re.compile(r"^Hash used"), ("hash_in_batches",)),
    "Temp Block I/O": (re.compile(r"^Temp I/O"), _ON_DISK),
    "Worker Launch Mismatch": (re.compile(r"planned parallel workers"), ("workers_missing",)),
    "Parallel Overhead": (re.compile(r"overhead .* exceeds"), ("useless_workers",)),
    "Large Join Filter Removal": (re.compile(r"^Join filter removed"), _JOINED),
    "Excessive Materialization": (re.compile(r"^Materialize scanned"), _JOINED),
    "Low Selectivity Index Scan": (re.compile(r"rows reading \d+ blocks"), ("hash_join_reads_all", "io_bound")),
    "Wide Row Output": (re.compile(r"bytes wide"), ("slow_output",)),
    "Row Estimates": (re.compile(r"^Row estimates"), _MISESTIMATED),
}
"""What a rule of pgplan writes, whose JSON does not name it, and what the rule means."""

MEANING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "dataxplan": {
        "estimate_off": _MISESTIMATED,
        "seq_scan_hot": ("join_without_index", *_DISCARDED),
        "disk_spill": _ON_DISK,
        "filter_discard": ("index_scan_discards_rows", "order_index_searches", *_DISCARDED),
        "nested_loop_blowup": _LOOPED,
        "index_only_heap_fetches": ("heap_fetches",),
        "lossy_bitmap": ("lossy_bitmap",),
        "jit_overhead": ("jit_overhead",),
    },
    "pgplan": {name: signs for name, (_, signs) in PGPLAN.items()},
    "plananalyze": {
        "Sequential Scan": ("join_without_index", *_DISCARDED),
        "Inefficient Join": _LOOPED,
        "High-cost nested loop join detected": _LOOPED,
        "Expensive Sort": ("sort_without_index", "sort_on_disk"),
        "Potential Memory Issue": ("sort_on_disk",),
        "Multiple sort operations detected": ("sort_on_disk",),
        "I/O Bottleneck": ("io_bound",),
        "Excessive Disk I/O": ("io_bound",),
        "Estimation Error": _MISESTIMATED,
        "Poor planner estimates detected": _MISESTIMATED,
    },
    "pev2": {
        "estimate": _MISESTIMATED,
        "removed by Filter": ("index_scan_discards_rows", "order_index_searches", *_DISCARDED),
        "removed by Join Filter": _JOINED,
        "removed by Index Recheck": ("lossy_bitmap",),
        "heap fetches": ("heap_fetches",),
    },
}
"""By peer and rule, the signs that the rule means."""


def meant(peer: str, rules: frozenset[str]) -> frozenset[str]:
    """The signs that rules of a peer mean."""
    return frozenset(sign for rule in rules for sign in MEANING[peer].get(rule, ()))


def known(peer: str) -> frozenset[str]:
    """The signs for which a peer has a rule at all."""
    return meant(peer, frozenset(MEANING[peer]))
