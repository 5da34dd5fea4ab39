"""What the servers of the tests do not write: JIT (their packages lack it), older and newer versions, extensions."""

from __future__ import annotations

import json

import pytest

from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.model import QueryPlan, document
from tests.diagnose.query_plan.captured import one

TIMING = "Generation 0.322 ms, Inlining 232.636 ms, Optimization 60.774 ms, Emission 66.455 ms, Total 360.187 ms"
JIT = f"""\
Finalize Aggregate  (cost=426.69..426.70 rows=1 width=8) (actual time=508.236..543.437 rows=1 loops=1)
  ->  Gather  (cost=426.67..426.68 rows=2 width=8) (actual time=384.641..543.399 rows=2 loops=1)
        Workers Planned: 2
        Workers Launched: 1
        ->  Partial Aggregate  (cost=426.67..426.68 rows=1 width=8) (actual time=323.738..323.740 rows=1 loops=2)
              Worker 0:  actual time=359.921..359.922 rows=1 loops=1
                JIT:
                  Functions: 4
                  Options: Inlining true, Optimization true, Expressions true, Deforming false
                  Timing: {TIMING}
                Buffers: shared hit=3
              ->  Parallel Seq Scan on big  (cost=0.00..9.33 rows=16 width=0) (actual time=3.268..3.783 rows=13 loops=2)
Planning Time: 0.128 ms
JIT:
  Functions: 14
  Options: Inlining true, Optimization true, Expressions true, Deforming true
  Timing: {TIMING.replace("0.322 ms", "0.322 ms (Deform 0.100 ms)")}
Execution Time: 734.940 ms"""


def test_jit() -> None:
    plan = one(JIT)
    (worker,) = plan.nodes[2].workers
    assert worker["JIT"] == {
        "Functions": 4,
        "Options": {"Inlining": True, "Optimization": True, "Expressions": True, "Deforming": False},
        "Timing": {
            "Generation": 0.322,
            "Inlining": 232.636,
            "Optimization": 60.774,
            "Emission": 66.455,
            "Total": 360.187,
        },
    }
    assert worker["Shared Hit Blocks"] == 3
    assert plan.properties["JIT"]["Functions"] == 14
    assert plan.properties["JIT"]["Timing"]["Generation"] == {"Deform": 0.1, "Total": 0.322}


def test_a_sort_says_its_workers_in_one_line() -> None:
    plan = one(
        "Gather Merge  (cost=1.00..2.00 rows=9 width=4) (actual rows=9 loops=1)\n"
        "  Workers Planned: 2\n"
        "  ->  Sort  (cost=1.00..2.00 rows=9 width=4) (actual rows=3 loops=3)\n"
        "        Sort Key: a\n"
        "        Sort Method: quicksort  Memory: 27kB\n"
        "        Worker 0:  Sort Method: external merge  Disk: 952kB\n"
        "        Worker 1:  actual rows=3 loops=1\n"
        "          Full-sort Groups: 2  Sort Method: quicksort  Average Memory: 30kB  Peak Memory: 30kB\n"
        "        ->  Parallel Seq Scan on t  (cost=0.00..1.00 rows=3 width=4) (actual rows=3 loops=3)\n"
        "Execution Time: 1.000 ms"
    )
    first, second = plan.nodes[1].workers
    assert first == {
        "Worker Number": 0,
        "Sort Method": "external merge",
        "Sort Space Used": 952,
        "Sort Space Type": "Disk",
    }
    assert second["Full-sort Groups"]["Sort Space Memory"]["Peak Sort Space Used"] == 30
    assert "Actual Total Time" not in second


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("I/O Timings: read=1.500 write=0.250", {"I/O Read Time": 1.5, "I/O Write Time": 0.25}),
        ("I/O Timings: shared/local read=1.500, temp write=2.000", {"I/O Read Time": 1.5, "Temp I/O Write Time": 2.0}),
        ("I/O Timings: shared read=1.5, local write=2.0", {"Shared I/O Read Time": 1.5, "Local I/O Write Time": 2.0}),
        ("WAL: records=1 fpi=2 bytes=3 buffers full=4", {"WAL Records": 1, "WAL FPI": 2, "WAL Buffers Full": 4}),
        ("WAL: records=1 fpi=2 bytes=3 fpi bytes=9", {"WAL Bytes": 3, "WAL FPI Bytes": 9}),
        ("Batches: 5  Memory Usage: 41kB  Disk Usage: 7kB", {"HashAgg Batches": 5, "Disk Usage": 7}),
        ("Planned Partitions: 4  Batches: 1", {"Planned Partitions": 4, "HashAgg Batches": 1}),
        ("Peak Memory Usage: 24kB", {"Peak Memory Usage": 24}),
        ("Buckets: 1024 (originally 2048)  Batches: 4 (originally 1)  Memory Usage: 9kB",
         {"Hash Buckets": 1024, "Original Hash Buckets": 2048, "Hash Batches": 4, "Original Hash Batches": 1}),
        ("Vectorized Filter: (a = 1)", {"Vectorized Filter": "(a = 1)"}),
        ("Chunks excluded during startup: 3", {"Chunks excluded during startup": 3}),
        ("Columnar Projected Columns: a, b", {"Columnar Projected Columns": "a, b"}),
        ("Decompression Time: 1.500 ms", {"Decompression Time": 1.5}),
        ("Cache Size: 12 kB", {"Cache Size": 12}),
        ("Foreign Program: gzip -d 'it s", {"Foreign Program": "gzip -d 'it s"}),
        ("Conflict Arbiter Indexes: it's, a b", {"Conflict Arbiter Indexes": ["it's", "a b"]}),
        ("Params Evaluated: $0, $1", {"Params Evaluated": ["$0", "$1"]}),
    ],
)  # fmt: skip
def test_lines(line: str, expected: dict[str, object]) -> None:
    properties = one(f"Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n  {line}").root.properties
    assert {key: properties[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Parallel Hash Right Semi Join", {"Join Type": "Right Semi", "Parallel Aware": True}),
        ("Merge Right Anti Join", {"Node Type": "Merge Join", "Join Type": "Right Anti"}),
        ("Nested Loop Left Join", {"Node Type": "Nested Loop", "Join Type": "Left"}),
        ("Finalize GroupAggregate", {"Node Type": "Aggregate", "Strategy": "Sorted", "Partial Mode": "Finalize"}),
        ("Partial MixedAggregate", {"Node Type": "Aggregate", "Strategy": "Mixed", "Partial Mode": "Partial"}),
        ("HashSetOp Intersect All", {"Node Type": "SetOp", "Strategy": "Hashed", "Command": "Intersect All"}),
        ("Parallel Index Only Scan Backward using \"i on x\" on s.\"T\" \"a b\"",
         {"Node Type": "Index Only Scan", "Scan Direction": "Backward", "Index Name": "i on x", "Schema": "s",
          "Relation Name": "T", "Alias": "a b", "Parallel Aware": True}),
        ("Async Foreign Scan on t", {"Node Type": "Foreign Scan", "Operation": "Select", "Async Capable": True}),
        ("Foreign Delete on s.t x", {"Node Type": "Foreign Scan", "Operation": "Delete", "Alias": "x"}),
        ("Custom Scan (ChunkAppend) on s.metrics", {"Node Type": "Custom Scan", "Custom Plan Provider": "ChunkAppend",
                                                    "Relation Name": "metrics", "Schema": "s"}),
        ("Custom Scan (Citus Adaptive)", {"Node Type": "Custom Scan", "Custom Plan Provider": "Citus Adaptive"}),
        ("Parallel Custom Scan (X)", {"Custom Plan Provider": "X", "Parallel Aware": True}),
        ("Vector Frobnicate on x", {"Node Type": "Vector Frobnicate on x"}),
        ("CTE Scan on \"a \"\"b\"\"\" c", {"CTE Name": 'a "b"', "Alias": "c"}),
        ("Bitmap Index Scan on \"i, (x)\"", {"Index Name": "i, (x)"}),
        ("Tid Range Scan on t", {"Node Type": "Tid Range Scan", "Relation Name": "t", "Alias": "t"}),
    ],
)  # fmt: skip
def test_labels(label: str, expected: dict[str, object]) -> None:
    numbers = "  (cost=0.00..1.00 rows=1 width=4)"
    plan = one(f"Unknown Node{numbers}\n  ->  {label}{numbers}\n" + (f"        ->  Result{numbers}\n" * 2))
    assert {key: plan.nodes[1].properties.get(key) for key in expected} == expected


def test_a_distributed_plan() -> None:
    plan = one(
        "Custom Scan (Citus Adaptive)  (cost=0.00..0.00 rows=0 width=0)\n"
        "  Task Count: 32\n"
        "  Tasks Shown: One of 32\n"
        "  ->  Task\n"
        "        Node: host=localhost port=9701 dbname=regression\n"
        "        ->  Seq Scan on orders_102009 o  (cost=0.00..13.50 rows=350 width=4)\n"
        "              Filter: (id > 1)\n"
    )
    assert plan.root.properties["Task Count"] == 32
    assert [node.type for node in plan.nodes] == ["Custom Scan", "Task", "Seq Scan"]


OLD = """\
Update on t  (cost=0.00..2.00 rows=2 width=10) (actual time=0.100..0.100 rows=0 loops=1)
  Update on t
  Update on t_1
  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=10) (actual time=0.001..0.002 rows=1 loops=1)
  ->  Seq Scan on t_1  (cost=0.00..1.00 rows=1 width=10) (actual time=0.001..0.002 rows=1 loops=1)
Planning time: 0.050 ms
Trigger before on t: time=0.010 calls=2
Execution time: 0.200 ms"""


def test_a_plan_of_9_6() -> None:
    plan = one(OLD)
    assert [table["Relation Name"] for table in plan.root.properties["Target Tables"]] == ["t", "t_1"]
    assert plan.properties["Execution Time"] == 0.2
    assert plan.properties["Planning Time"] == 0.05
    assert plan.properties["Triggers"] == [{"Trigger Name": "before", "Relation": "t", "Time": 0.01, "Calls": 2}]
    old = '[{"Plan": {"Node Type": "Seq Scan", "Relation Name": "t", "Alias": "t", "Plan Rows": 1}}]'
    assert document(one(old)) == json.loads(old)[0]


def test_keys_of_the_future_are_kept() -> None:
    value = {"Node Type": "Seq Scan", "Read Stream": {"Distance": 3}, "New": [1, {"a": None}], "Ü": "x"}
    assert document(one(json.dumps([{"Plan": value, "Plan Advice": "SEQ_SCAN(t)"}]))) == {
        "Plan": value,
        "Plan Advice": "SEQ_SCAN(t)",
    }
    xml = "<explain><Query><Plan><Node-Type>Seq Scan</Node-Type><New-Count>3</New-Count><Alias>1e5</Alias>"
    properties = one(f"{xml}<Filter>true</Filter></Plan></Query></explain>").root.properties
    assert properties == {"Node Type": "Seq Scan", "New Count": 3, "Alias": "1e5", "Filter": "true"}


def names(plan: QueryPlan) -> list[tuple[str, str]]:
    return [(node.role, node.subplan) for node in plan.nodes[1:]]


def test_what_nodes_are_to_their_parents() -> None:
    plan = one(
        "Hash Join\n"
        "  CTE a: b, (c\n"
        "    ->  Result\n"
        "  InitPlan 2 (returns $1)\n"
        "    ->  Append\n"
        "          ->  Result\n"
        "          ->  Result\n"
        "  ->  Seq Scan on t\n"
        "  ->  Hash\n"
        "        ->  Subquery Scan on s\n"
        "              ->  Result\n"
        "  SubPlan 3\n"
        "    ->  Result\n"
    )
    assert names(plan) == [
        ("InitPlan", "CTE a: b, (c"),
        ("InitPlan", "InitPlan 2 (returns $1)"),
        ("Member", ""),
        ("Member", ""),
        ("Outer", ""),
        ("Inner", ""),
        ("Outer", ""),
        ("Subquery", ""),
        ("SubPlan", "SubPlan 3"),
    ]


def test_forms_of_json() -> None:
    node = {"Node Type": "Result", "Alias": "1"}
    for value in ([{"Plan": node}], {"Plan": node}, node):
        assert document(one(json.dumps(value))) == {"Plan": node}
        assert document(one("\ufeff" + json.dumps(value, indent=4))) == {"Plan": node}
        assert document(one(f"psql says:\n\n{json.dumps(value, indent=1)}\n(1 row)\n\nTime: 1 ms\n")) == {"Plan": node}
    two = json.dumps([{"Plan": node}, {"Plan": node}])
    assert len(read.plans(two)) == 2
    assert len(read.plans(f"{two}\n{two}\n\nand\n{two}")) == 6
    assert one(json.dumps({"Query Text": "select 1", "Plan": node})).query == "select 1"


def test_several_documents_of_yaml_and_xml() -> None:
    yaml = '- Plan: \n    Node Type: "Result"\n'
    assert len(read.plans(yaml * 3)) == 3
    assert len(read.plans(f"QUERY PLAN\n{yaml}(1 row)\n\nQUERY PLAN\n{yaml}(1 row)\n")) == 2
    logged = 'Query Text: "select \\"1\\""\nPlan: \n  Node Type: "Result"\n'
    assert [plan.query for plan in read.plans(logged * 2)] == ['select "1"'] * 2
    xml = "<explain><Query><Plan><Node-Type>Result</Node-Type></Plan></Query></explain>\n"
    assert len(read.plans(xml * 2)) == 2
    assert len(read.plans(xml.replace("</explain>", "").strip() + xml.strip().removeprefix("<explain>"))) == 2
