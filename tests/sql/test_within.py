"""The query inside of PREPARE, DECLARE and COPY, and what EXECUTE and FETCH refer to."""

from __future__ import annotations

import pytest

from pgwright.sql.within import declared_cursor, executed, fetched_cursor, query_within


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("PREPARE p AS SELECT 1 AS a", "SELECT 1 AS a"),
        ('prepare "AS" (int, numeric(10,2)) /* AS */ as\n SELECT $1 -- x', "SELECT $1 -- x"),
        ("DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT a FROM t FOR UPDATE", "SELECT a FROM t FOR UPDATE"),
        ("COPY (SELECT a FROM t WHERE b IN (1, 2)) TO STDOUT (FORMAT csv)", "SELECT a FROM t WHERE b IN (1, 2)"),
        ("COPY t (a) TO STDOUT", None),
        ("COPY t FROM STDIN", None),
        ("SELECT a AS b FROM t", None),
        ("COPY (SELECT 1", None),
        ("PREPARE", None),
        ("DECLARE c", None),
        ("SELECT 'a", None),
        ("", None),
    ],
)
def test_the_query_within(text: str, query: str | None) -> None:
    assert query_within(text) == query


def test_cursors_have_names() -> None:
    assert declared_cursor('DECLARE "Là" CURSOR FOR SELECT 1') == "Là"
    assert declared_cursor("DECLARE Abc CURSOR FOR SELECT 1") == "abc"
    assert declared_cursor("SELECT 1") is None
    for text in ('FETCH FORWARD 10 FROM "Là"', 'fetch "Là";', 'MOVE ALL IN "Là" '):
        assert fetched_cursor(text) == "Là"
    assert fetched_cursor("FETCH 5 FROM ABC") == "abc"
    assert fetched_cursor("SELECT 1") is None


def test_what_execute_runs() -> None:
    prepared = "PREPARE p (int, text) AS SELECT a FROM t WHERE b = $1 AND c = $2"
    query = "SELECT a FROM t WHERE b = $1 AND c = $2"
    assert executed("EXECUTE p (-5, 'it''s, ok')", prepared) == (query, {1: "-5", 2: "'it''s, ok'"})
    assert executed("EXECUTE p (NULL, E'\\'')", prepared) == (query, {1: "NULL", 2: "E'\\''"})
    assert executed("EXECUTE p", prepared) == (query, {})
    assert executed("EXECUTE p (now(), 'x')", prepared) == (query, {})
    assert executed("EXECUTE p (1 + 1, 'x')", prepared) == (query, {})
    assert executed("SELECT 1", prepared) is None
    assert executed("EXECUTE p (1", prepared) is None
    assert executed("EXECUTE p (1)", "garbage") is None
