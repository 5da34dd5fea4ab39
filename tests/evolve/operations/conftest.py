"""Which cases meet which majors."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case with `since` is not collected for older majors: there is nothing to run, so nothing is skipped."""
    items[:] = [item for item in items if not _elsewhere(item)]


def _elsewhere(item: pytest.Item) -> bool:
    chosen = getattr(item, "callspec", None)
    if chosen is None or not {"case", "server"} <= chosen.params.keys():
        return False
    case, major = chosen.params["case"], chosen.params["server"]
    return not getattr(case, "since", 14) <= major <= getattr(case, "until", 18)
