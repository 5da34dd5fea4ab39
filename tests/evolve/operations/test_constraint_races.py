"""Constraints while others are at work: rows that break them, partitions that come, tables that are held, runners that
die. What was begun is taken back or goes on; nothing invalid is left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.api.plan import plan
from pgwright.base.errors import LockNotObtained, PgwrightError, Refused, StepFailed
from tests.evolve.execute.flip import Halt, Verbs, halting
from tests.support.blockers import Blocking, blocking
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import QUICK, dump, leftovers
from tests.support.races import Race

pytestmark = pytest.mark.majors(14, 18)

SETUP = """
CREATE TABLE produits (id int PRIMARY KEY, a int);
CREATE TABLE lignes (id int NOT NULL, produit_id int, total int, code text);
INSERT INTO produits SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO lignes SELECT g, 1 + g % 20, g, 'c' || g FROM generate_series(1, 50) g;
"""
CHECK = "ALTER TABLE lignes ADD CONSTRAINT k CHECK (total > 0);"
KEY = "ALTER TABLE lignes ADD CONSTRAINT k FOREIGN KEY (produit_id) REFERENCES produits;"
UNIQUE = "ALTER TABLE lignes ADD CONSTRAINT k UNIQUE (code);"
PRIMARY = "ALTER TABLE lignes ADD CONSTRAINT k PRIMARY KEY (produit_id, id);"
DROP = "ALTER TABLE produits ADD UNIQUE (a);\nALTER TABLE produits DROP CONSTRAINT produits_pkey;"
PARTS = """
CREATE TABLE produits (id int PRIMARY KEY);
INSERT INTO produits SELECT generate_series(1, 20);
CREATE TABLE m (k int, v int) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
INSERT INTO m SELECT 1, g FROM generate_series(1, 20) g;
"""
NEW_PART = "CREATE TABLE m3 PARTITION OF m FOR VALUES IN (3); INSERT INTO m SELECT 3, g FROM generate_series(1, 9) g"
UNIQUE_INDEXES = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname LIKE 'm%' AND t.relnamespace = 'public'::regnamespace AND i.indisunique ORDER BY 1
"""
LEFT = """
SELECT 'constraint ' || conname FROM pg_constraint WHERE conname = 'k' AND NOT convalidated
UNION ALL SELECT 'index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid
"""


def raced(database: Database, folder: Path, text: str, at: dict[str, str], setup: str = SETUP) -> Race:
    """A migration during which something is run at the end of a step's id."""
    does = {place: (lambda sql=sql: database.run(sql)) for place, sql in at.items()}
    return Race(database=database, folder=folder, setup=setup, migrations=(text,), at=does).prepare()


@pytest.mark.parametrize(
    ("text", "place", "breaks", "mends"),
    [
        (CHECK, "add", "INSERT INTO lignes VALUES (99, 1, -1, 'z')", "DELETE FROM lignes WHERE id = 99"),
        (KEY, "add", "INSERT INTO lignes VALUES (99, 99, 1, 'z')", "INSERT INTO produits VALUES (99)"),
        (PRIMARY, "not_null1", "INSERT INTO lignes VALUES (99, NULL, 1, 'z')", "DELETE FROM lignes WHERE id = 99"),
    ],
    ids=["check", "foreign_key", "primary_key"],
)
def test_a_row_that_breaks_it_between_look_and_proof(
    database: Database, tmp_path: Path, text: str, place: str, breaks: str, mends: str
) -> None:
    race = raced(database, tmp_path, text, {place: breaks})
    before = dump(database)
    with pytest.raises(Refused, match="were written meanwhile") as caught:
        race.expand()
    assert database.all(LEFT) == []
    assert dump(database) == before
    assert len(database.all(caught.value.hint.partition("See them all: ")[2])) == 1
    with pytest.raises(Refused, match="1 row of"):  # looked for again
        race.expand()
    database.run(mends)
    race.expand()
    assert race.state == "expanded"
    race.rollback()
    assert dump(database) == before


@pytest.mark.parametrize(("text", "place"), [(UNIQUE, "build"), (PRIMARY, "build")], ids=["unique", "primary_key"])
def test_a_duplicate_before_the_build(database: Database, tmp_path: Path, text: str, place: str) -> None:
    race = raced(database, tmp_path, text, {place: "INSERT INTO lignes VALUES (1, 2, 1, 'c1')"})
    before = dump(database)
    with pytest.raises(PgwrightError, match="could not create unique index"):
        race.expand()
    assert database.all(LEFT) == []
    race.rollback()
    assert dump(database) == before
    database.run("DELETE FROM lignes WHERE ctid = (SELECT max(ctid) FROM lignes WHERE id = 1)")
    race.expand()
    assert race.state == "expanded"


def test_a_duplicate_while_the_index_is_built(database: Database, tmp_path: Path) -> None:
    verbs = Verbs(database, tmp_path)
    verbs.prepare(SETUP, UNIQUE)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            verbs.expand()
        except StepFailed as error:
            raised.append(error)

    with database.connect(autocommit=False) as writer:
        writer.execute("INSERT INTO lignes VALUES (98, 1, 1, 'neuf')")  # the build waits for it
        thread = threading.Thread(target=work)
        thread.start()
        _until(database, "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'")
        writer.execute("INSERT INTO lignes VALUES (99, 1, 1, 'neuf')")
        writer.commit()
        thread.join()
    assert [error.sqlstate for error in raised if isinstance(error, StepFailed)] == ["23505"]
    assert database.all(LEFT) == []
    database.run("DELETE FROM lignes WHERE id = 99")
    verbs.expand()
    assert verbs.state == "expanded"


@pytest.mark.parametrize("place", ["rest", "joined"])
def test_a_partition_that_comes_gets_its_key_without_a_strong_lock(
    database: Database, tmp_path: Path, place: str
) -> None:
    race = raced(database, tmp_path, "ALTER TABLE m ADD UNIQUE (v, k);", {place: NEW_PART}, PARTS)
    if place == "joined":
        with pytest.raises(Refused, match="partition m3 has come"):
            race.expand()
    race.expand()
    assert race.state == "expanded"
    assert database.all("SELECT conname, conparentid <> 0 FROM pg_constraint WHERE conrelid = 'm3'::regclass "
                        "AND contype = 'u'") == [("m3_v_k_key", True)]  # fmt: skip
    race.rollback()
    assert database.all(UNIQUE_INDEXES) == []
    assert leftovers(database) == []


def test_what_was_built_for_a_partition_goes_when_it_is_not_put_together(database: Database, tmp_path: Path) -> None:
    race = raced(database, tmp_path, "ALTER TABLE m ADD UNIQUE (v, k);", {"rest": NEW_PART}, PARTS)

    def halts() -> None:
        raise Halt

    race.at = {**race.at, "joined": halts}
    with pytest.raises(Halt):
        race.expand()
    assert database.all(UNIQUE_INDEXES) == [("m1_v_k_key",), ("m3_v_k_key",)]
    race.rollback()
    assert database.all(UNIQUE_INDEXES) == []


def test_a_partition_that_comes_gets_its_foreign_key(database: Database, tmp_path: Path) -> None:
    text = "ALTER TABLE m ADD FOREIGN KEY (v) REFERENCES produits;"
    place = "joined" if database.server.major < 18 else "valid"
    race = raced(database, tmp_path, text, {place: NEW_PART}, PARTS)
    if place == "joined":
        with pytest.raises(Refused, match="partition m3 has come"):
            race.expand()
    race.expand()
    found = "SELECT convalidated, conparentid <> 0 FROM pg_constraint WHERE conrelid = 'm3'::regclass AND contype = 'f'"
    assert database.all(found) == [(True, True)]
    race.rollback()
    assert database.all(found) == []


@pytest.mark.parametrize("table", ["produits", "lignes"])
def test_either_table_of_a_foreign_key_is_held(database: Database, tmp_path: Path, table: str) -> None:
    race = raced(database, tmp_path, KEY, {})
    before = dump(database)
    race.execute = replace(race.execute, lock_budget=0.5)
    for verb, state in ((race.expand, "expanded"), (race.rollback, "rolled back")):
        held = blocking("prepared", database, table)
        try:
            with pytest.raises(LockNotObtained) as caught:
                verb()
            assert caught.value.exit_code == 4
            assert any(held.name in sentence for sentence in caught.value.blockers)
        finally:
            held.release()
        verb()
        assert race.state == state
    assert dump(database) == before


@pytest.mark.majors(18)
def test_somebody_holds_the_table_at_every_strong_lock(database: Database, tmp_path: Path) -> None:
    """He is named, nothing is changed, and the same command goes on when he has left."""
    verbs = Verbs(database, tmp_path, execute=replace(QUICK, lock_budget=0.3))
    verbs.prepare(SETUP, MANY)
    before = dump(database)
    strong = {
        step.id
        for step in plan(verbs.settings).steps
        if step.kind in ("instant", "cutover") and any(lock.mode.is_strong for lock in step.locks)
    }
    for verb in (verbs.expand, verbs.rollback):
        for _ in range(len(strong) + 1):
            try:
                _held_before(database, verb, strong)
            except LockNotObtained as error:
                assert error.exit_code == 4
                assert "attente_" in error.message
                assert error.state.startswith("Nothing was changed")
            else:
                break
    assert strong == set()
    assert verbs.state == "rolled back"
    assert dump(database) == before


def _held_before(database: Database, verb: Callable[[Callable[[str], None]], None], strong: set[str]) -> None:
    """Runs the verb; the table is held before the first step of `strong`, which is taken out of them."""
    held: list[Blocking] = []

    def gate(step: str) -> None:
        if step in strong and not held:
            strong.remove(step)
            held.append(blocking("prepared", database, "lignes"))

    try:
        verb(gate)
    finally:
        for each in held:
            each.release()


MANY = f"{CHECK}\n{KEY.replace(' k ', ' f ')}\n{UNIQUE.replace(' k ', ' u ')}\n{PRIMARY.replace(' k ', ' p ')}"


@pytest.mark.parametrize("text", [MANY, DROP], ids=["add", "drop"])
def test_killed_before_every_step(database: Database, tmp_path: Path, text: str) -> None:
    """Each verb is halted once in front of every step of it, and goes on."""
    verbs = Verbs(database, tmp_path)
    verbs.prepare(SETUP, text)
    before = dump(database)
    steps = halting(verbs.expand)
    assert verbs.state == "expanded"
    assert dump(database) != before
    halting(verbs.rollback)
    assert dump(database) == before
    assert leftovers(database) == []
    halting(verbs.expand)
    halting(verbs.contract)
    if text == DROP:
        halting(verbs.rollback)
        assert dump(database) == before
        verbs.expand()
        verbs.contract()
    halting(verbs.finalize)
    assert verbs.state == "done"
    assert database.all(LEFT) == []
    assert steps


@pytest.mark.long
@pytest.mark.majors(18)
def test_rolled_back_from_every_step(database: Database, tmp_path: Path) -> None:
    verbs = Verbs(database, tmp_path)
    verbs.prepare(SETUP, MANY)
    before = dump(database)
    met: list[str] = []

    def gate(step: str) -> None:
        if step not in met:
            met.append(step)
            raise Halt(step)

    while True:
        try:
            verbs.expand(gate)
        except Halt:
            verbs.rollback()
            assert verbs.state == "rolled back"
            assert dump(database) == before, met[-1]
            assert database.all(LEFT) == []
        else:
            break
    assert len(met) > 10


@pytest.mark.parametrize(
    ("text", "step", "way"),
    [(KEY, "add", "resume"), (KEY, "valid", "rollback"), (UNIQUE, "attach", "rollback")],
    ids=["instant", "online", "attach"],
)
@pytest.mark.majors(18)
def test_sigkill(database: Database, tmp_path: Path, text: str, step: str, way: str) -> None:
    verbs = Verbs(database, tmp_path)
    verbs.prepare(SETUP, text)
    before = dump(database)
    with started(database, tmp_path, "expand", step, "inside") as runner:
        runner.stands(inside=True)
        runner.kill()
    if way == "rollback":
        verbs.rollback()
        database.run("DROP EVENT TRIGGER retient; DROP FUNCTION retient; DROP TABLE retenue")
        assert dump(database) == before
    verbs.expand()
    assert verbs.state == "expanded"
    assert database.all("SELECT convalidated FROM pg_constraint WHERE conname = 'k'") == [(True,)]


@pytest.mark.majors(18)
@pytest.mark.parametrize("way", ["resume", "rollback"])
def test_sigkill_while_the_index_is_built(database: Database, tmp_path: Path, way: str) -> None:
    verbs = Verbs(database, tmp_path)
    verbs.prepare(SETUP, UNIQUE)
    before = dump(database)
    with database.connect() as writer, started(database, tmp_path, "expand", "build", "gate") as runner:
        runner.stands(inside=False)
        writer.execute("BEGIN; UPDATE lignes SET total = total WHERE id = 1")
        runner.go_on()
        runner.until("SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%')")
        runner.kill()
        writer.execute("COMMIT")
    verbs.rollback() if way == "rollback" else verbs.expand()
    assert database.all(LEFT) == []
    if way == "rollback":
        assert dump(database) == before
        verbs.expand()
    assert verbs.state == "expanded"
    assert database.one("SELECT count(*) FROM pg_index WHERE indrelid = 'lignes'::regclass") == 1


def test_an_invalid_leftover_of_the_build_is_built_again(database: Database, tmp_path: Path) -> None:
    race = raced(
        database,
        tmp_path,
        UNIQUE,
        {
            "build": "CREATE UNIQUE INDEX k ON lignes (code);"
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'k'::regclass"
        },
    )
    race.expand()
    assert database.all("SELECT convalidated FROM pg_constraint WHERE conname = 'k'") == [(True,)]
    assert database.all(LEFT) == []


def test_another_constraint_of_the_name_is_not_taken_for_it(database: Database, tmp_path: Path) -> None:
    """Somebody adds a CHECK of the planned name: it is neither adopted nor dropped by rollback."""
    race = raced(database, tmp_path, KEY, {"add": "ALTER TABLE lignes ADD CONSTRAINT k CHECK (id > 0)"})
    with pytest.raises(StepFailed, match="already exists"):
        race.expand()
    race.rollback()
    assert database.all("SELECT contype::text FROM pg_constraint WHERE conname = 'k'") == [("c",)]


def _until(database: Database, condition: str) -> None:
    with database.connect() as connection:
        while connection.execute(condition.encode()).fetchone() != (True,):
            connection.execute("SELECT pg_sleep(0.02)")
