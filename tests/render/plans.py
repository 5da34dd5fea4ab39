"""Queries before and after, as `plans diff` and `plans gate` show them."""

from __future__ import annotations

from pgwright.diagnose.history.compare import compare
from pgwright.diagnose.history.judge import Failed, judge
from tests.diagnose.history.made import node, query, ran, saved, scan

FAST = query(
    node(
        "Limit",
        node("Nested Loop", scan("Index Scan", "orders", 12, Index_Name="orders_at"),
             scan("Index Scan", "customers", 30, Index_Name="customers_pkey"), **ran(42)),
        **ran(42),
    ),
    "by region",
    "SELECT 1\n  FROM orders",
    times=(1.25, 2.5),
)  # fmt: skip
SLOW = query(
    node(
        "Limit",
        node("Sort", node("Hash Join", scan("Seq Scan", "orders", 812), node("Hash", scan("Seq Scan", "customers", 9),
             **ran(9)), **ran(821)), **ran(821)),
        **ran(821),
    ),
    "by region",
    "SELECT 1\n  FROM orders",
    times=(40.0, 55.5),
)  # fmt: skip
BASELINE = saved(FAST, query(scan("Seq Scan", "a\x1b[2J", 3), "gone"), query(node("Result", Total_Cost=1.0), "same"))
NOW = saved(SLOW, query(scan("Seq Scan", "b", 3), "new"), query(node("Result", Total_Cost=1.0), "same"))
COMPARISONS = compare(BASELINE.queries, NOW.queries)
GATE = judge(BASELINE, NOW, failed=[Failed(name="broken", message="canceled")], places={"by region": "q.sql:3"})
