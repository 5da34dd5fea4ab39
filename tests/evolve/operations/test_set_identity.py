"""SET GENERATED and the options of a sequence; `test_add_identity.py` has their lives and refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.test_add_identity import IDENTITY, PLACE
from tests.support.changes import Change, Changing
from tests.support.databases import Database


@pytest.mark.majors("all")
def test_restart(make_database: Callable[..., Database], tmp_path: Path) -> None:
    text = PLACE + "RESTART WITH 9000 SET CYCLE;"
    life = Changing(change=Change(name="r", setup=IDENTITY, migration=text), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    assert life.database.one("INSERT INTO t (a) VALUES ('x') RETURNING id") == 9000
    assert "does not set the sequence of id back" in life.hazards()
