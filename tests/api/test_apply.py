"""`apply` on real servers: what runs as typed, what goes through the engine, and what is left when a file fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.apply import apply
from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.base.errors import (
    Interrupted,
    LockNotObtained,
    MigrationFileError,
    Refused,
    StepFailed,
    UsageError,
)
from pgwright.base.event import Event, StateChanged, StepStarted
from tests.support.applying import failed, states, strategies
from tests.support.databases import Database
from tests.support.project import Project


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    return Project.of(database, tmp_path)


def test_a_new_database(project: Project) -> None:
    project.write("CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX ON t (a);", "0001_un")
    project.write("INSERT INTO t VALUES (1, 'x'); ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 5;", "0002_deux")
    heard: list[Event] = []
    report = apply(project.settings, on_event=heard.append)
    assert [(each.name, each.state) for each in report.migrations] == [("0001_un", "done"), ("0002_deux", "done")]
    assert project.database.all("SELECT * FROM t") == [(1, "x", 5)]
    assert {strategy for _, strategy in strategies(project, "0002_deux")} == {"as typed"}
    assert [each for each in heard if isinstance(each, StateChanged)] == [
        StateChanged(migration="0001_un", before="pending", after="done"),
        StateChanged(migration="0002_deux", before="pending", after="done"),
    ]
    assert status(project.settings).migrations[0].edited is False
    assert apply(project.settings).migrations == ()


def test_names_and_order(project: Project) -> None:
    project.write("CREATE TABLE a (id int);", "0001_un")
    project.write("CREATE TABLE b (id int);", "0002_deux")
    with pytest.raises(Refused) as caught:
        apply(project.settings, ["0002_deux"])
    assert "0001_un" in str(caught.value)
    apply(project.settings, ["0001_un"])
    assert states(project) == {"0001_un": "done", "0002_deux": "pending"}
    project.write("CREATE TABLE c (id int);", "0003_trois")
    apply(project.settings, ["0003_trois"], allow=frozenset({"out_of_order"}))
    failed(project, Refused, "0002_deux", "out_of_order")
    apply(project.settings, allow=frozenset({"out_of_order"}))
    assert set(states(project).values()) == {"done"}
    project.write("CREATE TABLE zwei (id int);", "0003_drei")
    failed(project, MigrationFileError, "0003_trois", "0003_drei")


def test_a_file_that_fails_leaves_nothing_of_itself(project: Project) -> None:
    project.write("CREATE TABLE a (id int);", "0001_un")
    project.write("CREATE TABLE b (id int);\n\n  INSERT INTO b\nSELECT nope FROM b;", "0002_deux")
    project.write("CREATE TABLE c (id int);", "0003_trois")
    text = failed(project, StepFailed, "0002_deux.sql:4:8:", 'column "nope" does not exist', "^", "0001_un is done")
    assert "Nothing of 0002_deux remains." in text
    assert "pgwright apply" in text
    assert states(project) == {"0001_un": "done", "0002_deux": "pending", "0003_trois": "pending"}
    assert project.database.one("SELECT to_regclass('b') IS NULL")
    project.write("CREATE TABLE b (id int); INSERT INTO b VALUES (1);", "0002_deux")
    assert [each.name for each in apply(project.settings).migrations] == ["0002_deux", "0003_trois"]


def test_an_error_without_a_position_is_told_at_its_statement(project: Project) -> None:
    project.write("CREATE TABLE é (id int);\n-- un\n  CREATE TABLE é (id int);", "0001_un")
    failed(project, StepFailed, "0001_un.sql:3:3:", "already exists", "pgwright baseline 0001_un")


def test_a_table_with_rows_goes_through_the_engine(project: Project) -> None:
    project.database.run("CREATE TABLE t (id int PRIMARY KEY, nom text); INSERT INTO t VALUES (1, ' a '), (2, 'b')")
    project.write("CREATE TABLE vide (id int); NOTIFY vide;", "0001_un")
    project.write("-- pgwright: up = trim(nom)\nALTER TABLE t RENAME COLUMN nom TO nom_complet;", "0002_deux")
    project.write("ALTER TABLE vide ADD COLUMN a int NOT NULL;", "0003_trois")
    heard: list[Event] = []
    apply(project.settings, on_event=heard.append)
    assert strategies(project, "0001_un") == [("create_table", "as typed"), ("raw_sql", "as typed")]
    assert [strategy for _, strategy in strategies(project, "0002_deux")] == ["copy"]
    assert [strategy for _, strategy in strategies(project, "0003_trois")] == ["as typed"]
    assert project.database.all("SELECT nom_complet FROM t ORDER BY id") == [("a",), ("b",)]
    assert project.database.one("SELECT count(*) FROM pgwright.link") == 0
    assert any(isinstance(each, StepStarted) and each.phase == "backfill" for each in heard)


def test_the_engine_refuses_as_always_and_the_files_before_stay(project: Project) -> None:
    project.database.run("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
    project.write("CREATE TABLE u (id int);", "0001_un")
    project.write("\nLOCK TABLE t;", "0002_deux")
    failed(project, Refused, "0002_deux.sql:2:1", "allow = raw_sql", "0001_un is done and stays")
    assert states(project) == {"0001_un": "done", "0002_deux": "pending"}
    apply(project.settings, allow=frozenset({"raw_sql"}))
    assert states(project) == {"0001_un": "done", "0002_deux": "done"}


def test_a_lock_that_only_the_server_knows_of_is_seen_before_commit(project: Project) -> None:
    """Nobody reads what a trigger of the table does; the engine refuses such a lock, and so the file."""
    project.database.run(
        "CREATE TABLE plein (id int); INSERT INTO plein VALUES (1);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "LOCK TABLE plein IN ACCESS EXCLUSIVE MODE; RETURN NEW; END $$;"
        "CREATE TABLE vide (id int); CREATE TRIGGER x BEFORE INSERT ON vide FOR EACH ROW EXECUTE FUNCTION f()"
    )
    project.write("INSERT INTO vide VALUES (1);")
    failed(project, StepFailed, "took ACCESS EXCLUSIVE on plein")
    assert project.database.one("SELECT count(*) FROM vide") == 0
    assert states(project) == {"0001_change": "expanding"}


def test_a_table_that_was_made_here_and_hangs_on_one_in_use(project: Project) -> None:
    """The first look at the catalog does not know of it; the locks that are held do."""
    project.database.run(
        "CREATE TABLE plein (id int); INSERT INTO plein VALUES (1);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "LOCK TABLE plein IN ACCESS EXCLUSIVE MODE; RETURN NEW; END $$"
    )
    trigger = "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
    project.write(f"CREATE TABLE t (id int); {trigger}", "0001_un")
    project.write("INSERT INTO t VALUES (1);", "0002_deux")
    failed(project, StepFailed, "took ACCESS EXCLUSIVE on plein")
    assert states(project) == {"0001_un": "done", "0002_deux": "expanding"}
    assert project.database.one("SELECT count(*) FROM t") == 0


def test_an_empty_table_that_another_session_may_use_is_the_engines(project: Project) -> None:
    project.database.run("CREATE TABLE t (id int)")
    project.write("ALTER TABLE t ADD COLUMN a int;", "0001_un")
    heard: list[Event] = []
    with project.database.connect():
        apply(project.settings, on_event=heard.append)
    assert any(isinstance(each, StepStarted) for each in heard)
    project.write("ALTER TABLE t ADD COLUMN b int;", "0002_deux")
    heard.clear()
    apply(project.settings, on_event=heard.append)
    assert not any(isinstance(each, StepStarted) for each in heard)


def test_what_this_command_made_stays_its_own_with_rows_and_others_about(project: Project) -> None:
    project.write("CREATE TABLE t (id int); INSERT INTO t VALUES (1);", "0001_un")
    project.write("ALTER TABLE t ALTER COLUMN id TYPE bigint;", "0002_deux")
    with project.database.connect():
        apply(project.settings)
    assert strategies(project, "0002_deux")[0][1] == "as typed"


def test_a_directive_about_rows_has_its_meaning_where_there_are_some(project: Project) -> None:
    rename = "-- pgwright: up = trim(nom)\nALTER TABLE {} RENAME COLUMN nom TO nom_complet;"
    project.write(
        "CREATE TABLE t (id int, nom text); INSERT INTO t VALUES (1, ' a '); CREATE TABLE u (nom text);", "0001_un"
    )
    project.write(rename.format("t"), "0002_deux")
    project.write(rename.format("u"), "0003_trois")
    apply(project.settings)
    assert project.database.all("SELECT nom_complet FROM t") == [("a",)]
    assert strategies(project, "0002_deux")[0][1] == "copy"
    assert strategies(project, "0003_trois")[0][1] == "as typed"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CREATE TABLE t (id int);\n-- pgwright: up = 1\nNOTIFY t;", (":2:1", "up", "raw_sql")),
        ("-- pgwright: allow = destructif\nCREATE TABLE t (id int);", (":1:1", "destructif", "destructive")),
        ("CALL pgwright.partition_table('t');", (":1:1", "partition_table")),
        ("-- nothing", ("no statement",)),
        ("CREATE TABEL t;", (":1:8", "syntax error")),
        ("\\dt\n", ("psql",)),
        ("SELECT 1;\nALTER TABLE pgwright.journal RENAME COLUMN version TO v;", (":2:1", "journal's own")),
    ],
)
def test_files_that_make_no_sense_are_refused_before_anything_runs(
    project: Project, text: str, words: tuple[str, ...]
) -> None:
    project.write(text, "0002_deux")
    failed(project, MigrationFileError, "0002_deux.sql", *words)
    assert states(project) == {"0002_deux": "pending"} if "statement" in words[0] else True
    assert project.database.one("SELECT count(*) FROM pgwright.migration") == 0


def test_a_bad_directive_in_a_later_file_stops_before_the_first(project: Project) -> None:
    project.write("CREATE TABLE t (id int);", "0001_un")
    project.write("-- pgwright: strategy = copy\nNOTIFY t;", "0002_deux")
    failed(project, MigrationFileError, "0002_deux.sql:1:1", "strategy")
    assert project.database.one("SELECT to_regclass('t') IS NULL")


def test_what_is_in_flight_is_ended_first(project: Project) -> None:
    project.database.run("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x')")
    project.write("-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN a TO b;", "0001_un")
    expand(project.settings)
    project.write("CREATE TABLE u (id int);", "0002_deux")
    report = apply(project.settings)
    assert [(each.name, each.state) for each in report.migrations] == [("0001_un", "done"), ("0002_deux", "done")]
    project.write("-- pgwright: up = upper(b)\nALTER TABLE t RENAME COLUMN b TO c;", "0003_trois")
    expand(project.settings)
    contract(project.settings, grace=3600.0)
    assert states(project)["0003_trois"] == "retiring"
    apply(project.settings)
    assert states(project)["0003_trois"] == "done"


def test_a_rollback_that_was_begun_is_ended_first(project: Project) -> None:
    project.database.run("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x')")
    project.write("-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN a TO b;", "0001_un")
    expand(project.settings)

    def die(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rollback(project.settings, gate=die)
    failed(project, Refused, "rolling back", "pgwright rollback")
    rollback(project.settings)
    assert states(project) == {"0001_un": "rolled back"}
    apply(project.settings)
    assert states(project) == {"0001_un": "done"}


def test_rolled_back_ones_are_applied_as_typed(project: Project) -> None:
    project.write("CREATE TABLE t (id int);", "0001_un")
    expand(project.settings)
    rollback(project.settings)
    apply(project.settings)
    assert states(project) == {"0001_un": "done"}
    assert strategies(project, "0001_un") == [("create_table", "as typed")]


def test_a_stop_leaves_whole_files(project: Project) -> None:
    project.write("CREATE TABLE a (id int);", "0001_un")
    project.write("CREATE TABLE b (id int); CREATE TABLE c (id int);", "0002_deux")
    stop = threading.Event()

    def on_event(event: Event) -> None:
        stop.set()

    with pytest.raises(Interrupted) as caught:
        apply(project.settings, stop=stop, on_event=on_event)
    assert "0001_un is done" in caught.value.state
    assert states(project) == {"0001_un": "done", "0002_deux": "pending"}

    stop.clear()
    with pytest.raises(Interrupted) as inside:
        apply(project.settings, stop=stop, gate=lambda _: stop.set())
    assert "Nothing of 0002_deux remains" in inside.value.state
    assert project.database.one("SELECT to_regclass('b') IS NULL")
    apply(project.settings)


def test_no_journal_no_folder_empty_folder(database: Database, tmp_path: Path) -> None:
    project = Project.of(database, tmp_path / "nichts")
    failed(project, MigrationFileError, "no such folder", "pgwright new")
    (tmp_path / "nichts").mkdir()
    assert apply(project.settings).migrations == ()
    database.run("DROP SCHEMA pgwright CASCADE")
    failed(project, UsageError, "no journal", "pgwright init")


def test_a_role_that_may_not_create(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    role = make_role("LOGIN NOSUPERUSER")
    database.run(f"GRANT CREATE ON DATABASE {database.name} TO {role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    project = Project.of(database, tmp_path, user=role)
    project.write("CREATE TABLE public.t (id int);")
    failed(project, Refused, "0001_change.sql:1:", "permission denied for schema public", "pgwright doctor")


def test_two_at_once(project: Project) -> None:
    project.write("CREATE TABLE t (id int);")
    refusals: list[str] = []

    def second(_: str) -> None:
        refusals.append(failed(project, LockNotObtained, "Another runner is at work"))

    apply(project.settings, gate=second)
    assert len(refusals) == 1
    assert states(project) == {"0001_change": "done"}
