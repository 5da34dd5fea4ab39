"""Pages of plans that servers make: whatever a version writes is on them, and the sum comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.diagnosis import diagnose
from pgwright.diagnose.surroundings import reader
from pgwright.render.query_plan_html import query_plan_html
from pgwright.render.query_plan_html.beside import Beside, beside
from tests.support.databases import Database
from tests.support.htmlpages import Strict

SETUP = """
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 3000) n;
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, at timestamptz, total int);
INSERT INTO orders SELECT n, 1 + n % 3000, timestamptz '2024-01-01' + n * interval '1 min', n % 900
    FROM generate_series(1, 20000) n;
CREATE TABLE parts (id int, v int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (500);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (500) TO (1000);
INSERT INTO parts SELECT n, n % 5 FROM generate_series(0, 999) n;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER shouting BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION shout();
CREATE TABLE "<b>&""x" ("</script>" text);
ANALYZE;
"""
PARALLEL = (
    ("parallel_setup_cost", "0"),
    ("parallel_tuple_cost", "0"),
    ("min_parallel_table_scan_size", "0"),
    ("work_mem", "64kB"),
)
QUERIES: Mapping[str, str] = {
    "joined": "SELECT name, sum(total) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1 ORDER BY 2",
    "with": "WITH big AS MATERIALIZED (SELECT customer_id, sum(total) s FROM orders GROUP BY 1) "
    "SELECT * FROM big a JOIN big b USING (customer_id) WHERE a.s > (SELECT avg(s) FROM big)",
    "subplans": "SELECT id, (SELECT max(at) FROM orders o WHERE o.id = c.id) FROM customers c WHERE id NOT IN "
    "(SELECT v FROM parts)",
    "window": "SELECT id, rank() OVER (PARTITION BY customer_id ORDER BY at) FROM orders ORDER BY 2 DESC, 1 LIMIT 7",
    "partitions": "SELECT v, count(*) FROM parts GROUP BY v",
    "write": "UPDATE customers SET name = 'x' WHERE id < 300",
    "hostile": """SELECT "</script>" AS "<i>" FROM "<b>&""x" AS "<u>" WHERE "</script>" <> '<img src=x>'""",
}


def _adds_up(view: Beside) -> bool:
    """Whether the lines make the sum, and what is left to the measured time is said. A busy machine leaves some."""
    assert view.total is not None
    assert view.measured is not None
    lines = [*(entry.amount for entry in view.entries), view.total.amount, view.measured.amount, view.difference]
    *parts, total, measured, difference = (float(each.removesuffix(" ms").replace(",", "") or 0) for each in lines)
    return abs(sum(parts) - total) < 0.01 and abs(total + difference - measured) < 0.01


@pytest.mark.majors("every")
def test_a_page_holds_all_that_the_server_said(make_database: Callable[..., Database]) -> None:
    database = make_database(SETUP)
    with database.connect() as connection:
        for name, query in QUERIES.items():
            for settings in ((), PARALLEL):
                plan = explain(connection, query, Way(writes=name == "write", settings=settings))
                diagnosis = diagnose(plan, reader.read(connection, plan))
                html = query_plan_html(diagnosis)
                read = Strict(html)
                assert set(read.links) <= set(read.ids), name
                keys = {key for node in plan.nodes for key in node.properties} | set(plan.properties)
                told = {"Workers", "Triggers", "Execution Time"}  # as a table, and in the sum
                assert {key for key in keys - told if key not in read.text} == set(), name
                assert _adds_up(beside(diagnosis.account)), name
                assert "<img" not in html


@pytest.mark.majors("every")
def test_a_plan_that_was_not_executed(make_database: Callable[..., Database]) -> None:
    with make_database(SETUP).connect() as connection:
        plan = explain(connection, QUERIES["joined"], Way(analyze=False))
    text = Strict(query_plan_html(diagnose(plan))).text
    assert "only planned, not executed" in text
    assert " ms" not in text
