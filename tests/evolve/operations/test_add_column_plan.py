"""ADD COLUMN: what it is planned as, what is refused, and a rollback that loses nothing unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused, Unconfirmed
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing
from tests.support.columns import PLAIN
from tests.support.databases import Database

ADD = "ALTER TABLE t ADD COLUMN n {};\n"
SETUP = (
    PLAIN
    + "CREATE TABLE o (id int PRIMARY KEY);\nCREATE DOMAIN plein AS text CHECK (value <> '');\n"
    + "CREATE TABLE vide (id int);\nANALYZE;\n"
)
FIRST = "add expand instant ACCESS EXCLUSIVE"
UNDO = "undo rollback cutover ACCESS EXCLUSIVE"
PROVEN = (
    "not_null verify instant ACCESS EXCLUSIVE",
    "not_null_valid verify online SHARE UPDATE EXCLUSIVE",
    "not_null_set verify instant ACCESS EXCLUSIVE",
)
PASS = ("pass backfill backfill ROW EXCLUSIVE", "fill_end backfill verify -")
GOLDEN = {
    ADD.format("int NOT NULL DEFAULT 0"): (FIRST, UNDO),
    ADD.format("uuid NOT NULL DEFAULT gen_random_uuid()"): (
        FIRST,
        *PASS,
        "filled verify instant ACCESS EXCLUSIVE",
        *PROVEN,
        UNDO,
    ),
    "-- pgwright: up = b\n" + ADD.format("int NOT NULL"): (
        "look_filled look verify ACCESS SHARE",
        FIRST,
        *PASS,
        *PROVEN,
        "close contract cutover ACCESS EXCLUSIVE",
        UNDO,
    ),
    ADD.format("int UNIQUE CHECK (n > 0) REFERENCES o"): (
        "check1_look look verify ACCESS SHARE",
        FIRST,
        "check1_add expand instant ACCESS EXCLUSIVE",
        "check1_valid expand online SHARE UPDATE EXCLUSIVE",
        "foreign1_add expand instant SHARE ROW EXCLUSIVE",
        "foreign1_valid expand online SHARE UPDATE EXCLUSIVE",
        "unique1_build expand concurrent SHARE UPDATE EXCLUSIVE",
        "unique1_attach expand instant ACCESS EXCLUSIVE",
        UNDO,
    ),
}


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("text", GOLDEN, ids=["one_value", "each_its_own", "up", "constrained"])
def test_plan(make_database: Callable[..., Database], text: str) -> None:
    database = make_database(SETUP)
    plan = planned(database, text)
    assert outline(plan) == [line for line in GOLDEN[text] if database.major < 18 or "not_null_set" not in line]
    assert not [step for step in plan.steps if step.scans and any(lock.mode.is_strong for lock in step.locks)]
    assert not [step for step in plan.steps if step.rewrites]
    assert "SELECT * gives one column more" in "\n".join(only(plan).hazards)


def test_what_up_does_not_do_is_said(make_database: Callable[..., Database]) -> None:
    hazards = only(planned(make_database(SETUP), "-- pgwright: up = b + id\n" + ADD.format("int"))).hazards
    assert "an UPDATE of id, b that does not name n leaves it as it is, in both applications" in hazards


REFUSED = {
    "int NOT NULL": "n is NOT NULL without a DEFAULT, and public.t has rows",
    "int NOT NULL DEFAULT NULL": "n is NOT NULL without a DEFAULT, and public.t has rows",
    "plein": "a column of this type rewrites public.t under ACCESS EXCLUSIVE",
    "int DEFAULT 1 UNIQUE": "its DEFAULT would be the same in all rows of public.t",
}


@pytest.mark.majors("all")
@pytest.mark.parametrize("what", REFUSED)
def test_refused(make_database: Callable[..., Database], what: str) -> None:
    database = make_database(SETUP)
    with pytest.raises(Refused) as caught:
        planned(database, ADD.format(what))
    assert REFUSED[what] in caught.value.message
    assert caught.value.hint
    assert caught.value.state == "Nothing was changed."
    if what.startswith("int NOT NULL"):  # on a table without rows it is what the author means
        assert planned(database, ADD.format(what).replace(" t ", " vide ")).steps


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ADD.format("int").replace(" n ", " a "), 'table "public.t" already has a column "a"'),
        (ADD.format("int").replace(" n ", " xmin "), '"xmin" is the name of a system column'),
        (ADD.format("int").replace(" n ", f" {'x' * 70} "), "is longer than 63 bytes"),
        (ADD.format("nulle_part"), 'type "nulle_part" does not exist'),
        (ADD.format('int[] COLLATE "C"'), "collations are not supported by type integer[]"),
        (ADD.format("int DEFAULT 'a'"), "invalid input syntax for type integer"),
        (ADD.format("int DEFAULT b"), 'column "b" does not exist'),
        (ADD.format("int CHECK (n > (SELECT 1))"), "a CHECK cannot have a subquery"),
        (ADD.format("int CHECK (z > 1)"), 'column "z" does not exist'),
        (ADD.format("int CONSTRAINT t_pkey UNIQUE"), '"t_pkey" of table "public.t" exists already'),
        ("-- pgwright: up = (SELECT 1)\n" + ADD.format("int"), "up cannot have a subquery"),
        ("-- pgwright: up = z\n" + ADD.format("int"), 'column "z" does not exist'),
        ("-- pgwright: up = n\n" + ADD.format("int"), 'column "n" does not exist'),
        ("-- pgwright: up = NULL\n" + ADD.format("int"), "up is NULL, which fills nothing"),
        ("-- pgwright: on_null = 1\n" + ADD.format("int"), '"on_null" says nothing to add_column'),
        ("-- pgwright: up = 1\nALTER TABLE t ADD n int, ADD m int;", "up does not say for which it is"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(SETUP), text)
    assert said in caught.value.message
    assert caught.value.line


def test_a_child_that_has_it(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match=r'inherits from "public.t" and already has a column "n"'):
        planned(make_database(PLAIN + "CREATE TABLE u (n int) INHERITS (t);"), ADD.format("int"))


def test_a_published_table_wants_consent(make_database: Callable[..., Database]) -> None:
    database = make_database(PLAIN + "CREATE PUBLICATION p FOR TABLE t;")
    with pytest.raises(Refused, match=r'"public.t" is published by "p" without a column list'):
        planned(database, ADD.format("int"))
    assert planned(database, ADD.format("int"), allow=frozenset({"published"})).steps


def test_used_up_numbers(make_database: Callable[..., Database]) -> None:
    """Dropped columns count, and nothing brings their numbers back."""
    columns = [f"x{number} int" for number in range(1597)]
    setup = f"CREATE TABLE large ({', '.join(columns)});\n"
    setup += f"ALTER TABLE large {', '.join(f'DROP x{number}' for number in range(1, 1597))};\n"
    database = make_database(setup)
    three = "ALTER TABLE large ADD a int, ADD b int, ADD c int"
    assert planned(database, three + ";").steps
    with pytest.raises(Refused, match="has used up its 1,600 column numbers"):
        planned(database, three + ", ADD d int;")


@pytest.mark.majors("all")
def test_rows_that_up_leaves_empty_are_told_before_anything_is_changed(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    change = Change(name="gaps", setup=PLAIN, migration="-- pgwright: up = nullif(b, 3)\n" + ADD.format("int NOT NULL"))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    before = life.schema()
    with pytest.raises(Refused, match=r"^1 row of public.t for which .* is NULL, and n is to be NOT NULL"):
        life.expand()
    assert life.schema() == before


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    "what", ["int", "json DEFAULT '{}'", "point NOT NULL DEFAULT '(0,0)'", "numeric(9,2) DEFAULT 1"]
)
def test_a_rollback_asks_only_where_something_would_be_lost(
    make_database: Callable[..., Database], what: str, tmp_path: Path
) -> None:
    life = Changing(
        change=Change(name="loss", setup=PLAIN, migration=ADD.format(what)), database=make_database(), folder=tmp_path
    )
    life.prepare()
    before = life.schema()
    life.expand()
    life.rollback()
    life.expand()
    value = {"int": "7", "json": "'{\"a\": 1}'", "point": "'(1,1)'", "numeric(9,2)": "1.01"}[what.split()[0]]
    life.database.run(f"UPDATE t SET n = {value} WHERE id = 5")
    with pytest.raises(Unconfirmed, match=r"column n of public.t has values that only the new application"):
        life.rollback()
    assert life.database.one("SELECT count(*) FROM t WHERE n IS NOT NULL") >= 1
    life.allow = frozenset({"destructive"})
    life.rollback()
    assert life.schema() == before


def test_twin() -> None:
    made = op.AddColumn(table="t", column="n", type="int", default="0", not_null=True, up="b")
    assert made.to_sql() == "-- pgwright: up = b\nALTER TABLE t ADD COLUMN n int DEFAULT 0 NOT NULL;\n"
