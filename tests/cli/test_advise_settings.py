"""`pgwright advise settings` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgwright.api.new import new
from pgwright.config import Settings
from tests.support.databases import Database

from .shell import pgwright

GIVEN = ("--memory", "16GB", "--cpus", "4", "--storage", "ssd", "--connections", "50")


@pytest.mark.majors("all")
@pytest.mark.e2e
def test_text_and_json_say_the_same(database: Database) -> None:
    text = pgwright("advise", "settings", *GIVEN, "--dsn", database.dsn)
    assert text.returncode == 0, text.stderr
    done = pgwright("advise", "settings", *GIVEN, "--format", "json", "--dsn", database.dsn)
    said = json.loads(done.stdout)
    assert said["hardware"]["memory_bytes"] == 16 * 1024**3
    assert said["connections"] == 50
    standing = {each["name"]: each["standing"] for each in said["settings"]}
    assert standing["random_page_cost"] == "change"
    assert standing["default_statistics_target"] == "fine"
    assert {each["object"] for each in said["findings"]} == {name for name, how in standing.items() if how == "change"}
    for each in said["findings"]:
        assert f"on {each['object']}" in text.stdout
    assert "default_statistics_target = 100" in text.stdout
    assert "Needs a restart of the server." in text.stdout


@pytest.mark.e2e
def test_findings_decide_about_the_exit_code(database: Database) -> None:
    command = ("advise", "settings", *GIVEN, "--dsn", database.dsn, "--fail-on")
    assert pgwright(*command, "warning").returncode == 1
    assert pgwright(*command, "never").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [("--memory", "16"), ("--memory", "1MB"), ("--cpus", "0"), ("--storage", "tape"), ("--dead", "0"),
     ("--dead", "nan"), ("--connections", "0"), ("--workload", "x"), ("surplus",)],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    done = pgwright("advise", "settings", *arguments, "--dsn", "postgresql:///nowhere")
    assert done.returncode == 2, done.stdout


@pytest.mark.e2e
def test_without_anything_for_tables_there_is_no_migration(database: Database, tmp_path: Path) -> None:
    done = pgwright("advise", "settings", *GIVEN, "--migration", "x", "--dsn", database.dsn, folder=tmp_path)
    assert done.returncode == 0
    assert "no file was written" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.majors("all")
@pytest.mark.e2e
def test_the_migration_is_one_that_the_engine_takes(database: Database, tmp_path: Path) -> None:
    database.run("CREATE TABLE t (id int, v text)")
    statements = (
        "ALTER TABLE public.t SET (autovacuum_vacuum_scale_factor = 0.05);\n"
        "ALTER TABLE public.t SET (toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 9400);"
    )
    path = new(Settings(migrations=tmp_path / "migrations"), "autovacuum of large tables", statements)
    assert path.read_text() == f"-- autovacuum of large tables\n{statements}\n"
    env = {"PGWRIGHT_DSN": database.dsn}
    for command in ("init", "expand", "contract"):
        done = pgwright(command, folder=tmp_path, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (
        database.one("SELECT reloptions[1] FROM pg_class WHERE relname = 't'") == "autovacuum_vacuum_scale_factor=0.05"
    )
