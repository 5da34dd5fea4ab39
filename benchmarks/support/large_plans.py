"""Large query plans: one that a server made of a thousand partitions, and one that is generated."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pgwright.server.private import PrivateServer

from . import database

PARTITIONS = 500
SEED = 20
"""Any seed does; always the same one makes always the same plan."""
UNEVEN = 0.7
"""The exponent of the Pareto distribution of own times: below 1 a few nodes take most, as in plans that are slow."""
_PARTED = """
CREATE TABLE {name} (id int, customer_id int, status text, at timestamptz) PARTITION BY HASH (id);
DO $$ BEGIN
  FOR i IN 0..{last} LOOP
    EXECUTE format('CREATE TABLE {name}_%s PARTITION OF {name} FOR VALUES WITH (MODULUS {number}, REMAINDER %s)', i, i);
  END LOOP;
END $$;
INSERT INTO {name} SELECT n, n % 97, 'x' || n % 5, timestamptz '2024-01-01' FROM generate_series(1, 20000) n;
"""
_JOIN = "SELECT o.id, s.status FROM orders o JOIN shipments s USING (id) WHERE o.status = 'x1' AND s.customer_id > 20"


def partitioned(running: PrivateServer, form: str, partitions: int = PARTITIONS) -> str:
    """EXPLAIN ANALYZE in a form (`JSON`, `TEXT`) of two tables joined partition by partition: four nodes for each."""
    name = f"partitioned_{form.lower()}"
    tables = ("orders", "shipments")
    script = "".join(_PARTED.format(name=each, last=partitions - 1, number=partitions) for each in tables)
    with psycopg.connect(database.make(running, name, script), autocommit=True) as connection:
        connection.execute("SET enable_partitionwise_join = on")
        connection.execute("SET enable_nestloop = off")
        explain = f"EXPLAIN (ANALYZE, BUFFERS, VERBOSE, SETTINGS, FORMAT {form}) {_JOIN}"
        rows = connection.execute(explain.encode()).fetchall()
    if form == "JSON":
        return json.dumps(rows[0][0])
    return "\n".join(str(row[0]) for row in rows)


def generated(nodes: int) -> dict[str, Any]:
    """A plan of so many nodes, as EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON) would write it: branches of joins,
    sorts, aggregates and parallel scans below an Append, with conditions, and times that fit into one another."""
    made = _Made(random=random.Random(SEED))
    branches = []
    while made.count < nodes - 1:
        branches.append(made.branch(nodes - 1 - made.count))
    root = made.node("Append", branches)
    return {"Plan": root, "Planning Time": 12.5, "Triggers": [], "Execution Time": root["Actual Total Time"] + 0.4}


@dataclass
class _Made:
    """Makes nodes and counts them."""

    random: random.Random
    count: int = 0
    columns: tuple[str, ...] = field(default=("customer_id", "status", "total", "created_at", "product_id"))

    def node(self, kind: str, below: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """A node that took a little more than all below it."""
        self.count += 1
        roles = ("Outer", "Inner") if kind != "Append" else ("Member",) * len(below)
        for child, role in zip(below, roles, strict=False):
            child["Parent Relationship"] = role
        loops = more.pop("loops", 1)
        took = sum(each["Actual Total Time"] * each["Actual Loops"] for each in below) + self.random.paretovariate(
            UNEVEN
        )
        rows = self.random.randrange(1, 50_000)
        made: dict[str, Any] = {
            "Node Type": kind, "Parallel Aware": False, "Async Capable": False, "Startup Cost": 0.43,
            "Total Cost": round(took * 90, 2), "Plan Rows": max(rows // 3, 1), "Plan Width": 48,
            "Actual Startup Time": round(took / 9, 3), "Actual Total Time": round(took / loops, 3),
            "Actual Rows": float(rows), "Actual Loops": loops, "Disabled": False,
            "Output": [f"o.{column}" for column in self.columns],
            "Shared Hit Blocks": rows, "Shared Read Blocks": rows // 7, "Temp Read Blocks": 0, "Temp Written Blocks": 0,
        }  # fmt: skip
        made.update(more)
        if below:
            made["Plans"] = below
        return made

    def scan(self, **more: Any) -> dict[str, Any]:
        """A scan of a table with a filter, by an index or not."""
        number, column = self.random.randrange(400), self.random.choice(self.columns)
        more |= {"Relation Name": f"orders_{number}", "Schema": "public", "Alias": f"o_{number}"}
        condition = f"((o_{number}.{column} = {number}) AND (o_{number}.status = 'WAIT'::text))"
        if self.random.random() < 0.5:
            more |= {"Filter": condition, "Rows Removed by Filter": self.random.randrange(100_000)}
            return self.node("Seq Scan", [], **more)
        more |= {"Scan Direction": "Forward", "Index Name": f"orders_{number}_idx", "Index Cond": condition}
        return self.node(self.random.choice(("Index Scan", "Index Only Scan")), [], **more)

    def branch(self, room: int) -> dict[str, Any]:
        """One of the shapes that plans are made of; a scan where there is no room for more."""
        if room < 12:
            return self.scan()
        shape = self.random.choice((self.hashed, self.nested, self.grouped, self.parallel))
        return shape()

    def hashed(self) -> dict[str, Any]:
        """A hash join whose hash takes several batches now and then."""
        batches = self.random.choice((1, 1, 1, 8))
        hash_node = self.node("Hash", [self.scan()], **{
            "Hash Buckets": 65536, "Original Hash Buckets": 65536, "Hash Batches": batches,
            "Original Hash Batches": batches, "Peak Memory Usage": 4096,
        })  # fmt: skip
        return self.node("Hash Join", [self.scan(), hash_node], **{
            "Join Type": "Inner", "Inner Unique": False, "Hash Cond": "(o.customer_id = c.id)",
        })  # fmt: skip

    def nested(self) -> dict[str, Any]:
        """A nested loop that asks its inner side often."""
        inner = self.scan(loops=self.random.randrange(2, 5000))
        return self.node("Nested Loop", [self.hashed(), inner], **{"Join Type": "Left", "Inner Unique": True})

    def grouped(self) -> dict[str, Any]:
        """An aggregate over a sort, which may be on disk."""
        place = self.random.choice(("Memory", "Memory", "Disk"))
        method = "external merge" if place == "Disk" else "quicksort"
        keys = {"Sort Key": ["o.customer_id", "o.created_at DESC"]}
        sort = self.node("Sort", [self.nested()], **keys, **{
            "Sort Method": method, "Sort Space Used": 9000, "Sort Space Type": place,
        })  # fmt: skip
        return self.node("Aggregate", [sort], **{
            "Strategy": "Sorted", "Partial Mode": "Simple", "Group Key": ["o.customer_id"],
        })  # fmt: skip

    def parallel(self) -> dict[str, Any]:
        """A Gather over a scan in three processes."""
        scan = self.scan(loops=3)
        scan |= {"Parallel Aware": True, "Workers": [
            {"Worker Number": number, "Actual Startup Time": 0.1, "Actual Total Time": scan["Actual Total Time"],
             "Actual Rows": 100.0, "Actual Loops": 1, "Shared Hit Blocks": 10} for number in (0, 1)
        ]}  # fmt: skip
        return self.node("Gather", [scan], **{"Workers Planned": 2, "Workers Launched": 2, "Single Copy": False})
