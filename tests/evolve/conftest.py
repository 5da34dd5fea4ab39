"""Which cases meet which majors, and a project behind a PgBouncer."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import everything
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.pooled import CRUEL, Pooled
from tests.support.selection import in_ci

INNER = (15, 16, 17)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A case with `versions` is not collected for other majors: there is nothing to run, so nothing is skipped. Of the
    shapes of tables those in which 14 differs run on 14, and with CI=true or --all-majors all do."""
    whole = everything(config) or bool(config.getoption("--majors"))
    asked = bool(config.getoption("--majors") or config.getoption("--all-majors"))
    items[:] = [
        item for item in items if not _elsewhere(item, whole=whole) and not (in_ci() and not asked and _is_left(item))
    ]


def _is_left(item: pytest.Item) -> bool:
    """With CI=true a life cycle runs on 14, on 18, and on one of the majors between them, each test on its own; make
    test-all runs them all."""
    chosen, marker = getattr(item, "callspec", None), item.get_closest_marker("majors")
    if chosen is None or marker is None or marker.args != ("every",):
        return False
    name = re.sub(r"pg1[4-8]", "", item.nodeid)
    return chosen.params.get("server") in set(INNER) - {INNER[zlib.crc32(name.encode()) % len(INNER)]}


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
