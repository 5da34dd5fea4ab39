"""DROP NOT NULL: at once, and a way back that looks for the NULLs that came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import COPY, HOSTILE, HOSTILE_COLUMN, INHERITED, PARTED, PLAIN, WORK
from tests.support.databases import Database

DROP = "ALTER TABLE t ALTER COLUMN c DROP NOT NULL;\n"
RENAME = COPY.replace(" a ", " c ")
FILLED = "UPDATE t SET c = '' WHERE c IS NULL"
CASES = (
    Change(
        differs=True,
        name="plain",
        setup=PLAIN,
        migration=DROP,
        old=WORK,
        new=(*WORK, "UPDATE t SET c = NULL WHERE id = %(k)s"),
        mend=FILLED,
    ),
    Change(
        differs=True,
        name="its_own_name",
        setup="CREATE TABLE t (id bigint, c text CONSTRAINT nommée NOT NULL);",
        migration=DROP,
        versions=(18,),
    ),
    Change(
        differs=True,
        name="hostile_names",
        setup=f"CREATE TABLE {HOSTILE} ({HOSTILE_COLUMN} text NOT NULL);",
        migration=f"ALTER TABLE {HOSTILE} ALTER COLUMN {HOSTILE_COLUMN} DROP NOT NULL;",
    ),
    Change(
        differs=True,
        name="partitions",
        setup=PARTED.replace("c text NOT NULL", "c text") + "ALTER TABLE t ALTER c SET NOT NULL;\n",
        migration=DROP,
    ),
    Change(
        differs=True,
        name="a_partition_had_it_first",
        setup=PARTED + "ALTER TABLE t1 ALTER a SET NOT NULL;\nALTER TABLE t ALTER a SET NOT NULL;\n",
        migration=DROP.replace(" c ", " a "),
    ),
    Change(differs=True, name="children", setup=INHERITED, migration=DROP),
    Change(differs=True, name="renamed", setup=PLAIN, migration=RENAME + DROP.replace(" c ", " d ")),
    Change(differs=True, name="renamed_before", setup=PLAIN, migration=DROP.replace(" c ", " d "), earlier=(RENAME,)),
    Change(
        differs=True,
        name="and_then_renamed_with_up",
        setup=PLAIN,
        migration=DROP + "-- pgwright: up = btrim(c)\nALTER TABLE t RENAME COLUMN c TO d;",
    ),
    Change(
        name="two",
        setup=PLAIN + "ALTER TABLE t ALTER a SET NOT NULL;\n",
        migration="ALTER TABLE t ALTER c DROP NOT NULL, ALTER a DROP NOT NULL;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(PLAIN)
    plan = planned(database, DROP)
    assert outline(plan) == [
        "drop expand instant ACCESS EXCLUSIVE",
        "back_look rollback verify ACCESS SHARE",
        "back rollback instant ACCESS EXCLUSIVE",
        "back_valid rollback online SHARE UPDATE EXCLUSIVE",
        *(["back_set rollback instant ACCESS EXCLUSIVE"] if database.major < 18 else []),
    ]
    assert "may read a NULL in c" in only(plan).hazards[0]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("id", 'is in the primary key "t_pkey"'),
        ("i", "is an identity column, which needs NOT NULL"),
        ("z", "does not exist at this place"),
        ("xmin", "is a system column"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], column: str, said: str) -> None:
    database = make_database(PLAIN + "ALTER TABLE t ADD i int GENERATED ALWAYS AS IDENTITY;")
    with pytest.raises(MigrationFileError, match=said):
        planned(database, DROP.replace(" c ", f" {column} "))


def test_a_child_cannot_give_up_what_its_parent_demands(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="is NOT NULL in the parent table"):
        planned(make_database(INHERITED), DROP.replace("TABLE t", "TABLE u"))


def test_nothing_to_do(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), DROP.replace(" c ", " a "))
    assert (only(plan).strategy, plan.steps) == ("nothing to do", ())


def test_a_column_that_a_rename_gives_its_values_waits(make_database: Callable[..., Database]) -> None:
    text = "-- pgwright: up = btrim(c)\nALTER TABLE t RENAME COLUMN c TO d;\n" + DROP.replace(" c ", " d ")
    with pytest.raises((Refused, MigrationFileError)) as caught:
        planned(make_database(PLAIN), text)
    assert "between two columns until 0001_test is contracted" in caught.value.message


@pytest.mark.majors("all")
def test_the_way_back_counts_the_nulls_that_came(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """And the same command goes on once they are filled."""
    life = Changing(
        change=Change(differs=True, name="nulls", setup=PLAIN, migration=DROP),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    before = life.schema()
    life.expand()
    life.database.run("UPDATE t SET c = NULL WHERE id <= 5")
    with pytest.raises(Refused) as caught:
        life.rollback()
    assert caught.value.message.startswith("5 rows of public.t with NULL in c, which was NOT NULL")
    assert len(caught.value.reasons) == 4
    life.database.run("INSERT INTO t (id, c) VALUES (1000, NULL)")  # nothing holds the application meanwhile
    life.database.run(FILLED)
    life.rollback()
    assert life.schema() == before


def test_twin() -> None:
    assert op.DropNotNull(table="t", column="c").to_sql() == "ALTER TABLE t ALTER COLUMN c DROP NOT NULL;\n"
