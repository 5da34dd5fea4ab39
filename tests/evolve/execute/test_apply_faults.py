"""What may happen to `apply` from outside: it is killed, the server goes away, others hold what it needs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pgwright.api.apply import apply
from pgwright.api.status import status
from pgwright.base.errors import ConnectError, LockNotObtained, PgwrightError
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.project import Project

FILES = {
    "0001_un": "CREATE TABLE a (id int);",
    "0002_deux": "CREATE TABLE b (id int); INSERT INTO b VALUES (1); CREATE INDEX ON b (id);",
    "0003_trois": "CREATE TABLE c (id int);",
}


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    project = Project.of(database, tmp_path)
    for name, text in FILES.items():
        project.write(text, name)
    return project


def states(project: Project) -> list[str]:
    return [each.state for each in status(project.settings).migrations]


@pytest.mark.e2e
@pytest.mark.parametrize("place", ["gate", "inside"])
def test_killed_in_the_middle_of_a_file(project: Project, place: str) -> None:
    database, folder = project.database, project.settings.migrations
    with started(database, folder, "apply", "0002.typed", place) as runner:
        runner.stands(inside=place == "inside")
        runner.kill()
    if place == "inside":
        database.run("DROP EVENT TRIGGER retient; DROP FUNCTION retient; DROP TABLE retenue")
    assert states(project) == ["done", "pending", "pending"]
    assert database.one("SELECT to_regclass('b') IS NULL")
    assert [each.name for each in apply(project.settings).migrations] == ["0002_deux", "0003_trois"]
    assert database.one("SELECT count(*) FROM b") == 1


@pytest.mark.e2e
def test_killed_in_a_file_that_is_journalled_statement_by_statement(project: Project) -> None:
    project.write("CREATE TABLE b (id int);\nVACUUM b;\nCREATE TABLE d (id int);", "0002_deux")
    database, folder = project.database, project.settings.migrations
    with started(database, folder, "apply", "0002.3.typed", "gate") as runner:
        runner.stands(inside=False)
        runner.kill()
    assert states(project) == ["done", "expanding", "pending"]
    apply(project.settings)
    assert states(project) == ["done", "done", "done"]
    assert database.one("SELECT to_regclass('d') IS NOT NULL")


def test_the_server_ends_the_session_in_the_middle(project: Project) -> None:
    def end(_: str) -> None:
        if _ == "0002.typed":
            project.database.run(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = 'pgwright:runner' AND datname = current_database()"
            )

    with pytest.raises(ConnectError) as caught:
        apply(project.settings, gate=end)
    assert caught.value.exit_code == 3
    assert "0001_un is done and stays" in caught.value.state
    assert states(project) == ["done", "pending", "pending"]
    apply(project.settings)
    assert states(project) == ["done", "done", "done"]


def test_another_runner_that_took_over_is_noticed_before_the_commit(project: Project) -> None:
    """The fence: what was begun by a runner that slept does not happen."""

    def take_over(step: str) -> None:
        if step == "0002.typed":
            project.database.run("UPDATE pgwright.lease SET epoch = epoch + 1")

    with pytest.raises(PgwrightError) as caught:
        apply(project.settings, gate=take_over)
    assert caught.value.name == "LeaseLost"
    assert project.database.one("SELECT to_regclass('b') IS NULL")


def test_a_table_of_this_command_that_somebody_holds_is_waited_for(project: Project) -> None:
    """Nobody can stand behind us there, and an autovacuum yields only to who waits for a second."""
    project.write("ALTER TABLE b ADD COLUMN x int;", "0003_trois")
    database = project.database
    holder = database.connect()
    timer = threading.Event()

    def hold(step: str) -> None:
        if step == "0003.typed":
            holder.execute("BEGIN; LOCK TABLE b IN ACCESS SHARE MODE")
            threading.Thread(target=release, daemon=True).start()

    def release() -> None:
        # longer than any short try
        waits = (
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'b'::regclass "
            "AND waitstart < clock_timestamp() - interval '300 milliseconds')"
        )
        while database.one(waits) is False:
            timer.wait(0.01)
        holder.close()

    apply(project.settings, gate=hold)
    assert states(project) == ["done", "done", "done"]


def test_a_table_in_use_is_never_waited_for_longer_than_a_try(database: Database, tmp_path: Path) -> None:
    database.run("CREATE TABLE plein (id int); INSERT INTO plein VALUES (1); CREATE TABLE vide (id int)")
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE vide ADD COLUMN a int;")
    execute = ExecuteSettings(lock_budget=60.0, lock_pause=0.3, heartbeat=0.5)
    worker = threading.Thread(
        target=apply, args=(Settings(dsn=database.dsn, migrations=tmp_path, execute=execute),), daemon=True
    )
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'vide'::regclass)"
    with database.connect() as holder, database.connect() as looker:
        for session in (holder, looker):
            session.execute("SET application_name = 'pgwright:test'")
        holder.execute("BEGIN; LOCK TABLE vide IN ACCESS SHARE MODE")
        worker.start()
        for wanted in (True, False, True):
            while looker.execute(waits).fetchone() != (wanted,):
                assert worker.is_alive()
        assert worker.is_alive()  # the queue was free in between, long before the budget ended
    worker.join()
    assert states(project) == ["done"]


def test_the_budget_ends(database: Database, tmp_path: Path) -> None:
    database.run("CREATE TABLE plein (id int); INSERT INTO plein VALUES (1); CREATE TABLE vide (id int)")
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE vide ADD COLUMN a int;")
    execute = ExecuteSettings(lock_budget=0.5, lock_pause=0.02, heartbeat=0.5)
    with database.connect() as holder:
        holder.execute("SET application_name = 'pgwright:test'; BEGIN; LOCK TABLE vide IN ACCESS SHARE MODE")
        with pytest.raises(LockNotObtained) as caught:
            apply(Settings(dsn=database.dsn, migrations=tmp_path, execute=execute))
        assert caught.value.exit_code == 4
        assert "0001_change.sql:1:1" in str(caught.value)


def test_a_held_table_of_which_nobody_knows_whether_it_has_rows(database: Database, tmp_path: Path) -> None:
    database.run("CREATE TABLE plein (id int)")
    project = Project.of(database, tmp_path)
    project.write("CREATE TABLE t (id int);")
    with database.connect() as holder:
        holder.execute("SET application_name = 'pgwright:holder'; BEGIN; LOCK TABLE plein IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LockNotObtained) as caught:
            apply(project.settings)
        assert "whether it has rows" in str(caught.value)
