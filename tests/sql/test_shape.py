"""Shapes: what statements that differ in values share, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse
from pgwright.sql.node import same
from pgwright.sql.shape import LONGEST, filled, shape

CASES = [
    ("SELECT a FROM t WHERE b = 'x' AND c > -5", "SELECT a FROM t WHERE b = $1 AND c > $2", ("'x'", "-5")),
    ("SELECT a\n  FROM t -- why 'not'\n /* b = 'c' */ WHERE b=1;", "SELECT a FROM t WHERE b=$1", ("1",)),
    ("SELECT a FROM t WHERE b = $2 AND c = $1 LIMIT 5", "SELECT a FROM t WHERE b = $2 AND c = $1 LIMIT $3", None),
    ("SELECT NULL, true, x'1F', b'01', 1e5, .5, 0x1F", "SELECT $1, $2, $3, $4, $5, $6, $7",
     ("NULL", "TRUE", "x'1F'", "b'01'", "1e5", ".5", "0x1F")),
    ("SELECT a::numeric(10,2), 7 FROM t GROUP BY 1 ORDER BY 2",
     "SELECT a::numeric(10,2), $1 FROM t GROUP BY 1 ORDER BY 2", ("7",)),
    ("SELECT interval '1 day', extract(year FROM d) FROM t2", "SELECT interval $1, extract(year FROM d) FROM t2",
     ("'1 day'",)),
    ("SELECT $q$it's $1$q$, \"a'1\", E'\\'2', U&'d!0061' UESCAPE '!'", 'SELECT $1, "a\'1", $2, $3',
     ("$q$it's $1$q$", "E'\\'2'", "U&'d!0061' UESCAPE '!'")),
    ("SELECT 5 -3, 5- 3, a-1, - 7 FROM t$1x", "SELECT $1 -$2, $3- $4, a-$5, $6 FROM t$1x",
     ("5", "3", "5", "3", "1", "-7")),
    ("SELECT 'a'\n'b', N'c' FROM t", "SELECT $1, N$2 FROM t", ("'a'\n'b'", "'c'")),
    ("/*+ SeqScan(t) */ SELECT 1 FROM t WHERE a IS NULL", "/*+ SeqScan(t) */ SELECT $1 FROM t WHERE a IS NULL", ("1",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "values"), CASES)
def test_values_are_taken_out(text: str, expected: str, values: tuple[str, ...] | None) -> None:
    found, taken = shape(text)
    assert (found.text, taken) == (expected, values)
    assert found.count == expected.count("$") - expected.count("t$1x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE b IN (1, 2, 3)", "select A from t where b in ('x') -- c"),
        ("SELECT a FROM t WHERE b IN (1, 2, 3)", "SELECT a FROM t WHERE b IN ($1 /*, ... */)"),
        ("SELECT a FROM t WHERE (b, c) IN ((1, 2), (3, 4))", "SELECT a FROM t WHERE (b, c) IN ((1, 2))"),
        ("INSERT INTO t VALUES (1, 2), (3, 4)", "INSERT INTO t VALUES ($1, $2)"),
        ("SELECT ARRAY[1, 2]", "SELECT ARRAY[3]"),
        ("SELECT a FROM t WHERE b = NULL", "SELECT a FROM t WHERE b = 5"),
        ("SELECT a FROM t WHERE b = interval '1 day'", "SELECT a FROM t WHERE b = interval $1"),
        ('SELECT "a" FROM t', "SELECT a\nFROM t;"),
    ],
)
def test_one_shape(one: str, other: str) -> None:
    assert shape(one)[0].key == shape(other)[0].key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE b IN (1)", "SELECT a FROM t WHERE b = 1"),
        ("SELECT a FROM t WHERE b = '1'::int", "SELECT a FROM t WHERE b = '1'"),
        ("SELECT a FROM t ORDER BY 1", "SELECT a FROM t ORDER BY 2"),
        ("SELECT a::varchar(10) FROM t", "SELECT a::varchar(20) FROM t"),
        ("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1, 1)"),
        ("INSERT INTO t VALUES (1, DEFAULT)", "INSERT INTO t VALUES (1, 1)"),
        ('SELECT "A" FROM t', "SELECT a FROM t"),
        ("SELECT a FROM t WHERE b IS TRUE", "SELECT a FROM t WHERE b IS FALSE"),
        ("SELECT a FROM t WHERE b < 1", "SELECT a FROM t WHERE b > 1"),
    ],
)
def test_different_shapes(one: str, other: str) -> None:
    assert shape(one)[0].key != shape(other)[0].key


def test_what_a_statement_names() -> None:
    found, _ = shape("WITH c AS (SELECT * FROM a.b) SELECT x.f(1), lower('A') FROM c JOIN \"É\" ON true")
    assert found.relations == {("a", "b"), ("", "É")}
    assert found.functions == {("x", "f"), ("", "lower")}


TOO_LONG = "SELECT " + "1," * LONGEST


@pytest.mark.parametrize("text", ["", "SELECT 1; SELECT 2", "SELECT FROM WHERE", "SELECT 'a", TOO_LONG])
def test_what_is_not_one_statement(text: str) -> None:
    with pytest.raises(MigrationFileError):
        shape(text)


def test_given_parameters_come_first() -> None:
    found, values = shape("SELECT a FROM t WHERE b = $2 AND c = $1 LIMIT 5", {1: "'p'", 2: "NULL"})
    assert values == ("'p'", "NULL", "5")
    assert filled(found.text, values) == "SELECT a FROM t WHERE b = NULL AND c = 'p' LIMIT 5"
    with pytest.raises(ValueError, match=r"\$3"):
        filled(found.text, values[:2])


STRING = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map(
    lambda text: "'" + text.replace("'", "''") + "'"
)
DOLLAR = st.text(st.characters(exclude_characters="\0$", exclude_categories=["Cs"])).map(lambda text: f"$q${text}$q$")
NUMBER = st.integers(-(2**70), 2**70).map(str) | st.floats(0, 1e9).map(repr)
CONSTANT = STRING | DOLLAR | NUMBER | st.sampled_from(["NULL", "true", "x'0f'", "E'\\n\\''", "''"])
BLANK = st.sampled_from([" ", "\n", " -- it's\n", "/* 'a' */ ", "\t"])


@given(st.lists(CONSTANT, min_size=3, max_size=3), BLANK)
def test_any_values_give_one_shape_and_come_back(values: list[str], blank: str) -> None:
    one, two, three = values
    text = f"SELECT a{blank}FROM t WHERE b = {one}{blank}AND c IN ({two}, {two}) AND d < {three}{blank}"
    found, taken = shape(text)
    assert found.text == "SELECT a FROM t WHERE b = $1 AND c IN ($2, $3) AND d < $4"
    assert taken is not None
    (back,), (original,) = parse.parse(filled(found.text, taken)), parse.parse(text)
    assert same(back.node, original.node)
