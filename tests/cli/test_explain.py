"""`pgwright explain` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import Database

from .shell import pgwright

SHOP = """
CREATE TABLE orders (id int PRIMARY KEY, status text, note text);
INSERT INTO orders SELECT n, CASE WHEN n % 1000 = 0 THEN 'WAIT' ELSE 'DONE' END, repeat('x', 40)
FROM generate_series(1, 100000) n;
ANALYZE orders;
"""
SLOW = "SELECT * FROM orders WHERE status = 'WAIT'"


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


@pytest.mark.majors("all")
def test_a_statement_ends_in_its_cure(shop: Database) -> None:
    done = pgwright("explain", "-c", SLOW, "--dsn", shop.dsn)
    assert done.returncode == 0, done.stderr
    assert "seq_scan_discards_rows on public.orders" in done.stdout
    assert "    CREATE INDEX ON public.orders (status);" in done.stdout
    assert "all together: " in done.stdout
    shop.run("CREATE INDEX ON public.orders (status)")
    assert "seq_scan_discards_rows" not in pgwright("explain", "-c", SLOW, "--dsn", shop.dsn).stdout


@pytest.mark.majors("all")
def test_json(shop: Database) -> None:
    done = pgwright("explain", "-c", SLOW, "--dsn", shop.dsn, "--format", "json")
    found = json.loads(done.stdout)
    assert found["version"] == 1
    assert found["execution_ms"] == pytest.approx(found["accounted_ms"], rel=0.02, abs=0.05)
    summed = sum(node["exclusive_ms"] for node in found["nodes"]) + sum(part["ms"] for part in found["parts"])
    assert summed == pytest.approx(found["accounted_ms"], abs=0.01)
    finding = next(each for each in found["findings"] if each["name"] == "seq_scan_discards_rows")
    assert finding["kind"] == "sign"
    assert 0 < finding["evidence"]["share"] <= 1
    assert finding["evidence"]["confidence"] == "measured"
    assert finding["location"] in {node["path"] for node in found["nodes"]}
    assert finding["cure_sql"] == "CREATE INDEX ON public.orders (status);"


def test_a_saved_plan_needs_no_server(shop: Database, tmp_path: Path) -> None:
    plan = shop.one(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {SLOW}")
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    from_file = pgwright("explain", "plan.json", folder=tmp_path)
    assert "CREATE INDEX ON orders (status);" in from_file.stdout
    from_pipe = pgwright("explain", given=json.dumps(plan), folder=tmp_path)
    assert from_pipe.stdout == from_file.stdout
    # With the catalog it knows the schema.
    known = pgwright("explain", "plan.json", "--with-catalog", "--dsn", shop.dsn, folder=tmp_path)
    assert "CREATE INDEX ON public.orders (status);" in known.stdout


def test_an_estimated_plan_says_that_it_is_one(shop: Database) -> None:
    done = pgwright("explain", "-c", SLOW, "--plain", "--dsn", shop.dsn)
    assert done.stdout.startswith("Not executed")
    assert json.loads(
        pgwright("explain", "-c", SLOW, "--plain", "--dsn", shop.dsn, "--format", "json").stdout
    )["execution_ms"] is None  # fmt: skip


@pytest.mark.majors("all")
def test_parameters(shop: Database) -> None:
    statement = "SELECT * FROM orders WHERE status = $1 AND id < $2"
    given = pgwright("explain", "-c", statement, "--param", "WAIT", "--param", "500", "--dsn", shop.dsn)
    assert "with $1 = WAIT, $2 = 500" in given.stdout
    drawn = pgwright("explain", "-c", statement, "--dsn", shop.dsn)
    assert "common" in drawn.stdout
    assert "rare" in drawn.stdout
    assert "drawn from pg_stats" in drawn.stdout
    one = pgwright("explain", "-c", statement, "--param", "WAIT", "--dsn", shop.dsn)
    assert one.returncode == 2
    assert "parameter $2" in one.stderr
    many = pgwright("explain", "-c", SLOW, "--param", "WAIT", "--dsn", shop.dsn)
    assert many.returncode == 2


def test_fail_on(shop: Database) -> None:
    assert pgwright("explain", "-c", SLOW, "--fail-on", "notice", "--dsn", shop.dsn).returncode == 1
    assert pgwright("explain", "-c", "SELECT 1", "--fail-on", "notice", "--dsn", shop.dsn).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        (["-c", "DELETE FROM orders"], "", 6, "--execute-writes"),
        (["-c", "SELECT 1; SELECT 2"], "", 2, "2 statements"),
        (["-c", "SELECT * FROM nothing"], "", 2, '"nothing"'),
        (["-c", "SELECT pg_sleep(9)", "--timeout", "200s0"], "", 2, "no duration"),
        (["nothing.sql"], "", 2, "cannot be read"),
        (["-c", "SELECT 1", "nothing.sql"], "", 2, "Both"),
        ([], "", 2, "no statement"),
        ([], '[{"Plan": {"Node Type": "Result"', 2, "ends in the middle"),
        ([], '{"a": 1}', 2, "neither a query plan nor SQL"),
        ([], "Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n  ->  Seq", 2, "ends in the middle"),
    ],
)
def test_bad_input(shop: Database, arguments: list[str], given: str, code: int, words: str) -> None:
    done = pgwright("explain", *arguments, "--dsn", shop.dsn, given=given)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert done.stdout == ""
    assert shop.one("SELECT count(*) FROM orders") == 100_000


def test_the_page_is_written_whole_or_not_at_all(shop: Database, tmp_path: Path) -> None:
    done = pgwright("explain", "-c", SLOW, "--dsn", shop.dsn, "--html", "slow.html", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "written to slow.html" in done.stderr
    assert "CREATE INDEX ON public.orders (status);" in (tmp_path / "slow.html").read_text(encoding="utf-8")
    missing = pgwright("explain", "-c", SLOW, "--dsn", shop.dsn, "--html", "no/slow.html", folder=tmp_path)
    assert missing.returncode == 2
    assert "no/slow.html: cannot be written" in missing.stderr
