"""`baseline`: an existing database begins with pgwright."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.api.apply import apply
from pgwright.api.baseline import baseline
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.base.errors import PgwrightError, Refused, UsageError
from pgwright.config import Settings
from pgwright.evolve.plan import first_file
from pgwright.server import dump as dumping
from tests.api.test_apply_equal import FILES
from tests.support.databases import Database
from tests.support.lifecycle import dump
from tests.support.project import Project


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    return Project.of(database, tmp_path / "migrations")


def three(project: Project) -> None:
    project.settings.migrations.mkdir()
    project.database.run("CREATE TABLE a (id int); CREATE TABLE b (id int)")
    for number, name in enumerate("abc", 1):
        project.write(f"CREATE TABLE {name} (id int);", f"{number:04}_{name}")


def states(project: Project) -> dict[str, str]:
    return {each.name: each.state for each in status(project.settings).migrations}


def refused(project: Project, kind: type[PgwrightError], *words: str, name: str | None = None) -> None:
    with pytest.raises(kind) as caught:
        baseline(project.settings, name)
    text = str(caught.value)
    assert type(caught.value) is kind
    assert all(word in text for word in words), text
    assert caught.value.hint


@pytest.mark.parametrize("by_number", [False, True])
def test_files_up_to_one_are_marked_and_none_is_run(project: Project, by_number: bool) -> None:
    three(project)
    report = baseline(project.settings, None if by_number else "0002_b", upto=2 if by_number else None)
    assert [(each.name, each.state) for each in report.migrations] == [("0001_a", "done"), ("0002_b", "done")]
    assert "none of their statements was run" in report.said[0]
    assert "Not checked" in report.said[1]
    assert states(project) == {"0001_a": "done", "0002_b": "done", "0003_c": "pending"}
    assert [each.edited for each in status(project.settings).migrations] == [False, False, False]
    assert [each.name for each in apply(project.settings).migrations] == ["0003_c"]
    again = baseline(project.settings, "0002_b")
    assert again.migrations == ()
    assert "nothing was marked" in again.said[0]


def test_what_does_not_fit(project: Project) -> None:
    three(project)
    refused(project, UsageError, "3 migration files", "pgwright baseline 0003_c", "pgwright apply")
    refused(project, UsageError, "no migration 0009_x", "0001_a, 0002_b, 0003_c", name="0009_x")
    with pytest.raises(UsageError):
        baseline(project.settings, "0001_a", upto=1)
    baseline(project.settings, "0001_a")
    (project.settings.migrations / "0001_a.sql").rename(project.settings.migrations / "0001_z.sql")
    refused(project, Refused, "0001_a", "0001_z", "right database", name="0002_b")
    (project.settings.migrations / "0001_z.sql").rename(project.settings.migrations / "0001_a.sql")
    apply(project.settings, ["0003_c"], allow=frozenset({"out_of_order"}))
    refused(project, Refused, "0002_b stands before 0003_c", "out_of_order", name="0002_b")
    baseline(project.settings, "0002_b", allow=frozenset({"out_of_order"}))
    assert set(states(project).values()) == {"done"}


def test_what_is_in_flight_or_was_rolled_back(project: Project) -> None:
    three(project)
    project.write("ALTER TABLE a RENAME COLUMN id TO no;", "0001_a")
    expand(project.settings, ["0001_a"])
    refused(project, Refused, "0001_a", "expanded", "pgwright contract", name="0001_a")
    rollback(project.settings)
    baseline(project.settings, "0001_a")
    assert states(project)["0001_a"] == "done"

    def die(_: str) -> None:
        raise KeyboardInterrupt

    project.database.run("INSERT INTO b VALUES (1)")
    project.write("ALTER TABLE b RENAME COLUMN id TO no;", "0002_b")
    with pytest.raises(KeyboardInterrupt):
        expand(project.settings, ["0002_b"], gate=die)
    refused(project, Refused, "0002_b", "expanding", "middle of a change")


@pytest.mark.majors("all")
def test_the_first_file_is_the_schema(make_database: Callable[..., Database], project: Project, tmp_path: Path) -> None:
    database = project.database
    other = Project.of(make_database(), tmp_path / "other")
    other.settings.migrations.mkdir()
    for number, text in enumerate(FILES, 1):
        other.write(text.replace("{publication}", f"p_{database.name}"), f"{number:04}_pas")
    apply(other.settings)
    body = "SELECT '\\restrict x' -- pgwright: up = 1\n"
    other.database.run(f"CREATE FUNCTION public.corps() RETURNS text LANGUAGE sql AS $$ {body} $$")
    writes = Settings(dsn=other.database.dsn, migrations=project.settings.migrations, execute=project.settings.execute)
    other.database.run("DROP SCHEMA pgwright CASCADE")
    Project.of(other.database, project.settings.migrations)
    report = baseline(writes)
    assert [each.name for each in report.migrations] == ["0001_baseline"]
    assert report.path.endswith("0001_baseline.sql")
    text = Path(report.path).read_text(encoding="utf-8")
    assert "\nSET search_path" not in text
    assert "check_function_bodies" in text
    assert "pgwright." not in text
    applied = apply(project.settings)
    assert [(each.name, each.state) for each in applied.migrations] == [("0001_baseline", "done")]
    assert dump(project.database) == dump(other.database)
    assert status(project.settings).migrations[0].checksum == status(writes).migrations[0].checksum


def test_a_function_that_names_a_later_table(make_database: Callable[..., Database], tmp_path: Path) -> None:
    one, other = Project.of(make_database(), tmp_path / "m"), Project.of(make_database(), tmp_path / "m")
    one.database.run(
        "CREATE TABLE z (id int); CREATE FUNCTION a() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM z'"
    )
    baseline(one.settings)
    apply(other.settings)
    assert dump(one.database) == dump(other.database)


def test_owners_and_rights_if_asked(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    role, database = make_role(), make_database()
    database.run(f"CREATE TABLE t (id int); ALTER TABLE t OWNER TO {role}; GRANT SELECT ON t TO PUBLIC")
    texts = []
    for number, kept in enumerate((True, False)):
        project = Project.of(database, tmp_path / str(number))
        texts.append(Path(baseline(project.settings, owners=kept, privileges=kept).path).read_text(encoding="utf-8"))
        database.run("DROP SCHEMA pgwright CASCADE")
    assert f"OWNER TO {role}" in texts[0]
    assert "GRANT SELECT" in texts[0]
    assert "OWNER" not in texts[1]
    assert "GRANT" not in texts[1]
    database.run("DROP TABLE t")


def test_only_the_schemas_that_are_configured(database: Database, tmp_path: Path) -> None:
    database.run('CREATE SCHEMA "Ü""b.*"; CREATE TABLE "Ü""b.*".t (id int); CREATE TABLE public.non (id int)')
    project = Project.of(database, tmp_path)
    report = baseline(Settings(dsn=database.dsn, migrations=tmp_path, schemas=('Ü"b.*',)))
    text = Path(report.path).read_text(encoding="utf-8")
    assert '"Ü""b.*".t' in text
    assert "non" not in text
    assert project.state() == "done"


def test_an_empty_database_has_nothing_to_begin_with(project: Project) -> None:
    refused(project, UsageError, "empty", "pgwright new")
    assert not project.settings.migrations.exists()


def test_a_schema_that_the_role_may_not_read(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    role, database = make_role(), make_database()
    database.run(f"GRANT CREATE ON DATABASE {database.name} TO {role}; CREATE SCHEMA zu; CREATE TABLE zu.t (id int)")
    project = Project.of(database, tmp_path, user=role)
    refused(project, Refused, "pg_dump", "permission denied", "may read")
    assert list(tmp_path.iterdir()) == []


def test_the_password_is_in_no_argument(tmp_path: Path) -> None:
    """A program in the place of pg_dump writes down what it was called with."""
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "-- $*"\necho "-- env: $PGPASSWORD"\n', encoding="utf-8")
    program.chmod(0o755)
    said = dumping.schema_script(program, "postgresql://u:ge%20heim@h/d", owners=True, privileges=True)
    arguments, environment = said.splitlines()
    assert "ge heim" not in arguments
    assert "ge heim" in environment


def test_a_table_stored_elsewhere_keeps_its_place() -> None:
    plain = "SET default_tablespace = '';\nSET default_table_access_method = heap;\nCREATE TABLE public.t (id int);\n"
    assert "default_" not in first_file.text(plain)
    elsewhere = plain + "SET default_tablespace = ssd;\nCREATE TABLE public.u (id int);\n"
    assert first_file.text(elsewhere).count("default_tablespace") == 2


def test_it_accepts_the_structure_where_migrations_were_started(project: Project) -> None:
    three(project)
    baseline(project.settings, "0002_b")
    project.database.run("ALTER TABLE a ADD COLUMN x int")
    assert len(status(project.settings).warnings) == 1
    assert baseline(project.settings).said[0] == "No migration was marked."
    assert status(project.settings).warnings == ()
    with psycopg.connect(project.settings.dsn) as connection:
        found = connection.execute(
            "SELECT planned -> 'operations' -> 0 ->> 'strategy' FROM pgwright.migration"
        ).fetchone()
    assert found == ("baseline",)
