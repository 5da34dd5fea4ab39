"""What others do while the pass runs: nothing is lost, nothing stays empty, and nobody is shot."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.status import status
from pgwright.base.errors import CatalogMoved, LockNotObtained, PgwrightError, StepFailed, Unconfirmed
from tests.support.background import until
from tests.support.databases import Database
from tests.support.lifecycle import leftovers
from tests.support.races import MIDDLE, Race, expand_past_rows
from tests.support.selection import EDGES_IN_CI

COPY = "-- pgwright: strategy = copy\nALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
TRIM = "-- pgwright: up = btrim(nom)\nALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
TABLE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text);
INSERT INTO utilisateurs SELECT i, 'Zoé ' || i, 0, repeat('x', 700) FROM generate_series(1, 400) i;
"""
APART = "SELECT count(*) FROM utilisateurs WHERE nom IS DISTINCT FROM nom_complet"


def _failed(race: Race) -> StepFailed | None:
    """What expand fails with, if it does."""
    try:
        race.expand()
    except StepFailed as error:
        return error
    return None


@pytest.fixture
def race(database: Database, tmp_path: Path) -> Race:
    return Race(database=database, folder=tmp_path, setup=TABLE, migrations=(COPY,)).prepare()


@pytest.mark.majors("all")
@pytest.mark.parametrize("statement", ["VACUUM FULL utilisateurs", "CLUSTER utilisateurs USING utilisateurs_pkey"])
def test_the_table_gets_another_file(race: Race, statement: str) -> None:
    race.at = {MIDDLE: lambda: race.database.run(statement)}
    race.expand()
    assert race.happened == [MIDDLE]
    assert race.database.one(APART) == 0
    race.contract()
    assert leftovers(race.database) == []


@pytest.mark.majors("all")
def test_a_row_moves_behind_the_scan(race: Race) -> None:
    """Rows of the end get new versions in blocks that the pass has left behind: whoever touches a row fills it."""

    def touch() -> None:
        race.database.run("DELETE FROM utilisateurs WHERE id <= 40")
        race.database.run("VACUUM utilisateurs")
        before = race.database.one("SELECT max(id) FROM utilisateurs WHERE nom_complet IS NULL AND id > 300")
        assert before is not None, "the pass was over"
        race.database.run("UPDATE utilisateurs SET autre = 1 WHERE id > 300")
        assert race.database.one("SELECT count(*) FROM utilisateurs WHERE id > 300 AND (ctid::text::point)[0] < 20") > 0

    race.at = {MIDDLE: touch}
    race.expand()
    assert race.happened == [MIDDLE]
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL") == 0


@pytest.mark.majors("all")
def test_null_is_kept_where_it_is_meant(race: Race) -> None:
    """The old application sets NULL on filled and unfilled rows; after the pass nobody fills them again."""
    race.at = {MIDDLE: lambda: race.database.run("UPDATE utilisateurs SET nom = NULL WHERE id IN (2, 398)")}
    race.expand()
    assert race.database.one(APART) == 0
    race.database.run("UPDATE utilisateurs SET nom_complet = NULL WHERE id = 3")
    race.database.run("UPDATE utilisateurs SET autre = 7")
    assert race.database.all("SELECT id FROM utilisateurs WHERE nom IS NULL AND nom_complet IS NULL ORDER BY id") == [
        (2,), (3,), (398,)]  # fmt: skip


@pytest.mark.majors("all")
def test_replica_role_writers(race: Race) -> None:
    """Logical apply and loaders skip plain triggers: ours are ENABLE ALWAYS."""

    def write() -> None:
        race.database.run(
            "SET session_replication_role = replica; UPDATE utilisateurs SET nom = 'r' || id WHERE id % 7 = 0;"
            "INSERT INTO utilisateurs VALUES (1000, 'r');"
            "UPDATE utilisateurs SET nom_complet = 'n' || id WHERE id % 11 = 0"
        )

    race.at = {MIDDLE: write}
    race.expand()
    write_again = "SET session_replication_role = replica; UPDATE utilisateurs SET nom = 's' || id WHERE id % 5 = 0"
    race.database.run(write_again)
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT nom FROM utilisateurs WHERE id = 22") == "n22"
    assert race.database.one("SELECT nom_complet FROM utilisateurs WHERE id = 35") == "s35"


@pytest.mark.majors(*EDGES_IN_CI)
def test_locked_rows_are_come_back_for(race: Race) -> None:
    """The others are filled while three rows are held."""

    def release(holder: psycopg.Connection[Any]) -> None:
        until(race.database, "SELECT count(*) = 3 FROM utilisateurs WHERE nom_complet IS NULL")
        holder.execute("UPDATE utilisateurs SET nom = 'tenu' WHERE id = 200")

    expand_past_rows(race, "1, 200, 400", release)
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT nom_complet FROM utilisateurs WHERE id = 200") == "tenu"
    assert race.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL") == 0


def test_rows_that_stay_locked(race: Race) -> None:
    race.with_settings(backfill_patience=0.2)
    with race.database.connect(autocommit=False) as holder:
        race.at = {"pass": lambda: holder.execute("SELECT FROM utilisateurs WHERE id = 300 FOR UPDATE")}
        with pytest.raises(LockNotObtained) as caught:
            race.expand()
        error = caught.value
        assert error.exit_code == 4
        assert f"pid {holder.info.backend_pid}" in error.message
        assert "All other rows are filled" in error.state
        assert race.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL") == 1
        assert race.state == "expanding"
    race.expand()
    assert race.state == "expanded"
    assert race.database.one(APART) == 0


def test_the_application_is_never_the_deadlock_victim(race: Race) -> None:
    """It holds one row and wants another that the pass has locked: the pass steps back within its lock_timeout."""
    errors: list[BaseException] = []

    def both_ways() -> None:
        try:
            with race.database.connect(autocommit=False) as one:
                for number in range(400, 0, -7):
                    one.execute("UPDATE utilisateurs SET autre = autre + 1 WHERE id = %s", (number,))
                one.commit()
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=both_ways) for _ in range(2)]
    race.at = {"pass": lambda: _start(threads)}
    race.expand()
    for thread in threads:
        thread.join()
    assert not errors
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT sum(autre) FROM utilisateurs") == 2 * len(range(400, 0, -7))


def _start(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()


PARTITIONED = """CREATE TABLE utilisateurs (id int, nom text, autre int, poids text) PARTITION BY RANGE (id);
CREATE TABLE u_1 PARTITION OF utilisateurs FOR VALUES FROM (0) TO (200);
CREATE TABLE u_2 PARTITION OF utilisateurs FOR VALUES FROM (200) TO (1000);
INSERT INTO utilisateurs SELECT i, 'Zoé ' || i, 0, repeat('x', 700) FROM generate_series(1, 400) i;
"""
CREATED = """CREATE TABLE u_3 PARTITION OF utilisateurs FOR VALUES FROM (1000) TO (2000);
INSERT INTO utilisateurs SELECT i, 'Max ' || i, 0 FROM generate_series(1000, 1100) i;
"""
ATTACHED = """CREATE TABLE u_3 (autre int, poids text, id int, nom_complet text, nom text);
INSERT INTO u_3 (id, nom) SELECT i, 'Max ' || i FROM generate_series(1000, 1100) i;
ALTER TABLE utilisateurs ATTACH PARTITION u_3 FOR VALUES FROM (1000) TO (2000);
"""
CHILD = """CREATE TABLE u_3 (rang int) INHERITS (utilisateurs);
INSERT INTO u_3 (id, nom) SELECT i, 'Max ' || i FROM generate_series(1000, 1100) i;
"""


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize(
    ("script", "when"),
    [*((CREATED, when) for when in (MIDDLE, "fill_end", "check", "validate")), (ATTACHED, MIDDLE), (ATTACHED, "check")],
    ids=[
        "created-middle",
        "created-fill_end",
        "created-check",
        "created-validate",
        "attached-middle",
        "attached-check",
    ],
)
def test_a_partition_comes(database: Database, tmp_path: Path, script: str, when: str) -> None:
    """One with rows of its own is walked too when it comes in time; later the verify says which rows are empty."""
    race = Race(database=database, folder=tmp_path, setup=PARTITIONED, migrations=(COPY,)).prepare()
    race.at = {when: lambda: database.run(script)}
    error = _failed(race)
    assert (error is not None) == (script == ATTACHED and when == "check"), error
    if error is not None:
        database.run("UPDATE utilisateurs SET nom_complet = nom WHERE nom_complet IS NULL")
        race.expand()
    assert race.happened == [when]
    assert database.one(APART) == 0
    database.run("UPDATE utilisateurs SET nom = 'neuf' WHERE id = 1001; INSERT INTO utilisateurs VALUES (1500, 'x')")
    assert database.one(APART) == 0
    race.contract()
    assert leftovers(database) == []
    assert database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL") == 0


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize("when", [MIDDLE, "check"])
def test_a_child_comes(race: Race, when: str) -> None:
    """A child table has no triggers of ours, and rows of its own."""
    race.at = {when: lambda: race.database.run(CHILD)}
    if _failed(race) is not None:
        assert when == "check"
        race.database.run("UPDATE u_3 SET nom_complet = nom")
        race.expand()
    race.database.run("UPDATE utilisateurs SET nom = 'neuf' WHERE id = 1001; INSERT INTO u_3 VALUES (1500, 'x')")
    assert race.database.one(APART) == 0


@pytest.mark.parametrize("when", ["open", "pass", MIDDLE, "fill_end", "check", "validate"])
def test_the_table_is_dropped(race: Race, when: str) -> None:
    race.at = {when: lambda: race.database.run("DROP TABLE utilisateurs")}
    with pytest.raises((StepFailed, CatalogMoved)) as caught:
        race.expand()
    _is_clear(caught.value, "utilisateurs", "exist", "gone", "dropped", "table was changed")
    race.rollback()
    assert race.state == "rolled back"
    assert leftovers(race.database) == []


@pytest.mark.parametrize("column", ["nom", "nom_complet"])
@pytest.mark.parametrize("when", ["pass", MIDDLE, "fill_end", "check", "validate"])
def test_a_column_is_dropped(race: Race, column: str, when: str) -> None:
    race.at = {when: lambda: race.database.run(f"ALTER TABLE utilisateurs DROP COLUMN {column} CASCADE")}
    with pytest.raises((StepFailed, CatalogMoved)) as caught:
        race.expand()
    _is_clear(caught.value, column, "exist", "gone", "dropped")
    if column == "nom":  # then the new column may be the only copy
        with pytest.raises(Unconfirmed) as refused:
            race.rollback()
        assert refused.value.exit_code == 6
        assert refused.value.object == "nom_complet"
    race.rollback(allow=frozenset({"destructive"}))
    assert race.state == "rolled back"
    assert leftovers(race.database) == []


def _is_clear(error: PgwrightError, *words: str) -> None:
    assert error.exit_code in (5, 7)
    assert any(word in error.message for word in words), error.message
    assert error.state
    assert "rollback" in error.hint, error.hint
    assert "KeyError" not in error.message


USER = """CREATE FUNCTION crie() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN NEW.nom := upper(NEW.nom); RETURN NEW; END$$;
CREATE TRIGGER zzzz BEFORE INSERT OR UPDATE ON utilisateurs FOR EACH ROW EXECUTE FUNCTION crie();
"""
WRITE = """UPDATE utilisateurs SET nom = 'a' || id WHERE id % 3 = 0;
UPDATE utilisateurs SET nom_complet = 'b' || id WHERE id % 5 = 0"""


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize("when", [MIDDLE, "fill_end", "check"])
def test_a_trigger_comes_that_fires_behind_ours(race: Race, when: str) -> None:
    """Either the end is in step, or the command fails and says so; a row is never silently apart in `expanded`."""

    def interfere() -> None:
        race.database.run(USER)
        race.database.run(WRITE)

    race.at = {when: interfere}
    if _failed(race) is not None:
        race.rollback()
        assert leftovers(race.database) == []
        return
    assert race.database.one(APART) == 0
    race.database.run(WRITE)
    assert race.database.one(APART) == 0


def test_a_trigger_comes_after_expand(race: Race) -> None:
    """Until the command runs again the check refuses what would be apart; status says so."""
    race.expand()
    race.database.run(USER)
    with pytest.raises(psycopg.errors.CheckViolation):
        race.database.run(WRITE)
    assert any("zzzz" in warning and "pgwright expand" in warning for warning in status(race.settings).warnings)
    race.expand()
    assert not any("zzzz" in warning for warning in status(race.settings).warnings)
    race.database.run(WRITE)
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT count(*) FROM utilisateurs WHERE nom = 'B5' AND nom_complet = 'B5'") == 1


@pytest.mark.parametrize("name", ["_pgw_first", "zz_pgw_last"])
def test_one_of_our_triggers_is_dropped(race: Race, name: str) -> None:
    """Until the command runs again the check refuses what would be apart; status says so."""
    race.expand()
    race.database.run(f"DROP TRIGGER {name} ON utilisateurs")
    assert any(name in warning and "pgwright expand" in warning for warning in status(race.settings).warnings)
    race.expand()
    assert not any(name in warning for warning in status(race.settings).warnings)
    race.database.run("UPDATE utilisateurs SET nom = 'a' WHERE id = 1")
    race.database.run("UPDATE utilisateurs SET nom_complet = 'b' WHERE id = 2")
    assert race.database.one(APART) == 0


def test_what_fills_is_gone_when_all_is_filled(race: Race) -> None:
    """Its condition would be asked at every UPDATE of any column."""
    fills = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%pgw_last_fill'"
    counted: list[object] = []
    race.at = {"check": lambda: counted.append(race.database.one(fills))}
    race.expand()
    assert (counted, race.database.one(fills)) == ([1], 0)


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize("when", [MIDDLE, "fill_end", "check"])
def test_our_triggers_are_disabled_for_a_while(race: Race, when: str) -> None:
    """A DBA disables all triggers, loads, and enables them again as plain ones: verify finds what went past."""

    def load() -> None:
        race.database.run("ALTER TABLE utilisateurs DISABLE TRIGGER USER")
        race.database.run("UPDATE utilisateurs SET nom = 'passé' WHERE id <= 10")
        race.database.run("ALTER TABLE utilisateurs ENABLE TRIGGER USER")

    race.at = {when: load}
    with pytest.raises(StepFailed) as caught:
        race.expand()
    assert caught.value.exit_code == 5
    assert race.state == "expanding"
    race.database.run("UPDATE utilisateurs SET nom_complet = nom WHERE id <= 10")
    race.expand()
    assert race.state == "expanded"
    assert race.database.one(APART) == 0
    # Enabled as plain triggers they would let replica writers pass; that must have been put right, or said.
    race.database.run("SET session_replication_role = replica; UPDATE utilisateurs SET nom = 'répliqué' WHERE id = 20")
    assert race.database.one(APART) == 0
