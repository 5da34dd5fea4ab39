"""The search on a real planner: what it remembers is true, and plain Extend finds nothing better."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from pgwright.diagnose.advise.indexes import pool, prepare
from pgwright.diagnose.advise.indexes.cases import Case
from pgwright.diagnose.advise.indexes.costs import Costs
from pgwright.diagnose.advise.indexes.pool import LEAST_GAIN
from pgwright.diagnose.advise.indexes.search import Limits, Search
from pgwright.diagnose.whatif.planner import Existing
from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.workload.values import Origin, Statement, Workload

from ..candidates.test_rules import RULES
from ..conftest import Planted
from .extend import extend

MEGABYTE = 1 << 20


def prepared(planted: Planted, texts: Sequence[str]) -> prepare.Prepared:
    """Statements of one file."""
    statements = tuple(
        Statement(text=text, key=text, kind="SelectStmt", calls=1, position=f"work.sql:{number}")
        for number, text in enumerate(texts)
    )
    workload = Workload(origin=Origin.FILE, statements=statements)
    return prepare.prepare(planted.planner, planted.clone.connection, workload)


@pytest.fixture
def costs(planted: Planted) -> Costs:
    """The costs of the statements of all rules, with what is worth searching among."""
    found = prepared(planted, [statement for statement, _ in RULES.values()])
    assert found.unplanned == ()
    costs = Costs(planted.planner, found.cases)
    costs.offer(planted.planner.offer(index for case in found.cases for index in case.candidates))
    best, others = pool.useful(costs)
    kept = planted.planner.offer([*best, *others, *pool.shorter([*best, *others]), *pool.merged(best)])
    costs.offer(kept)
    costs.restrict(kept)
    return costs


@pytest.mark.majors("all")
def test_what_is_remembered_is_what_the_planner_says(planted: Planted, costs: Costs) -> None:
    drawn = random.Random(7)
    for _ in range(60):
        chosen = drawn.sample(sorted(costs.sizes), drawn.randint(0, 12))
        bits = costs.now
        for each in chosen:
            bits |= costs.bit(each)
        number = drawn.randrange(len(costs.cases))
        case: Case = costs.cases[number]
        hidden: list[Existing] = []
        asked = planted.planner.cost(case.texts[0], chosen, hidden)
        assert costs.cost(number, bits) == pytest.approx(asked.cost, rel=0.01), case.text


def test_extend_finds_nothing_better_at_any_budget(costs: Costs) -> None:
    whole = sum(costs.sizes.values())
    for part in (0.005, 0.01, 0.02, 0.05, 0.1, 1.0):
        budget = whole * part
        found = Search(costs, Limits(bytes=budget, gain=0)).best()
        assert costs.bytes(found) <= budget
        assert costs.total(found) <= costs.total(extend(costs, budget)) + LEAST_GAIN


def test_values_that_are_always_the_same_make_partial_indexes(planted: Planted) -> None:
    text = 'SELECT montant FROM "Boutique ""d\'été"""."Commandes.en ligne" WHERE état = $1 AND montant > $2'
    for samples, is_fixed in (
        ((("'EN_ATTENTE'", "9000"),), True),  # as its author wrote it
        ((("'EN_ATTENTE'", "9000"), ("'EN_ATTENTE'", "5"), ("'EN_ATTENTE'", "7")), True),
        ((("'EN_ATTENTE'", "9000"), ("'LIVRÉE'", "5"), ("'EN_ATTENTE'", "7")), False),
    ):
        statement = Statement(
            text=text, key="k", kind="SelectStmt", calls=3, samples=samples, position="f:1" if len(samples) == 1 else ""
        )
        workload = Workload(origin=Origin.FILE, statements=(statement,))
        [case] = prepare.prepare(planted.planner, planted.clone.connection, workload).cases
        partial: list[Proposed] = [each for each in case.candidates if each.where]
        assert bool(partial) is is_fixed, samples
        assert len(case.texts) == len(samples)


def test_what_cannot_be_planned_is_named_and_the_rest_weighed(planted: Planted) -> None:
    found = prepared(planted, ["SELECT * FROM nulle_part", "SELECT manque(1)", "SELECT * FROM clients WHERE id = 3"])
    assert [each.text for each in found.unplanned] == ["SELECT * FROM nulle_part", "SELECT manque(1)"]
    assert "nulle_part" in found.unplanned[0].reason
    assert [case.weight for case in found.cases] == [1.0]
    assert not found.timed
