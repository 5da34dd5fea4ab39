"""The flip and the way back, ended before every single step and run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.execute.flip import Verbs, halting, rich, schema
from tests.support.databases import Database
from tests.support.lifecycle import leftovers

pytestmark = pytest.mark.majors(14, 18)


@pytest.fixture
def verbs(make_role: Callable[..., str], database: Database, tmp_path: Path) -> Verbs:
    """The rich table, before anything."""
    found = Verbs(database, tmp_path)
    found.prepare(rich(database.major, (make_role(), make_role())))
    return found


def test_there_and_back_with_a_halt_before_every_step(verbs: Verbs) -> None:
    before = schema(verbs.database)
    assert {"0001.1.index_1", "0001.1.constraint_1", "0001.1.constraint_1_valid"} <= set(halting(verbs.expand))
    there = ["0001.1.not_null", "0001.1.not_null_valid", "0001.1.flip", "0001.1.statistics"]
    assert halting(verbs.contract) == there
    back = halting(verbs.rollback)
    assert back[:2] == ["0001.1.look_back", "0001.1.back_index_1"]
    assert back.index("0001.1.hold") < back.index("0001.1.prove") < back.index("0001.1.unflip")
    assert verbs.state == "rolled back"
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before


def test_to_the_end_with_a_halt_before_every_step(verbs: Verbs) -> None:
    halting(verbs.expand)
    halting(verbs.contract)
    assert halting(verbs.finalize) == ["0001.1.retire"]
    assert verbs.state == "done"
    assert leftovers(verbs.database) == []


def test_rollback_from_the_middle_of_contract(verbs: Verbs) -> None:
    before = schema(verbs.database)
    verbs.expand()
    with pytest.raises(RuntimeError):
        verbs.contract(gate=lambda step: _raise() if step.endswith(".flip") else None)
    assert verbs.state == "contracting"
    halting(verbs.rollback)
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before


def _raise() -> None:
    raise RuntimeError("killed")
