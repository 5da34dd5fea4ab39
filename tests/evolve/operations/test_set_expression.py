"""SET EXPRESSION: free of a virtual column; `test_drop_expression.py` has its plan and what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import planned
from tests.evolve.operations.test_drop_expression import GENERATED, OLD, SET, VIRTUAL
from tests.support.changes import Change, lives
from tests.support.columns import INHERITED, PARTED, PLAIN
from tests.support.databases import Database


@pytest.mark.majors(18)
@pytest.mark.parametrize("setup", [PLAIN, PARTED, INHERITED], ids=["plain", "partitions", "children"])
def test_life_of_set_virtual(make_database: Callable[..., Database], setup: str, tmp_path: Path) -> None:
    new = (*OLD, "SELECT g FROM t WHERE id = %(k)s")
    lives(Change(name="v", setup=setup + VIRTUAL, migration=SET, old=OLD, new=new), make_database, tmp_path)


@pytest.mark.majors(17, 18)
def test_life_of_set_without_rows(make_database: Callable[..., Database], tmp_path: Path) -> None:
    empty = "CREATE TABLE t (id bigint, c text);\n" + GENERATED
    lives(Change(name="e", setup=empty, migration=SET), make_database, tmp_path)


@pytest.mark.majors(17, 18)
def test_a_stored_one_with_rows_is_refused(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="every value of g is computed anew") as caught:
        planned(make_database(PLAIN + GENERATED), SET)
    assert "Add a column with the new expression" in caught.value.hint


@pytest.mark.majors(14)
def test_set_needs_17(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="PostgreSQL 14 cannot read this"):
        planned(make_database(PLAIN + GENERATED), SET)
