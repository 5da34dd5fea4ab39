"""Which statements of a file are queries, what they are called, and which are refused with which words."""

from __future__ import annotations

import pytest

from pgwright.base.errors import MigrationFileError, PgwrightError, Refused
from pgwright.diagnose.history.queries import check_names, read


def names(text: str) -> list[str]:
    return [query.name for query in read(text, file="f.sql", stem="f")]


def test_names() -> None:
    assert names("") == []
    assert names("-- nothing but words\n") == []
    assert names("SELECT 1") == ["f"]
    assert names("SELECT 1; SELECT 2;; SELECT 3") == ["f", "f:2", "f:3"]
    assert names("-- name: one\nSELECT 1;\n\n-- name: two words  \n-- why\nSELECT 2;\nSELECT 3") == [
        "one", "two words", "f:3",
    ]  # fmt: skip
    assert names("SELECT 1 -- name: inside\n; -- name: behind\nSELECT 2") == ["f", "behind"]
    assert names("SELECT '-- name: x'; --name:y\nTABLE a; -- NAME : z\nVALUES (1)") == ["f", "y", "z"]


def test_a_query_knows_its_place_and_whether_it_writes() -> None:
    text = "SELECT 1;\n\n-- name: w\nWITH x AS (DELETE FROM a RETURNING b) SELECT * FROM x;\nSELECT 1 FOR UPDATE"
    found = read(text, file="f.sql", stem="f")
    assert [(query.line, query.writes) for query in found] == [(1, False), (4, True), (5, True)]
    assert found[1].statement == "WITH x AS (DELETE FROM a RETURNING b) SELECT * FROM x"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO a VALUES (1)",
        "UPDATE a SET b = 1",
        "DELETE FROM a",
        "MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE",
    ],
)
def test_changes_of_rows_write(statement: str) -> None:
    assert [query.writes for query in read(statement, file="f.sql", stem="f")] == [True]


def test_an_explain_is_taken_off() -> None:
    (found,) = read("EXPLAIN (ANALYZE, BUFFERS) SELECT 1", file="f.sql", stem="f")
    assert found.statement == "SELECT 1"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("SELECT 1;\n  SELECT * FROM a WHERE b = $2 AND c = $1", "f.sql:2:40", "the parameter $1"),
        ("SELECT 1;\nCREATE TABLE a (b int)", "f.sql:2:1", "no statement that can be explained (Create)"),
        ("SET work_mem = '1GB'", "f.sql:1:1", "(VariableSet)"),
        ("COMMIT", "f.sql:1:1", "(Transaction)"),
        ("DO 'BEGIN END'", "f.sql:1:1", "(Do)"),
        ("COPY a TO PROGRAM 'rm'", "f.sql:1:1", "(Copy)"),
        ("EXECUTE x(1)", "f.sql:1:1", "another session prepared"),
        ("PREPARE x AS SELECT 1", "f.sql:1:1", "(Prepare)"),
        ("SELECT 1 INTO a", "f.sql:1:1", "makes a table"),
        ("CREATE TABLE a AS SELECT 1", "f.sql:1:1", "(CreateTableAs)"),
        ("EXPLAIN ANALYZE CREATE TABLE a AS SELECT 1", "f.sql:1:1", "(CreateTableAs)"),
        ("SELECT 1 WHERE", "f.sql:1", "syntax error"),
        ("SELECT 'x", "f.sql:1", "unterminated"),
        ("SELECT :id", "f.sql:1", "syntax error"),
        ("\\set x 1", "f.sql:1", "syntax error"),
        ("SELECT 1\0", "f.sql:1", "zero byte"),
    ],
)
def test_what_is_refused(text: str, place: str, words: str) -> None:
    with pytest.raises(MigrationFileError) as caught:
        read(text, file="f.sql", stem="f")
    assert caught.value.message.startswith(place)
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_what_no_rollback_takes_back_is_refused() -> None:
    with pytest.raises(Refused, match=r"f\.sql:2:1: .*pg_terminate_backend"):
        read("SELECT 1;\nSELECT pg_terminate_backend(pid) FROM pg_stat_activity", file="f.sql", stem="f")


def test_two_queries_of_one_name() -> None:
    found = read("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2", file="f.sql", stem="f")
    with pytest.raises(PgwrightError, match=r"f\.sql:4:1: there is another query called a, in f\.sql:2"):
        check_names(found)
