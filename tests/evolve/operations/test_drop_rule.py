"""DROP RULE: with contract, and back until the grace period ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import only, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

OLD = "CREATE RULE r AS ON DELETE TO t WHERE OLD.id < 0 DO INSTEAD NOTHING; COMMENT ON RULE r ON t IS 'avant';\n"
CASES = (Change(name="plain", setup=T + OLD, migration="DROP RULE r ON t;", old=WORK, new=WORK),)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_what_is_not_there(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(make_database(T), "DROP RULE r ON t;")
    assert only(planned(make_database(T), "DROP RULE IF EXISTS r ON t;")).strategy == "nothing to do"


def test_on_a_table_that_is_not_there(make_database: Callable[..., Database]) -> None:
    assert only(planned(make_database(T), "DROP RULE IF EXISTS x ON perdue;")).strategy == "nothing to do"
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(make_database(T), "DROP RULE x ON perdue;")
