from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from pgwright.base.errors import StepFailed
from pgwright.demo.project import MIGRATION, Project


def test_a_project_keeps_the_dsn_out_of_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("PGWRIGHT_PROFILE", "production")
    project = Project(tmp_path, dsn="postgresql://u:secret@h/d")
    assert project.environment["PGWRIGHT_DSN"] == "postgresql://u:secret@h/d"
    assert "DATABASE_URL" not in project.environment
    assert "PGWRIGHT_PROFILE" not in project.environment
    assert not any("secret" in path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "up = trim(nom)" in (tmp_path / "migrations" / f"{MIGRATION}.sql").read_text()


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    project = Project(tmp_path, dsn="")
    with pytest.raises(StepFailed, match=r"`pgwright no-such-command` ended with exit code 2:\n.*no-such-command"):
        project.run("no-such-command")


def test_leaving_kills_what_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "python"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    start = time.monotonic()
    with Project(tmp_path, dsn="").start("expand") as run:
        states = [run.running]
    states.append(run.running)
    assert states == [True, False]
    assert time.monotonic() - start < 30
