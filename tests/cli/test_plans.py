"""`pgwright plans save`, `diff` and `gate` as a user types them, on real servers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database

from .shell import pgwright

SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, name text, region text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total numeric, at timestamptz);
INSERT INTO customers SELECT n, 'c' || n, 'r' || n % 7 FROM generate_series(1, 1000) n;
INSERT INTO orders SELECT n, n % 1000 + 1, 's' || n % 3, n, timestamptz '2024-01-01' + n * interval '1 min'
FROM generate_series(1, 30000) n;
CREATE INDEX orders_at ON orders (at);
"""
QUERIES = """\
-- name: by region
SELECT c.region, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.at >= '2024-01-10' AND o.at < '2024-01-11' GROUP BY c.region ORDER BY c.region;
-- name: times
SELECT at FROM orders WHERE at < '2024-01-08' ORDER BY at;
SELECT count(*) FROM customers;
"""


class Shop:
    """A folder with queries, and the database that they are for."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        (folder / "queries").mkdir()
        (folder / "queries" / "shop.sql").write_text(QUERIES)

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return pgwright("plans", *arguments, folder=self.folder, env={"PGWRIGHT_DSN": self.database.dsn, **env})

    def done(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def gate(self, *arguments: str) -> tuple[int, Any]:
        done = self.run("gate", "--format", "json", *arguments)
        return done.returncode, json.loads(done.stdout)

    def found(self, *arguments: str) -> list[tuple[str, str]]:
        code, said = self.gate(*arguments)
        assert code == int(any(each["severity"] == "danger" for each in said["findings"]))
        return [(each["name"], each["object"]) for each in said["findings"]]


@pytest.fixture
def shop(tmp_path: Path, make_database: Callable[..., Database]) -> Shop:
    database = make_database(SHOP)
    database.run("VACUUM ANALYZE orders")
    database.run("VACUUM ANALYZE customers")
    return Shop(tmp_path, database)


@pytest.mark.e2e
@pytest.mark.majors("every")
def test_an_index_goes_and_comes_back(shop: Shop) -> None:
    assert "by region" in shop.done("save")
    assert shop.done("gate", "-q") == "3 queries, 3 as in the baseline\n"
    shop.database.run("DROP INDEX orders_at")
    done = shop.run("gate")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "danger: touches_more_blocks on by region\n  at: queries/shop.sql:2\n" in done.stdout
    assert "Not used any more: orders_at." in done.stdout
    assert "3 queries, 1 as in the baseline" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80

    shop.done("save", "-o", "without.json")
    worse = shop.done("diff", "plans.json", "without.json")
    assert "Seq Scan on public.orders o touches" in worse.replace("\n", " ")
    assert "where Index Scan using orders_at on" in worse.replace("\n  ", " ")
    assert "worse:" in worse
    assert "better:" not in worse
    better = shop.done("diff", "without.json", "plans.json")
    assert "better:" in better
    assert "worse:" not in better

    shop.database.run("CREATE INDEX orders_at ON orders (at)")
    code, said = shop.gate()
    assert (code, said["findings"]) == (0, [])


@pytest.mark.e2e
@pytest.mark.majors("every")
def test_what_changes_nothing_does_not_fail(shop: Shop) -> None:
    shop.done("save")
    for disturb in ("", "VACUUM orders", "ANALYZE", "CHECKPOINT", "VACUUM FULL customers", "REINDEX TABLE orders"):
        if disturb:
            shop.database.run(disturb)
        assert shop.found("--repeat", "2") == [], disturb
    shop.database.run("BEGIN; DELETE FROM orders WHERE id % 20 = 0; ROLLBACK")  # a VACUUM must mark these pages again
    code, said = shop.gate()
    assert code == 0, said["findings"]
    (finding,) = said["findings"]
    assert (finding["name"], finding["object"]) == ("waits_for_a_vacuum", "times")
    assert finding["cure_sql"] == "VACUUM public.orders;"
    shop.database.run(finding["cure_sql"])
    assert shop.found() == []


@pytest.mark.e2e
def test_update_changes_only_what_changed(shop: Shop) -> None:
    shop.done("save")
    before = (shop.folder / "plans.json").read_text()
    assert shop.run("gate", "--update").returncode == 0
    assert (shop.folder / "plans.json").read_text() == before
    shop.database.run("DROP INDEX orders_at")
    (shop.folder / "queries" / "more.sql").write_text("SELECT 1")
    done = shop.run("gate", "--update")
    assert done.returncode == 0
    assert "touches_more_blocks on times" in done.stdout
    after = json.loads((shop.folder / "plans.json").read_text())["queries"]
    assert [query["name"] for query in after] == ["by region", "more", "shop:3", "times"]
    old = {query["name"]: query for query in json.loads(before)["queries"]}
    assert [query["name"] for query in after if query == old.get(query["name"])] == ["shop:3"]
    assert shop.found() == []


@pytest.mark.e2e
def test_a_query_that_fails_now_is_worse(shop: Shop) -> None:
    shop.done("save")
    shop.database.run("ALTER TABLE customers DROP COLUMN region")
    done = shop.run("gate")
    assert done.returncode == 1
    assert "danger: query_failed on by region" in done.stdout
    assert "column c.region does not exist" in done.stdout
    updated = shop.run("gate", "--update")
    assert updated.returncode == 6
    assert "column c.region does not exist" in updated.stderr
    assert shop.run("save", "-o", "x.json").returncode == 6
    assert not (shop.folder / "x.json").exists()


@pytest.mark.e2e
def test_a_query_that_takes_too_long_is_worse(shop: Shop) -> None:
    (shop.folder / "queries" / "shop.sql").write_text("SELECT 1")
    shop.done("save")
    (shop.folder / "queries" / "shop.sql").write_text("SELECT pg_sleep(60)")
    done = shop.run("gate", "--timeout", "0.2s")
    assert done.returncode == 1
    assert "query_failed on shop" in done.stdout
    assert "statement timeout" in done.stdout


@pytest.mark.e2e
@pytest.mark.majors("every")
def test_estimates_only(shop: Shop) -> None:
    (shop.folder / "queries" / "w.sql").write_text("DELETE FROM orders")
    shop.done("save", "--plain")
    assert shop.database.one("SELECT count(*) FROM orders") == 30000
    code, said = shop.gate()
    assert (code, said["findings"]) == (0, [])
    assert {figure["name"]: figure["before"] for figure in said["queries"][0]["figures"]}["blocks"] is None
    shop.database.run("DROP INDEX orders_at")
    assert ("costs_more", "by region") in shop.found()


@pytest.mark.e2e
@pytest.mark.majors("all")
def test_what_writes_is_rolled_back(shop: Shop) -> None:
    (shop.folder / "w.sql").write_text("-- name: w\nUPDATE orders SET total = 0 WHERE id < 100")
    refused = shop.run("save", "w.sql")
    assert refused.returncode == 6
    assert "w, in w.sql:2" in refused.stderr
    assert "Nothing was executed." in refused.stderr
    shop.done("save", "w.sql", "--execute-writes")
    assert shop.database.one("SELECT count(*) FROM orders WHERE total = 0") == 0
    assert shop.run("gate", "w.sql").returncode == 6
    saved = json.loads((shop.folder / "plans.json").read_text())["queries"][0]
    assert saved["rows"] == 99
    assert saved["wal_bytes"] > 0
    shop.database.run("CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS 'DELETE FROM orders RETURNING id'")
    (shop.folder / "s.sql").write_text("SELECT sneaky()")
    sneaky = shop.run("save", "s.sql")
    assert sneaky.returncode == 6
    assert "cannot execute DELETE in a read-only transaction" in sneaky.stderr
    assert shop.database.one("SELECT count(*) FROM orders") == 30000


@pytest.mark.e2e
def test_saved_plans_are_compared_without_a_server(shop: Shop) -> None:
    statement = "SELECT * FROM orders WHERE at < '2024-01-02'"
    for name, sql in (("fast", statement), ("slow", statement.replace("at <", "at + interval '0' <"))):
        plan = shop.database.one(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        (shop.folder / f"{name}.json").write_text(json.dumps(plan))
    done = pgwright("plans", "diff", "fast.json", "slow.json", folder=shop.folder)
    assert done.returncode == 0, done.stderr
    assert "Index Scan using orders_at on orders → Seq Scan on orders" in done.stdout
    for arguments in (["save", "fast.json"], ["gate", "fast.json"]):
        assert pgwright("plans", *arguments, folder=shop.folder).returncode == 0
    (shop.folder / "slow.json").replace(shop.folder / "fast.json")
    assert pgwright("plans", "gate", "fast.json", folder=shop.folder).returncode == 1


@pytest.mark.e2e
def test_fail_on_and_github(shop: Shop) -> None:
    shop.done("save")
    (shop.folder / "queries" / "a,b.sql").write_text("\n\nSELECT 1")
    assert shop.run("gate").returncode == 0
    assert shop.run("gate", "--fail-on", "notice").returncode == 1
    shop.database.run("DROP INDEX orders_at")
    assert shop.run("gate", "--fail-on", "never").returncode == 0
    said = shop.run("gate", GITHUB_ACTIONS="true").stderr
    assert "::error file=queries/shop.sql,line=2,title=touches_more_blocks by region::" in said
    assert "::notice file=queries/a%2Cb.sql,line=3,title=not_in_the_baseline a%2Cb::" in said
    assert "::" not in shop.run("gate").stderr


@pytest.mark.e2e
def test_a_role_that_only_reads(make_role: Callable[..., str], shop: Shop) -> None:
    role = make_role("LOGIN")
    shop.database.run(f"GRANT SELECT ON orders TO {role}")
    shop.folder.joinpath("queries", "shop.sql").write_text("SELECT count(*) FROM orders")
    dsn = shop.database.dsn_as(role)
    assert pgwright("plans", "save", "--dsn", dsn, folder=shop.folder).returncode == 0
    shop.folder.joinpath("queries", "shop.sql").write_text("SELECT count(*) FROM customers")
    done = pgwright("plans", "save", "--dsn", dsn, folder=shop.folder)
    assert done.returncode == 6
    assert "permission denied for table customers" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["save"], 2, "There is no file queries"),
        (["save", "nothing.sql"], 2, "There is no file nothing.sql"),
        (["save", "empty"], 2, "no .sql file in the folder empty"),
        (["save", "comment.sql"], 2, "There is no query in comment.sql"),
        (["save", "binary.sql"], 2, "not UTF-8"),
        (["save", "parameter.sql"], 2, "the parameter $1"),
        (["save", "create.sql"], 2, "no statement that can be explained"),
        (["save", "one.sql", "one.sql"], 2, "another query called one"),
        (["save", "one.sql", "--repeat", "0"], 2, "--repeat"),
        (["save", "one.sql", "--timeout", "soon"], 2, "no duration"),
        (["save", "one.sql", "--timeout", "0s"], 2, "timeout"),
        (["save", "one.sql", "--dsn", "host=/nowhere"], 3, "Cannot connect"),
        (["gate", "one.sql"], 2, "There is no file plans.json"),
        (["gate", "one.sql", "--baseline", "one.sql"], 2, "no baseline"),
        (["gate", "one.sql", "--baseline", "newer.json"], 2, "version 2"),
        (["gate", "one.sql", "--ratio", "0.5"], 2, "--ratio"),
        (["diff", "one.sql", "newer.json"], 2, "one.sql"),
        (["diff", "newer.json", "newer.json"], 2, "version 2"),
        (["diff", "nothing.json", "newer.json"], 2, "There is no file nothing.json"),
        (["diff", "empty", "newer.json"], 2, "empty"),
        (["diff", "newer.json"], 2, "AFTER"),
    ],
    ids=str,
)
def test_bad_input(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "one.sql").write_text("SELECT 1")
    (tmp_path / "comment.sql").write_text("-- nothing\n")
    (tmp_path / "binary.sql").write_bytes(b"SELECT '\xff\xfe'")
    (tmp_path / "parameter.sql").write_text("SELECT $1")
    (tmp_path / "create.sql").write_text("CREATE TABLE a ()")
    (tmp_path / "newer.json").write_text('{"version": 2, "kind": "pgwright plans"}')
    done = pgwright("plans", *arguments, folder=tmp_path)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 2
    assert done.stdout == ""
    assert not (tmp_path / "plans.json").exists()
