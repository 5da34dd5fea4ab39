"""Which planted queries and hard statements meet which majors."""

from __future__ import annotations

import pytest

from tests.conftest import is_asked_for
from tests.support.selection import in_ci, shared_out

OLDER, NEWEST = (14, 15, 16, 17), 18


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked majors("every") runs on 18, with CI=true on one older major too; a run of chosen files, words or
    majors, and make test-all, leave none out."""
    if not (bool(config.getoption("--all-majors")) or is_asked_for(config)):
        items[:] = [item for item in items if not _is_left(item)]


def _is_left(item: pytest.Item) -> bool:
    if (shared := shared_out(item)) is None or "tests/diagnose/" not in item.nodeid:
        return False
    major, number = shared
    return major not in (NEWEST, *((OLDER[number % len(OLDER)],) if in_ci() else ()))
