"""Contract of a rename with `up`: every dependent follows, and the schema ends as if the rename had been typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.execute.flip import RENAME, Verbs, rich, schema
from tests.support.databases import Database
from tests.support.lifecycle import leftovers

pytestmark = pytest.mark.majors(14, 18)
Make = Callable[..., Database]


@pytest.fixture
def roles(make_role: Callable[..., str]) -> tuple[str, str]:
    """Two roles that are granted rights; dropped after the databases."""
    return make_role(), make_role()


@pytest.fixture
def verbs(roles: tuple[str, str], database: Database, tmp_path: Path) -> Verbs:
    """The rich table, before anything."""
    found = Verbs(database, tmp_path)
    found.prepare(rich(database.major, roles))
    return found


def test_done_is_what_the_native_rename_gives(verbs: Verbs, roles: tuple[str, str], make_database: Make) -> None:
    native = make_database()
    native.run(rich(native.major, roles))
    native.run(RENAME)
    verbs.expand()
    verbs.contract()
    verbs.finalize()
    assert verbs.state == "done"
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == schema(native)


def test_rollback_from_expanded_leaves_no_trace(verbs: Verbs) -> None:
    before = schema(verbs.database)
    verbs.expand()
    verbs.rollback()
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before


def test_rollback_from_retiring_leaves_no_trace(verbs: Verbs) -> None:
    before = schema(verbs.database)
    verbs.expand()
    verbs.contract()
    verbs.rollback()
    assert verbs.state == "rolled back"
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before
