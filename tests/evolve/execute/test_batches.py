"""How much one batch of the pass touches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.config import load
from pgwright.evolve.execute.batch import SLICE, UNFLUSHED, Pace, waits_for_disk
from tests.support.databases import Database

pytestmark = pytest.mark.majors("all")

TABLE = """
CREATE TABLE bloated (id bigint, nom text) WITH (autovacuum_enabled = off);
INSERT INTO bloated SELECT n, ' x ' FROM generate_series(1, 40000) n;
DELETE FROM bloated WHERE id <= 20000;
"""
MOST = """
SELECT max(rows) FROM (SELECT count(*) AS rows FROM bloated WHERE id <= 40000 GROUP BY xmin::text) AS batch
"""
DENSEST = "SELECT max(rows) FROM (SELECT count(*) AS rows FROM bloated GROUP BY (ctid::text::point)[0]) AS block"


def test_a_batch_ends_in_time_however_full_the_blocks_behind_empty_ones_are(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(TABLE)
    densest = database.one(DENSEST)
    # Empty blocks cost nothing, so that is what the pace would learn from a long stretch of them.
    monkeypatch.setattr(Pace, "took", lambda self, size, seconds: setattr(self, "size", 1024))
    (tmp_path / "pgwright.toml").write_text("[execute]\nbatch_target = 0.001\n")
    (tmp_path / "migrations").mkdir()
    text = "-- pgwright: up = trim(nom)\nALTER TABLE bloated RENAME COLUMN nom TO nom_complet;\n"
    (tmp_path / "migrations" / "0001_nom_complet.sql").write_text(text)
    settings = load(folder=tmp_path, profile=None, dsn=database.dsn, environ={})
    init(settings)
    expand(settings)
    assert database.one("SELECT count(*) FROM bloated WHERE nom_complet IS DISTINCT FROM 'x'") == 0
    assert database.one(MOST) <= 3 * SLICE * densest


def test_a_batch_waits_for_the_disk_where_that_falls_behind(database: Database) -> None:
    """Not for its own commit, but that of the application, which waits until all WAL before it is written."""
    database.run("CREATE TABLE much (t text)")
    with database.connect(autocommit=False) as connection:
        statement = waits_for_disk(connection).encode()
        connection.execute("INSERT INTO much VALUES ('little')")
        seen = {None}
        for _ in range(100):
            connection.execute("INSERT INTO much SELECT repeat('x', 2000) FROM generate_series(1, 2000)")
            row = connection.execute(statement).fetchone()
            seen.add(row[0] if row else None)
            connection.commit()
            connection.execute("SELECT pg_sleep(0.01)")  # all is written now
            row = connection.execute(statement).fetchone()
            seen.add(row[0] if row else None)
            connection.commit()
            if {"local", "off"} <= seen:
                break
    assert {"local", "off"} <= seen
    assert UNFLUSHED < 2000 * 2000


def test_a_server_that_does_not_tell_how_far_its_disk_is(make_role: Callable[..., str], database: Database) -> None:
    role = make_role("LOGIN")
    database.run("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_current_wal_flush_lsn() FROM PUBLIC")
    with database.connect(user=role) as connection:
        assert waits_for_disk(connection) == "SET LOCAL synchronous_commit = local"
