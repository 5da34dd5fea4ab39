"""A database with something for every rule, and a clone of it that is asked what an index would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgwright.clone import relation_file
from pgwright.clone.clone import DATABASE, Clone
from pgwright.connect import session
from pgwright.diagnose.advise.access import Access, accesses
from pgwright.diagnose.advise.candidates._all import candidates
from pgwright.diagnose.surroundings import reader
from pgwright.diagnose.whatif.on_clone import OnClone
from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.sql.equated import equated
from tests.support import databases
from tests.support.databases import Database, Server
from tests.support.selection import server_folders

PLANTED = Path(__file__).parent / "candidates" / "planted.sql"
_LARGE = 262_144
"""Pages of two gigabytes."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """The database, its clone, and who asks the clone."""

    source: Database
    clone: Clone
    planner: OnClone

    def accesses(self, statement: str, *, fixed: frozenset[str] = frozenset()) -> tuple[Access, ...]:
        """What a statement asks of the tables."""
        plan = self.planner.plan(statement)
        return accesses(plan, reader.read(self.clone.connection, plan), fixed=fixed, equated=equated(statement))

    def candidates(self, statement: str, *, fixed: frozenset[str] = frozenset()) -> dict[str, Proposed]:
        """The candidates for a statement that the server takes, by their SQL."""
        known = self.planner.offer(candidates(self.accesses(statement, fixed=fixed)))
        return {index.sql: index for index in known}


@pytest.fixture(scope="session")
def planted(server: Server) -> Iterator[Planted]:
    """The planted database, and its clone, on which the measurements fill two gigabytes."""
    source = databases.create(server, PLANTED.read_text(encoding="utf-8"))
    try:
        source.run("VACUUM (ANALYZE)")
        with Clone(source.dsn, folders=server_folders()) as clone:
            _enlarge(clone, "mesures")
            yield Planted(source=source, clone=clone, planner=OnClone(clone, extensions=frozenset({"pg_trgm"})))
    finally:
        databases.drop(source)


def _enlarge(clone: Clone, table: str) -> None:
    with session.open(clone.server.dsn(DATABASE), name="test") as admin:
        grown = "UPDATE pg_class SET relpages = %s, reltuples = 40000000 WHERE relname = %s"
        admin.execute(grown, [_LARGE, table])
        row = admin.execute("SELECT pg_relation_filepath(%s::regclass)", [table]).fetchone()
    assert row is not None
    relation_file.extend(clone.server.directory / row[0], _LARGE, clone.server.account)
