"""Statements are found, checked, and filled in; pure."""

from __future__ import annotations

import pytest

from pgwright.base.errors import Refused, UsageError
from pgwright.diagnose.asking.marked import places
from pgwright.diagnose.asking.statement import asked, filled, numbers, opened
from pgwright.sql import parse


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("SELECT 1;", "SELECT 1"),
        ("EXPLAIN (ANALYZE, BUFFERS) SELECT 1", "SELECT 1"),
        ("explain analyze verbose select 2;", "select 2"),
        ("EXPLAIN (SELECT 3)", "(SELECT 3)"),
        ("EXPLAIN (COSTS OFF) (SELECT 3)", "(SELECT 3)"),
        ("/* a */ EXPLAIN -- b\n WITH x AS (SELECT 1) TABLE x", "WITH x AS (SELECT 1) TABLE x"),
        ("VALUES (1), (2)", "VALUES (1), (2)"),
    ],
)
def test_an_explain_around_it_is_taken_off(given: str, text: str) -> None:
    assert asked(given).text == text


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("SELECT 1", False),
        ("DELETE FROM t", True),
        ("WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x", True),
        ("SELECT * FROM t FOR UPDATE", True),
        ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", True),
    ],
)
def test_it_is_known_whether_it_writes(text: str, writes: bool) -> None:
    assert asked(text).writes is writes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no statement in it"),
        ("SELECT 1; SELECT 2", "There are 2 statements in it"),
        ("DROP TABLE t", "no statement that can be explained (Drop)"),
        ("SELEC 1", "neither a query plan nor SQL"),
        ("Seq Scan on", "neither a query plan nor SQL"),
    ],
)
def test_what_cannot_be_explained_says_so(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(text)
    assert message in caught.value.message
    assert caught.value.hint


def test_what_a_rollback_does_not_undo_is_refused() -> None:
    with pytest.raises(Refused, match="pg_terminate_backend"):
        asked("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity")


def test_parameters_become_constants_where_they_stand() -> None:
    text = "SELECT '$1', $2 FROM t WHERE a = $1 AND at > now() - interval $3 -- $9"
    assert numbers(text) == (1, 2, 3)
    values = {1: "O'Neill", 2: "5::integer", 3: "30 days"}
    expected = "SELECT '$1', '5'::integer FROM t WHERE a = 'O''Neill' AND at > now() - interval '30 days' -- $9"
    assert filled(text, values) == expected
    parse.parse(expected)


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(UsageError, match=r"\$2"):
        filled("SELECT $1, $2", {1: "a"})


@pytest.mark.parametrize(
    ("value", "constant"),
    [("NULL", "NULL"), ("a::b::text", "'a::b'::text"), ("{1,2}::int[]", "'{1,2}'::int[]"), ("::", "'::'"),
     ("1; DROP TABLE t", "'1; DROP TABLE t'"), ("x::numeric(12,2)", "'x'::numeric(12,2)"),
     ("1::double precision", "'1'::double precision"), ("a::b or true", "'a::b or true'"),
     ("2024-01-01::timestamp with time zone", "'2024-01-01'::timestamp with time zone"),
     ('x::shop."My Type"[]', """'x'::shop."My Type"[]""")],
)  # fmt: skip
def test_a_value_is_a_constant_whatever_is_in_it(value: str, constant: str) -> None:
    assert filled("$1", {1: value}) == constant


def test_a_list_that_was_cut_is_opened_again() -> None:
    text, siblings = opened("SELECT * FROM t WHERE a IN ($1 /*, ... */) AND b = $2")
    assert text == "SELECT * FROM t WHERE a IN ($1, $3, $4, $5, $6) AND b = $2"
    assert siblings == {3: 1, 4: 1, 5: 1, 6: 1}


def test_places_of_parameters() -> None:
    text = (
        "SELECT * FROM shop.orders o JOIN users u ON u.id = o.user_id WHERE o.status = $1 AND u.name LIKE $2 "
        "AND o.at > now() - interval $3 AND o.total BETWEEN $4 AND $5 LIMIT $6 OFFSET $7"
    )
    found = {place.number: place for place in places(text)}
    assert [(number, place.use, place.column) for number, place in sorted(found.items())] == [
        (1, "=", "status"),
        (2, "~~", "name"),
        (3, ">", "at"),
        (4, ">=", "total"),
        (5, "<=", "total"),
        (6, "LIMIT", ""),
        (7, "OFFSET", ""),
    ]
    assert found[1].relations == (("shop", "orders"),)
    assert found[3].interval
    assert not found[1].interval


def test_places_in_writes() -> None:
    assert [(p.column, p.relations) for p in places("UPDATE t SET a = $1 WHERE b = $2")] == [
        ("a", (("", "t"),)),
        ("b", (("", "t"),)),
    ]
    assert [p.column for p in places("INSERT INTO s.t (x, y) VALUES ($1, $2), ($3, $4)")] == ["x", "y", "x", "y"]
