"""Judgements that no server can be brought to in a test: ages of a billion, months of counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pgwright.base.finding import Severity
from pgwright.diagnose.health.checks import _indexes, key_runs_out, unused_index, xid_wraparound
from pgwright.diagnose.health.checks._check import Found, Hidden
from pgwright.diagnose.health.checks._seen import Earlier, Seen, Server
from pgwright.diagnose.indexes import reader
from pgwright.diagnose.indexes.verdicts import judged
from tests.support.databases import Database

DAY = 86_400.0
SERVER = Server(
    version=180000,
    database="shop",
    role="postgres",
    standby=False,
    superuser=True,
    reads_all_stats=True,
    reads_all_settings=True,
    scans_tables=True,
    reads_all_data=True,
    lists_files=True,
    at=0.0,
    epoch="",
    identity="",
)


def wraparound(age: int, *, rate: float | None = None, freeze: int = 200_000_000) -> list[Found]:
    server = {"kind": "server", "schema": "", "name": "", "part": "", "age": 0, "next": 5_000_000_000, "freeze": freeze}
    rows = [server, {**server, "kind": "database", "name": "shop", "age": age, "freeze": None}]
    earlier = None
    if rate is not None:
        before = 5_000_000_000 - rate * DAY
        earlier = Earlier(seconds=DAY, rows={("server", ""): {"next": before}})
    seen = Seen(server=SERVER, rows=rows, counting=xid_wraparound.COUNTING, earlier=earlier)
    return [said for said in xid_wraparound.look(seen) if isinstance(said, Found)]


@pytest.mark.parametrize(
    ("age", "rate", "severity"),
    [
        (210_000_000, None, None),  # VACUUM has only just been told to freeze
        (310_000_000, None, Severity.WARNING),
        (1_700_000_000, None, Severity.DANGER),
        (210_000_000, 100.0, None),  # 224 days
        (210_000_000, 1000.0, Severity.WARNING),  # 22 days
        (210_000_000, 5000.0, Severity.DANGER),  # 4 days
        (150_000_000, 5000.0, None),  # nothing is overdue: it will be frozen in time
    ],
)
def test_how_old_is_too_old(age: int, rate: float | None, severity: Severity | None) -> None:
    assert [found.severity for found in wraparound(age, rate=rate)] == ([severity] if severity else [])


def test_a_late_freeze_that_somebody_wants_is_no_finding() -> None:
    assert wraparound(900_000_000, freeze=1_000_000_000) == []


def key(last: int, *, rises: bool = True, **more: Any) -> dict[str, Any]:
    row = {
        "kind": "sequence", "oid": 1, "schema": "public", "name": "t_id_seq", "table_schema": "public", "table": "t",
        "column": "id", "type": "integer", "sequence_type": "integer", "identity": True, "rises": rises, "last": last,
        "limit": 2**31 - 1 if rises else -(2**31), "start": 1 if rises else -1, "children": None,
    }  # fmt: skip
    return {**row, **more}


def course(row: dict[str, Any], *, before: int, seconds: float) -> list[Found]:
    keys = tuple(row[name] for name in key_runs_out.COUNTING.key)
    seen = Seen(
        server=SERVER,
        rows=[row],
        thresholds={name: each.default for name, each in key_runs_out.THRESHOLDS.items()},
        counting=key_runs_out.COUNTING,
        earlier=Earlier(seconds=seconds, rows={keys: {"last": before}}),
    )
    return [said for said in key_runs_out.look(seen) if isinstance(said, Found)]


@pytest.mark.parametrize(
    ("last", "before", "seconds", "severity"),
    [
        (400_000_000, 390_000_000, DAY, Severity.WARNING),  # a fifth is used, and 174 days are left
        (400_000_000, 300_000_000, DAY, Severity.DANGER),
        (400_000_000, 399_999_000, DAY, None),
        (400_000_000, 399_990_000, 10.0, None),  # a burst
        (1_600_000_000, 1_599_999_990, 7 * DAY, Severity.NOTICE),
        (1_600_000_000, 1_600_000_000, 7 * DAY, Severity.WARNING),  # it stood still: nobody knows for how long
        (1_600_000_000, 1_700_000_000, 7 * DAY, Severity.WARNING),  # somebody set it back
        (2_147_483_647, 2_147_483_646, DAY, Severity.DANGER),
    ],
)
def test_days_that_a_key_has_left(last: int, before: int, seconds: float, severity: Severity | None) -> None:
    assert [found.severity for found in course(key(last), before=before, seconds=seconds)] == (
        [severity] if severity else []
    )


def test_a_key_that_falls_runs_out_at_the_lower_end() -> None:
    [found] = course(key(-1_000_000_000, rises=False), before=-900_000_000, seconds=DAY)
    assert found.severity is Severity.DANGER
    assert "it ends in 11 days" in found.seen


def indexes(database: Database, days: float) -> list[Any]:
    with database.connect() as connection:
        snapshot = reader.read(connection)
    grown = {oid: replace(each, transactions=10**6) for oid, each in snapshot.indexes.items()}
    aged = replace(snapshot, statistics_age=days * DAY, indexes=grown)
    return list(unused_index.look(Seen(server=SERVER, rows=_indexes.rows(judged(aged)))))


@pytest.mark.majors("all")
def test_an_index_that_nobody_reads(make_database: Callable[..., Database]) -> None:
    database = make_database("""
        CREATE TABLE t (id int PRIMARY KEY, a text, b text);
        INSERT INTO t SELECT n, md5(n::text), md5(n::text) FROM generate_series(1, 30000) n;
        CREATE INDEX jamais ON t (a);
        CREATE UNIQUE INDEX règle ON t (b);
    """)
    [found] = indexes(database, days=40)
    assert isinstance(found, Found)
    assert (found.object, found.cure) == ("public.jamais", "DROP INDEX public.jamais;")
    [hidden] = indexes(database, days=3)
    assert isinstance(hidden, Hidden)
    assert "began 3.0 days ago" in hidden.what
