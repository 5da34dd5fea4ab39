"""Rules on and off: what holds more comes with expand, what holds less waits for contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import PARTED, PLAIN, WORK
from tests.support.databases import Database

RULE = 'CREATE RULE "l\'une" AS ON DELETE TO t DO ALSO NOTHING;\n'
DISABLE = 'ALTER TABLE t DISABLE RULE "l\'une";\n'
ENABLE = DISABLE.replace("DISABLE", "ENABLE")
CASES = (
    Change(name="disable", setup=PLAIN + RULE, migration=DISABLE, old=WORK, new=WORK),
    Change(name="enable", setup=PARTED + RULE + DISABLE, migration=ENABLE),
    Change(name="replica", setup=PLAIN + RULE, migration=ENABLE.replace("ENABLE", "ENABLE REPLICA")),
    Change(name="always", setup=PLAIN + RULE, migration=ENABLE.replace("ENABLE", "ENABLE ALWAYS")),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (ENABLE, ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]),
        (DISABLE, ["set contract cutover ACCESS EXCLUSIVE", "back restore cutover ACCESS EXCLUSIVE"]),
    ],
)
def test_plan(make_database: Callable[..., Database], text: str, lines: list[str]) -> None:
    assert outline(planned(make_database(PLAIN + RULE), text)) == lines


def test_one_that_does_not_exist(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match='rule "l\'une" for relation'):
        planned(make_database(PLAIN), DISABLE)


def test_twin() -> None:
    assert op.EnableRule(table="t", rule="l'une", change="disable").to_sql() == DISABLE
    with pytest.raises(ValueError, match="not a way"):
        op.EnableRule(table="t", rule="x", change="off").to_sql()
