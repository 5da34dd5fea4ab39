"""How much one batch of the pass touches."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.config import load
from pgwright.evolve.execute import disk
from pgwright.evolve.execute.batch import SLICE, Pace
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


def test_a_pass_waits_for_the_disk_where_that_falls_behind(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two batches, when it holds nothing."""
    slept: list[float] = []
    sleep = time.sleep

    def noted(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", noted)
    database.run("CREATE TABLE much (t text)")
    ahead = 0
    with database.connect() as connection:
        asked = disk.statement(connection)
        for _ in range(100):
            with connection.transaction():
                connection.execute("SET LOCAL synchronous_commit = off")
                connection.execute("INSERT INTO much SELECT repeat('x', 2000) FROM generate_series(1, 3000)")
                row = connection.execute(asked.encode()).fetchone()
            ahead = int(row[-1]) if row else 0
            if ahead > disk.UNFLUSHED:  # the WAL writer may have been faster
                break
        assert ahead > disk.UNFLUSHED
        disk.catch_up(connection, ahead)
        row = connection.execute(disk.BEHIND).fetchone()
        assert row is not None
        assert row[0] <= disk.UNFLUSHED
        assert slept
        before = len(slept)
        disk.catch_up(connection, disk.UNFLUSHED)
        assert len(slept) == before


def test_a_server_that_does_not_tell_how_far_its_disk_is(make_role: Callable[..., str], database: Database) -> None:
    role = make_role("LOGIN")
    database.run("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_current_wal_flush_lsn() FROM PUBLIC")
    with database.connect(user=role) as connection:
        asked = disk.statement(connection)
        with connection.transaction():
            assert connection.execute(asked.encode()).fetchone() == ("local", 0)
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("local",)
