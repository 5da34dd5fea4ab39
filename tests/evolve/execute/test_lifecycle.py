"""Every shape of table through the whole life of a rename, by every strategy, with both applications at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.base.errors import StepFailed
from pgwright.base.lock import LockMode
from tests.support.databases import Database
from tests.support.lifecycle import LifeCycle, Shape, dump, footprint
from tests.support.shapes import SHAPES

CASES = [(shape, strategy) for shape in SHAPES for strategy in shape.strategies]


@pytest.mark.majors("every")
@pytest.mark.parametrize(("case", "strategy"), CASES, ids=[f"{shape.name}-{strategy}" for shape, strategy in CASES])
def test_life(make_database: Callable[..., Database], case: Shape, strategy: str, tmp_path: Path) -> None:
    life = LifeCycle(shape=case, strategy=strategy, database=make_database(), folder=tmp_path)
    life.run()
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)
    if case.name == "ordinary_owner_with_triggers":
        assert life.database.one("SELECT max(fois) FROM utilisateurs WHERE id BETWEEN 21 AND 300") == 0


@pytest.mark.parametrize("mode", [LockMode.ROW_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE])
def test_a_lock_beyond_the_declared_ones_rolls_the_step_back(
    database: Database, mode: LockMode, tmp_path: Path
) -> None:
    """What proves that the comparison of locks in all the other tests compares something."""
    life = LifeCycle(shape=SHAPES[0], strategy="copy", database=database, folder=tmp_path)
    life.prepare()
    made = plan(life.settings)
    weak = [
        replace(step, locks=tuple(replace(lock, mode=mode) for lock in step.locks))
        if step.id.endswith("open")
        else step
        for step in made.steps
    ]
    before = footprint(database)
    with pytest.raises(StepFailed) as caught:
        expand(life.settings, plan=replace(made, steps=tuple(weak)))
    assert "took ACCESS EXCLUSIVE on utilisateurs, which its plan does not declare" in caught.value.message
    assert caught.value.exit_code == 5
    assert "nothing of it remains" in caught.value.state
    assert footprint(database) == before
    life.rollback()
    life.expand()
    life.stop("expanded")
