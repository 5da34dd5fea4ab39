"""The clone as the place to ask: what is shown, hidden, refused, and called alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from pgwright.base.errors import Refused, StepFailed, UsageError
from pgwright.clone.clone import Clone
from pgwright.diagnose.whatif import _session
from pgwright.diagnose.whatif.on_clone import OnClone
from pgwright.diagnose.whatif.planner import Existing
from pgwright.diagnose.whatif.proposed import Proposed
from tests.support import databases
from tests.support.databases import Server
from tests.support.selection import server_folders

pytestmark = pytest.mark.majors("all")

SCRIPT = """
CREATE SCHEMA nord; CREATE SCHEMA sud;
CREATE TABLE nord.t (a int, b text); CREATE TABLE sud.t (a int, b text);
INSERT INTO nord.t SELECT i, 'x' || i FROM generate_series(1, 30000) i;
INSERT INTO sud.t SELECT i, 'x' || i FROM generate_series(1, 30000) i;
CREATE INDEX t_a ON nord.t (a); CREATE INDEX t_a ON sud.t (a);
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10000);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10000) TO (40000);
INSERT INTO p SELECT i, i FROM generate_series(0, 39999) i;
CREATE INDEX p_v ON p (v);
CREATE INDEX t_remainder ON nord.t ((a % 11));
CREATE STATISTICS nord.s ON (a % 13) FROM nord.t;
CREATE SCHEMA "l'été %s";
CREATE TABLE "l'été %s"."T ""é"" %d" AS
SELECT jsonb_build_object('us''er %', 'u' || i % 3000) AS "do c %" FROM generate_series(1, 30000) i;
"""
NORD, SUD = Existing(schema="nord", name="t_a"), Existing(schema="sud", name="t_a")


@pytest.fixture(scope="module")
def planner(server: Server) -> Iterator[OnClone]:
    """Who asks a clone of the tables."""
    source = databases.create(server, SCRIPT)
    try:
        source.run("VACUUM (ANALYZE)")
        with Clone(source.dsn, folders=server_folders()) as clone:
            yield OnClone(clone)
    finally:
        databases.drop(source)


def index(schema: str, table: str, *keys: str, method: str = "btree") -> Proposed:
    return Proposed(schema=schema, table=table, keys=keys, method=method)


def test_indexes_of_one_name_in_two_schemas_are_both_meant(planner: OnClone) -> None:
    """Else the search would think that a plan does not use what it does use, and prove a drop that hurts."""
    statement = "SELECT * FROM nord.t WHERE a = 7"
    with_both = planner.cost(statement, ())
    assert NORD in with_both.used
    assert planner.cost(statement, (), [NORD]).cost > with_both.cost * 10
    assert planner.cost(statement, (), [SUD]).cost == with_both.cost
    assert SUD not in planner.cost(statement, (), [SUD]).used


def test_candidates_of_two_schemas_are_told_apart_by_what_is_shown(planner: OnClone) -> None:
    nord, sud = index("nord", "t", "b"), index("sud", "t", "b")
    planner.offer([nord, sud])
    assert planner.cost("SELECT * FROM sud.t WHERE b = 'x7'", [sud]).used == {sud}
    assert planner.cost("SELECT * FROM nord.t WHERE b = 'x7'", [sud]).used == frozenset()


def test_an_index_of_a_partitioned_table_is_hidden_with_its_parts(planner: OnClone) -> None:
    statement = "SELECT * FROM p WHERE v = 7"
    whole = Existing(schema="public", name="p_v")
    assert planner.existing()[whole] == ("public", "p")
    assert planner.cost(statement, ()).used == {whole}
    hidden = planner.cost(statement, (), [whole])
    assert hidden.used == frozenset()
    assert hidden.cost > planner.cost(statement, ()).cost * 10


def test_partitions_have_no_indexes_of_their_own(planner: OnClone) -> None:
    assert {each.name for each in planner.existing()} == {"t_a", "t_remainder", "p_v"}


def test_what_the_server_refuses_is_no_candidate(planner: OnClone) -> None:
    good, bad = index("nord", "t", "a", "b"), index("nord", "t", "nothing")
    wrong = index("nord", "t", "b", method="spgist_x")
    assert set(planner.offer([good, bad, wrong, index("nord", "nowhere", "a")])) == {good}
    assert set(planner.offer([bad, good])) == {good}


def test_the_whole_plan_and_its_cost_agree(planner: OnClone) -> None:
    new = index("nord", "t", "b")
    planner.offer([new])
    statement = "SELECT * FROM nord.t WHERE b = 'x7'"
    plan = planner.plan(statement, [new])
    assert plan.root.number("Total Cost") == planner.cost(statement, [new]).cost
    sorted_on_disk = planner.plan("SELECT * FROM nord.t ORDER BY b", settings=[("work_mem", "64kB")])
    assert sorted_on_disk.root.number("Total Cost") > planner.plan("SELECT * FROM nord.t ORDER BY b").root.number(
        "Total Cost"
    )


def test_writes_are_planned_and_not_made(planner: OnClone) -> None:
    before = planner.asked
    assert planner.cost("DELETE FROM nord.t WHERE a = 7", ()).used >= {NORD}
    assert planner.plan("UPDATE nord.t SET b = 'y' WHERE a = 7").root.type == "ModifyTable"
    assert planner.asked == before + 2


def test_a_statement_that_fails_spoils_nothing(planner: OnClone, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="nulle_part"):
        planner.cost("SELECT * FROM nulle_part", ())
    planner.clone.connection.execute("SET statement_timeout = 1")
    many = " CROSS JOIN ".join(f"nord.t t{number}" for number in range(60))
    with pytest.raises(StepFailed) as error:
        planner.cost(f"SELECT 1 FROM {many}", ())
    assert error.value.sqlstate == "57014"
    planner.clone.connection.execute(f"SET statement_timeout = {_session.TIMEOUT_MS}".encode())
    assert planner.cost("SELECT 1 FROM nord.t", ()).cost > 0


def test_only_expressions_of_which_nothing_is_known_are_looked_at(
    planner: OnClone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is foretold, or was analyzed at the source, needs no rows of it."""
    asked: list[str] = []

    def statistics(sql: str) -> AbstractContextManager[None]:
        asked.append(sql)
        raise Refused("Not now.")

    monkeypatch.setattr(planner.clone, "statistics", statistics)
    remainder, parted = index("nord", "t", "(a % 7)"), index("public", "p", "(v % 7)")
    known = [index("nord", "t", key) for key in ("lower(b)", "b", "(a % 11)", "(a % 13)")]
    offered = [remainder, index("nord", "t", "(a % 7)", "b"), parted, *known]
    planner.offer(offered)
    with planner.analyzed(offered) as left:
        assert [(each.expression, each.table) for each in left] == [("(a % 7)", "nord.t"), ("(v % 7)", "public.p")]
        assert [each.reason for each in left] == [
            "Not now.",
            "Each of its partitions is scanned by statistics of its own.",
        ]
    [statement] = asked
    assert statement.endswith(" ON ((a % 7)) FROM nord.t")
    with planner.analyzed([remainder], seconds=0) as left:
        assert [each.reason for each in left] == ["There was no time to look at it."]
    assert asked == [statement]


def test_expressions_with_odd_names_are_looked_at(planner: OnClone) -> None:
    odd = index("l'été %s", 'T "é" %d', """("do c %" ->> 'us''er %'::text)""")
    assert planner.offer([odd])
    with planner.analyzed([odd]) as left:
        assert left == ()
        plan = planner.plan("""SELECT * FROM "l'été %s"."T ""é"" %d" WHERE "do c %" ->> 'us''er %' = 'u7'""", [odd])
        assert plan.root.number("Plan Rows") == pytest.approx(10, abs=5)


def test_the_planner_knows_expressions_for_as_long_as_it_is_asked(planner: OnClone) -> None:
    remainder = index("nord", "t", "(a % 3000)")
    planner.offer([remainder])
    statement = "SELECT * FROM nord.t WHERE a % 3000 = 5"
    guessed = planner.plan(statement, [remainder]).root.number("Plan Rows")
    with planner.analyzed([remainder]):
        assert planner.plan(statement, [remainder]).root.number("Plan Rows") == pytest.approx(10, abs=5)
    assert planner.plan(statement, [remainder]).root.number("Plan Rows") == guessed == 150
