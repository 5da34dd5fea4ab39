"""Indexes built CONCURRENTLY: invalid leftovers, builds that outlive their runner, stops, timeouts of the role."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import psycopg
import pytest

from pgwright.api.expand import expand
from pgwright.base.errors import Interrupted, StepFailed
from tests.evolve.execute.flip import Halt, Verbs
from tests.support.databases import Database

pytestmark = pytest.mark.majors(14, 18)

SETUP = """
CREATE TABLE t (id int PRIMARY KEY, nom text);
CREATE INDEX i ON t (lower(nom));
INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 100) g;
"""
MIGRATION = (
    "-- pgwright: up = upper(nom)\n-- pgwright: down = nom_complet\nALTER TABLE t RENAME COLUMN nom TO nom_complet;\n"
)
COPY = "pgw_new_0001.1_i"
VALID = f"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('\"{COPY}\"')"
BUILD = f'CREATE INDEX CONCURRENTLY "{COPY}" ON t (lower(nom_complet))'


@pytest.fixture
def verbs(database: Database, tmp_path: Path) -> Verbs:
    found = Verbs(database, tmp_path)
    found.prepare(SETUP, MIGRATION)
    return found


def _halt_at(step: str) -> object:
    def gate(each: str) -> None:
        if each == step:
            raise Halt(each)

    return gate


def _halted(verbs: Verbs) -> None:
    with pytest.raises(Halt):
        verbs.expand(gate=_halt_at("0001.1.index_1"))  # type: ignore[arg-type]


def test_an_invalid_leftover_is_dropped_and_built_again(verbs: Verbs) -> None:
    _halted(verbs)
    verbs.database.run(f'CREATE INDEX "{COPY}" ON t (lower(nom_complet))')
    verbs.database.run(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('\"{COPY}\"')")
    before = verbs.database.one(f"SELECT to_regclass('\"{COPY}\"')::oid")
    verbs.expand()
    assert verbs.database.one(VALID) is True
    assert verbs.database.one(f"SELECT to_regclass('\"{COPY}\"')::oid") != before


def test_a_valid_index_is_taken_as_it_is(verbs: Verbs) -> None:
    _halted(verbs)
    verbs.database.run(BUILD)
    before = verbs.database.one(f"SELECT to_regclass('\"{COPY}\"')::oid")
    verbs.expand()
    assert verbs.database.one(f"SELECT to_regclass('\"{COPY}\"')::oid") == before


def test_a_build_that_outlived_its_runner_is_waited_for(verbs: Verbs) -> None:
    _halted(verbs)
    with verbs.database.connect(autocommit=False) as blocker:
        blocker.execute("UPDATE t SET id = id WHERE id = 1")
        orphan = threading.Thread(target=verbs.database.run, args=(BUILD,))
        orphan.start()
        _wait(
            verbs.database, "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        runner = threading.Thread(target=verbs.expand)
        runner.start()
        _wait(
            verbs.database,
            "SELECT count(*) = 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'pgwright:runner'",
        )
        time.sleep(0.5)
        assert runner.is_alive()
        building = verbs.database.one(f"SELECT to_regclass('\"{COPY}\"')::oid")
        blocker.rollback()
        orphan.join()
        runner.join()
    assert verbs.database.one(f"SELECT to_regclass('\"{COPY}\"')::oid") == building
    assert verbs.database.one(VALID) is True
    assert verbs.state == "expanded"


def test_a_stop_cancels_the_build_and_leaves_nothing_of_it(verbs: Verbs) -> None:
    _halted(verbs)
    stop = threading.Event()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            expand(verbs.settings, stop=stop)
        except Interrupted as error:
            raised.append(error)

    with verbs.database.connect(autocommit=False) as blocker:
        blocker.execute("UPDATE t SET id = id WHERE id = 1")
        thread = threading.Thread(target=work)
        thread.start()
        _wait(
            verbs.database, "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        stop.set()
        _wait(
            verbs.database, "SELECT count(*) = 0 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        blocker.rollback()
        thread.join()
    assert [type(error) for error in raised] == [Interrupted]
    assert verbs.database.all(VALID) == []
    verbs.expand()
    assert verbs.database.one(VALID) is True


def test_timeouts_of_the_role_do_not_end_a_build(verbs: Verbs) -> None:
    _halted(verbs)
    for limit in ("lock_timeout = 200", "statement_timeout = 400"):
        verbs.database.run(f"ALTER DATABASE {verbs.database.name} SET {limit}")
    with verbs.database.connect(autocommit=False) as blocker:
        blocker.execute("SET LOCAL idle_in_transaction_session_timeout = 0; UPDATE t SET id = id WHERE id = 1")
        thread = threading.Thread(target=verbs.expand)
        thread.start()
        _wait(
            verbs.database, "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        time.sleep(1.0)
        blocker.rollback()
        thread.join()
    assert verbs.state == "expanded"


def test_a_row_that_the_index_refuses_leaves_nothing_behind(verbs: Verbs) -> None:
    verbs.database.run("DROP INDEX i; CREATE INDEX i ON t ((100 / (length(nom) - 7)))")
    verbs.folder.joinpath("0001_nom.sql").write_text(MIGRATION.replace("upper(nom)", "rpad(nom, 7)"), encoding="utf-8")
    with pytest.raises(StepFailed) as failed:
        verbs.expand()
    assert failed.value.sqlstate == "22012"
    assert verbs.database.all(VALID) == []
    verbs.rollback()


def test_a_lost_connection_while_building_goes_on(verbs: Verbs) -> None:
    _halted(verbs)
    with verbs.database.connect(autocommit=False) as blocker:
        blocker.execute("UPDATE t SET id = id WHERE id = 1")
        thread = threading.Thread(target=verbs.expand)
        thread.start()
        _wait(
            verbs.database, "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        verbs.database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        time.sleep(0.5)
        blocker.rollback()
        thread.join()
    assert verbs.state == "expanded"
    assert verbs.database.one(VALID) is True


def _wait(database: Database, condition: str) -> None:
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        for _ in range(400):
            row = connection.execute(condition.encode()).fetchone()
            if row is not None and row[0]:
                return
            time.sleep(0.05)
    raise AssertionError(f"never became true: {condition}")
