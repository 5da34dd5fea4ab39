"""DROP DEFAULT: with contract, because the old application may count on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import (
    COPY,
    DEFAULT,
    HOSTILE,
    HOSTILE_COLUMN,
    HOSTILE_TABLE,
    INHERITED,
    PARTED,
    PLAIN,
    UP,
    WORK,
)
from tests.support.databases import Database

DROP = "ALTER TABLE t ALTER COLUMN a DROP DEFAULT;\n"
RENAMED = DROP.replace(" a ", " d ")
SHORT = "INSERT INTO t (id, b) VALUES (%(n)s, 1)"
CASES = (
    Change(
        name="plain",
        setup=PLAIN + DEFAULT,
        migration=DROP,
        old=(*WORK, SHORT),
        new=WORK,
        always="SELECT * FROM t WHERE a IS NULL",
    ),
    Change(
        name="partitions_with_their_own",
        setup=PARTED + DEFAULT + "ALTER TABLE t1 ALTER a SET DEFAULT 'à moi';\nALTER TABLE t2 ALTER a DROP DEFAULT;\n",
        migration=DROP,
    ),
    Change(
        name="only_a_child_has_one",
        setup=INHERITED + "ALTER TABLE u ALTER a SET DEFAULT 'à moi';\n",
        migration=DROP,
    ),
    Change(
        name="serial",
        setup="CREATE TABLE t (id serial PRIMARY KEY, a text);",
        migration=DROP.replace(" a ", " id "),
    ),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} ALTER COLUMN {HOSTILE_COLUMN} DROP DEFAULT;",
    ),
    Change(name="renamed", setup=PLAIN + DEFAULT, migration=COPY + RENAMED),
    Change(name="renamed_with_up", setup=PLAIN + DEFAULT, migration=UP + RENAMED),
    Change(name="renamed_before", setup=PLAIN + DEFAULT, migration=RENAMED, earlier=(COPY,)),
    Change(name="renamed_before_with_up", setup=PLAIN + DEFAULT, migration=RENAMED, earlier=(UP,)),
    Change(name="and_then_renamed_with_up", setup=PLAIN + DEFAULT, migration=DROP + UP),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN + DEFAULT), DROP)
    assert outline(plan) == ["drop contract cutover ACCESS EXCLUSIVE", "restore restore cutover ACCESS EXCLUSIVE"]
    assert "until contract rows" in only(plan).hazards[0]


def test_nothing_to_do(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), DROP)
    assert (only(plan).strategy, plan.steps) == ("nothing to do", ())


def test_it_waits_for_the_rename_that_its_name_comes_from(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """Contracted alone it would have met the shadow, which has no DEFAULT."""
    change = Change(name="early", setup=PLAIN + DEFAULT, migration=RENAMED, earlier=(COPY,))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    with pytest.raises(Refused, match='"0001_change" is older, open, and about the same table'):
        life.contract(finalize=True, names=("0002_change",))


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("i", "is an identity column"),
        ("g", "is a generated column"),
        ("z", "does not exist"),
        ("ctid", "system column"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], column: str, said: str) -> None:
    more = "ALTER TABLE t ADD i int GENERATED ALWAYS AS IDENTITY, ADD g int GENERATED ALWAYS AS (b) STORED;"
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN + more), DROP.replace(" a ", f" {column} "))


def test_twin() -> None:
    assert op.DropDefault(table="t", column="a").to_sql() == DROP
