"""What the planted queries cannot show of the signs of memory, workers and the machine: saved plans, sums, names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pgwright.base import registry
from pgwright.diagnose.accounting.account import account
from pgwright.diagnose.diagnosis import Found, diagnose
from pgwright.diagnose.query_plan.forms import json_
from pgwright.diagnose.query_plan.model import QueryPlan
from pgwright.diagnose.signs import _memory, _sorts
from pgwright.diagnose.signs._seen import Seen
from pgwright.sql.parse import parse

CAPTURED = sorted((Path(__file__).parents[1] / "captured").glob("jit_*.json"))
SCAN = {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": "t", "Alias": "t"}


def plan(root: dict[str, Any], **beside: Any) -> QueryPlan:
    return json_.from_value({"Plan": root, **beside})


def ran(node: dict[str, Any], rows: float, ms: float, loops: float = 1, **more: Any) -> dict[str, Any]:
    times = {"Actual Startup Time": 0.0, "Actual Total Time": ms, "Actual Rows": rows, "Actual Loops": loops}
    return {"Plan Rows": rows, "Plan Width": 8, **node, **times, **more}


def found(of: QueryPlan, sign: str) -> Found:
    [one] = [each for each in diagnose(of).found if each.name == sign]
    return one


def sort(rows: float, kilobytes: float) -> dict[str, Any]:
    keys = {"Sort Key": ["k"], "Sort Method": "external merge", "Sort Space Used": kilobytes, "Sort Space Type": "Disk"}
    return ran({"Node Type": "Sort", **keys}, rows, 100.0, Plans=[ran(SCAN, rows, 10.0)])


def test_a_saved_sort_without_verbose_needs_more_memory_than_disk() -> None:
    one = found(plan(sort(100_000, 1_800)), "sort_on_disk")
    [(name, value)] = one.cure.setting
    assert name == "work_mem"
    assert 4 * 1_800 < megabytes(value) * 1024 < 6 * 1_800


def test_more_than_a_gigabyte_is_not_advised() -> None:
    one = found(plan(sort(50_000_000, 5_000_000)), "sort_on_disk")
    assert one.cure.setting == ()
    assert one.cure.sql.startswith("-- ")


def megabytes(value: str) -> float:
    return float(value.removesuffix("MB")) if value.endswith("MB") else float(value.removesuffix("kB")) / 1024


@pytest.mark.parametrize(
    ("need", "rounded"),
    [(1, 64), (65 * 1024, 128), (5_000_000, 5_120), (30 << 20, 30 << 10), ((30 << 20) + 1, 32 << 10)],
)
def test_the_advice_is_rounded_up_by_an_eighth_at_most(need: float, rounded: int) -> None:
    assert _memory.rounded(need) == rounded * 1024


def test_the_leader_is_what_the_workers_leave() -> None:
    workers = [{"Worker Number": 0, "Actual Rows": 10.0, "Actual Loops": 1}]
    node = plan(ran(SCAN, 20.0, 5.0, loops=2, Workers=workers)).root
    assert [each.rows for each in _memory.parts(node)] == [10.0, 30.0]


def test_a_process_that_sorts_most_decides() -> None:
    workers = [{"Worker Number": 0, "Actual Rows": 90_000.0, "Actual Loops": 1}]
    even = ran({"Node Type": "Sort", "Sort Key": ["k"]}, 50_000, 50, 2, Plans=[ran(SCAN, 50_000, 10, 2)])
    uneven = ran(
        {"Node Type": "Sort", "Sort Key": ["k"]}, 50_000, 50, 2, Plans=[ran(SCAN, 50_000, 10, 2, Workers=workers)]
    )
    needs = []
    for each in (even, uneven):
        of = plan(each)
        needs.append(_memory.for_sort(Seen(account=account(of)), of.root))
    assert needs[1] > 1.5 * needs[0]


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_time_is_conserved_with_jit(path: Path) -> None:
    of = account(json_.from_value(json.loads(path.read_text(encoding="utf-8"))))
    assert of.execution_ms is not None
    assert sum(each.exclusive or 0 for each in of.nodes.values()) == pytest.approx(of.execution_ms, rel=0.02)
    assert of.unexplained_ms == 0


def test_jit_of_workers_is_not_added_up() -> None:
    one = found(
        json_.from_value(json.loads((CAPTURED[0].parent / "jit_workers.json").read_text(encoding="utf-8"))),
        "jit_overhead",
    )
    fields = one.finding.evidence.fields
    assert fields["JIT"]["Timing"]["Total"] > fields["Leader"]
    assert one.share < 1


@pytest.mark.parametrize("penalty", [{"Total Cost": 10_000_000_100.0}, {"Total Cost": 100.0, "Disabled": True}])
def test_a_forbidden_node_is_known_by_its_cost_or_by_its_word(penalty: dict[str, Any]) -> None:
    scan = ran(SCAN, 10, 9.0, **penalty)
    above = ran({"Node Type": "Limit", **dict.fromkeys(penalty, False), "Total Cost": penalty["Total Cost"]}, 10, 10.0)
    above["Plans"] = [scan]
    one = found(plan(above), "disabled_nodes")
    assert one.paths == ("0.0",)
    assert one.cure.setting == (("enable_seqscan", "on"),)


def test_reading_without_timings_asks_for_them() -> None:
    one = found(plan(ran(SCAN, 10, 900.0, **{"Shared Read Blocks": 20_000, "Shared Hit Blocks": 0})), "io_bound")
    assert one.cure.setting == (("track_io_timing", "on"),)
    assert one.share == 0


def test_a_statement_with_parameters_takes_its_generic_plan() -> None:
    scans = [ran({**SCAN, "Alias": f"t{number}", "Parent Relationship": "Member"}, 0, 0.1) for number in range(12)]
    of = plan(
        ran({"Node Type": "Append"}, 0, 1.2, Plans=scans),
        **{"Planning Time": 20.0, "Execution Time": 1.3, "Query Text": "SELECT * FROM t WHERE id = $1"},
    )
    assert found(of, "planning_dominates").cure.setting == (("plan_cache_mode", "force_generic_plan"),)


def test_missing_workers_of_a_saved_plan_have_no_setting() -> None:
    workers = {"Workers Planned": 3, "Workers Launched": 1}
    one = found(
        plan(ran({"Node Type": "Gather", **workers}, 9, 100.0, Plans=[ran(SCAN, 9, 99.0, 2)])), "workers_missing"
    )
    assert one.share == pytest.approx(0.5)
    assert one.cure.setting == ()
    assert one.cure.sql.startswith("-- ")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('"a"" DESC" DESC NULLS LAST', '"a"" DESC" DESC NULLS LAST'),
        ("t.at DESC", "at DESC"),
        ('"order" COLLATE "C" DESC', '"order" COLLATE "C" DESC'),
        ("lower(note)", None),
        ("o.at", None),
        ("at USING ~<~", None),
    ],
)
def test_sort_keys_are_keys_of_an_index(text: str, key: str | None) -> None:
    of = plan(ran(SCAN, 10, 1.0))
    keys = _sorts.keys(Seen(account=account(of)), of.root, [text])
    assert keys == ((key,) if key else ())
    if key:
        parse(f"CREATE INDEX ON t ({key})")


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize("sign", registry.names("diagnose.signs"))
def test_nodes_of_which_nearly_nothing_is_known_do_no_harm(sign: str, measured: bool) -> None:
    module = registry.load("diagnose.signs", sign)
    for kind in sorted(module.NODES) or ["Result"]:
        bare: dict[str, Any] = {"Node Type": kind}
        bare = ran(bare, 0, 0.0, loops=0) if measured else bare
        of = plan({**bare, "Plans": [bare, {**bare, "Parent Relationship": "Outer"}]})
        seen = Seen(account=account(of))
        for node in of.nodes:
            list(module.look(seen, node))
