"""A database for those who ask a planner, and a server that has HypoPG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwright.server.find import Binaries, inspect
from pgwright.server.private import PrivateServer
from tests.support import databases
from tests.support.databases import Database, Server

SCRIPT = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
_DEBIAN = Path("/usr/lib/postgresql")


@pytest.fixture(scope="session")
def hypopg() -> Iterator[Database]:
    """The tables on a server of ours that has HypoPG installed."""
    binaries = _with_hypopg()
    if binaries is None:
        pytest.skip("HypoPG is not installed here (Debian has it as postgresql-15-hypopg)")
    settings = {"fsync": "off", "autovacuum": "off", "shared_preload_libraries": "pg_stat_statements"}
    with PrivateServer(binaries, settings=settings) as private:
        server = Server(major=binaries.major, host=str(private.folder), port=private.port, binaries=binaries)
        database = databases.create(server, SCRIPT)
        database.run("CREATE SCHEMA outils; CREATE EXTENSION hypopg SCHEMA outils")
        database.run("VACUUM (ANALYZE)")
        yield database


def _with_hypopg() -> Binaries | None:
    for folder in sorted(_DEBIAN.glob("*/bin"), reverse=True):
        major = folder.parent.name
        if Path(f"/usr/share/postgresql/{major}/extension/hypopg.control").exists():
            return inspect(folder)
    return None
