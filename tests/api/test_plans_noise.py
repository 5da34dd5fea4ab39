"""The gate says nothing where nothing changed: on a server where autovacuum works, after VACUUM, and with a cold cache.

The queries are those whose plans are hard to account for, with cheap workers and little memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import pgwright
from pgwright.config.settings import Settings
from pgwright.diagnose.history.baseline import to_text
from pgwright.server.private import PrivateServer
from tests.support.databases import Server
from tests.support.plans import hard
from tests.support.selection import EDGES_IN_CI

SETTINGS = {
    "autovacuum_naptime": "1",
    "autovacuum_vacuum_cost_delay": "0",
    "fsync": "off",
    "shared_buffers": "16MB",
    "work_mem": "256kB",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0",
}
NAMES = {
    "agg", "parallel_hash", "parallel_bitmap", "parallel_append", "gather_merge", "nested", "hashed_subplan",
    "init_limit", "cte_twice", "recursive", "sort", "memoize", "partitions", "limit", "except", "or_bitmap", "lateral",
}  # fmt: skip


@pytest.fixture
def private(server: Server) -> Iterator[PrivateServer]:
    with PrivateServer(server.binaries, settings=SETTINGS) as private:
        run(private, hard()[0])
        yield private


def run(private: PrivateServer, script: str) -> None:
    with psycopg.connect(private.dsn(), autocommit=True) as connection:
        connection.execute(script.encode())


@pytest.mark.long
@pytest.mark.majors(*EDGES_IN_CI)
def test_nothing_changed(private: PrivateServer, tmp_path: Path) -> None:
    queries, baseline = tmp_path / "hard.sql", tmp_path / "plans.json"
    texts = [f"-- name: {each.name}\n{each.sql};\n" for each in hard()[1] if each.name in NAMES]
    assert len(texts) == len(NAMES)
    queries.write_text("".join(texts))
    settings = Settings(dsn=private.dsn())
    baseline.write_text(to_text(pgwright.plans_save(settings, [queries])))

    def worse() -> list[str]:
        found = pgwright.plans_gate(settings, [queries], against=baseline, repeat=2).gate.findings
        return [f"{each.name} {each.object}: {each.evidence.text}" for each in found if each.severity == "danger"]

    for _ in range(5):
        assert worse() == []
    run(private, "VACUUM")
    assert worse() == []
    private.restart()  # nothing is in the cache of the server
    assert worse() == []
    run(private, "UPDATE orders SET total = total WHERE id % 500 = 0")  # pages that no VACUUM has marked since
    assert worse() == []
    run(private, "ANALYZE")
    assert worse() == []
