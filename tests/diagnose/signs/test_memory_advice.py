"""The `work_mem` that is advised suffices: with it the same statement no longer goes to disk, on real servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.diagnose.asking.explain import Connection, Way, explain
from pgwright.diagnose.diagnosis import Diagnosis, diagnose
from pgwright.diagnose.surroundings import reader
from tests.support.databases import Database

Settings = tuple[tuple[str, str], ...]

RUNS = 5
"""Of a parallel plan: on a busy machine one process may do nearly all, or all of them wait for one another."""
SETUP = """
    CREATE TABLE t (id int, k int, wide text);
    INSERT INTO t SELECT n, (n * 7919) % 40000, repeat(md5(n::text), 12) FROM generate_series(1, 40000) n;
    CREATE TABLE u AS SELECT * FROM t;
    ANALYZE t, u;
"""
SERIAL = (("max_parallel_workers_per_gather", "0"),)
PARALLEL = (
    ("max_parallel_workers_per_gather", "2"),
    ("parallel_setup_cost", "0"),
    ("parallel_tuple_cost", "0"),
    ("min_parallel_table_scan_size", "0"),
)
HASH_JOIN = (("enable_mergejoin", "off"), ("enable_nestloop", "off"))
HASH_AGGREGATE = (("enable_sort", "off"),)
CASES = [
    ("sort_on_disk", "SELECT k, id FROM t ORDER BY k", ()),
    ("sort_on_disk", "SELECT k FROM t ORDER BY k", ()),
    ("sort_on_disk", "SELECT * FROM t ORDER BY k", ()),
    ("hash_in_batches", "SELECT count(*) FROM t JOIN u USING (id)", HASH_JOIN),
    ("hash_in_batches", "SELECT t.id, u.wide, t.wide FROM t JOIN u USING (id)", HASH_JOIN),
    ("aggregate_on_disk", "SELECT k, count(*), avg(id) FROM t GROUP BY k", HASH_AGGREGATE),
    ("aggregate_on_disk", "SELECT DISTINCT k FROM t", HASH_AGGREGATE),
    ("aggregate_on_disk", "SELECT wide, count(*), sum(id::numeric) FROM t GROUP BY wide", HASH_AGGREGATE),
]
ON_DISK = {*(sign for sign, _, _ in CASES), "hash_underestimated", "temporary_files"}


@pytest.mark.majors("all")
@pytest.mark.parametrize("how", [SERIAL, PARALLEL], ids=["serial", "parallel"])
@pytest.mark.parametrize(("sign", "query", "settings"), CASES)
def test_the_advised_memory_suffices(
    sign: str,
    query: str,
    settings: Settings,
    how: Settings,
    make_database: Callable[[str], Database],
) -> None:
    with make_database(SETUP).connect() as connection:
        way = (*how, *settings, *advised(connection, query, (*how, *settings), sign))
        assert any(stays_in_memory(asked(connection, query, way)) for _ in range(RUNS if how == PARALLEL else 1))


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    "query",
    [
        "WITH kept AS MATERIALIZED (SELECT * FROM t) SELECT max(wide) FROM kept",
        "SELECT count(*) FROM generate_series(1, 100000) n",
        "SELECT max(n) FROM (SELECT id, count(*) OVER () AS n FROM t) q",
    ],
    ids=["with", "function", "window"],
)
def test_the_advised_memory_keeps_rows_out_of_files(query: str, make_database: Callable[[str], Database]) -> None:
    with make_database(SETUP).connect() as connection:
        after = asked(connection, query, (*SERIAL, *advised(connection, query, SERIAL, "temporary_files")))
    assert not written(after, "Temp Written Blocks")


def asked(connection: Connection, query: str, settings: Settings) -> Diagnosis:
    """The diagnosis of a query that was run with `settings`."""
    plan = explain(connection, query, Way(settings=settings))
    return diagnose(plan, reader.read(connection, plan))


def stays_in_memory(diagnosis: Diagnosis) -> bool:
    """Whether no sign speaks of the disk, and nothing was written there."""
    told = ON_DISK & {found.name for found in diagnosis.found}
    return not told and not any(written(diagnosis, key) for key in ("Disk Usage", "Temp Written Blocks"))


def advised(connection: Connection, query: str, settings: Settings, sign: str) -> Settings:
    """What the sign advises after a run with little memory."""
    for _ in range(RUNS):
        diagnosis = asked(connection, query, (*settings, ("work_mem", "256kB")))
        for found in diagnosis.found:
            if found.name == sign:
                assert found.cure.setting
                return found.cure.setting
    raise AssertionError(f"{sign} was not found")


def written(diagnosis: Diagnosis, key: str) -> float:
    """The counter `key` of all nodes and their workers."""
    return sum(float(each.get(key) or 0) for node in diagnosis.plan.nodes for each in (node.properties, *node.workers))
