"""The house's own tools: set-up says what is missing, `make new` makes what then has to be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the tools and nothing else."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def set_up(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Runs the set-up where `python3` is the given shell script."""
    programs = checkout / "programs"
    programs.mkdir()
    (programs / "python3").write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    (programs / "python3").chmod(0o755)
    for name in ("sh", "cat", "rm", "dirname"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python"):
        (programs / name).symlink_to("/bin/false")
    command = ["sh", "tools/setup.sh", "dev"]
    return subprocess.run(
        command, cwd=checkout, env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def test_set_up_without_venv_names_the_package(checkout: Path) -> None:
    done = set_up(checkout, f'case "$*" in *venv*) exit 1;; esac; exec {sys.executable} "$@"')
    assert done.returncode == 1
    assert done.stdout == ""
    assert "cannot make virtual environments, and uv is not installed" in done.stderr
    assert "run the same command again" in done.stderr
    assert not (checkout / ".venv").exists()


def test_set_up_without_a_new_python_says_so(checkout: Path) -> None:
    done = set_up(checkout, "exit 1")
    assert done.returncode == 1
    assert "Python 3.11 or newer was not found" in done.stderr


def new(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/new.py", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_a_new_operation_has_its_file_and_its_test(checkout: Path) -> None:
    done = new(checkout, "operation=add_something")
    assert done.returncode == 0, done.stderr
    operation = checkout / "src/pgwright/evolve/operations/add_something.py"
    compile(operation.read_text(encoding="utf-8"), str(operation), "exec")
    assert "CallStmt.pgwright.add_something" in operation.read_text(encoding="utf-8")
    assert (checkout / "tests/evolve/operations/test_add_something.py").exists()
    again = new(checkout, "operation=add_something")
    assert again.returncode == 6
    assert "nothing was changed" in again.stderr


def test_a_new_sign_has_its_file_and_its_planted_queries(checkout: Path) -> None:
    done = new(checkout, "sign=something_slow")
    assert done.returncode == 0, done.stderr
    sign = checkout / "src/pgwright/diagnose/signs/something_slow.py"
    compile(sign.read_text(encoding="utf-8"), str(sign), "exec")
    assert "-- not found" in (checkout / "tests/diagnose/corpus/something_slow.sql").read_text(encoding="utf-8")


def test_a_new_check_has_its_file_its_query_and_its_planted_databases(checkout: Path) -> None:
    done = new(checkout, "check=something_wrong")
    assert done.returncode == 0, done.stderr
    check = checkout / "src/pgwright/diagnose/health/checks/something_wrong.py"
    compile(check.read_text(encoding="utf-8"), str(check), "exec")
    assert check.with_suffix(".sql").exists()
    planted = (checkout / "tests/diagnose/health/corpus/something_wrong.sql").read_text(encoding="utf-8")
    assert "-- not found" in planted


@pytest.mark.parametrize("argument", ["operation=", "operation=Bad-Name", "rule=x", ""])
def test_a_bad_name_is_refused(checkout: Path, argument: str) -> None:
    assert new(checkout, argument).returncode == 2
    assert not (checkout / "src").exists()


def test_ci_runs_what_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.index("make test") < script.index("make check")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 0 < readme.index("make try") < readme.index("make test") < 400
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
