"""The search keeps within its limits, always ends with the same, and is never worse than plain Extend."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgwright.diagnose.advise.indexes import pool
from pgwright.diagnose.advise.indexes.cases import Case, weights
from pgwright.diagnose.advise.indexes.costs import Costs
from pgwright.diagnose.advise.indexes.plans import Set
from pgwright.diagnose.advise.indexes.pool import LEAST_GAIN
from pgwright.diagnose.advise.indexes.search import Limits, Search, Step
from pgwright.diagnose.whatif.planner import Existing
from pgwright.diagnose.whatif.proposed import Proposed

from .extend import extend
from .imagined import Imagined, case, index, workload

MEGABYTE = 1 << 20
FEW = settings(max_examples=50)
"""A search takes a tenth of a second."""


def asked(cases: Sequence[Case], planner: Imagined | None = None) -> Costs:
    """The costs of cases with their candidates, as the advice prepares them."""
    costs = Costs(planner or Imagined({}), cases)
    costs.offer(costs.planner.offer(each for one in cases for each in one.candidates))
    best, others = pool.useful(costs)
    costs.offer(costs.planner.offer([*best, *others, *pool.shorter([*best, *others]), *pool.merged(best)]))
    return costs


@FEW
@given(seed=st.integers(0, 10_000), megabytes=st.sampled_from([0, 2, 4, 8, 16, 64]))
def test_never_worse_than_extend_and_within_the_budget(seed: int, megabytes: int) -> None:
    costs = asked(workload(seed))
    found = Search(costs, Limits(bytes=megabytes * MEGABYTE, gain=0)).best()
    assert costs.bytes(found) <= megabytes * MEGABYTE
    assert costs.total(found) <= costs.total(extend(costs, megabytes * MEGABYTE)) + LEAST_GAIN


@FEW
@given(seed=st.integers(0, 10_000))
def test_two_searches_find_the_same(seed: int) -> None:
    limits = Limits(bytes=9 * MEGABYTE)
    once, again = (asked(workload(seed)) for _ in range(2))
    assert once.new(Search(once, limits).best()) == again.new(Search(again, limits).best())


@FEW
@given(seed=st.integers(0, 10_000))
def test_each_index_brings_what_it_must(seed: int) -> None:
    costs = asked(workload(seed))
    limits = Limits(gain=0.02)
    found = Search(costs, limits).best()
    for each in costs.new(found):
        assert costs.total(found & ~costs.bit(each)) - costs.total(found) >= limits.gain


@given(seed=st.integers(0, 10_000))
def test_what_is_remembered_is_what_the_planner_says(seed: int) -> None:
    cases = workload(seed, statements=4)
    costs, planner = asked(cases), Imagined({})
    some = list(costs.sizes)[:7]
    for number in range(len(some) + 1):
        for chosen in itertools.combinations(some, number):
            bits = costs.now
            for each in chosen:
                bits |= costs.bit(each)
            for one in cases:
                assert costs.cost(one.number, bits) == planner.cost(one.text, chosen).cost
                assert costs.floor(one.number, bits) <= costs.ratio(one.number, bits) + 1e-9
    assert costs.planner.asked < planner.asked


def test_what_writing_may_cost_limits_the_choice() -> None:
    cases = workload(3)

    def upkeep(new: Sequence[Proposed]) -> float:
        return 0.02 * len(new)

    costs = Costs(Imagined({}), cases, upkeep=upkeep)
    costs.offer(costs.planner.offer(each for one in cases for each in one.candidates))
    assert len(costs.new(Search(costs, Limits()).best())) > 2
    assert len(costs.new(Search(costs, Limits(writing=0.04)).best())) == 2
    assert costs.new(Search(costs, Limits(writing=0.0)).best()) == []


def test_without_time_there_is_a_result_all_the_same() -> None:
    costs = asked(workload(1))
    search = Search(costs, Limits(seconds=0))
    assert search.fits(search.best())
    assert not search.finished


def test_a_search_that_is_stopped_keeps_what_it_has() -> None:
    costs, ticks, told = asked(workload(1)), itertools.count(), list[Step]()
    search = Search(costs, Limits(seconds=40), tell=told.append, now=lambda: float(next(ticks)))
    found = search.best()
    assert not search.finished
    assert told
    assert costs.total(found) <= min(step.total for step in told) + 1e-9 < 1
    thorough = Search(costs, Limits())
    assert costs.total(thorough.best()) <= costs.total(found)
    assert thorough.finished


def test_two_small_indexes_become_one_that_serves_both() -> None:
    cases = [case(0, "t", ["a"], 0.5), case(1, "t", ["a", "b"], 0.5)]
    costs = asked(cases)
    found = costs.new(Search(costs, Limits(bytes=3 * MEGABYTE)).best())
    assert found == [index("t", "a", "b")]


def test_an_index_that_is_there_is_not_proposed_again() -> None:
    there = {Existing(schema="public", name="t_a"): index("t", "a")}
    costs = asked([case(0, "t", ["a"], 1.0)], Imagined({}, there))
    search = Search(costs, Limits())
    assert costs.new(search.best()) == []
    without: Set = costs.now & ~costs.bit(Existing(schema="public", name="t_a"))
    assert costs.ratio(0, without) == pytest.approx(10)


def test_the_better_ones_are_in_the_pool_and_beginnings_too() -> None:
    cases = [case(0, "t", ["a", "b", "c"], 1.0)]
    costs = Costs(Imagined({}), cases)
    costs.offer(costs.planner.offer(cases[0].candidates))
    best, others = pool.useful(costs)
    assert best == [index("t", "a", "b")]
    assert index("t", "b", "c") in others
    assert list(pool.shorter([index("t", "a", "b", include=("c",))])) == [index("t", "a", "b"), index("t", "a")]
    assert index("t", "a", "b", "c") in pool.merged([index("t", "a", "b"), index("t", "a", "c")])


@pytest.mark.parametrize(
    ("amounts", "parts"),
    [
        ([], ()),
        ([0.0, 0.0], (0.5, 0.5)),
        ([1.0, 1.0], (0.5, 0.5)),
        ([98.0] + [0.2] * 10, (0.2727, *[0.0727] * 10)),
    ],
)  # fmt: skip
def test_no_statement_counts_for_all(amounts: list[float], parts: tuple[float, ...]) -> None:
    assert weights(amounts) == pytest.approx(parts, abs=1e-3)


@given(amounts=st.lists(st.floats(0, 1e9), min_size=1, max_size=40))
def test_parts_are_one_whole_and_capped(amounts: list[float]) -> None:
    parts = weights(amounts)
    cap = max(0.2, 3 / len(amounts))
    assert sum(parts) == pytest.approx(1)
    if sum(amount > 0 for amount in amounts) * cap >= 1:
        assert max(parts) <= cap * (1 + 1e-9)
