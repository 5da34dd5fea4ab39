"""Statistics that a sample foretells: the clone expects what the source expects once they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from pgwright.base.errors import Refused
from pgwright.clone.clone import Clone
from pgwright.clone.statistics import Column
from tests.clone.conftest import Pair
from tests.support import databases
from tests.support.databases import Database, Server
from tests.support.selection import server_folders

pytestmark = pytest.mark.majors("every")

SCRIPT = """
SELECT setseed(0.7);
CREATE SCHEMA "l'été";
CREATE DOMAIN "l'été".mot AS text CHECK (value <> 'jamais');
CREATE FUNCTION "l'été".court(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT left(t, 2) $$;
CREATE TABLE "l'été"."T é" (id int, perdu int, b int, "A é" int, w "l'été".mot, rare int);
ALTER TABLE "l'été"."T é" DROP COLUMN perdu;
INSERT INTO "l'été"."T é"
SELECT n, n % 1000 / 10, n % 1000,
       'w' || (power(random(), 3) * 80)::int || E'\\t\\\\', CASE WHEN n % 50 = 0 THEN n % 7 END
FROM generate_series(1, 200000) n;
CREATE TABLE p (d int, a int, b int) PARTITION BY RANGE (d);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (30000);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (30000) TO (90000);
INSERT INTO p SELECT n, n % 600, n % 600 / 10 FROM generate_series(1, 80000) n;
CREATE TABLE m (a int, b int);
INSERT INTO m SELECT n % 60, n % 60 / 3 FROM generate_series(1, 50000) n;
CREATE TABLE few (a int, b int);
INSERT INTO few SELECT n, n FROM generate_series(1, 200) n;
CREATE TABLE parent (a int, b int);
CREATE TABLE child () INHERITS (parent);
ANALYZE;
"""
T = '"l\'été"."T é"'
FORETOLD = [
    ('(ndistinct, dependencies) ON "A é", b, rare', T, '"A é" = 57 AND b = 5', '"A é", b'),
    ("ON a, b", "m", "a = 7 AND b = 2", "a, b"),
    ("ON a, b", "m", "a = 7 AND b = 3", "a, b"),
    ("(mcv) ON a, b", "m", "a IN (7, 8) AND b = 2", "a"),
    ("(dependencies) ON a, b", "p", "a = 57 AND b = 5", "a"),
    ("(ndistinct, dependencies) ON a, b", "p2", "a = 57 AND b = 5", "a, b"),
    ("ON upper(w)", T, r"upper(w) = E'W3\t\\'", "upper(w)"),
    ('ON "l\'été".court(w)', T, "\"l'été\".court(w) = 'w3'", '"l\'été".court(w)'),
    ('ON (id % 100), "A é", lower(w)', T, "id % 100 = 3", 'id % 100, "A é"'),
    ("ON id, b", T, "id = 5 AND b = 0", "id, b"),
]
"""What the statistics are on, the table, a condition, and by what is grouped."""


@pytest.fixture(scope="session")
def pair(server: Server) -> Iterator[Pair]:
    """Tables whose columns hang together, and their clone."""
    source = databases.create(server, SCRIPT)
    try:
        with Clone(source.dsn, folders=server_folders()) as clone:
            yield Pair(source=source, clone=clone)
    finally:
        databases.drop(source)


def expected(pair: Pair, table: str, condition: str, groups: str) -> list[tuple[float, float]]:
    """What the two planners expect, the clone first."""
    asked = [f"SELECT FROM {table} WHERE {condition}", f"SELECT {groups} FROM {table} GROUP BY {groups}"]
    with pair.source.connect() as connection:
        return [(rows(pair.clone.connection, text), rows(connection, text)) for text in asked]


def kept(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
    """How many common combinations the statistics `s` hold."""
    [(most,)] = connection.execute(
        b"SELECT coalesce(max(cardinality(most_common_freqs)), 0) FROM pg_stats_ext WHERE statistics_name = 's'"
    ).fetchall()
    return int(most)


def rows(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> float:
    [(plan,)] = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchall()
    return float(plan[0]["Plan"]["Plan Rows"])


@pytest.mark.parametrize(("on", "table", "condition", "groups"), FORETOLD)
def test_the_planner_expects_what_it_will_expect(pair: Pair, on: str, table: str, condition: str, groups: str) -> None:
    before = expected(pair, table, condition, groups)
    statement = f"CREATE STATISTICS public.s {on} FROM {table};"
    with pair.clone.statistics(f"{statement}\nANALYZE {table};"):
        pair.source.run(statement)
        pair.source.run(f"ANALYZE {table}")
        try:
            after = expected(pair, table, condition, groups)
            with pair.source.connect() as connection:
                assert kept(pair.clone.connection) == pytest.approx(kept(connection), rel=0.1)
        finally:
            pair.source.run("DROP STATISTICS public.s")
    for here, there in after:
        assert here == pytest.approx(there, rel=0.35, abs=2)
    assert [here for here, _ in expected(pair, table, condition, groups)] == [here for here, _ in before]


def test_a_target_of_its_own(pair: Pair) -> None:
    """Of 1,000 combinations 100 are kept, and then dependencies are not looked at; with a target all are."""
    made = f'CREATE STATISTICS public.s (ndistinct, mcv, dependencies) ON "A é", b FROM {T};'
    with pair.clone.statistics(f"{made} ALTER STATISTICS public.s SET STATISTICS 1000; ANALYZE {T};"):
        [(rows, _), _] = expected(pair, T, '"A é" = 57 AND b = 5', "b")
    assert rows == pytest.approx(200, rel=0.3)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("CREATE STATISTICS s ON a, b FROM few", "200 rows say nothing"),
        ("CREATE STATISTICS s ON a, b FROM parent", "has tables that inherit from it"),
        ("CREATE STATISTICS s ON a, c FROM m", 'column "c" does not exist'),
        ("CREATE STATISTICS s ON a, b FROM parti", 'relation "parti" does not exist'),
    ],
)
def test_what_cannot_be_tried_is_refused_and_leaves_nothing(pair: Pair, sql: str, reason: str) -> None:
    with pytest.raises(Refused) as refused, pair.clone.statistics(sql):
        pass
    assert reason in refused.value.message
    left = (
        b"SELECT stxname FROM pg_statistic_ext UNION ALL SELECT relname FROM pg_class WHERE relname ~ 'pgwright_sample'"
    )
    assert pair.clone.connection.execute(left).fetchall() == []


def test_the_table_has_gone_meanwhile(database: Database) -> None:
    database.run("CREATE TABLE t (a int, b int); INSERT INTO t SELECT n, n FROM generate_series(1, 1000) n; ANALYZE")
    with Clone(database.dsn, folders=server_folders()) as clone:
        database.run("DROP TABLE t")
        with pytest.raises(Refused, match="was not sampled"), clone.statistics("CREATE STATISTICS s ON a, b FROM t"):
            pass


def test_values_that_are_to_stay_do_not_leave(database: Database) -> None:
    database.run("CREATE TABLE t (a int, b int, c text); INSERT INTO t SELECT n, n, n FROM generate_series(1, 1000) n")
    blank = [Column(schema="public", relation="t", attribute="c")]
    with Clone(database.dsn, folders=server_folders(), blank=blank) as clone:
        with clone.statistics("CREATE STATISTICS s ON a, b FROM t"):
            pass
        for on in ("a, c", "lower(c)"):
            made = f"CREATE STATISTICS s ON {on} FROM t"
            with pytest.raises(Refused, match="stay at the source"), clone.statistics(made):
                pass


def test_rows_that_policies_hide(make_role: Callable[[str], str], database: Database) -> None:
    """Of a part of the rows nothing can be said about all, so nothing is said."""
    role = make_role("LOGIN")
    database.run(
        "CREATE TABLE t (a int, b int); INSERT INTO t SELECT n, n FROM generate_series(1, 1000) n;"
        f"ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON t USING (a < 500); GRANT SELECT ON t TO {role}"
    )
    with Clone(database.dsn_as(role), folders=server_folders()) as clone:
        made = "CREATE STATISTICS s ON a, b FROM t"
        with pytest.raises(Refused, match="row-level"), clone.statistics(made):
            pass
