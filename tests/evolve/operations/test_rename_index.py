"""RENAME of an index: under a weak lock, also where it is typed as ALTER TABLE; with its constraint at contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import PARTED, PLAIN, WORK
from tests.support.databases import Database

INDEX = "CREATE INDEX i ON t (b);\n"
RENAME = 'ALTER INDEX i RENAME TO "l\'""autre";\n'
AS_TABLE = RENAME.replace("INDEX", "TABLE")
CASES = (
    Change(name="plain", setup=PLAIN + INDEX + "COMMENT ON INDEX i IS 'x';", migration=RENAME, old=WORK, new=WORK),
    Change(name="as_a_table", setup=PLAIN + INDEX, migration=AS_TABLE, old=WORK, new=WORK),
    Change(name="of_a_partitioned_table", setup=PARTED + INDEX, migration=RENAME),
    Change(name="of_a_constraint", setup=PLAIN, migration=RENAME.replace(" i ", " t_pkey ")),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("text", [RENAME, AS_TABLE])
def test_plan(make_database: Callable[..., Database], text: str) -> None:
    plan = planned(make_database(PLAIN + INDEX), text)
    assert outline(plan) == ["rename expand online -", "back rollback online -"]
    assert plan.steps[0].statements == ('ALTER INDEX public.i RENAME TO "l\'""autre"',)


def test_plan_of_a_constraint(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), RENAME.replace(" i ", " t_pkey "))
    assert outline(plan)[0] == "rename contract cutover ACCESS EXCLUSIVE"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RENAME.replace(" i ", " perdu "), 'index "perdu" does not exist'),
        (RENAME.replace(" i ", " t "), '"t" is not an index'),
        ("ALTER INDEX i RENAME TO t;", 'relation "t" exists already'),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN + INDEX), text)


def test_of_a_materialized_view(make_database: Callable[..., Database]) -> None:
    setup = "CREATE MATERIALIZED VIEW m AS SELECT 1 AS b; CREATE INDEX i ON m (b);"
    assert only(planned(make_database(setup), RENAME)).name == "raw_sql"


def test_one_that_the_plan_makes(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="i is made by this plan"):
        planned(make_database(PLAIN), INDEX + RENAME)


def test_if_exists(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), "ALTER INDEX IF EXISTS perdu RENAME TO x;")
    assert (only(plan).strategy, plan.steps) == ("nothing to do", ())


def test_twin() -> None:
    assert op.RenameIndex(name="i", to="l'\"autre").to_sql() == RENAME
