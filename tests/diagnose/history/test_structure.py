"""Constants, casts on them, aliases and the order of AND change no structure; all else does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.history.structure import Structure
from pgwright.diagnose.query_plan.forms import json_
from tests.support.databases import Database

from .made import node, query, scan

SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, name text, region text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total numeric, at timestamptz, open boolean);
INSERT INTO customers SELECT n, 'c' || n, 'r' || n % 7 FROM generate_series(1, 500) n;
INSERT INTO orders SELECT n, n % 500 + 1, 's' || n % 3, n, timestamptz '2024-01-01' + n * interval '1 min', n % 2 = 0
FROM generate_series(1, 5000) n;
CREATE INDEX orders_at ON orders (at);
ANALYZE;
"""

SAME = [
    ("SELECT * FROM orders WHERE total = 5", "SELECT * FROM orders WHERE total = -7.25"),
    ("SELECT * FROM orders WHERE id + 1 = 5", "SELECT * FROM orders WHERE id + 2 = -5"),
    ("SELECT * FROM orders WHERE status = 's1'", "SELECT * FROM orders WHERE status = 'it''s $1 (InitPlan 1)'"),
    ("SELECT * FROM orders o WHERE o.status = 's1'", "SELECT * FROM orders AS anything WHERE status = 's1'"),
    ('SELECT * FROM orders "o.x" WHERE "o.x".status = \'s1\'', "SELECT * FROM orders WHERE status = 's1'"),
    (
        "SELECT * FROM orders WHERE total > 5 AND status = 's1' AND open",
        "SELECT * FROM orders WHERE open AND status = 's1' AND total > 9",
    ),
    (
        "SELECT * FROM orders WHERE status IN ('s1', 's2') AND total > 0",
        "SELECT * FROM orders WHERE status IN ('s1', 's2', 's0', 'x') AND total > 0",
    ),
    (
        "SELECT c.name, count(*) FROM customers c, orders o WHERE c.id = o.customer_id AND total > 0 GROUP BY c.name",
        "SELECT x.name, count(*) FROM customers x JOIN orders y ON x.id = y.customer_id AND y.total > 1 GROUP BY 1",
    ),
    (
        "SELECT a.id FROM orders a JOIN orders b ON a.id = b.customer_id WHERE b.total > 3",
        "SELECT b.id FROM orders b JOIN orders a ON b.id = a.customer_id WHERE a.total > 4",
    ),
    (
        "WITH w AS MATERIALIZED (SELECT status FROM orders) SELECT * FROM w WHERE status = 'x'",
        "WITH u AS MATERIALIZED (SELECT status FROM orders) SELECT * FROM u WHERE status = 'y'",
    ),
    (
        "SELECT * FROM orders WHERE total > 1 ORDER BY total DESC",
        "SELECT * FROM orders WHERE total > 2 ORDER BY 4 DESC",
    ),
]
OTHER = [
    ("SELECT * FROM orders WHERE total = 5", "SELECT * FROM orders WHERE total > 5"),
    ("SELECT * FROM orders WHERE total = 5", "SELECT * FROM orders WHERE id + 0 = 5"),
    ("SELECT * FROM orders WHERE total = 5", "SELECT * FROM orders WHERE total = 5 AND open"),
    ("SELECT * FROM orders WHERE total = 5", "SELECT * FROM orders WHERE total = (SELECT 5 FROM customers LIMIT 1)"),
    ("SELECT * FROM orders", "SELECT * FROM customers"),
    ("SELECT * FROM orders ORDER BY total", "SELECT * FROM orders ORDER BY total DESC"),
    ("SELECT * FROM orders ORDER BY total", "SELECT * FROM orders ORDER BY status"),
    ("SELECT at FROM orders ORDER BY at LIMIT 3", "SELECT at FROM orders ORDER BY at DESC LIMIT 3"),
    (
        "SELECT * FROM orders o WHERE EXISTS (SELECT FROM customers c WHERE c.id = o.customer_id)",
        "SELECT * FROM orders o WHERE NOT EXISTS (SELECT FROM customers c WHERE c.id = o.customer_id)",
    ),
    (
        "SELECT a.id FROM orders a JOIN orders b ON a.id = b.customer_id WHERE a.total > 3",
        "SELECT a.id FROM orders a JOIN orders b ON a.id = b.customer_id WHERE b.total > 3",
    ),
]


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


def fingerprints(database: Database, *statements: str) -> list[str]:
    with database.connect() as connection:
        return [Structure(explain(connection, each, Way(analyze=False))).fingerprint for each in statements]


@pytest.mark.majors("every")
def test_what_does_not_change_the_structure(shop: Database) -> None:
    assert [pair for pair in SAME if len({*fingerprints(shop, *pair)}) != 1] == []


@pytest.mark.majors("every")
def test_what_changes_the_structure(shop: Database) -> None:
    assert [pair for pair in OTHER if len({*fingerprints(shop, *pair)}) != 2] == []


@pytest.mark.majors("every")
def test_an_index_changes_the_structure_and_execution_does_not(shop: Database) -> None:
    statement = "SELECT * FROM orders WHERE total = 4999"
    with shop.connect() as connection:
        plain, run = (Structure(explain(connection, statement, Way(analyze=how))) for how in (False, True))
    assert plain.fingerprint == run.fingerprint
    shop.run("CREATE INDEX ON orders (total)")
    assert fingerprints(shop, statement) != [plain.fingerprint]


def test_what_no_grammar_knows_is_text_without_constants() -> None:
    conditions = ("a <?> 'one' !! 17", "a <?> 'o''ne' !! 4.5", "b <?> 'one' !! 17")
    structures = [query(scan("Seq Scan", "a", Filter=each)).structure for each in conditions]
    assert structures[0].lines == structures[1].lines != structures[2].lines


def test_deep_casts_take_no_time() -> None:
    deep = "(" * 60 + "a.b" + ")::text" * 60
    assert query(scan("Seq Scan", "a", Filter=f"({deep} = 'x'::text)")).structure.fingerprint


@pytest.mark.parametrize("text", ["(", "'", "\0", "a; DROP TABLE b", "((a))))", "☃ = $1", "E'\\'", "(x.*)::text = ''"])
def test_no_condition_breaks_it(text: str) -> None:
    root = node("Sort", scan("Seq Scan", "a", Filter=text), Sort_Key=[text, f"{text} DESC NULLS LAST"])
    assert len(query(root).structure.fingerprint) == 16


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    plan = json_.from_value({"Plan": scan("Seq Scan", "a", Filter="(a.b = 5)")})
    assert Structure(plan).fingerprint == "5f922bae5bad8358"
