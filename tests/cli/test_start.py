"""What is imported when: the start must stay cheap."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .shell import environment

# What each of these costs, and that nothing needs it before a command connects, parses or draws.
HEAVY = ("psycopg", "postgast", "google", "rich", "pgwright.api", "pgwright.evolve", "pgwright.config", "pgwright.demo")

SCRIPT = """
import json, sys
from pgwright.cli import main
code = main(sys.argv[1:])
sys.stdout.flush()
print("\\n" + json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def modules(tmp_path: Path, *arguments: str) -> tuple[int, set[str]]:
    """The exit code of the command and the modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    return said["code"], set(said["modules"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--version",), 0),
        (("plam",), 2),
        (("config", "shwo"), 2),
        (("plan", "--no-such-option"), 2),
        (("plan", "--no-such-option", "--format", "json"), 2),
        (("docs",), 0),
        (("docs", "rename_column"), 0),
        (("docs", "4"), 0),
        (("docs", "plan"), 0),
    ],
    ids=str,
)
def test_nothing_heavy_is_imported(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    got, found = modules(tmp_path, *arguments)
    assert got == code
    assert not [name for name in HEAVY if name in found]


def test_only_the_command_that_runs_is_imported(tmp_path: Path) -> None:
    _, found = modules(tmp_path, "docs", "4")
    commands = {
        name.removeprefix("pgwright.cli.commands.") for name in found if name.startswith("pgwright.cli.commands.")
    }
    assert commands == {"docs"}


@pytest.mark.parametrize("command", ["plan", "contract", "init"])
def test_help_needs_no_driver(tmp_path: Path, command: str) -> None:
    code, found = modules(tmp_path, command, "--help")
    assert code == 0
    assert not found & {"psycopg", "postgast", "pgwright.evolve"}
