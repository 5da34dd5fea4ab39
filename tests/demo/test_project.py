from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgwright.base.errors import StepFailed
from pgwright.demo.project import MIGRATIONS, Project
from pgwright.demo.traffic import python_environment
from tests.demo.processes import alive


def test_a_project_keeps_the_dsn_out_of_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("PGWRIGHT_PROFILE", "production")
    project = Project(tmp_path, dsn="postgresql://u:secret@h/d")
    assert project.environment["PGWRIGHT_DSN"] == "postgresql://u:secret@h/d"
    assert "DATABASE_URL" not in project.environment
    assert "PGWRIGHT_PROFILE" not in project.environment
    assert not any("secret" in path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "up = trim(nom)" in (tmp_path / "migrations" / f"{next(iter(MIGRATIONS))}.sql").read_text()


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    project = Project(tmp_path, dsn="")
    with pytest.raises(StepFailed, match=r"`pgwright no-such-command` ended with exit code 2:\n.*no-such-command"):
        project.run("no-such-command")


def test_leaving_kills_what_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(sleeper(tmp_path)))
    start = time.monotonic()
    with Project(tmp_path, dsn="").start("expand") as run:
        states = [run.running]
    states.append(run.running)
    assert states == [True, False]
    assert time.monotonic() - start < 30


def test_a_command_ends_with_us(tmp_path: Path) -> None:
    """We are killed and cannot tidy up."""
    program = f"""
import sys, time
from pathlib import Path
from pgwright.demo.project import Project
sys.executable = {str(sleeper(tmp_path))!r}
run = Project(Path({str(tmp_path)!r}), dsn="").start("expand")
print(run._process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], env=python_environment(), stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        was_alive = alive(pid)
        parent.kill()
    assert was_alive
    deadline = time.monotonic() + 30
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sleeper(folder: Path) -> Path:
    """A program that takes any arguments and sleeps."""
    program = folder / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    return program
