"""What the planted queries cannot show of a process that works alone and of images in the WAL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.diagnosis import Found, diagnose
from pgwright.diagnose.query_plan.forms import json_
from pgwright.diagnose.signs._sign import CureKind
from pgwright.diagnose.surroundings import Surroundings, reader
from pgwright.sql.parse import parse
from tests.support.databases import Database

MB = 1024 * 1024
SETUP = """
    CREATE TABLE "Closed ""x" AS SELECT n AS id, 'note ' || n AS note FROM generate_series(1, 40000) n;
    CREATE TABLE opened AS SELECT * FROM "Closed ""x" LIMIT 1000;
    ANALYZE;
"""
QUERY = """
    SELECT count(*) FROM (SELECT note FROM "Closed ""x" WHERE sha512(sha512(sha512(note::bytea))) > ''
                          UNION ALL SELECT note FROM opened WHERE sha512(note::bytea) > '') every
"""
PARALLEL = (("max_parallel_workers_per_gather", "2"), ("parallel_setup_cost", "0"), ("parallel_tuple_cost", "0"))


def found(root: dict[str, Any], sign: str, surroundings: Surroundings | None = None) -> list[Found]:
    plan = json_.from_value({"Plan": root, "Execution Time": root["Actual Total Time"]})
    return [each for each in diagnose(plan, surroundings).found if each.name == sign]


def ran(kind: str, ms: float, loops: int, *below: dict[str, Any], **more: Any) -> dict[str, Any]:
    times = {"Actual Startup Time": 0.0, "Actual Total Time": ms, "Actual Rows": 10, "Actual Loops": loops}
    return {"Node Type": kind, "Parent Relationship": "Outer", "Plan Rows": 10, **times, **more, "Plans": list(below)}


def gather(*members: dict[str, Any], ms: float, each: float, loops: int = 1) -> dict[str, Any]:
    append = ran("Append", each, 3 * loops, *members, **{"Parallel Aware": True})
    return ran("Gather", ms, loops, append, **{"Workers Planned": 2, "Workers Launched": 2})


def scan(name: str, ms: float, loops: int, *, shared: bool = False) -> dict[str, Any]:
    more = {"Relation Name": name, "Alias": name, "Parallel Aware": shared}
    return ran("Seq Scan", ms, loops, **more) | {"Parent Relationship": "Member"}


@pytest.mark.parametrize("loops", [1, 2])
def test_a_saved_plan_without_verbose_shows_who_waits(loops: int) -> None:
    root = gather(scan("a", 90, loops), scan("b", 30, loops), ms=91, each=40, loops=loops)
    whole = ran("Nested Loop", 91.0 * loops, 1, root)
    [one] = found(whole, "worker_skew")
    assert one.finding.cure_sql == "ALTER TABLE a SET (parallel_workers = 2);"
    assert one.share == pytest.approx(50 / 91, abs=0.01)


@pytest.mark.parametrize(
    ("members", "ms"),
    [
        ([scan("a", 40, 3, shared=True)], 90),
        ([scan("a", 45, 1), scan("b", 40, 1), scan("c", 35, 1)], 46),
        ([ran("Aggregate", 90, 1, scan("a", 89, 1)), scan("b", 30, 1)], 91),
        ([scan("a", 0, 0)], 91),
    ],
    ids=["shared", "even", "aggregate", "never executed"],
)
def test_where_workers_would_not_help_it_is_silent(members: list[dict[str, Any]], ms: float) -> None:
    assert found(gather(*members, ms=ms, each=40), "worker_skew") == []


@pytest.mark.majors("all")
def test_with_workers_for_its_table_nobody_waits(make_database: Callable[[str], Database]) -> None:
    with make_database(SETUP).connect() as connection:

        def skewed() -> list[Found]:
            plan = explain(connection, QUERY, Way(settings=PARALLEL))
            return [each for each in diagnose(plan, reader.read(connection, plan)).found if each.name == "worker_skew"]

        tries = (skewed() for _ in range(5))  # on a busy machine no worker may come in time
        [one] = next(each for each in tries if each)
        assert one.finding.cure_sql == 'ALTER TABLE public."Closed ""x" SET (parallel_workers = 2);'
        connection.execute(one.finding.cure_sql.encode())
        assert skewed() == []


def update(records: int, pages: int, size: float, inner: float = 0.0, of: str = "u") -> dict[str, Any]:
    wrote = {"WAL Records": 0, "WAL FPI": pages if inner else 0, "WAL Bytes": inner}
    below = ran("Seq Scan", 40.0, 1, **{"Relation Name": of, "Shared Hit Blocks": 2 * pages}, **wrote)
    counts = {"WAL Records": records, "WAL FPI": pages, "WAL Bytes": size}
    return ran("ModifyTable", 100.0, 1, below, Operation="Update", **{"Relation Name": "t"}, **counts)


@pytest.mark.parametrize(
    "root",
    [
        update(1_000, 2_000, 15 * MB),
        update(100_000, 3_000, 64 * MB),
        update(100_000, 8_000, 32 * MB),
        update(1_000, 4_000, 30 * MB, inner=29 * MB),
    ],
    ids=["little", "records", "compressed", "of another table"],
)
def test_without_many_images_it_is_silent(root: dict[str, Any]) -> None:
    assert found(root, "wal_heavy") == []


def test_images_of_the_scan_of_the_same_table_count_as_far_as_it_read_such_pages() -> None:
    root = update(0, 4_000, 30 * MB, inner=30 * MB, of="t")
    root["Shared Hit Blocks"] = 8_000
    [one] = found(root, "wal_heavy")
    assert one.paths == ("0", "0.0")
    assert one.share == pytest.approx(0.6 + 0.4 / 2, abs=0.01)


@pytest.mark.parametrize(
    ("seconds", "megabytes", "kind", "part"),
    [
        (300, 1_024, CureKind.SETTING, "max_wal_size = '4096MB'"),
        (300, 1_024, CureKind.SETTING, "checkpoint_timeout = '30min'"),
        (1_800, 8_192, CureKind.SETTING, "max_wal_size = '16384MB'"),
        (3_600, 65_536, CureKind.NONE, "wal_compression"),
    ],
)
def test_checkpoints_are_made_rarer_where_they_are_not(seconds: int, megabytes: int, kind: CureKind, part: str) -> None:
    settings = {"checkpoint_timeout": str(seconds), "max_wal_size": str(megabytes)}
    around = Surroundings(version=180000, settings=settings, relations={})
    [one] = found(update(1_000, 4_000, 30 * MB), "wal_heavy", around)
    assert one.cure.kind is kind
    assert part in one.cure.sql
    assert parse(one.cure.sql) is not None
    assert "checkpoint_timeout" not in one.cure.sql or seconds < 1_800
