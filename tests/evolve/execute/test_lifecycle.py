"""Every shape of table through the whole life of a rename, by every strategy, with both applications at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.lifecycle import LifeCycle, Shape, dump
from tests.support.shapes import SHAPES

CASES = [(shape, strategy) for shape in SHAPES for strategy in shape.strategies]


@pytest.mark.majors("all")
@pytest.mark.parametrize(("case", "strategy"), CASES, ids=[f"{shape.name}-{strategy}" for shape, strategy in CASES])
def test_life(
    make_database: Callable[..., Database], case: Shape, strategy: str, tmp_path: Path
) -> None:
    life = LifeCycle(shape=case, strategy=strategy, database=make_database(), folder=tmp_path)
    life.run()
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)
    if case.name == "ordinary_owner_with_triggers":
        assert life.database.one("SELECT max(fois) FROM utilisateurs WHERE id BETWEEN 21 AND 300") == 0
