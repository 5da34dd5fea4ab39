"""Which cases meet which majors."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.support.lifecycle", "tests.support.races", "tests.support.sync_cases")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case with `versions` is not collected for other majors: there is nothing to run, so nothing is skipped."""
    items[:] = [item for item in items if not _elsewhere(item)]


def _elsewhere(item: pytest.Item) -> bool:
    chosen = getattr(item, "callspec", None)
    if chosen is None or not {"case", "server"} <= chosen.params.keys():
        return False
    case, major = chosen.params["case"], chosen.params["server"]
    versions = case["versions"] if isinstance(case, dict) else case.versions
    return major not in versions
