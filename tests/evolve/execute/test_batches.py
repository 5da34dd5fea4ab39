"""How much one batch of the pass touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.config import load
from pgwright.evolve.execute.batch import SLICE, Pace
from tests.support.databases import Database

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
