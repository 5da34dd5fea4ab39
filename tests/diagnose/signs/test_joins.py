"""Signs of joins, estimates, subqueries and triggers: their cures cure, and what no server of the corpus shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.diagnosis import Diagnosis, Found, diagnose
from pgwright.diagnose.query_plan.forms import json_
from pgwright.diagnose.signs._as_exists import exists
from pgwright.diagnose.signs._as_not_exists import not_exists
from pgwright.diagnose.signs._as_union import union_of_alternatives
from pgwright.diagnose.surroundings import Column, Relation, Surroundings, reader
from pgwright.sql import parse
from tests.support import planted
from tests.support.databases import Database

GROUP = (
    "cartesian_product",
    "correlated_columns",
    "cte_computed_in_vain",
    "cte_filtered_late",
    "distinct_after_fan_out",
    "expression_without_statistics",
    "join_without_index",
    "large_offset",
    "many_inner_loops",
    "not_in_subplan",
    "or_across_tables",
    "row_misestimate",
    "slow_trigger",
    "stale_statistics",
    "subplan_per_row",
    "unindexed_foreign_key",
)
CORPORA = [corpus for corpus in planted.corpora() if corpus.sign in GROUP]


def queries(corpus: planted.Corpus, major: int) -> list[planted.Planted]:
    """The queries in which the sign must be found on this major."""
    return [each for each in corpus.queries if each.found and (not each.majors or major in each.majors)]


def rows(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> list[str]:
    """The rows of a statement, in an order that is the same for the same rows."""
    return sorted(map(repr, connection.execute(statement.encode()).fetchall()))


@pytest.mark.majors("all")
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.sign)
def test_its_cure_cures(corpus: planted.Corpus, make_database: Callable[..., Database]) -> None:
    database = make_database(corpus.setup)
    with database.connect() as connection:
        for query in queries(corpus, database.major):
            found = [each for each in planted.run(connection, query).found if each.name == corpus.sign]
            cures = [each.cure for each in found if parse.parse(each.cure.sql)]
            if not cures:
                continue
            statement, settings = query.sql, list(query.settings)
            with connection.transaction(force_rollback=True):
                for cure in cures:
                    settings += cure.setting
                    if cure.kind == "rewrite":
                        statement = cure.sql.rstrip("; \n")
                        assert rows(connection, statement) == rows(connection, query.sql), query.name
                    elif not cure.setting:
                        connection.execute(cure.sql.encode())
                way = Way(analyze=query.analyze, writes=query.writes, settings=tuple(settings))
                plan = explain(connection, statement, way)
                left = diagnose(plan, reader.read(connection, plan)).found
            assert corpus.sign not in {each.name for each in left}, query.name


@pytest.mark.majors("all")
def test_a_temporary_table_that_was_never_analyzed(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            "CREATE TEMP TABLE chosen AS SELECT n AS id, 7 AS kind, 'x' AS name FROM generate_series(1, 1500) n"
        )
        statement = "SELECT count(*) FROM chosen a JOIN chosen b USING (id) WHERE {}"
        asked = " AND ".join(f"{alias}.kind = 7 AND {alias}.name = 'x'" for alias in "ab")
        plan = explain(connection, statement.format(asked))
        found = diagnose(plan, reader.read(connection, plan)).found
        assert [each.name for each in found] == ["stale_statistics"]
        connection.execute(found[0].cure.sql.encode())
        plan = explain(connection, statement.format(asked))
        assert diagnose(plan, reader.read(connection, plan)).found == ()


def node(kind: str, *below: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A node of a plan that took `ms` in all its loops; keys are spelled with `_` for a space."""
    loops = more.get("Actual_Loops", 1)
    found = {
        "Node Type": kind,
        "Plan Rows": 1,
        "Actual Rows": 1,
        "Actual Loops": loops,
        "Actual Total Time": more.pop("ms", 0.0) / max(loops, 1),
        **{key.replace("_", " "): value for key, value in more.items()},
    }
    return {**found, "Plans": list(below)} if below else found


def seen(root: dict[str, Any], surroundings: Surroundings | None = None, query: str = "", **top: Any) -> Diagnosis:
    """The diagnosis of a plan that took as long as its root."""
    beside = {key.replace("_", " "): value for key, value in top.items()}
    document = {"Plan": root, "Execution Time": root["Actual Total Time"], "Query Text": query, **beside}
    return diagnose(json_.from_value(document), surroundings)


def only(diagnosis: Diagnosis, name: str) -> Found:
    """What was found, which must be one thing."""
    assert [each.name for each in diagnosis.found] == [name]
    return diagnosis.found[0]


def triggered(operation: str, milliseconds: float) -> Diagnosis:
    """A statement that writes one hundred rows, with a foreign key that took so long, and no server to ask."""
    fired = {"Trigger Name": "", "Constraint Name": "To", "Relation": "t", "Time": milliseconds, "Calls": 100}
    root = node("ModifyTable", node("Seq Scan", Relation_Name="t", ms=1), Operation=operation, Relation_Name="t", ms=1)
    return seen(root, Triggers=[fired], Execution_Time=1 + milliseconds)


def test_a_slow_foreign_key_is_told_without_a_server() -> None:
    found = only(triggered("Delete", 300), "unindexed_foreign_key").finding
    assert found.cure_sql == '-- create an index on the columns of the foreign key "To"'
    assert found.evidence.confidence == "heuristic"


@pytest.mark.parametrize(("operation", "milliseconds"), [("Delete", 5), ("Insert", 300), ("Update", 300)])
def test_a_foreign_key_is_not_accused_where_nobody_knows(operation: str, milliseconds: float) -> None:
    assert triggered(operation, milliseconds).found == ()


def pair(inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A nested loop of 2,000 rows of `a` with `inner`."""
    outer = node("Seq Scan", Relation_Name="a", Alias="a", Plan_Rows=1, Actual_Rows=2000, ms=1)
    rows = inner["Actual Rows"] * 2000
    return node("Nested Loop", {**outer, "Parent Relationship": "Outer"}, inner, Actual_Rows=rows, ms=500, **more)


def inner_scan(**more: Any) -> dict[str, Any]:
    """The inner side: a scan of `b` that is done 2,000 times."""
    common = {"Relation_Name": "b", "Alias": "b", "Parent_Relationship": "Inner", "Actual_Loops": 2000, "ms": 400}
    return node("Index Scan", **{**common, **more})


def test_a_wrong_estimate_without_a_server_asks_for_analyze() -> None:
    found = only(seen(pair(inner_scan(Index_Cond="(id = a.id)"))), "row_misestimate").finding
    assert (found.cure_sql, found.evidence.confidence) == ("ANALYZE a;", "heuristic")
    assert found.evidence.fields["Actual Rows"] == 2000


def test_processes_that_share_a_scan_are_no_wrong_estimate() -> None:
    outer = node(
        "Seq Scan", Relation_Name="a", Parallel_Aware=True, Plan_Rows=400, Actual_Rows=3000, Actual_Loops=3, ms=3
    )
    loop = node(
        "Nested Loop",
        {**outer, "Parent Relationship": "Outer"},
        inner_scan(Index_Cond="(id = a.id)", Actual_Loops=9000),
        Actual_Rows=3000,
        Plan_Rows=3000,
        Actual_Loops=3,
        Parent_Relationship="Outer",
        ms=600,
    )
    assert seen(node("Gather", loop, Workers_Planned=2, Plan_Rows=9000, Actual_Rows=9000, ms=300)).found == ()


def known(name: str, *columns: Column, rows: float = 100_000, **more: Any) -> Surroundings:
    """The surroundings of one table."""
    facts = {"pages": 500, "counted_pages": 500, "visible": 1.0, "live": 0, "dead": 0, "modified": 0, "analyzed": 1.0}
    relation = Relation(schema="s", name=name, kind="r", rows=rows, columns=columns, indexes=(), **{**facts, **more})
    return Surroundings(version=180000, settings={}, relations={("s", name): relation}, search_path=("s",))


CITY = Column(name="city", type="text", not_null=True, distinct=50, common={"x": 0.02})
LAND = Column(name="Land", type="text", not_null=True, distinct=50, common={"y": 0.02})


def filtered(condition: str, expected: int, actual: int) -> dict[str, Any]:
    """A nested loop whose outer scan gave `actual` rows."""
    outer = node(
        "Seq Scan", Relation_Name="a", Alias="a", Plan_Rows=expected, Actual_Rows=actual, Filter=condition, ms=1
    )
    inner = inner_scan(Index_Cond="(id = a.id)", Actual_Loops=actual)
    return node("Nested Loop", {**outer, "Parent Relationship": "Outer"}, inner, Actual_Rows=actual, ms=500)


def test_rows_that_changed_explain_an_estimate() -> None:
    plan = filtered("(city = 'x'::text)", 1, 2000)
    found = only(seen(plan, known("a", CITY, modified=1500, analyzed=7200.0)), "stale_statistics").finding
    assert found.cure_sql == "ANALYZE s.a;"
    assert found.why == "1,500 rows changed since the last ANALYZE 2 hours ago, of the 100,000 there were."


def test_changed_rows_that_are_too_few_explain_nothing() -> None:
    assert "stale_statistics" not in {
        each.name for each in seen(filtered("(city = 'x'::text)", 1, 2000), known("a", CITY, modified=500)).found
    }


def test_columns_that_go_together_must_be_multiplied_to_be_accused() -> None:
    condition = "((city = 'x'::text) AND (\"Land\" = 'y'::text))"
    found = only(seen(filtered(condition, 40, 2000), known("a", CITY, LAND)), "correlated_columns").finding
    assert found.cure_sql.startswith(
        'CREATE STATISTICS s."a_Land_city_stats" (dependencies, ndistinct, mcv) ON "Land", city'
    )
    for expected, actual in ((1, 2000), (400, 5000), (40, 20_000)):  # not the product; not ten times; more than either
        names = {each.name for each in seen(filtered(condition, expected, actual), known("a", CITY, LAND)).found}
        assert "correlated_columns" not in names


def test_a_plan_for_any_parameter_is_made_for_this_one() -> None:
    found = only(seen(filtered("(city = $1)", 40, 2000), known("a", CITY)), "row_misestimate")
    assert found.cure.setting == (("plan_cache_mode", "force_custom_plan"),)


@pytest.mark.parametrize(
    "inner",
    [
        inner_scan(Actual_Rows=20, Index_Cond="(id = a.id)"),
        inner_scan(Actual_Rows=20, Filter="(lower(x) = lower(a.x))"),
        {**inner_scan(Actual_Rows=20), "Node Type": "Function Scan"},
        node(
            "Memoize",
            inner_scan(Actual_Rows=20),
            Parent_Relationship="Inner",
            Actual_Rows=20,
            Actual_Loops=2000,
            ms=400,
        ),
    ],
)
def test_an_inner_side_that_depends_on_the_outer_is_no_product(inner: dict[str, Any]) -> None:
    names = {each.name for each in seen(pair(inner, Plan_Rows=40_000)).found}
    assert "cartesian_product" not in names
    assert "cartesian_product" in {each.name for each in seen(pair(inner_scan(Actual_Rows=20))).found}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM t WHERE x NOT IN (SELECT y FROM t)",  # the column of the outer t would be that of the inner one
        "SELECT * FROM t WHERE (x, z) NOT IN (SELECT y, z FROM u)",
        "SELECT * FROM t WHERE x NOT IN (SELECT max(y) FROM u GROUP BY z)",
        "SELECT * FROM t WHERE x NOT IN (SELECT y FROM u LIMIT 5)",
        "SELECT * FROM t WHERE x NOT IN (SELECT y FROM u) AND z NOT IN (SELECT y FROM v)",
        "SELECT * FROM a WHERE x NOT IN (SELECT y FROM u)",  # the plan calls it t, the statement does not
        "SELECT * FROM t WHERE x NOT IN (SELECT max(y) FROM u)",
        "SELECT 1; SELECT 2",
        "no SQL",
        "",
    ],
)
def test_not_in_stays_where_it_cannot_be_rewritten(query: str) -> None:
    assert not_exists(query, "t") == ""


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT id FROM a JOIN b ON a.id = b.id",  # a column that does not say where it is from
        "SELECT DISTINCT a.id FROM a LEFT JOIN b ON a.id = b.id",
        "SELECT DISTINCT a.id FROM a JOIN b USING (id)",
        "SELECT DISTINCT a.id FROM a JOIN b ON a.id = b.id JOIN c ON c.id = a.id",
        "SELECT DISTINCT a.id FROM a, LATERAL (SELECT a.id) b",
        "SELECT DISTINCT a.id, b.x FROM a JOIN b ON a.id = b.id",
    ],
)
def test_a_join_stays_where_it_cannot_be_asked_by_exists(query: str) -> None:
    assert exists(query, "b") == ""


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a.id FROM a JOIN b ON a.id = b.id WHERE a.x = 1 OR b.y = 2 ORDER BY 1",
        "SELECT a.id FROM a JOIN b ON a.id = b.id WHERE a.x = 1 OR b.y = 2 LIMIT 5",
        "SELECT DISTINCT a.id FROM a JOIN b ON a.id = b.id WHERE a.x = 1 OR b.y = 2",
        "SELECT max(a.id) FROM a JOIN b ON a.id = b.id WHERE a.x = 1 OR b.y = 2",
        "SELECT a.id FROM a JOIN b ON a.id = b.id WHERE x = 1 OR b.y = 2",
        "SELECT a.id FROM a JOIN b ON a.id = b.id WHERE a.x = 1 OR a.y = 2",
    ],
)
def test_an_or_stays_where_union_all_would_not_be_the_same(query: str) -> None:
    assert union_of_alternatives(query) == ""


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.sign)
def test_no_key_of_a_plan_is_needed(corpus: planted.Corpus, make_database: Callable[..., Database]) -> None:
    with make_database(corpus.setup).connect() as connection:
        plan = planted.run(connection, queries(corpus, 18)[0]).plan
    nodes = [dict(each.properties) for each in plan.nodes]
    for key in sorted({key for each in nodes for key in each} - {"Node Type"}):
        diagnose(json_.from_value({**plan.properties, "Plan": _without(key, plan.root)}))


def _without(key: str, tree: Any) -> dict[str, Any]:
    kept = {name: value for name, value in tree.properties.items() if name != key}
    return {**kept, "Plans": [_without(key, child) for child in tree.children]}
