"""Index builds while others interfere: cancelled, killed, stopped, overtaken, and met by rows that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.expand import expand
from pgwright.base.errors import CatalogMoved, Interrupted, StepFailed
from pgwright.base.event import Event, IndexProgress, Notice
from pgwright.evolve.execute.concurrent import Build
from tests.support.background import Background, until
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import dump
from tests.support.project import Project
from tests.support.races import Race

pytestmark = pytest.mark.majors(14, 18)

SETUP = """
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT g, g FROM generate_series(1, 100) g;
CREATE TABLE p (k int, a int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
INSERT INTO p SELECT g, g FROM generate_series(0, 9) g;
"""
# A build is there for a moment before its index is; it waits for who writes when that is committed.
BUILDING = """
SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase LIKE 'waiting%'
"""
IDLE = "SELECT count(*) = 0 FROM pg_stat_progress_create_index WHERE datname = current_database()"
PIDS = "FROM pg_stat_progress_create_index WHERE datname = current_database()"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_a_idx')"
INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
INDEX = "CREATE INDEX ON t (a);"


@pytest.fixture
def database(make_database: Callable[..., Database]) -> Database:
    return make_database(SETUP)


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    found = Project.of(database, tmp_path)
    found.write(INDEX)
    return found


@contextmanager
def writing(database: Database, table: str = "t") -> Iterator[psycopg.Connection[Any]]:
    """A transaction that has written to the table and is open: no build comes past it."""
    with database.connect(autocommit=False) as connection:
        connection.execute(f"UPDATE {table} SET a = a WHERE a = 1")
        yield connection
        connection.rollback()


def test_a_cancelled_build_leaves_nothing(project: Project) -> None:
    database = project.database
    with writing(database) as writer, Background(project.expand) as runner:
        until(database, BUILDING)
        database.all(f"SELECT pg_cancel_backend(pid) {PIDS}")
        until(database, IDLE)
        writer.rollback()
    assert isinstance(runner.error, StepFailed)
    assert runner.error.sqlstate == "57014"
    assert database.all(INVALID) == []
    assert database.all(VALID) == []
    assert project.expand() == "expanded"
    assert database.one(VALID) is True


def test_a_stop_leaves_nothing(project: Project) -> None:
    database = project.database

    with writing(database) as writer:
        runner = Background(lambda: expand(project.settings, stop=runner.stop))
        with runner:
            until(database, BUILDING)
            runner.stop.set()
            until(database, IDLE)
            writer.rollback()
    assert isinstance(runner.error, Interrupted)
    assert database.all(VALID) == []
    assert project.expand() == "expanded"
    assert database.one(VALID) is True


def test_a_killed_runner_does_not_build_twice(project: Project) -> None:
    database = project.database
    with writing(database) as writer, started(database, project.settings.migrations, "expand", ".build", "gate") as one:
        one.stands(inside=False)
        one.go_on()
        until(database, BUILDING)
        one.kill()
        building = database.one("SELECT 't_a_idx'::regclass::oid")
        events: list[Event] = []
        with Background(lambda: expand(project.settings, on_event=events.append)) as runner:
            while not any("is being built by process" in getattr(event, "message", "") for event in events):
                assert runner.alive, runner.error
            assert database.one(BUILDING) is True
            writer.rollback()
    assert runner.error is None
    assert database.one("SELECT 't_a_idx'::regclass::oid") == building
    assert database.one(VALID) is True


def test_a_killed_runner_and_a_lost_backend_are_cleared_by_rollback(project: Project) -> None:
    database = project.database
    before = dump(database)
    with writing(database) as writer, started(database, project.settings.migrations, "expand", ".build", "gate") as one:
        one.stands(inside=False)
        one.go_on()
        until(database, BUILDING)
        one.kill()
        database.all(f"SELECT pg_terminate_backend(pid) {PIDS}")
        until(database, IDLE)
        assert database.all(INVALID) == [("t_a_idx",)]
        writer.rollback()
    assert project.rollback() == "rolled back"
    assert database.all(INVALID) == []
    assert dump(database) == before


OTHERS = {
    "another definition": ("CREATE INDEX t_a_idx ON t (a DESC)", CatalogMoved, "there is another index called"),
    "another table": ("CREATE INDEX t_a_idx ON p1 (a)", StepFailed, "already exists"),
    "a table": ("CREATE TABLE t_a_idx ()", StepFailed, "already exists"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_name_that_somebody_takes_in_between(database: Database, tmp_path: Path, other: str) -> None:
    statement, error, said = OTHERS[other]
    race = Race(database=database, folder=tmp_path, migrations=(INDEX,), at={"build": lambda: database.run(statement)})
    race.prepare()
    with pytest.raises(error, match=said):
        race.expand()
    theirs = dump(database)
    race.rollback()
    assert dump(database) == theirs  # nothing of theirs is dropped
    assert "t_a_idx" in theirs


def test_an_equal_index_that_somebody_makes_in_between_is_taken(database: Database, tmp_path: Path) -> None:
    race = Race(database=database, folder=tmp_path, migrations=(INDEX,), at={"build": lambda: database.run(INDEX)})
    race.prepare()
    race.expand()
    assert race.state == "expanded"
    race.rollback()
    assert database.all(VALID) == []


def test_partitions_that_come_while_it_is_built(database: Database, tmp_path: Path) -> None:
    project = Project.of(database, tmp_path)
    project.write("CREATE INDEX ON p (a);")
    database.run("CREATE TABLE p2 (k int, a int); INSERT INTO p2 VALUES (15, 1)")
    # An UPDATE would lock p as well, for the bounds of p1, and the new partition would wait for it.
    runner = Background(project.expand)
    with database.connect(autocommit=False) as writer:
        writer.execute("LOCK TABLE ONLY p1 IN ROW EXCLUSIVE MODE")
        with runner:
            until(database, BUILDING)
            database.run("SET lock_timeout = '20s'; CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)")
            database.run("ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20)")
            writer.rollback()
    assert runner.error is None
    assert database.all(INVALID) == []
    whole = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'p_a_idx'::regclass"
    assert sorted(row[0] for row in database.all(whole)) == ["p1_a_idx", "p2_a_idx", "p3_a_idx"]


def test_partitions_that_come_before_it_is_begun(database: Database, tmp_path: Path) -> None:
    make = "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)"
    race = Race(
        database=database,
        folder=tmp_path,
        migrations=("CREATE INDEX ON p (a);",),
        at={"parent": lambda: database.run(make)},
    )
    race.prepare()
    race.expand()
    assert database.all(INVALID) == []
    assert database.one("SELECT count(*) FROM pg_inherits WHERE inhparent = 'p_a_idx'::regclass") == 2
    race.rollback()
    assert database.all("SELECT FROM pg_class WHERE relname LIKE 'p%a_idx'") == []


def test_a_duplicate_that_comes_while_it_is_built(database: Database, tmp_path: Path) -> None:
    project = Project.of(database, tmp_path)
    project.write("CREATE UNIQUE INDEX ON t (a);")
    with writing(database) as writer, Background(project.expand) as runner:
        until(database, BUILDING)
        database.run("INSERT INTO t VALUES (1000, 7)")
        writer.rollback()
    assert isinstance(runner.error, StepFailed)
    assert runner.error.sqlstate == "23505"
    assert "(a)=(7)" in runner.error.message
    assert database.all(INVALID) == []
    assert database.all(VALID) == []
    assert project.rollback() == "rolled back"


@pytest.mark.parametrize("statement", [INDEX, "REINDEX TABLE t;", "CREATE INDEX ON p (a);"])
def test_timeouts_of_the_database_end_no_build(database: Database, tmp_path: Path, statement: str) -> None:
    project = Project.of(database, tmp_path)
    project.write(statement)
    database.run(f"ALTER DATABASE {database.name} SET statement_timeout = 300")
    database.run(f"ALTER DATABASE {database.name} SET lock_timeout = 100")
    table = "p1" if "ON p" in statement else "t"
    with writing(database, table) as writer, Background(project.expand) as runner:
        until(database, BUILDING)
        writer.execute("SET LOCAL statement_timeout = 0; SELECT pg_sleep(0.5)")
        assert runner.alive
        writer.rollback()
    assert runner.error is None
    assert database.all(INVALID) == []


def test_a_build_tells_for_whom_it_waits(project: Project) -> None:
    database = project.database
    events: list[Event] = []
    with writing(database) as writer:
        with Background(lambda: expand(project.settings, on_event=events.append)) as runner:
            until(database, BUILDING)
            while not any(isinstance(event, IndexProgress) for event in events):
                assert runner.alive
            writer.rollback()
        pid = writer.info.backend_pid
    seen = [event for event in events if isinstance(event, IndexProgress)]
    assert (seen[0].relation, seen[0].phase, seen[0].waits_for) == ("t", "waiting for writers before build", pid)
    assert (seen[0].unit, seen[0].total) == ("sessions", 1)
    assert not [event for event in events if isinstance(event, Notice) and "defect" in event.message]


class TestRebuild:
    """REINDEX CONCURRENTLY that is broken off at every place."""

    OID = "SELECT 't_pkey'::regclass::oid::bigint"

    @pytest.fixture
    def project(self, database: Database, tmp_path: Path) -> Project:
        found = Project.of(database, tmp_path)
        found.write("REINDEX INDEX t_pkey;")
        return found

    def test_a_killed_runner_does_not_rebuild_twice(self, project: Project) -> None:
        database, before = project.database, project.database.one(self.OID)
        folder = project.settings.migrations
        with writing(database) as writer, started(database, folder, "expand", ".rebuild_1", "gate") as one:
            one.stands(inside=False)
            one.go_on()
            until(database, BUILDING)
            one.kill()
            made = database.one("SELECT 't_pkey_ccnew'::regclass::oid::bigint")
            events: list[Event] = []
            with Background(lambda: expand(project.settings, on_event=events.append)) as runner:
                while not any("is being built by process" in getattr(event, "message", "") for event in events):
                    assert runner.alive, runner.error
                writer.rollback()
        assert runner.error is None
        assert database.one(self.OID) == made != before
        assert database.all(INVALID) == []

    @pytest.mark.parametrize("verb", ["expand", "rollback"])
    def test_a_broken_one_leaves_nothing(self, project: Project, verb: str) -> None:
        database, before = project.database, project.database.one(self.OID)
        folder = project.settings.migrations
        with writing(database) as writer, started(database, folder, "expand", ".rebuild_1", "gate") as one:
            one.stands(inside=False)
            one.go_on()
            until(database, BUILDING)
            one.kill()
            database.all(f"SELECT pg_terminate_backend(pid) {PIDS}")
            until(database, IDLE)
            assert database.all(INVALID) == [("t_pkey_ccnew",)]
            writer.rollback()
        getattr(project, verb)()
        assert database.all(INVALID) == []
        assert (database.one(self.OID) == before) is (verb == "rollback")

    def test_a_cancelled_one_leaves_nothing(self, project: Project) -> None:
        database, before = project.database, project.database.one(self.OID)
        with writing(database) as writer, Background(project.expand) as runner:
            until(database, BUILDING)
            database.all(f"SELECT pg_cancel_backend(pid) {PIDS}")
            until(database, IDLE)
            writer.rollback()
        assert isinstance(runner.error, StepFailed)
        assert database.all(INVALID) == []
        assert database.one(self.OID) == before


DROPPING = (
    "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
    "AND query LIKE '%DROP INDEX CONCURRENTLY%'"
)


@pytest.mark.parametrize("verb", ["contract", "rollback"])
@pytest.mark.parametrize("broken", [True, False], ids=["backend lost", "backend goes on"])
def test_a_drop_that_outlives_its_runner(database: Database, tmp_path: Path, verb: str, broken: bool) -> None:
    database.run("CREATE UNIQUE INDEX u ON t (a) WITH (fillfactor = 60); COMMENT ON INDEX u IS 'clé'")
    before = dump(database)
    project = Project.of(database, tmp_path)
    project.write("DROP INDEX u;")
    project.expand()
    with writing(database) as writer, started(database, tmp_path, "contract", ".drop", "gate") as one:
        one.stands(inside=False)
        one.go_on()
        until(database, DROPPING)
        one.kill()
        assert database.all(INVALID) == [("u",)]
        if broken:
            database.all(DROPPING.replace("count(*) = 1", "pg_terminate_backend(pid, 5000)"))
        with Background(getattr(project, verb)) as runner:
            writer.rollback()
    assert runner.error is None
    assert project.state() == ("done" if verb == "contract" else "rolled back")
    assert (dump(database) == before) is (verb == "rollback")
    assert database.all(INVALID) == []


def test_a_cancel_that_ends_two_statements(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of its signals meets the DROP of what the first one has left."""
    database, cleared = project.database, Build.clear
    calls: list[str] = []

    def clear(self: Build) -> None:
        if runner.stop.is_set():
            calls.append("clear")
        if calls == ["clear"]:
            raise psycopg.errors.QueryCanceled("canceling statement due to user request")
        cleared(self)

    monkeypatch.setattr(Build, "clear", clear)
    runner = Background(lambda: expand(project.settings, stop=runner.stop))
    with writing(database) as writer, runner:
        until(database, BUILDING)
        runner.stop.set()
        until(database, IDLE)
        writer.rollback()
    assert isinstance(runner.error, Interrupted)
    assert calls == ["clear", "clear"]
    assert database.all(VALID) == []
