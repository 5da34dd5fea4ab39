"""Which planted queries and hard statements meet which majors."""

from __future__ import annotations

import zlib

import pytest

from tests.conftest import is_asked_for
from tests.support.selection import in_ci

OLDER, NEWEST = (14, 15, 16, 17), 18


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked majors("every") runs on 18, with CI=true on one older major too; a run of chosen files, words or
    majors, and make test-all, leave none out."""
    if not (bool(config.getoption("--all-majors")) or is_asked_for(config)):
        items[:] = [item for item in items if not _is_left(item)]


def _is_left(item: pytest.Item) -> bool:
    chosen, marker = getattr(item, "callspec", None), item.get_closest_marker("majors")
    if chosen is None or marker is None or marker.args != ("every",) or "tests/diagnose/" not in item.nodeid:
        return False
    number = zlib.crc32(item.nodeid.replace(f"pg{chosen.params['server']}", "").encode())
    return chosen.params["server"] not in (NEWEST, *((OLDER[number % len(OLDER)],) if in_ci() else ()))
