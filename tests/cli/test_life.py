"""A migration from its first plan to its end, by the command line alone."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database

from .shell import ROOT, environment, pgwright

TABLE = """
CREATE TABLE utilisateurs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, nom text NOT NULL);
INSERT INTO utilisateurs (nom) SELECT '  user ' || n FROM generate_series(1, 20000) AS n;
"""
RENAME = "-- pgwright: up = trim(nom)\nALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"


@contextmanager
def running(project: Project, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`pgwright ARGUMENTS` in the background; killed when the test is over."""
    child = subprocess.Popen(
        [sys.executable, "-m", "pgwright", *arguments],
        cwd=project.folder,
        env=environment(**project.env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


class Project:
    """A folder with one migration, and the database that it is for."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        self.env = {"PGWRIGHT_DSN": database.dsn}
        assert self.run("init").returncode == 0
        (folder / "migrations" / "0001_full_name.sql").write_text(RENAME)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return pgwright(*arguments, folder=self.folder, env=self.env)

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def state(self) -> str:
        return str(self.json("status")["migrations"][0]["state"])


@pytest.fixture
def project(tmp_path: Path, database: Database) -> Project:
    database.run(TABLE)
    return Project(tmp_path, database)


@pytest.mark.e2e
def test_plan_expand_back_and_through(project: Project) -> None:
    done = project.run("plan", "--exit-code")
    assert done.returncode == 1
    assert "rename_column by copy" in done.stdout
    assert "ACCESS EXCLUSIVE on public.utilisateurs blocks reads and writes" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert project.json("plan")["migrations"][0]["operations"][0]["strategy"] == "copy"
    assert project.state() == "pending"

    done = project.run("expand")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("expanded  0001_full_name")
    assert "step 1 of " in done.stderr
    assert "done in" in done.stderr
    assert project.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet = trim(nom)") == 20000

    assert project.json("rollback", "1")["migrations"][0]["state"] == "rolled back"
    assert project.json("expand", "0001_full_name")["migrations"][0]["state"] == "expanded"
    assert project.json("contract", "migrations/0001_full_name.sql", "-q")["migrations"][0]["state"] == "done"
    assert project.database.one("SELECT min(nom_complet) FROM utilisateurs") == "user 1"
    done = project.run("rollback", "0001_full_name")
    assert done.returncode == 6
    assert "undo is a new migration" in done.stderr


@pytest.mark.e2e
def test_quiet_says_nothing_on_stderr_and_events_are_lines(project: Project) -> None:
    done = project.run("expand", "-q", "--format", "jsonl")
    assert done.stderr == ""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(event["version"] == 1 for event in events)
    kinds = [event.get("event") for event in events]
    assert kinds[0] == "StateChanged"
    assert kinds[-1] is None
    assert kinds.count("StepStarted") == kinds.count("StepFinished") > 2
    assert events[-1]["migrations"][0]["state"] == "expanded"


@pytest.mark.e2e
def test_a_plan_file_runs_and_is_refused_when_the_catalog_moved(project: Project) -> None:
    project.json("plan", "-o", "plan.json")
    project.database.run("ALTER TABLE utilisateurs ADD COLUMN autre int")
    done = project.run("expand", "--plan", "plan.json")
    assert done.returncode == 7
    assert project.state() == "pending"
    project.json("plan", "-o", "plan.json")
    assert project.run("expand", "--plan", "plan.json").returncode == 0
    assert project.state() == "expanded"


@pytest.mark.e2e
def test_ctrl_c_ends_the_batch_and_the_same_command_goes_on(project: Project) -> None:
    project.database.run("INSERT INTO utilisateurs (nom) SELECT 'x' || n FROM generate_series(1, 60000) AS n")
    (project.folder / "pgwright.toml").write_text("[execute]\nbatch_target = 0.002\nbatch_pause = 0.2\n")
    with running(project, "expand", "--format", "jsonl") as runner:
        assert runner.stdout is not None
        for line in runner.stdout:
            if '"BackfillProgress"' in line:
                break
        runner.send_signal(signal.SIGINT)
        rest, narration = runner.communicate(timeout=60)
        assert runner.returncode == 130, narration
        assert "Ending the batch under way" in narration
        said = json.loads(rest.splitlines()[-1])
        assert said["error"]["name"] == "Interrupted"
    status = project.json("status")
    assert status["migrations"][0]["state"] == "expanding"
    assert 0 < status["backfills"][0]["blocks_done"] < status["backfills"][0]["blocks_total"]
    assert "pgwright expand goes on" in project.run("status").stdout
    (project.folder / "pgwright.toml").write_text("")
    assert project.run("expand").returncode == 0
    assert project.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS DISTINCT FROM trim(nom)") == 0


@pytest.mark.e2e
def test_a_session_that_holds_the_table_is_named_and_nothing_is_changed(project: Project) -> None:
    (project.folder / "pgwright.toml").write_text("[execute]\nlock_budget = 1.0\n")
    with project.database.connect(autocommit=False) as blocker:
        blocker.execute("LOCK TABLE utilisateurs IN ACCESS SHARE MODE")
        done = project.run("expand")
        pid = blocker.info.backend_pid
    assert done.returncode == 4
    assert str(pid) in done.stderr
    assert "waiting for a lock on public.utilisateurs" in done.stderr
    assert project.database.one("SELECT count(*) FROM pg_attribute WHERE attname = 'nom_complet'") == 0
    assert project.run("expand").returncode == 0


@pytest.mark.e2e
def test_a_reader_that_goes_away_does_not_stop_the_migration(project: Project) -> None:
    line = f"{shlex.quote(sys.executable)} -m pgwright expand --format jsonl | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=project.folder, env=environment(**project.env), capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "0", done.stderr
    assert "Traceback" not in done.stderr
    assert project.state() == "expanded"


@pytest.mark.e2e
def test_watch_draws_until_ctrl_c(project: Project) -> None:
    with running(project, "status", "--watch", "--interval", "0.1") as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline().startswith("pending")
        assert project.run("expand", "-q").returncode == 0
        while not watcher.stdout.readline().startswith("expanded"):
            assert watcher.poll() is None
            time.sleep(0.01)
        watcher.send_signal(signal.SIGINT)
        _, narration = watcher.communicate(timeout=30)
        assert watcher.returncode == 0
        assert narration == ""


@pytest.mark.e2e
def test_watch_ends_when_nobody_looks(project: Project) -> None:
    with running(project, "status", "--watch", "--interval", "0.1") as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline().startswith("pending")
        watcher.stdout.close()
        assert project.run("expand", "-q").returncode == 0
        assert watcher.wait(timeout=60) == 0


@pytest.mark.e2e
def test_what_would_be_lost_needs_consent(project: Project) -> None:
    (project.folder / "migrations" / "0001_full_name.sql").unlink()
    (project.folder / "migrations" / "0001_orders.sql").write_text("CREATE TABLE commandes (id int);\n")
    assert project.run("expand").returncode == 0
    project.database.run("INSERT INTO commandes VALUES (1)")
    done = project.run("rollback")
    assert done.returncode == 6
    assert "commandes" in done.stderr
    assert "--yes --allow destructive" in done.stderr
    assert project.database.one("SELECT count(*) FROM commandes") == 1
    assert project.run("rollback", "--allow", "destructive").returncode == 6
    assert project.database.one("SELECT count(*) FROM commandes") == 1
    done = project.run("rollback", "--allow", "destructive", "--yes")
    assert done.returncode == 0, done.stderr
    assert project.database.one("SELECT to_regclass('commandes')") is None


def tutorial() -> list[tuple[str, str]]:
    """The fenced blocks of the tutorial, in order: (language, text)."""
    text = (ROOT / "docs" / "tutorial" / "first-migration.md").read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.e2e
def test_the_tutorial_can_be_followed(tmp_path: Path, database: Database) -> None:
    typed = []
    for language, text in tutorial():
        if language == "sql" and text.startswith("-- pgwright:"):
            [file] = (tmp_path / "migrations").iterdir()
            file.write_text(text, encoding="utf-8")
        elif language == "sql":
            database.run(text)
        else:
            for line in text.splitlines():
                words = shlex.split(line)
                if words[:1] == ["pgwright"]:
                    typed.append(words[1])
                    done = pgwright(*words[1:], folder=tmp_path, env={"PGWRIGHT_DSN": database.dsn})
                    assert done.returncode == 0, (line, done.stderr)
    assert typed == ["doctor", "init", "new", "plan", "expand", "rollback", "expand", "contract"]
    assert database.all("SELECT nom_complet FROM utilisateurs ORDER BY id DESC LIMIT 2") == [("Grace",), ("Zoé",)]
    assert (
        database.one("SELECT count(*) FROM pg_attribute WHERE attrelid = 'utilisateurs'::regclass AND attname = 'nom'")
        == 0
    )
