"""The values behind the page: what is added up, what is drawn where, and what is said about a node."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from pgwright.diagnose.accounting.inside import Edge
from pgwright.diagnose.diagnosis import Diagnosis
from pgwright.render.query_plan_html import amounts, flame, head, naming, timeline, tree, tried
from pgwright.render.query_plan_html.beside import beside
from pgwright.render.query_plan_html.clock import Clock, clock
from tests.support import htmlpages as made
from tests.support.htmlpages import node


def clock_of(root: Any, **beside_: Any) -> Clock:
    return clock(made.diagnosis(root, **beside_).account)


@pytest.mark.parametrize("name", list(made.DIAGNOSES))
def test_boxes_stand_inside_those_above_and_beside_each_other(name: str) -> None:
    boxes = flame.flame(clock(made.DIAGNOSES[name].account)).boxes
    levels: dict[int, list[flame.Box]] = {}
    for box in boxes:
        levels.setdefault(box.y, []).append(box)
    for level, row in sorted(levels.items()):
        row.sort(key=lambda box: box.x)
        for left, right in itertools.pairwise(row):
            assert left.x + left.width <= right.x + 0.01
        for box in row:
            above = levels.get(level - flame.HEIGHT, [])
            inside = [one for one in above if one.x - 0.01 <= box.x and box.x + box.width <= one.x + one.width + 0.01]
            assert inside or level == 0
    assert all(box.x >= 0 and box.x + box.width <= 100.01 for box in boxes)


def test_the_top_level_is_the_whole() -> None:
    boxes = flame.flame(clock(made.DIAGNOSES["write"].account)).boxes
    top = [box for box in boxes if box.y == 0]
    assert sum(box.width for box in top) == pytest.approx(100, abs=0.5)
    assert [box.title.partition(":")[0] for box in top[1:3]] == ["trigger t_fk", "trigger mirror"]


def test_a_with_stands_below_each_of_its_readers() -> None:
    boxes = flame.flame(clock(made.DIAGNOSES["with"].account)).boxes
    parts = [box for box in boxes if box.title.startswith("CTE big")]
    assert len(parts) == 2
    assert parts[0].width == pytest.approx(2 * parts[1].width, rel=0.01)
    assert "67 % of it" in parts[0].title


def test_small_boxes_are_one() -> None:
    members = [node("Seq Scan", 0.01, Relation_Name=f"t{number}") for number in range(900)]
    boxes = flame.flame(clock_of(node("Append", 9.9, *members), Execution_Time=10.0)).boxes
    assert len(boxes) < 5
    assert any("900 small ones" in box.title for box in boxes)


@pytest.mark.parametrize("name", ["joined", "with", "parallel", "write", "hostile", "deep", "single"])
def test_the_sum_comes_out(name: str) -> None:
    view = beside(made.DIAGNOSES[name].account)
    assert view.total is not None
    assert view.measured is not None
    assert view.difference == ""
    lines = sum(float(entry.amount.removesuffix(" ms").replace(",", "")) for entry in view.entries)
    assert lines == pytest.approx(float(view.measured.amount.removesuffix(" ms")), abs=0.01)


def test_what_does_not_add_up_is_said() -> None:
    view = beside(made.diagnosis(node("Result", 1.0), Execution_Time=50.0).account)
    assert view.difference.endswith(" ms")


def test_a_with_says_where_its_time_is() -> None:
    rows = tree.tree(clock(made.DIAGNOSES["with"].account), ()).rows
    assert [(text, name) for text, name, _ in rows[1].notes] == [
        ("67 % of its time is inside", "CTE Scan on big a"),
        ("33 % of its time is inside", "CTE Scan on big b"),
    ]
    assert rows[1].tag == "CTE big"
    assert rows[-1].state == "never executed"


@pytest.mark.parametrize(
    ("actual", "expected", "word", "sign"), [(1000, 10, "×100 more", 1), (1, 300, "×300 fewer", -1), (100, 100, "", 0)]
)
def test_a_row_error_has_a_direction(actual: float, expected: float, word: str, sign: int) -> None:
    scan = node("Seq Scan", 5.0, rows=actual, Plan_Rows=expected)
    cell = tree.tree(clock_of(scan, Execution_Time=5.1), ()).rows[0].rows
    assert cell.word == word
    assert (cell.bar > 0) - (cell.bar < 0) == sign


def test_rows_below_a_limit_are_not_compared() -> None:
    root = node("Limit", 5.0, node("Seq Scan", 5.0, rows=5, Plan_Rows=9000))
    cell = tree.tree(clock_of(root, Execution_Time=5.1), ()).rows[1].rows
    assert (cell.bar, cell.word, cell.censored) == (0.0, "", "a LIMIT above stops it")


def test_an_uncertain_time_is_an_interval() -> None:
    inner = node("Index Scan", 0.001, Actual_Loops=50_000, Parent_Relationship="Inner")
    root = node("Nested Loop", 90.0, node("Seq Scan", 10.0), inner)
    first, second, third = tree.tree(clock_of(root, Execution_Time=90.2), ()).rows
    assert first.interval == "5.00 to 55.0 ms"
    assert second.interval == ""
    assert third.interval == "25.0 to 50.0 ms"


def test_findings_mark_their_nodes() -> None:
    diagnosis = made.DIAGNOSES["joined"]
    rows = tree.tree(clock(diagnosis.account), diagnosis.found).rows
    assert [[mark.number for mark in row.marks] for row in rows] == [[2], [], [1], [], []]


def test_a_node_tells_all_and_zeros_once() -> None:
    common = node("Seq Scan", 5.0, Output=["a"], Filter="(a > 1)", Shared_Read_Blocks=3)
    root = node("Sort", 9.0, common, Sort_Key=["a"], Shared_Read_Blocks=5)
    view = tree.tree(clock_of(root, Execution_Time=9.1), ())
    assert ("Temp Read Blocks", "0") in view.common
    sort, scan = (row.details for row in view.rows)
    read = next(each for each in sort.properties if each.key == "Shared Read Blocks")
    assert (read.value, read.own) == ("5", "2")
    hit = next(each for each in sort.properties if each.key == "Shared Hit Blocks")
    assert (hit.value, hit.own) == ("7", "0")
    assert next(each for each in scan.properties if each.key == "Shared Read Blocks").own == ""


def test_lines_of_the_tree() -> None:
    leaf = node("Seq Scan", 1.0)
    root = node("Append", 9.0, node("Sort", 2.0, leaf), leaf)
    rows = tree.tree(clock_of(root, Execution_Time=9.1), ()).rows
    assert [row.rails for row in rows] == ["", "M6 0V999M6 0V17h7", "M6 0V999M20 0V17h7", "M6 0V17h7"]


def test_a_node_that_waits_for_all_gives_its_first_row_at_the_end() -> None:
    lines = timeline.timeline(clock(made.DIAGNOSES["joined"].account)).lines
    sort, _, scan = lines[:3]
    assert sort.lane.first > 0.95 * sort.lane.last
    assert scan.lane.first < 0.05 * scan.lane.last


def test_each_process_has_a_lane_and_many_loops_have_no_first_row() -> None:
    scan = timeline.timeline(clock(made.DIAGNOSES["parallel"].account)).lines[1]
    assert [lane.name for lane in scan.processes] == ["leader", "worker 0", "worker 1"]
    assert scan.processes[0].text == "0 ms → 11.0 ms"  # 3 × 10 less 9 and 10
    root = node("Nested Loop", 9.0, node("Seq Scan", 1.0), node("Index Scan", 0.07, Actual_Loops=100))
    inner = timeline.timeline(clock_of(root, Execution_Time=9.1)).lines[2]
    assert inner.lane.text == "7.00 ms in 100 loops"
    assert inner.lane.first == 0


def test_the_scale_has_round_marks_within_the_picture() -> None:
    for whole in (0.02, 0.9, 3.0, 99.0, 132.5, 8000.0, 420_000.0):
        scale = timeline.timeline(clock_of(node("Result", whole), Execution_Time=whole)).scale
        assert 3 <= len(scale) <= 6, whole
        assert all(0 <= at <= 100 for at, _ in scale)


def test_members_of_an_append_are_one_place() -> None:
    members = [node("Seq Scan", 1.0, Relation_Name=f"t_{number}") for number in range(30)]
    diagnosis = made.diagnosis(node("Append", 31.0, *members), Execution_Time=31.1)
    first = head.head(clock(diagnosis.account), diagnosis, "").places[0]
    assert (first.name, first.amount, first.anchor) == ("30 × Seq Scan, all of one Append", "30.0 ms", "n0")


def test_a_long_line_is_laid_out_and_a_short_one_is_not() -> None:
    def statement(query: str) -> str:
        diagnosis = made.diagnosis(node("Result", 1.0), query=query)
        return head.head(clock(diagnosis.account), diagnosis, "").statement

    assert statement("select  1") == "select  1"
    assert (
        statement(f"SELECT {', '.join('abcdefgh')} FROM a_table WHERE a = 1 AND b = 2{' AND c > d' * 9}").count("\n")
        > 9
    )


def test_both_plans_show_what_only_one_has() -> None:
    view = tried.compared(clock(made.DIAGNOSES["joined"].account), _after())
    assert [step.kind for step in view.before if step.only_here] == ["Sort", "Hash Left Join", "Seq Scan", "Hash"]
    assert [step.kind for step in view.after if step.only_here] == ["Index Scan"]
    first = view.figures[0]
    assert (first.name, first.before, first.after, first.word) == (
        "execution time",
        "98.3 ms",
        "3.00 ms",
        "33 times less",
    )


def _after() -> Diagnosis:
    scan = node("Seq Scan", 1.0, Relation_Name="customers", Schema="sales", Alias="c")
    return made.diagnosis(node("Index Scan", 2.9, scan, Relation_Name="orders"), Execution_Time=3.0)


@pytest.mark.parametrize(
    ("node_", "label"),
    [
        (node("Seq Scan", 1.0, Relation_Name="Order", Schema="public", Alias="o"), 'Seq Scan on "Order" o'),
        (node("Seq Scan", 1.0, Relation_Name="a\x00\x1b"), 'Seq Scan on "a\\x00\\x1b"'),
        (node("Aggregate", 1.0, Strategy="Hashed", Partial_Mode="Partial"), "Partial HashAggregate"),
        (node("Hash Join", 1.0, Join_Type="Right Semi", Hash_Cond="(a.b = c.d)"), "Hash Right Semi Join on a.b = c.d"),
        (node("Nested Loop", 1.0, Join_Type="Anti"), "Nested Loop Anti Join"),
        (node("Sort", 1.0, Sort_Key=["a", "b DESC"]), "Sort by a, b DESC"),
        (node("ModifyTable", 1.0, Operation="Merge", Relation_Name="t"), "Merge on t"),
        (node("Index Scan", 1.0, Scan_Direction="Backward", Index_Name="i"), "Index Scan Backward on i"),
        (node("Function Scan", 1.0, Function_Name="f", Alias="f"), "Function Scan on f"),
    ],
)
def test_names(node_: Any, label: str) -> None:
    assert naming.label(made.diagnosis(node_).plan.root) == label


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 ms"),
        (0.0312, "0.031 ms"),
        (17.34, "17.3 ms"),
        (132.49, "132 ms"),
        (1480, "1,480 ms"),
        (12_340, "12.3 s"),
        (245_000, "4 min 05 s"),
    ],
)
def test_times(value: float, text: str) -> None:
    assert amounts.milliseconds(value) == text


def test_other_amounts() -> None:
    assert [amounts.percent(each) for each in (0, 0.0004, 0.026, 0.0999, 1)] == [
        "0 %",
        "<0.1 %",
        "2.6 %",
        "10 %",
        "100 %",
    ]
    assert [amounts.size(each) for each in (1, 200, 2468, 10**6)] == ["8 kB", "1.6 MB", "19 MB", "7.6 GB"]
    assert [amounts.count(each) for each in (0.98, 3.0, 25920.0)] == ["0.98", "3", "25,920"]


def test_an_account_that_runs_in_a_circle_is_drawn_all_the_same() -> None:
    account = made.DIAGNOSES["with"].account
    cte, scan = account.plan.by_path["0.0"], account.plan.by_path["0.0.0"]
    loop = dataclasses.replace(account, inside={**account.inside, scan.path: (Edge(cte, 1.0),)})
    view = clock(loop)
    assert view.inside[scan.path] == ()
    assert {box.anchor for box in flame.flame(view).boxes} >= {"n0", "n0-0", "n0-0-0"}


def test_what_is_above_a_slow_node_stays_with_it() -> None:
    root = node("Limit", 90.0, node("Result", 89.99, node("Seq Scan", 89.98)), node("Result", 0.001))
    rows = tree.tree(clock_of(root, Execution_Time=90.2), ()).rows
    assert [row.quiet for row in rows] == [False, False, False, True]
