"""What fails the gate and what does not: by the figures alone."""

from __future__ import annotations

from typing import Any

import pytest

from pgwright.base.finding import Severity
from pgwright.diagnose.history.judge import Failed, Gate, judge
from pgwright.diagnose.history.limits import Limits
from pgwright.diagnose.history.measured import Measured, from_plans
from pgwright.diagnose.query_plan.forms import json_

from .made import node, query, ran, saved, scan


def gate(before: Measured, after: Measured, limits: Limits | None = None, **versions: int) -> Gate:
    now = versions.get("now", 180006)
    return judge(saved(before, version=versions.get("then", 180006)), saved(after, version=now), limits=limits)


def found(before: Measured, after: Measured, limits: Limits | None = None, **versions: int) -> list[tuple[str, str]]:
    return [(each.name, each.severity.value) for each in gate(before, after, limits, **versions).findings]


def seq(blocks: float, **keys: Any) -> dict[str, Any]:
    return scan("Seq Scan", "a", blocks, **keys)


def index(blocks: float, **keys: Any) -> dict[str, Any]:
    return scan("Index Scan", "a", blocks, Index_Name="a_x", **keys)


WORSE = ("touches_more_blocks", "danger")
WAITS = ("waits_for_a_vacuum", "notice")
BETTER = ("touches_fewer_blocks", "notice")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (100, 100, []),
        (100, 120, []),  # not more than a fifth
        (100, 121, [WORSE]),
        (50, 65, []),  # 15 blocks more
        (50, 66, [WORSE]),
        (0, 16, [WORSE]),
        (0, 15, []),
        (121, 100, [BETTER]),
        (66, 50, [BETTER]),
        (65, 50, []),
    ],
)
def test_blocks_against_both_limits(before: float, after: float, expected: list[tuple[str, str]]) -> None:
    assert found(query(seq(before)), query(seq(after))) == expected


def test_limits_are_options() -> None:
    assert found(query(seq(100)), query(seq(140)), Limits(ratio=1.5)) == []
    assert found(query(seq(1)), query(seq(3)), Limits(blocks=2)) == [WORSE]
    assert found(query(seq(1)), query(seq(3)), Limits(blocks=3)) == []


def test_from_the_cache_or_not_is_the_same() -> None:
    cold = seq(0) | {"Shared Hit Blocks": 10, "Shared Read Blocks": 990}
    assert found(query(seq(1000)), query(cold)) == []


def test_the_reason_names_the_nodes() -> None:
    (finding,) = gate(query(node("Sort", index(20), **ran(20))), query(node("Sort", seq(500), **ran(500)))).findings
    assert finding.evidence.text == "20 → 500 blocks touched (×25.0)."
    assert finding.why == (
        "Not used any more: a_x. "
        "Seq Scan on public.a touches 500 blocks, where Index Scan using a_x on public.a touched 20."
    )
    assert finding.evidence.fields == {"blocks": [20, 500]}


def test_another_plan_that_is_not_worse_is_a_notice() -> None:
    assert found(query(index(100)), query(seq(110))) == [("other_plan", "notice")]
    assert found(query(index(100)), query(seq(50))) == [BETTER]


def test_of_all_runs_the_one_with_the_fewest_blocks_counts() -> None:
    plans = [json_.from_value({"Plan": seq(blocks, rows=blocks)}) for blocks in (300, 100, 100, 200)]
    now = from_plans("q", "SELECT 1", plans)
    assert (now.blocks.high, now.rows) == (100, 100)
    assert found(query(seq(100, rows=100)), now) == []


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (0, [WORSE]),
        (50, [WORSE]),
        (400, [WAITS]),
        (9_000, [WAITS]),
    ],
)
def test_visits_of_the_table_that_a_vacuum_ends(visits: float, expected: list[tuple[str, str]]) -> None:
    def only(blocks: float, visits: float) -> Measured:
        return query(scan("Index Only Scan", "A b", blocks, Index_Name="i", Heap_Fetches=visits))

    assert found(only(100, 0), only(500, visits)) == expected
    assert found(only(500, visits), only(100, 0)) in ([], [BETTER])
    cures = {each.cure_sql for each in gate(only(100, 0), only(500, visits)).findings if each.cure_sql}
    assert cures <= {'VACUUM public."A b";'}


def test_more_rows_by_the_same_plan_are_more_data() -> None:
    before, after = query(seq(100, rows=1_000)), query(seq(1_000, rows=10_000))
    assert found(before, after) == [("other_data", "warning"), ("reads_more_rows", "notice")]
    worse = query(seq(2_000, rows=10_000))  # twice the blocks for each row
    assert found(before, worse) == [("other_data", "warning"), WORSE]
    other = query(seq(1_000, rows=10_000), statement="SELECT 2")
    assert found(before, other) == [WORSE]
    turned = query(index(1_000, rows=10_000))
    assert found(before, turned) == [("other_data", "warning"), WORSE]


def test_rows_of_a_loop_that_are_rounded_say_nothing() -> None:
    """Before 18 a loop of 0.4 rows shows 0, and one of 0.6 shows 1."""

    def joined(rows: float) -> Measured:
        inner = scan("Index Scan", "a", 100, rows=rows, Index_Name="i") | {"Actual Loops": 1_000}
        return query(node("Nested Loop", scan("Seq Scan", "b", 1, rows=1_000), inner, **ran(101, rows=500)))

    assert found(joined(1), joined(2)) == []
    assert found(joined(1.0), joined(2.0)) == []
    assert found(joined(1.0), joined(4.0)) == [("other_data", "warning")]
    assert found(joined(10), joined(30)) == [("other_data", "warning")]


def test_less_data_is_said() -> None:
    before, after = query(seq(100, rows=1_000)), query(seq(10, rows=100))
    assert found(before, after) == [("other_data", "warning"), BETTER]
    assert found(query(seq(1, rows=40)), query(seq(1, rows=90))) == []  # too few to say


def test_temporary_files_and_wal() -> None:
    spilling = seq(100) | {"Temp Read Blocks": 50, "Temp Written Blocks": 50}
    assert found(query(seq(100)), query(spilling)) == [("spills_more", "danger")]
    assert found(query(spilling), query(seq(100))) == [("spills_less", "notice")]

    def writing(wal: float, images: float = 0) -> Measured:
        return query(node("ModifyTable", seq(9), Operation="Update", WAL_Bytes=wal, WAL_FPI=images, **ran(9)))

    assert found(writing(10_000), writing(200_000)) == [("writes_more_wal", "danger")]
    assert found(writing(10_000), writing(200_000, images=30)) == []  # whole pages after a checkpoint
    assert found(query(seq(9)), query(seq(9) | {"WAL Bytes": 900_000})) == []  # a SELECT that cleans pages


SLOW, FAST = (90.0, 100.0, 95.0), (9.0, 10.0, 12.0)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (query(seq(100), times=FAST), query(seq(100), times=SLOW), []),  # a slow machine
        (query(seq(100), times=FAST), query(seq(110), times=SLOW), []),  # and parallel workers
        (query(seq(100), times=FAST), query(seq(200), times=SLOW), ["touches_more_blocks"]),
        (query(index(100), times=FAST), query(seq(100), times=SLOW), ["is_slower"]),
        (query(index(100), times=(9.0, 91.0)), query(seq(100), times=SLOW), ["other_plan"]),  # within the spread
        (query(index(100), times=(0.1, 0.2)), query(seq(100), times=(3.0, 4.0)), ["other_plan"]),  # milliseconds
        (query(index(100), times=SLOW), query(seq(100), times=FAST), ["other_plan"]),
    ],
)
def test_time(before: Measured, after: Measured, expected: list[str]) -> None:
    assert [name for name, _ in found(before, after, Limits(time=True))] == expected
    assert "is_slower" not in [name for name, _ in found(before, after)]


@pytest.mark.parametrize(("calm", "expected"), [(0, ["is_slower"]), (2, ["is_slower"]), (3, ["other_plan"])])
def test_what_all_queries_are_slower_is_the_machine(calm: int, expected: list[str]) -> None:
    before = [query(seq(9), f"c{n}", times=FAST) for n in range(calm)]
    after = [query(seq(9), f"c{n}", times=SLOW) for n in range(calm)]
    one, other = query(index(100), times=FAST), query(seq(100), times=SLOW)
    result = judge(saved(one, *before), saved(other, *after), limits=Limits(time=True))
    assert [each.name for each in result.findings] == expected


def plain(kind: str, cost: float, **beside: Any) -> Measured:
    return query(node(kind, Relation_Name="a", Total_Cost=cost), **beside)


def test_costs_where_nothing_was_executed() -> None:
    assert found(plain("Seq Scan", 100), plain("Seq Scan", 500)) == [("costs_more", "danger")]
    assert found(plain("Seq Scan", 500), plain("Seq Scan", 100)) == [("costs_less", "notice")]
    assert found(plain("Seq Scan", 100), plain("Seq Scan", 110)) == []
    assert found(plain("Seq Scan", 100), plain("Seq Scan", 500), now=170000) == [("other_major", "warning")]
    set_ = {"Settings": {"random_page_cost": "1"}}
    assert found(plain("Seq Scan", 100), plain("Seq Scan", 500, **set_)) == [("other_settings", "warning")]
    assert found(plain("Seq Scan", 100), query(seq(500))) == [
        ("not_executed", "warning"),
        ("costs_more", "danger"),
    ]


def test_new_gone_and_failed() -> None:
    before = saved(query(seq(1), "a"), query(seq(1), "b"), query(seq(1), "c"))
    after = saved(query(seq(1), "a"), query(seq(1), "d"))
    failed = Failed(name="c", message='relation "x" does not exist')
    result = judge(before, after, failed=[failed], places={"c": "q.sql:7"})
    assert [(each.name, each.object, each.severity) for each in result.findings] == [
        ("query_failed", "c", Severity.DANGER),
        ("not_among_the_queries", "b", Severity.NOTICE),
        ("not_in_the_baseline", "d", Severity.NOTICE),
    ]
    assert result.findings[0].location == "q.sql:7"
    assert result.findings[0].evidence.text == 'relation "x" does not exist'


def test_an_empty_baseline_compares_with_nothing() -> None:
    (only,) = judge(saved(version=140000), saved(query(seq(1)))).findings
    assert only.name == "not_in_the_baseline"


def test_no_hostile_plan_breaks_it() -> None:
    values: tuple[Any, ...] = (None, "x", [], {}, -5, 1e308, True)
    for value in values:
        odd = seq(0) | dict.fromkeys(
            ("Shared Hit Blocks", "Actual Rows", "Actual Loops", "Total Cost", "WAL FPI"), value
        )
        judge(saved(query(odd)), saved(query(index(9))))
        judge(saved(query(index(9))), saved(query(odd, Serialization=value, Settings=value)))


def test_processes_that_share_rows_may_merge_once_more() -> None:
    def spilled(pages: float, gather: bool) -> Measured:
        sort = node("Sort", scan("Seq Scan", "a"), **ran(0), Temp_Read_Blocks=pages, Temp_Written_Blocks=pages)
        over = node("Gather Merge", sort, **ran(0), Temp_Read_Blocks=pages, Temp_Written_Blocks=pages)
        return query(over if gather else sort)

    assert found(spilled(4750, True), spilled(5720, True)) == []
    assert found(spilled(4750, True), spilled(15000, True)) == [("spills_more", "danger")]
    assert found(spilled(4750, False), spilled(5720, False)) == [("spills_more", "danger")]
