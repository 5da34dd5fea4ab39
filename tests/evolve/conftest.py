"""Which cases meet which majors, and a project behind a PgBouncer."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import everything, is_asked_for
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.pooled import CRUEL, Pooled
from tests.support.selection import in_ci, shared_out

OLDER, INNER, NEWEST = (14, 15, 16, 17), (15, 16, 17), 18


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A case with `versions` is not collected for other majors: there is nothing to run, so nothing is skipped. Of the
    shapes of tables those in which 14 differs run on 14, and with CI=true or --all-majors all do."""
    whole = everything(config) or bool(config.getoption("--majors"))
    asked = bool(config.getoption("--all-majors")) or is_asked_for(config)
    items[:] = [item for item in items if not _elsewhere(item, whole=whole) and (asked or not _is_left(item))]


def _is_left(item: pytest.Item) -> bool:
    """Of the life cycles (majors("every")), which take most of the time. With CI=true each runs once, one half of
    them on 18 and the other on an older major; where 14 differs on both, and every other one of these also on one
    between them. Else one in eight runs, and all in which 14 differs. A run of chosen files, words or majors, and make
    test-all, leave none out."""
    if (shared := shared_out(item)) is None:
        return False
    major, number = shared
    differs = any(getattr(each, "differs", False) for each in item.callspec.params.values())  # type: ignore[attr-defined]
    if not in_ci():
        return not differs and number % 8 != 0
    odd, rest = number % 2, number // 2
    if differs:
        return major not in (NEWEST, 14, *((INNER[rest % len(INNER)],) if odd else ()))
    return major != (OLDER[rest % len(OLDER)] if odd else NEWEST)


def _elsewhere(item: pytest.Item, *, whole: bool) -> bool:
    chosen = getattr(item, "callspec", None)
    case = None if chosen is None else chosen.params.get("case", chosen.params.get("change"))
    versions = case.get("versions") if isinstance(case, dict) else getattr(case, "versions", None)
    if chosen is None or versions is None or "server" not in chosen.params:
        return False
    major = chosen.params["server"]
    if major == 14 and not whole and not getattr(case, "differs", True):
        return True
    return major not in versions


@pytest.fixture
def bouncer(database: Database) -> Iterator[PgBouncer]:
    with PgBouncer(database.server.host, database.server.port, **CRUEL) as found:  # type: ignore[arg-type]
        yield found


@pytest.fixture
def pooled(database: Database, bouncer: PgBouncer, tmp_path: Path) -> Pooled:
    return Pooled(database, bouncer, tmp_path)


FULL = "this machine does not let tests mount a file system"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB that the server may use as a tablespace."""
    place = Path(tempfile.mkdtemp(prefix="pgwright-small-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0777", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip(FULL)
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)
    place.rmdir()
