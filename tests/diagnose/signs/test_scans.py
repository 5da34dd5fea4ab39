"""What the signs of scans make of plans that come alone: saved, not VERBOSE, parallel, with names to be quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pgwright.diagnose.diagnosis import Diagnosis, diagnose
from pgwright.diagnose.query_plan.forms.json_ import from_value
from pgwright.diagnose.surroundings import Column, Index, Relation, Surroundings
from pgwright.sql import parse

SCAN = {
    "Node Type": "Seq Scan",
    "Relation Name": "orders",
    "Alias": "o",
    "Startup Cost": 0.0,
    "Total Cost": 5000.0,
    "Plan Rows": 10,
    "Plan Width": 8,
    "Actual Startup Time": 0.1,
    "Actual Total Time": 200.0,
    "Actual Rows": 4,
    "Actual Loops": 1,
    "Filter": "(customer_id = 7)",
    "Rows Removed by Filter": 100_000,
}


def diagnosed(plan: Mapping[str, Any], surroundings: Surroundings | None = None, *, query: str = "") -> Diagnosis:
    """The diagnosis of a saved plan."""
    return diagnose(from_value({"Plan": dict(plan), "Query Text": query}), surroundings)


def cures(diagnosis: Diagnosis) -> dict[str, str]:
    """What was found, with its cure."""
    return {each.name: each.cure.sql for each in diagnosis.found}


def column(name: str, kind: str, **known: Any) -> Column:
    """A column of which the statistics in `known` are there."""
    return Column(name=name, type=kind, not_null=False, **known)


def around(*columns: Column, schema: str = "shop", name: str = "orders", **known: Any) -> Surroundings:
    """The surroundings with one table."""
    facts = {"kind": "r", "rows": 100_000.0, "pages": 1000, "visible": 1.0, "live": 100_000, "dead": 0, "modified": 0}
    given = {"analyzed": 1.0, "indexes": (), **facts, **known}
    relation = Relation(schema=schema, name=name, columns=columns, **given)
    return Surroundings(version=180000, settings={}, relations={(schema, name): relation}, search_path=(schema,))


def btree(*keys: str) -> Index:
    """A valid b-tree on shop.orders."""
    return Index(
        schema="shop",
        name="one",
        method="btree",
        keys=keys,
        classes=("int8_ops",) * len(keys),
        included=(),
        predicate="",
        unique=False,
        valid=True,
        definition=f"CREATE INDEX one ON shop.orders USING btree ({', '.join(keys)})",
        bytes=8192,
    )


def test_a_saved_plan_without_schema_gets_an_index_on_the_table_as_it_is_named() -> None:
    assert cures(diagnosed(SCAN)) == {"seq_scan_discards_rows": "CREATE INDEX ON orders (customer_id);"}


def test_rows_are_those_of_all_processes() -> None:
    scan = {**SCAN, "Parallel Aware": True, "Actual Loops": 3, "Parent Relationship": "Outer"}
    gather = {"Node Type": "Gather", "Actual Rows": 12, "Actual Loops": 1, "Actual Total Time": 210.0, "Plans": [scan]}
    (found,) = diagnosed(gather).found
    assert found.finding.evidence.fields["Rows Removed by Filter"] == 300_000
    assert found.finding.evidence.text == "Seq Scan on orders reads 300,012 rows and keeps 12 of them."


def test_names_are_quoted() -> None:
    name, wild = 'Order "A".b', 'sel"ect É'
    scan = {
        **SCAN,
        "Schema": "My shop",
        "Relation Name": name,
        "Alias": 'x"y',
        "Filter": '((("x""y"."sel""ect É")::text = \'a\'::text) AND ("x""y"."select" = 5))',
    }
    columns = (column(wild, "character varying(9)"), column("select", "integer", distinct=9.0))
    found = cures(diagnosed(scan, around(*columns, schema="My shop", name=name)))
    assert found == {
        "seq_scan_discards_rows": 'CREATE INDEX ON "My shop"."Order ""A"".b" ("select", "sel""ect É");',
    }
    parse.parse(found["seq_scan_discards_rows"])


@pytest.mark.parametrize(
    ("kind", "index"),
    [("timestamp without time zone", "((at::date))"), ("timestamp with time zone", "(at)")],
)
def test_an_index_on_an_expression_is_proposed_only_where_the_server_takes_it(kind: str, index: str) -> None:
    scan = {**SCAN, "Filter": "((at)::date = '2024-03-01'::date)"}
    (found,) = cures(diagnosed(scan, around(column("at", kind)))).values()
    assert found.splitlines()[0] == f"CREATE INDEX ON shop.orders {index};"


def test_a_text_that_is_read_as_a_date_is_neither_indexed_nor_compared_as_text() -> None:
    scan = {**SCAN, "Filter": "((at)::date = '2024-03-01'::date)"}
    assert cures(diagnosed(scan, around(column("at", "text")))) == {}
    assert cures(diagnosed(scan)) == {}


def test_parameters_of_the_statement_stay_in_it() -> None:
    scan = {**SCAN, "Filter": "((id)::numeric = '77'::numeric)"}
    surroundings = around(column("id", "bigint"), indexes=(btree("id"),))
    found = cures(diagnosed(scan, surroundings, query="SELECT * FROM orders o WHERE o.id = $1"))
    assert found == {"implicit_cast": "SELECT * FROM orders o WHERE o.id = $1::bigint;"}


def test_an_index_of_the_same_keys_is_not_proposed_again() -> None:
    scan = {**SCAN, "Filter": "((customer_id = 7) AND (lower(email) = 'x'::text))"}
    columns = (column("customer_id", "integer", distinct=9.0), column("email", "text"))
    there = btree("lower(email)", "customer_id")
    assert cures(diagnosed(scan, around(*columns))) != {}
    assert cures(diagnosed(scan, around(*columns, indexes=(there,)))) == {}


def test_dead_rows_are_vacuumed_before_the_table_is_written_anew() -> None:
    scan = {key: value for key, value in SCAN.items() if key not in ("Filter", "Rows Removed by Filter")}
    scan |= {"Actual Rows": 1000, "Shared Hit Blocks": 5000}
    known = (column("id", "integer", width=4),)
    dead = around(*known, rows=1000.0, pages=5000, dead=90_000)
    gone = around(*known, rows=1000.0, pages=5000, dead=0)
    assert cures(diagnosed(scan, dead)) == {"sparse_pages": "VACUUM (ANALYZE) shop.orders;"}
    assert cures(diagnosed(scan, gone))["sparse_pages"].startswith("-- Locks the table")


@pytest.mark.parametrize("kind", ["Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "BitmapAnd"])
def test_nothing_is_said_of_what_never_ran_or_says_nothing(kind: str) -> None:
    bare = {"Node Type": kind, "Relation Name": "orders", "Filter": "(a = 1)"}
    never = {**SCAN, "Node Type": kind, "Actual Loops": 0, "Actual Rows": 0, "Rows Removed by Filter": 0}
    assert cures(diagnosed(bare)) == {}
    assert cures(diagnosed({**never, "Actual Total Time": 0.0, "Plans": [bare]})) == {}


@pytest.mark.parametrize("key", sorted(SCAN.keys() - {"Node Type"}))
def test_a_missing_key_only_makes_it_say_less(key: str) -> None:
    scan = {name: value for name, value in SCAN.items() if name != key}
    assert set(cures(diagnosed(scan))) <= {"seq_scan_discards_rows"}


@pytest.mark.parametrize("text", ["(a ?? 1)", "((", "(a = ANY (hashed SubPlan 1))", "(NOT (SubPlan 3))", "(x.* = y.*)"])
def test_a_condition_that_cannot_be_read_has_no_cure(text: str) -> None:
    assert cures(diagnosed({**SCAN, "Filter": text})) == {}
