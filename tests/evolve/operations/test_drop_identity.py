"""DROP IDENTITY and its way back; `test_add_identity.py` has its life and refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.test_add_identity import IDENTITY, PLACE
from tests.support.changes import Change, Changing
from tests.support.databases import Database


@pytest.mark.majors("all")
def test_a_dropped_identity_comes_back_where_it_stood(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(
        change=Change(name="back", setup=IDENTITY, migration=PLACE + "DROP IDENTITY;"),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    life.expand()
    life.contract(grace=3600.0)
    life.database.run("INSERT INTO t (id, a) VALUES (6000, 'own')")
    life.rollback()
    assert life.database.one("INSERT INTO t (a) VALUES ('x') RETURNING id") == 6001
