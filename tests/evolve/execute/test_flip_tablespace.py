"""The copy of an index stands in the tablespace of the original."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.evolve.execute.flip import Verbs
from tests.support.databases import Database, Server

pytestmark = pytest.mark.majors(14, 18)

MIGRATION = "-- pgwright: up = upper(nom)\n-- pgwright: down = nom_complet\nALTER TABLE t RENAME nom TO nom_complet;\n"


PARTS = """
CREATE TABLE t (id int, nom text) PARTITION BY LIST (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
"""


@pytest.fixture
def tablespace(server: Server) -> Iterator[str]:
    """A tablespace inside the data directory; made before the database, so that it is dropped after it."""
    name = f"ts_{os.getpid()}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute(f"CREATE TABLESPACE {name} LOCATION ''".encode())
        yield name
        connection.execute(f"DROP TABLESPACE {name}".encode())


@pytest.mark.parametrize("script", ["CREATE TABLE t (id int, nom text);", PARTS], ids=["one", "partitioned"])
def test_there_and_back(tablespace: str, database: Database, tmp_path: Path, script: str) -> None:
    verbs = Verbs(database, tmp_path)
    index = f"CREATE INDEX i ON t (lower(nom)) WITH (fillfactor = 80) TABLESPACE {tablespace} WHERE nom IS NOT NULL"
    verbs.prepare(script + index, MIGRATION)
    where = "SELECT string_agg(indexname || ' ' || tablespace, ' ' ORDER BY indexname) FROM pg_indexes"
    before = database.one(where)  # catalogs are in the default one, which has no name here
    assert tablespace in str(before)
    verbs.expand()
    verbs.contract()
    assert database.one(where) == before
    verbs.rollback()
    assert database.one(where) == before
