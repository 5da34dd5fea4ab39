"""EXPLAIN on real servers: nothing is changed, errors say what to type next, parameters get values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.base.errors import LockNotObtained, PgwrightError, Refused, StepFailed, UsageError
from pgwright.diagnose.asking.draw import drawn
from pgwright.diagnose.asking.explain import Way, explain, generic
from pgwright.diagnose.asking.statement import filled, opened
from tests.support.databases import Database

SHOP = """
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text, at timestamptz, total numeric);
INSERT INTO orders (status, at, total) SELECT CASE WHEN n % 10 = 0 THEN 'WAIT' ELSE 'DONE' END,
    now() - n * interval '1 hour', n FROM generate_series(1, 5000) n;
CREATE SEQUENCE s;
ANALYZE;
"""


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


@pytest.mark.majors("all")
def test_a_read_is_run_and_a_write_is_not(shop: Database) -> None:
    with shop.connect() as connection:
        plan = explain(connection, "SELECT * FROM orders WHERE status = 'WAIT'")
        assert plan.measured
        assert plan.query.startswith("SELECT")
        with pytest.raises(Refused) as caught:
            explain(connection, "DELETE FROM orders")
        assert "--execute-writes" in caught.value.hint
        assert explain(connection, "DELETE FROM orders", Way(analyze=False)).root.type == "ModifyTable"
    assert shop.one("SELECT count(*) FROM orders") == 5000


@pytest.mark.majors("all")
def test_a_write_that_was_asked_for_is_rolled_back(shop: Database) -> None:
    with shop.connect() as connection:
        connection.execute("SET default_transaction_read_only = on")
        plan = explain(connection, "DELETE FROM orders", Way(writes=True))
        assert plan.root.children[0].number("Actual Rows") == 5000
        for statement in ("SELECT * FROM orders WHERE id = 1 FOR UPDATE", "SELECT nextval('s')"):
            with pytest.raises(Refused, match="The statement writes"):
                explain(connection, statement)
    assert shop.one("SELECT count(*) FROM orders") == 5000


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("statement", "kind", "words"),
    [
        ("SELECT pg_sleep(5)", StepFailed, "--timeout"),
        ("SELECT 1 / (id - id) FROM orders", StepFailed, "failed while it ran"),
        ("SELECT * FROM nothing", UsageError, "nothing"),
        ("SELECT now() - '30 days'", StepFailed, "--param"),
        ("SELECT $1 + $2", UsageError, "$1"),
    ],
)
def test_a_statement_that_fails(shop: Database, statement: str, kind: type[PgwrightError], words: str) -> None:
    with shop.connect() as connection:
        with pytest.raises(kind) as caught:
            explain(connection, statement, Way(timeout_ms=200))
        assert words in str(caught.value)
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_place_of_an_error_is_shown(shop: Database) -> None:
    with shop.connect() as connection, pytest.raises(UsageError) as caught:
        explain(connection, "SELECT *\nFROM orders\nWHERE nope = 1")
    assert caught.value.message.endswith("3 | WHERE nope = 1\n  |       ^")


def test_it_does_not_stand_in_a_queue(shop: Database) -> None:
    with shop.connect(autocommit=False) as holder, shop.connect() as connection:
        holder.execute("LOCK TABLE orders")
        with pytest.raises(LockNotObtained):
            explain(connection, "SELECT * FROM orders", Way(timeout_ms=300))


@pytest.mark.majors("all")
def test_a_role_without_rights(make_role: Callable[..., str], shop: Database) -> None:
    role = make_role("LOGIN")
    with shop.connect(user=role) as connection:
        with pytest.raises(Refused, match="may not run this statement"):
            explain(connection, "SELECT * FROM orders")
        shop.run(f"GRANT SELECT ON orders TO {role}")
        assert explain(connection, "SELECT * FROM orders").measured


@pytest.mark.majors("all")
def test_values_are_drawn_from_statistics(shop: Database) -> None:
    text, siblings = opened(
        "SELECT * FROM orders WHERE status IN ($1 /*, ... */) AND at > now() - interval $2 AND total < $3 LIMIT $4"
    )
    with shop.connect() as connection:
        sets = drawn(connection, text, siblings)
        assert [each.name for each in sets] == ["common", "typical", "rare"]
        assert sets[0].values[1] == "DONE"
        assert {sets[0].values[number] for number in (1, 5, 6, 7, 8)} == {"DONE", "WAIT"}
        found = [explain(connection, filled(text, each.values)).root.number("Actual Rows") for each in sets]
    assert found[0] > 0


@pytest.mark.majors("all")
def test_a_window_is_not_empty(shop: Database) -> None:
    text = "SELECT * FROM orders WHERE total BETWEEN $1 AND $2"
    with shop.connect() as connection:
        rows = [
            explain(connection, filled(text, each.values)).root.number("Actual Rows")
            for each in drawn(connection, text, {})
        ]
    assert rows[0] > rows[1] > rows[2] > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT $1 FROM orders", "not compared with a column"),
        ("SELECT * FROM orders WHERE nope = $1", 'no table of the statement has a column "nope"'),
        ("SELECT * FROM fresh WHERE a = $1", "ANALYZE fresh;"),
    ],
)
def test_where_no_value_can_be_found_the_parameter_is_named(shop: Database, text: str, reason: str) -> None:
    shop.run("CREATE TABLE fresh (a int)")
    with shop.connect() as connection, pytest.raises(Refused) as caught:
        drawn(connection, text, {})
    assert "$1" in caught.value.message
    assert reason in caught.value.message
    assert "--param" in caught.value.hint


@pytest.mark.majors("every")
def test_a_generic_plan(shop: Database) -> None:
    with shop.connect() as connection:
        for _ in range(2):  # nothing stays behind that would be in the way of the second
            plan = generic(connection, "SELECT * FROM orders WHERE status = $1 AND total > $2")
        assert "$1" in plan.root.text("Filter")
        assert not plan.measured
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


@pytest.mark.majors("all")
def test_a_generic_plan_needs_no_parameters_and_leaves_nothing(database: Database) -> None:
    """Before 16 it takes a prepared statement, which no ROLLBACK forgets."""
    database.run("CREATE TABLE t (a int)")
    with database.connect() as connection:
        with pytest.raises(PgwrightError):
            generic(connection, "SELECT 1 / 0")
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
        for statement in ("SELECT count(*) FROM t", "SELECT * FROM t WHERE a = $1"):
            assert generic(connection, statement).nodes[-1].relation == "t"
