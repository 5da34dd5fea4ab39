"""What every item of a registry kind owes: an operation its test, a command its docstring."""

from __future__ import annotations

from pathlib import Path

from pgwright.base import registry

TESTS = Path(__file__).resolve().parents[1]
OPERATIONS = registry.names("evolve.operations")


def test_every_operation_has_a_test() -> None:
    folder = TESTS / "evolve" / "operations"
    lacking = [n for n in OPERATIONS if not [*folder.glob(f"test_{n}*.py"), *folder.glob(f"{n}/test_*.py")]]
    assert lacking == []


def test_every_command_has_a_docstring() -> None:
    modules = {name: registry.load("cli.commands", name) for name in registry.names("cli.commands")}
    assert [name for name, module in modules.items() if not module.__doc__] == []
