"""TRUNCATE: last of all, with consent; what refers to the tables is named; no CASCADE."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused, Unconfirmed
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import COUNTED, DESTRUCTIVE, HOSTILE, HOSTILE_TABLE, INHERITED, PARTED, PLAIN, WORK
from tests.support.databases import Database

EMPTY_IT = "TRUNCATE t;\n"
CHILD = "CREATE TABLE enfant (t_id bigint REFERENCES t); INSERT INTO enfant VALUES (1);"
SERIAL = "ALTER TABLE t ADD s serial;"
CASES = (
    Change(name="plain", setup=PLAIN, migration=EMPTY_IT, old=WORK, new=WORK, returns=False, allow=DESTRUCTIVE),
    Change(
        name="partitions_and_identity",
        setup=PARTED + SERIAL,
        migration="TRUNCATE t RESTART IDENTITY;",
        returns=False,
        allow=DESTRUCTIVE,
    ),
    Change(
        name="together_with_what_refers",
        setup=PLAIN + CHILD + HOSTILE_TABLE,
        migration=f"-- pgwright: allow = destructive\nTRUNCATE t, enfant, ONLY {HOSTILE};",
        returns=False,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors("all")
def test_rows_stay_until_the_grace_period_ends(make_database: Callable[..., Database], tmp_path: Path) -> None:
    setup = INHERITED + SERIAL
    text = "TRUNCATE ONLY t RESTART IDENTITY; ALTER TABLE t ALTER b DROP DEFAULT;"
    life = Changing(change=Change(name="x", setup=setup, migration=text), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.contract(grace=3600.0)
    assert life.database.one("SELECT count(*) FROM ONLY t") == 200
    with pytest.raises(Unconfirmed, match="contract empties t for ever, and t has data") as caught:
        life.contract(finalize=True)
    assert (caught.value.state, caught.value.object) == ("Nothing is lost yet.", "t")
    life.allow = DESTRUCTIVE
    life.contract(finalize=True)
    assert life.database.one("SELECT count(*) FROM ONLY t") == 0
    assert life.database.one("SELECT count(*) FROM t") == 202
    life.database.run("INSERT INTO t (id) VALUES (1)")
    assert life.database.one("SELECT s FROM ONLY t") == 1


@pytest.mark.majors("all")
def test_a_row_that_comes_late_is_not_lost_unasked(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(
        change=Change(name="x", setup="CREATE TABLE t (id int);", migration=EMPTY_IT),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    life.expand()
    life.gate = lambda step: life.database.run("INSERT INTO t VALUES (1)") if step.endswith(".truncate") else None
    with pytest.raises(Unconfirmed):
        life.contract(finalize=True)
    assert life.database.one("SELECT count(*) FROM t") == 1


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(PARTED + SERIAL + "CREATE PUBLICATION pub FOR TABLE t;")
    plan = planned(database, "TRUNCATE t RESTART IDENTITY;")
    assert outline(plan) == ["truncate retire cutover ACCESS EXCLUSIVE"]
    assert sorted(str(lock.relation) for lock in plan.steps[0].locks) == [
        "public.t", "public.t1", "public.t2", "public.t3", "public.t3d", "public.t_s_seq",
    ]  # fmt: skip
    assert (plan.steps[0].undo, plan.steps[0].rewrites, plan.steps[0].scans) == ((), (), ())
    said = "\n".join(only(plan).hazards)
    assert "no way back" in said
    assert "subscribers of public.t are emptied too" in said


def test_triggers_are_told_of(make_database: Callable[..., Database]) -> None:
    more = "CREATE TRIGGER vide AFTER TRUNCATE ON t EXECUTE FUNCTION compte();"
    more += "CREATE TRIGGER ote AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION compte();"
    said = "\n".join(only(planned(make_database(PLAIN + COUNTED + more), EMPTY_IT)).hazards)
    assert "trigger vide of public.t fires" in said
    assert "triggers on DELETE of public.t do not fire" in said


@pytest.mark.majors("all")
def test_what_refers_to_it_is_named(make_database: Callable[..., Database]) -> None:
    database = make_database(PLAIN + CHILD + "CREATE TABLE petit (x int, UNIQUE (x)); ")
    with pytest.raises(Refused, match="other tables refer to it") as caught:
        planned(database, EMPTY_IT)
    assert caught.value.reasons == ('foreign key "enfant_t_id_fkey" of public.enfant',)
    with pytest.raises(Refused, match="CASCADE is not used") as caught:
        planned(database, "TRUNCATE t CASCADE;")
    assert caught.value.reasons == ("public.enfant",)


@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        ("", "TRUNCATE perdu;", 'table "perdu" does not exist'),
        (PLAIN + "CREATE VIEW v AS SELECT 1 AS un;", "TRUNCATE v;", '"v" is not a table'),
        (PARTED, "TRUNCATE ONLY t;", "cannot truncate only the partitioned table"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


def test_of_a_new_table(database: Database) -> None:
    plan = planned(database, "CREATE TABLE n (id int); TRUNCATE n;")
    assert [line for line in outline(plan) if line.startswith("run")] == ["run expand instant -"]


def test_twin() -> None:
    assert op.Truncate(tables=("t",)).to_sql() == EMPTY_IT
    made = op.Truncate(tables=("t", "l'une"), restart_identity=True, allow="destructive")
    assert made.to_sql() == '-- pgwright: allow = destructive\nTRUNCATE t, "l\'une" RESTART IDENTITY;\n'
