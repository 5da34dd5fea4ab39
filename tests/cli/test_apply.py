"""`init`, `apply` and `baseline` as whole commands: streams, formats, exit codes, Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import Database

from .shell import environment, pgwright

pytestmark = pytest.mark.e2e


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with three files."""
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "0001_un.sql").write_text("CREATE TABLE a (id int PRIMARY KEY);\n")
    (migrations / "0002_deux.sql").write_text("ALTER TABLE a ADD COLUMN b int;\nCOMMENT ON TABLE a IS 'x';\n")
    (migrations / "0003_trois.sql").write_text("CREATE INDEX CONCURRENTLY ON a (b);\nINSERT INTO a VALUES (1, 2);\n")
    return tmp_path


def run(folder: Path, database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    return pgwright(*arguments, folder=folder, env={"PGWRIGHT_DSN": database.dsn})


def test_a_new_database(folder: Path, database: Database) -> None:
    before = run(folder, database, "apply")
    assert before.returncode == 2
    assert "pgwright init" in before.stderr
    assert run(folder, database, "init").returncode == 0
    first = run(folder, database, "apply")
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0].startswith("done  0001_un")
    assert "0002_deux: pending -> done" in first.stderr
    assert run(folder, database, "apply", "--quiet").stdout == "Nothing to do.\n"
    (folder / "migrations" / "0004_faux.sql").write_text("CREATE TABLE c (id int);\n\nSELECT 1 / 0;\n")
    failed = run(folder, database, "apply", "4")
    assert failed.returncode == 5
    assert failed.stdout == ""
    assert "migrations/0004_faux.sql:3:1: division by zero" in failed.stderr
    assert "Nothing of 0004_faux remains." in failed.stderr
    assert "pgwright apply" in failed.stderr


def test_json_and_lines(folder: Path, database: Database) -> None:
    run(folder, database, "init")
    lines = run(folder, database, "apply", "0001_un", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line).get("event") for line in lines] == ["StateChanged", None]
    assert json.loads(lines[-1])["migrations"][0]["state"] == "done"
    report = json.loads(run(folder, database, "apply", "--format", "json").stdout)
    assert [each["name"] for each in report["migrations"]] == ["0002_deux", "0003_trois"]
    (folder / "migrations" / "0004_faux.sql").write_text("SELECT nope;\n")
    failed = run(folder, database, "apply", "--format", "json")
    error = json.loads(failed.stdout)["error"]
    assert (failed.returncode, error["name"], error["exit_code"]) == (5, "StepFailed", 5)


def test_ctrl_c_leaves_whole_files(folder: Path, database: Database) -> None:
    """The second file waits in the server; the first Ctrl-C lets its statement end, and rolls the file back."""
    run(folder, database, "init")
    with database.connect() as holder:
        holder.execute("SELECT pg_advisory_lock(7)")
        text = "SELECT pg_advisory_lock_shared(7);\nCREATE TABLE zwei (id int);\n"
        (folder / "migrations" / "0002_deux.sql").write_text(text)
        child = subprocess.Popen(
            [sys.executable, "-m", "pgwright", "apply"],
            cwd=folder,
            env=environment(PGWRIGHT_DSN=database.dsn),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
            while holder.execute(waits).fetchone() != (True,):
                assert child.poll() is None, child.communicate()
                holder.execute("SELECT pg_sleep(0.01)")
            child.send_signal(signal.SIGINT)
            assert child.stderr is not None
            while "Once more" not in child.stderr.readline():
                assert child.poll() is None
            holder.execute("SELECT pg_advisory_unlock(7)")
            _, said = child.communicate()
        finally:
            child.kill()
            child.wait()
    assert child.returncode == 130
    assert "Nothing of 0002_deux remains. 0001_un is done and stays." in said
    assert database.one("SELECT to_regclass('zwei') IS NULL")


def test_baseline(folder: Path, database: Database) -> None:
    database.run("CREATE TABLE a (id int PRIMARY KEY)")
    run(folder, database, "init")
    marked = run(folder, database, "baseline", "1")
    assert marked.returncode == 0, marked.stderr
    assert marked.stdout.startswith("done  0001_un")
    assert "none of their statements was run" in " ".join(marked.stdout.split())
    assert "Not checked" in marked.stdout
    document = json.loads(run(folder, database, "baseline", "--upto", "1", "--format", "json").stdout)
    assert document["migrations"] == []
    assert document["path"] == ""
    assert run(folder, database, "apply").returncode == 0


def test_baseline_writes_the_first_file(tmp_path: Path, database: Database) -> None:
    database.run("CREATE TABLE a (id int PRIMARY KEY)")
    run(tmp_path, database, "init")
    document = json.loads(run(tmp_path, database, "baseline", "--no-owner", "--format", "json").stdout)
    assert document["path"] == "migrations/0001_baseline.sql"
    assert "CREATE TABLE public.a" in (tmp_path / document["path"]).read_text()
    assert "OWNER" not in (tmp_path / document["path"]).read_text()


def test_drift_has_a_code_of_its_own(folder: Path, database: Database) -> None:
    run(folder, database, "init")
    run(folder, database, "apply")
    database.run("ALTER TABLE a DROP COLUMN b, ADD COLUMN c int")
    plan = run(folder, database, "plan")
    assert "table public.a was changed past pgwright" in " ".join(plan.stdout.split())
    (folder / "migrations" / "0004_c.sql").write_text("-- pgwright: strategy = copy\nALTER TABLE a RENAME c TO d;\n")
    refused = run(folder, database, "expand")
    assert refused.returncode == 7
    assert "column b was dropped, column c was added" in refused.stderr
    assert "--allow drift" in refused.stderr
    assert run(folder, database, "expand", "--allow", "drift").returncode == 0
