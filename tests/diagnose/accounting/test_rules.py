"""Each rule of the accounting: what it says of a plan, and that the conservation test would notice its absence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pgwright.diagnose.accounting import account as accounts
from pgwright.diagnose.accounting import inside, processes
from pgwright.diagnose.accounting.account import account
from pgwright.diagnose.query_plan.forms import json_
from pgwright.diagnose.query_plan.model import Node, QueryPlan
from tests.support import plans
from tests.support.databases import Database

SETUP, STATEMENTS = plans.hard()
BY_NAME = {statement.name: statement for statement in STATEMENTS}


def node(
    kind: str, ms: float, *below: dict[str, Any], loops: float = 1, rows: float = 1, **more: Any
) -> dict[str, Any]:
    """A node as JSON has it; keyword names stand for keys with spaces."""
    keys = {key.replace("_", " "): value for key, value in more.items()}
    plan = {
        "Node Type": kind, "Parallel Aware": False, "Plan Rows": rows, "Total Cost": ms,
        "Actual Total Time": ms, "Actual Rows": rows, "Actual Loops": loops, **keys,
    }  # fmt: skip
    return {**plan, "Plans": list(below)} if below else plan


def plan_of(root: dict[str, Any], **beside: Any) -> QueryPlan:
    return json_.from_value({"Plan": root, **{key.replace("_", " "): value for key, value in beside.items()}})


def exclusive(root: dict[str, Any], **beside: Any) -> dict[str, float]:
    found = account(plan_of(root, **beside))
    assert found.unexplained_ms == pytest.approx(0, abs=0.01)
    return {path: round(each.exclusive or 0, 3) for path, each in found.nodes.items()}


def role(name: str) -> dict[str, Any]:
    return {"Parent_Relationship": name}


OUTER, INNER, INIT = role("Outer"), role("Inner"), role("InitPlan")


def test_loops_and_processes() -> None:
    scan = node("Seq Scan", 30.0, loops=3, Parallel_Aware=True, **OUTER)
    gather = node("Gather", 42.0, scan, Workers_Planned=2, Workers_Launched=2, **OUTER)
    assert exclusive(node("Aggregate", 43.0, gather)) == {"0": 1.0, "0.0": 12.0, "0.0.0": 30.0}


def test_a_leader_that_does_not_take_part() -> None:
    scan = node("Seq Scan", 30.0, loops=2, Parallel_Aware=True, **OUTER)
    gather = node("Gather", 42.0, scan, Workers_Planned=2, Workers_Launched=2)
    assert exclusive(gather) == {"0": 12.0, "0.0": 30.0}


def test_a_sub_plan_in_the_output_of_a_gather_runs_in_the_leader() -> None:
    scan = node("Seq Scan", 3.0, loops=2, Parallel_Aware=True, **OUTER)
    each = node("Aggregate", 0.003, loops=4000, Subplan_Name="SubPlan 1", **role("SubPlan"))
    gather = node("Gather", 15.4, scan, each, Workers_Planned=1, Workers_Launched=1)
    assert exclusive(gather) == {"0": 0.4, "0.0": 3.0, "0.1": 12.0}


def test_an_index_that_one_process_reads_for_all() -> None:
    index = node("Bitmap Index Scan", 10.0, loops=1, **OUTER)
    heap = node("Bitmap Heap Scan", 26.0, index, loops=3, Parallel_Aware=True, **OUTER)
    gather = node("Gather", 40.0, heap, Workers_Planned=2, Workers_Launched=2)
    assert exclusive(gather) == {"0": 14.0, "0.0": 16.0, "0.0.0": 10.0}


@pytest.mark.parametrize(("name", "mention"), [("InitPlan 1 (returns $1)", "$1"), ("InitPlan 1", "(InitPlan 1).col1")])
def test_an_init_plan_is_in_the_node_that_asks_first(name: str, mention: str) -> None:
    init = node("Aggregate", 50.0, Subplan_Name=name, **INIT)
    other = node("Seq Scan", 1.0, Filter=f"(a > {mention.replace('1', '10', 1)})", **OUTER)
    scan = node("Seq Scan", 60.0, Filter=f"(a > {mention})", **INNER)
    root = node("Limit", 62.0, init, node("Nested Loop", 61.5, other, scan, **OUTER))
    assert exclusive(root) == {"0": 0.5, "0.0": 50.0, "0.1": 0.5, "0.1.0": 1.0, "0.1.1": 10.0}


def test_an_init_plan_that_nobody_mentions_is_where_there_is_room() -> None:
    init = node("Aggregate", 50.0, Subplan_Name="InitPlan 1 (returns $0)", **INIT)
    root = node("Limit", 60.0, init, node("Seq Scan", 59.0, **OUTER))
    assert exclusive(root) == {"0": 1.0, "0.0": 50.0, "0.1": 9.0}


def test_of_two_withs_of_one_name_the_nearest_is_read() -> None:
    inner = node("Seq Scan", 20.0, Subplan_Name="CTE x", **INIT)
    inside = node("Limit", 22.0, inner, node("CTE Scan", 21.0, CTE_Name="x", **OUTER), **OUTER)
    outer = node("Seq Scan", 40.0, Subplan_Name="CTE x", **INIT)
    plan = plan_of(node("Nested Loop", 70.0, outer, inside, node("CTE Scan", 45.0, CTE_Name="x", **INNER)))
    assert [node.path for node in plan.readers(plan.by_path["0.0"])] == ["0.2"]
    assert [node.path for node in plan.readers(plan.by_path["0.1.0"])] == ["0.1.1"]
    assert account(plan).nodes["0.1.1"].exclusive == pytest.approx(1.0)


def test_an_init_plan_is_not_inside_the_with_that_it_reads() -> None:
    cte = node("Seq Scan", 8.0, Subplan_Name="CTE x", **INIT)
    init = node("Aggregate", 5.0, node("CTE Scan", 4.9, CTE_Name="x", **OUTER), Subplan_Name="InitPlan 2", **INIT)
    found = account(plan_of(node("Limit", 9.0, cte, init, node("Nested Loop", 8.5, **OUTER))))
    assert [edge.node.path for edge in found.inside["0.0"]] == []
    assert [edge.node.path for edge in found.inside["0.2"]] == ["0.1"]


def test_a_with_is_shared_by_those_who_read_it() -> None:
    cte = node("Seq Scan", 40.0, Subplan_Name="CTE x", **INIT)
    scans = (
        node("CTE Scan", 60.0, CTE_Name="x", **OUTER),
        node("CTE Scan", 20.0, CTE_Name="x", **INNER),
    )
    assert exclusive(node("Hash Join", 90.0, cte, *scans)) == {"0": 10.0, "0.0": 40.0, "0.1": 30.0, "0.2": 10.0}


def test_a_with_that_nobody_reads_runs_after_the_root() -> None:
    cte = node("ModifyTable", 7.0, Subplan_Name="CTE x", **INIT)
    assert exclusive(node("Result", 1.0, cte), Execution_Time=8.1) == {"0": 1.0, "0.0": 7.0}


def test_a_million_loops_are_known_to_half_a_second() -> None:
    """0.001 ms each is anything between 0.5 and 1.5 s; what fits is what is left."""
    inner = node("Index Scan", 0.001, loops=1_000_000, **INNER)
    root = node("Nested Loop", 900.0, node("Seq Scan", 100.0, **OUTER), inner)
    found = account(plan_of(root))
    assert found.nodes["0.1"].milliseconds == pytest.approx(800.0, abs=1)
    assert found.nodes["0"].exclusive == pytest.approx(0, abs=1)
    assert found.nodes["0"].high == pytest.approx(500.0, abs=1)
    assert found.unexplained_ms == 0


def test_children_that_do_not_fit_are_told() -> None:
    root = node("Limit", 10.0, node("Seq Scan", 25.0, **OUTER))
    assert account(plan_of(root)).unexplained_ms == pytest.approx(15.0, abs=0.01)


def test_triggers_before_and_after() -> None:
    listed = [
        {"Trigger Name": "b", "Relation": "t", "Time": 50.0, "Calls": 5},
        {"Trigger Name": "RI_1", "Constraint Name": "fk", "Relation": "t", "Time": 20.0, "Calls": 5},
    ]
    found = account(plan_of(node("ModifyTable", 60.0, Relation_Name="t"), Triggers=listed, Execution_Time=80.2))
    assert {each.name: each.node for each in found.triggers} == {"b": "0", "fk": ""}
    assert found.nodes["0"].exclusive == pytest.approx(10.0)
    assert found.accounted_ms == pytest.approx(80.2)


def test_a_known_before_trigger_needs_no_guess() -> None:
    listed = [{"Trigger Name": "b", "Relation": "t", "Time": 0.01, "Calls": 5}]
    plan = plan_of(node("ModifyTable", 60.0, Relation_Name="t"), Triggers=listed, Execution_Time=60.1)
    assert account(plan, before_triggers={"b"}).triggers[0].node == "0"
    assert account(plan).triggers[0].node == ""


def test_serialization_is_beside_the_root() -> None:
    found = account(plan_of(node("Seq Scan", 10.0), Serialization={"Time": 5.0}, Execution_Time=15.1))
    assert found.serialization_ms == 5.0
    assert found.accounted_ms == pytest.approx(15.1)


def test_rows_of_loops_are_an_interval_before_18() -> None:
    inner = node("Index Scan", 0.1, loops=300, rows=0, **INNER)
    root = node("Nested Loop", 90.0, node("Seq Scan", 10.0, rows=300, **OUTER), inner, rows=120, Join_Type="Inner")
    found = account(plan_of(root)).nodes["0.1"].rows
    assert (found.low, found.value, found.high) == (120, 120, 120)
    del root["Join Type"]
    root["Join Filter"] = "(a < b)"
    unknown = account(plan_of(root)).nodes["0.1"].rows
    assert (unknown.low, unknown.value, unknown.high) == (0, 0, 150)


def test_expected_rows_of_workers() -> None:
    scan = node("Seq Scan", 30.0, loops=3, rows=1000, Parallel_Aware=True, **OUTER)
    found = account(plan_of(node("Gather", 42.0, scan, Workers_Planned=2, Workers_Launched=2)))
    assert found.nodes["0.0"].rows_estimated == pytest.approx(2400)
    assert found.nodes["0.0"].rows.value == 3000


def test_what_a_limit_stops_is_no_evidence() -> None:
    scan = node("Seq Scan", 1.0, rows=5, **OUTER)
    sort = node("Sort", 9.0, node("Seq Scan", 8.0, rows=99, **OUTER), rows=5, **OUTER)
    stopped = account(plan_of(node("Limit", 1.1, {**scan, "Plan Rows": 300_000}))).nodes
    assert stopped["0.0"].error is None
    assert "LIMIT" in stopped["0.0"].censored
    sorted_ = account(plan_of(node("Limit", 9.1, sort))).nodes
    assert sorted_["0.0"].censored
    assert not sorted_["0.0.0"].censored


def launched_plus_one(gather: Node, child: Node) -> float:
    return gather.number("Workers Launched") + 1


def at_the_lister(self: Any, lister: Node, child: Node, room: Callable[[Node], float], needed: float) -> Node:
    return lister


def never_pulled(*_: Any) -> tuple[()]:
    return ()


def no_divisors(plan: QueryPlan) -> Mapping[str, float]:
    return {each.path: 1.0 for each in plan.nodes}


@pytest.mark.parametrize(
    ("statement", "module", "rule", "wrong"),
    [
        ("parallel_noleader", processes, "processes", launched_plus_one),
        ("parallel_hash", accounts, "divisors", no_divisors),
        ("init_filter", inside._Readers, "first", at_the_lister),
        ("cte", inside, "_pulled", never_pulled),
    ],
)
def test_without_the_rule_time_is_not_conserved(
    make_database: Callable[..., Database], monkeypatch: pytest.MonkeyPatch,
    statement: str, module: Any, rule: str, wrong: Any,
) -> None:  # fmt: skip
    with make_database(SETUP).connect() as connection:
        plan = plans.captured(connection, BY_NAME[statement], "ANALYZE, BUFFERS, VERBOSE")
    right = account(plan)
    monkeypatch.setattr(module, rule, wrong)
    broken = account(plan)
    own = {path: each.exclusive or 0.0 for path, each in right.nodes.items()}
    moved = sum(abs((each.exclusive or 0.0) - own[path]) for path, each in broken.nodes.items())
    assert broken.unexplained_ms > 0.02 * (broken.execution_ms or 0) or moved > 0.1 * (right.execution_ms or 0)
