"""One execution, told in JSON and in TEXT, YAML or XML, is one plan: on every major, for every kind of node."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import psycopg
import pytest

from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.forms.text.omitted import without
from pgwright.diagnose.query_plan.model import QueryPlan, Value, document
from tests.diagnose.query_plan import statements
from tests.diagnose.query_plan.same import differences, runner
from tests.support.databases import Database

GROUPS = {
    "scans": statements.SCANS,
    "joins": statements.JOINS,
    "above": statements.ABOVE,
    "plans": statements.PLANS,
    "writes": statements.WRITES,
    "parallels": statements.PARALLELS,
    "oddities": statements.ODDITIES,
    "foreign": statements.FOREIGN,
}
FORMS = [("text", False), ("text", True), ("yaml", True), ("xml", True)]
MISPLACED = re.compile(r'"Tuples \w+": \d+\s+\]')
BESIDE = ("Planning", "Planning Time", "Execution Time", "Query Text", "Query Parameters", "Duration")
"""What EXPLAIN says and auto_explain does not, and the other way round."""


def one(text: str) -> QueryPlan:
    (plan,) = read.plans(text)
    return plan


def compared(plan: QueryPlan, *, exact: bool) -> dict[str, Value]:
    found = document(plan) if exact else without(plan)
    found = {key: value for key, value in found.items() if key not in BESIDE}
    found.pop("Query Identifier", None)  # from 16 on auto_explain has it under VERBOSE only
    return found


@pytest.mark.majors("every")
@pytest.mark.parametrize(("form", "verbose"), FORMS, ids=["text", "text_verbose", "yaml", "xml"])
@pytest.mark.parametrize("group", GROUPS)
def test_one_run_is_one_plan(make_database: Callable[..., Database], group: str, form: str, verbose: bool) -> None:
    database = make_database(statements.SCHEMA)
    wrong: list[str] = []
    with runner(database) as run:
        for statement in GROUPS[group]:
            if statement.since > database.major:
                continue
            try:
                answer, notice = run.both(statement, form, verbose=verbose)
            except psycopg.errors.FeatureNotSupported:  # a server without libxml
                assert "XMLTABLE" in statement.sql
                continue
            in_json = one(answer)
            if not MISPLACED.search(answer):
                assert document(in_json) == json.loads(answer)[0], statement.name
            exact = form != "text"
            other, wanted = compared(one(notice), exact=exact), compared(in_json, exact=exact)
            if "Settings" not in other:
                assert not wanted.pop("Settings", {})
            wrong.extend(f"{statement.name}{each}" for each in differences(other, wanted))
            identifiers = {plan.properties.get("Query Identifier") for plan in (one(notice), in_json)} - {None}
            assert len(identifiers) < 2  # CREATE TABLE AS has it in one of the two on 16 and 17
            assert one(notice).properties["Duration"] > 0
            assert statement.sql in one(notice).query or statement.before
    assert not wrong, "\n".join(wrong[:20])


def kinds(value: Value) -> set[str]:
    found = {value["Node Type"]} if "Node Type" in value else set()
    return found.union(*(kinds(child) for child in value.get("Plans", [])))


def test_the_statements_make_every_kind_of_node(make_database: Callable[..., Database]) -> None:
    found: set[str] = set()
    database = make_database(statements.SCHEMA)
    with runner(database) as run:
        for statement in statements.STATEMENTS:
            if "XMLTABLE" in statement.sql or statement.since > database.major:
                continue
            with run.prepared(statement):
                found |= kinds(json.loads(run.explain(statement, "FORMAT JSON"))[0]["Plan"])
    missing = {
        *("Result", "ProjectSet", "ModifyTable", "Append", "Merge Append", "Recursive Union", "BitmapAnd", "BitmapOr"),
        *("Nested Loop", "Merge Join", "Hash Join", "Seq Scan", "Sample Scan", "Gather", "Gather Merge", "Index Scan"),
        *("Index Only Scan", "Bitmap Index Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan", "Subquery Scan"),
        *("Function Scan", "Values Scan", "CTE Scan", "WorkTable Scan", "Foreign Scan"),
        *("Materialize", "Memoize", "Sort", "Incremental Sort", "Group", "Aggregate", "WindowAgg", "Unique", "SetOp"),
        *("LockRows", "Limit", "Hash"),
    } - found
    assert not missing
