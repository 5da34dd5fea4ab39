"""Every action that the grammar knows has exactly one owner; every operation has its twin and its example."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright import op
from pgwright.base import registry
from pgwright.evolve.plan import files, routing
from pgwright.sql.actions import all_keys

OPERATIONS = registry.names("evolve.operations")


def test_every_action_has_one_owner() -> None:
    owners = routing.owners()  # raises where two claim one key
    keys = all_keys()
    calls = {key for key in owners if key.startswith("CallStmt.pgwright.")}
    assert set(owners) - {"*"} <= set(keys) | calls
    assert {routing.owner(key) for key in keys} <= set(OPERATIONS)


def test_the_rest_belongs_to_one_operation() -> None:
    assert [name for name in OPERATIONS if "*" in registry.load("evolve.operations", name).RECOGNISES] == ["raw_sql"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_twin(name: str) -> None:
    made = getattr(op, registry.class_name(name))
    assert made.__name__ in dir(op)
    assert callable(made.to_sql)


@pytest.mark.parametrize("name", OPERATIONS)
def test_example_is_a_migration_that_it_owns(name: str) -> None:
    page = registry.load("evolve.operations", name).__doc__ or ""
    example = "\n".join(line.removeprefix("    ") for line in page.partition("## Example")[2].strip("\n").splitlines())
    migration = files.from_text(example.strip("\n") + "\n", path=Path("0001_example.sql"))
    keys = [action.key for statement in migration.statements for action in statement.actions]
    assert keys
    assert {routing.owner(key) for key in keys} == {name}


def test_an_unknown_twin_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="RenamedColumn"):
        _ = op.RenamedColumn  # type: ignore[attr-defined]
