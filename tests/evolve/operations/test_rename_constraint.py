"""RENAME CONSTRAINT: with contract, because ON CONFLICT ON CONSTRAINT says the name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import INHERITED, PARTED, PLAIN, WORK
from tests.support.databases import Database

CHECK = "ALTER TABLE t ADD CONSTRAINT k CHECK (b < 100000000);\n"
RENAME = 'ALTER TABLE t RENAME CONSTRAINT k TO "l\'""autre";\n'
KEY = RENAME.replace(" k ", " t_pkey ")
BY_NAME = "INSERT INTO t (id, a) VALUES (%(n)s, 'n') ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING"
BY_COLUMNS = "INSERT INTO t (id, a) VALUES (%(n)s, 'n') ON CONFLICT (id) DO NOTHING"
CASES = (
    Change(name="check", setup=PLAIN + CHECK, migration=RENAME, old=WORK, new=WORK),
    Change(name="key", setup=PLAIN, migration=KEY, old=(BY_NAME, *WORK), new=(BY_COLUMNS, *WORK)),
    Change(name="check_of_partitions", setup=PARTED + CHECK, migration=RENAME),
    Change(
        name="check_of_children", setup=INHERITED + CHECK + "COMMENT ON CONSTRAINT k ON t IS 'x';", migration=RENAME
    ),
    Change(
        name="foreign_key",
        setup=PLAIN + "CREATE TABLE e (x bigint CONSTRAINT k REFERENCES t);",
        migration=RENAME.replace("TABLE t", "TABLE e"),
    ),
    Change(
        name="key_of_partitions",
        setup=PARTED + "ALTER TABLE t ADD CONSTRAINT k UNIQUE (id, b);",
        migration=RENAME,
    ),
    Change(
        name="and_refer_to_it",
        setup=PLAIN + "CREATE TABLE e (x bigint);",
        migration=KEY + "ALTER TABLE e ADD FOREIGN KEY (x) REFERENCES t;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(18)
def test_life_of_not_null(make_database: Callable[..., Database], tmp_path: Path) -> None:
    setup = INHERITED + "ALTER TABLE t ADD CONSTRAINT k NOT NULL a;"
    lives(Change(name="not null", setup=setup, migration=RENAME), make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    body = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'INSERT INTO t (id) VALUES (1) "
    database = make_database(PLAIN + body + "ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING';")
    plan = planned(database, KEY)
    assert outline(plan) == ["rename contract cutover ACCESS EXCLUSIVE", "back restore cutover ACCESS EXCLUSIVE"]
    assert plan.steps[0].undo == ('ALTER TABLE public.t RENAME CONSTRAINT "l\'""autre" TO t_pkey',)
    said = "\n".join(only(plan).hazards)
    assert "ON CONFLICT ON CONSTRAINT t_pkey fails from contract on" in said
    assert "public.f names t_pkey" in said


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (PLAIN, RENAME, 'constraint "k" for table "public.t" does not exist'),
        (PLAIN + CHECK, RENAME.replace('"l\'""autre"', "t_pkey"), 'constraint "t_pkey" of table "public.t" exists'),
        (PLAIN, KEY.replace('"l\'""autre"', "t"), 'relation "t" exists already'),
        (INHERITED + CHECK, RENAME.replace("TABLE t", "TABLE u"), "cannot rename inherited constraint"),
        (INHERITED + CHECK, RENAME.replace("TABLE t", "TABLE ONLY t"), "must be renamed in the tables below as well"),
        (
            INHERITED + CHECK + "ALTER TABLE v ADD CONSTRAINT w CHECK (y > 0);",
            "ALTER TABLE t RENAME CONSTRAINT k TO w;",
            'for relation "public.v" exists already',
        ),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


def test_one_that_the_plan_adds(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="k is added by this plan"):
        planned(make_database(PLAIN), CHECK + RENAME)


def test_twin() -> None:
    assert op.RenameConstraint(table="t", name="k", to="l'\"autre").to_sql() == RENAME
