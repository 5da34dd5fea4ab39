"""What `apply` does with statements that no transaction may hold, and with what a file leaves behind in its session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.apply import apply
from pgwright.api.expand import expand
from pgwright.base.errors import Refused, StepFailed
from tests.support.applying import failed, states
from tests.support.databases import Database
from tests.support.project import Project


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    return Project.of(database, tmp_path)


def test_what_is_checked_at_the_end_has_no_place(project: Project) -> None:
    project.write(
        "CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\n"
        "INSERT INTO t VALUES (1, 2);"
    )
    failed(project, StepFailed, "0001_change.sql: when the file was committed", "violates foreign key", "(a)=(2)")
    assert project.database.one("SELECT to_regclass('t') IS NULL")


def test_what_only_a_client_could_take_is_an_error(project: Project) -> None:
    project.write("CREATE TABLE t (id int);\nCOPY t TO STDOUT;")
    failed(project, StepFailed, "0001_change.sql:2:1", "COPY")
    assert project.database.one("SELECT to_regclass('t') IS NULL")


def test_concurrently_and_a_new_value_of_an_enum(project: Project) -> None:
    project.write(
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (v e);\n"
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (v); DROP INDEX CONCURRENTLY i; CREATE INDEX CONCURRENTLY j ON t (v);",
        "0001_un",
    )
    project.write("ALTER TYPE e ADD VALUE 'b';\nINSERT INTO t VALUES ('b');", "0002_deux")
    project.write(
        "ALTER TYPE e ADD VALUE 'c';\nCREATE VIEW w AS SELECT 'c'::e;\nVACUUM t;\nREINDEX TABLE CONCURRENTLY t;",
        "0003_trois",
    )
    apply(project.settings)
    assert set(states(project).values()) == {"done"}
    assert project.database.one("SELECT indisvalid FROM pg_index WHERE indexrelid = 'j'::regclass")
    assert project.database.all("SELECT * FROM t") == [("b",)]


def test_no_number_of_a_sequence_is_lost_to_a_try(project: Project) -> None:
    """What cannot be one transaction is seen in the text, and not first tried as one."""
    project.write("CREATE TABLE t (id serial, a int); CREATE TYPE e AS ENUM ('a');", "0001_un")
    project.write("INSERT INTO t (a) VALUES (1); VACUUM t;", "0002_deux")
    project.write(
        "ALTER TYPE e ADD VALUE 'b'; INSERT INTO t (a) VALUES (2); CREATE VIEW v AS SELECT 'b'::e;", "0003_trois"
    )
    apply(project.settings)
    assert project.database.all("SELECT id, a FROM t") == [(1, 1), (2, 2)]


def test_what_only_the_server_can_tell_to_stand_alone(project: Project) -> None:
    """Nothing in the text says that the procedure commits, or that the function hides a new value."""
    project.write(
        "CREATE TABLE t (id int); CREATE TYPE e AS ENUM ('a');\n"
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;",
        "0001_un",
    )
    project.write("CREATE TABLE u (id int); CALL p(); CREATE TABLE v (id int);", "0002_deux")
    project.write("ALTER TYPE e ADD VALUE 'z'; DO $$ BEGIN PERFORM chr(122)::e; END $$;", "0003_trois")
    apply(project.settings)
    assert set(states(project).values()) == {"done"}
    assert project.database.one("SELECT count(*) FROM t") == 1


def test_one_that_cannot_be_one_transaction_goes_on_where_it_stopped(project: Project) -> None:
    project.write("CREATE TABLE t (id int);\nVACUUM t;\nINSERT INTO u VALUES (1);", "0001_un")
    text = failed(project, StepFailed, "0001_un.sql:3:1:", '"u" does not exist', "statements before it are done")
    assert "pgwright rollback" in text
    assert states(project) == {"0001_un": "expanding"}
    project.database.run("CREATE TABLE u (id int)")
    expand(project.settings)
    assert states(project) == {"0001_un": "expanded"}
    apply(project.settings)
    assert states(project) == {"0001_un": "done"}
    assert project.database.one("SELECT count(*) FROM u") == 1


def test_the_session_is_a_new_one_for_each_file(project: Project) -> None:
    project.write("CREATE SCHEMA s; SET search_path = s; CREATE TABLE t (id int); CREATE TEMP TABLE z ();", "0001_un")
    project.write("CREATE TABLE t (id int); CREATE TEMP TABLE z (id int);", "0002_deux")
    project.write(
        "PREPARE p AS SELECT 1; LISTEN l; DECLARE c CURSOR WITH HOLD FOR SELECT 1; SELECT pg_advisory_lock(7);"
        "CREATE TEMP TABLE d (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED); INSERT INTO d VALUES (1);"
        "SET work_mem = '77kB'",
        "0003_trois",
    )
    project.write(
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_prepared_statements), 'prepared';"
        "ASSERT NOT EXISTS (SELECT FROM pg_cursors WHERE name = 'c'), 'cursor';"
        "ASSERT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), 'lock';"
        "ASSERT NOT EXISTS (SELECT FROM pg_listening_channels()), 'channel';"
        "ASSERT current_setting('work_mem') <> '77kB', 'setting'; END $$",
        "0004_quatre",
    )
    apply(project.settings)
    found = project.database.all("SELECT schemaname FROM pg_tables WHERE tablename = 't' ORDER BY 1")
    assert found == [("public",), ("s",)]


def test_vacuum_of_what_is_its_own_beside_tables_with_rows(project: Project) -> None:
    project.database.run(
        "CREATE TABLE plein (id int); INSERT INTO plein VALUES (1); CREATE TABLE parts (id int) PARTITION BY LIST (id);"
        "CREATE TABLE part PARTITION OF parts DEFAULT; INSERT INTO parts VALUES (1)"
    )
    project.write("CREATE TABLE t (id int); VACUUM ANALYZE t; VACUUM FULL public.t;", "0001_un")
    project.write("VACUUM;", "0002_deux")
    failed(project, Refused, "0002_deux.sql:1:1", "VACUUM changes no schema", "0001_un is done")
    for named in ("t, plein", "public.plein", "parts"):
        project.write(f"VACUUM {named};", "0002_deux")
        failed(project, Refused, "0002_deux.sql:1:1")


def test_a_file_that_becomes_somebody_else(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    role = make_role()
    database.run(f"GRANT CREATE ON SCHEMA public TO {role}")
    project = Project.of(database, tmp_path)
    project.write(f"SET ROLE {role}; CREATE TABLE t (id int);", "0001_un")
    project.write(f"SET ROLE {role};\nCREATE TABLE u (id int);\nVACUUM u;\nCREATE TABLE v (id int);", "0002_deux")
    project.write("CREATE TABLE w (id int);", "0003_trois")
    apply(project.settings)
    owners = database.all("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    assert owners == [("t", role), ("u", role), ("v", role), ("w", "postgres")]


def test_what_a_file_has_set_holds_for_another_runner_too(project: Project) -> None:
    project.write("CREATE SCHEMA s; SET search_path = s;\nVACUUM pg_class;\nCREATE TABLE t (id int);")

    def die(step: str) -> None:
        if step == "0001.4.typed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(project.settings, gate=die)
    assert states(project) == {"0001_change": "expanding"}
    apply(project.settings)
    assert project.database.one("SELECT to_regclass('s.t') IS NOT NULL")
