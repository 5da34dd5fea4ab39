"""What every item of a registry kind owes: an operation its headings, its example, its test and its owner's keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgwright.base import registry

TESTS = Path(__file__).resolve().parents[1]
HEADINGS = ("What it does", "Why it is dangerous", "Phases and locks", "Rollback", "Versions", "Example")
OPERATIONS = registry.names("evolve.operations")


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_its_headings(name: str) -> None:
    docstring = registry.load("evolve.operations", name).__doc__ or ""
    assert tuple(re.findall(r"^## (.+)$", docstring, re.MULTILINE)) == HEADINGS
    for section in re.split(r"^## .+$", docstring, flags=re.MULTILINE):
        assert section.strip() not in {"", "…"}, f"{name} has an empty section"


def test_every_operation_has_a_test() -> None:
    folder = TESTS / "evolve" / "operations"
    lacking = [n for n in OPERATIONS if not [*folder.glob(f"test_{n}*.py"), *folder.glob(f"{n}/test_*.py")]]
    assert lacking == []


def test_every_command_has_a_docstring() -> None:
    modules = {name: registry.load("cli.commands", name) for name in registry.names("cli.commands")}
    assert [name for name, module in modules.items() if not module.__doc__] == []
