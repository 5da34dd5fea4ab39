"""Keys and cures as SQL, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.diagnose.whatif.reading import indexes
from pgwright.sql import quote
from pgwright.sql.index_key import bare, column, direction

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("key", "expression", "name", "turned"),
    [
        ("a", "a", "a", ""),
        ("a DESC NULLS LAST", "a", "a", "DESC NULLS LAST"),
        ("a text_pattern_ops DESC", "a", "a", "DESC"),
        ("prix_ops", "prix_ops", "prix_ops", ""),
        ('"l\'""été"" DESC"', '"l\'""été"" DESC"', 'l\'"été" DESC', ""),
        ("(lower(nom)) NULLS FIRST", "(lower(nom))", "", "NULLS FIRST"),
        ('"a b" gin_trgm_ops', '"a b"', "a b", ""),
    ],
)
def test_a_key_is_an_expression_a_class_and_a_direction(key: str, expression: str, name: str, turned: str) -> None:
    assert (bare(key), column(key), direction(key)) == (expression, name, turned)


@given(name=NAMES, tail=st.sampled_from(["", " DESC", " NULLS FIRST", " text_pattern_ops", " jsonb_path_ops DESC"]))
def test_any_name_comes_back(name: str, tail: str) -> None:
    assert column(quote.ident(name) + tail) == name


@given(schema=NAMES, table=NAMES, key=NAMES, included=NAMES)
def test_what_is_written_is_read_again(schema: str, table: str, key: str, included: str) -> None:
    index = Proposed(
        schema=schema, table=table, keys=(quote.ident(key) + " DESC", "(lower(x))"), include=(included,), where="y > 3"
    )
    assert indexes(index.sql) == (index,)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX ON public.t USING brin (at) WITH (pages_per_range = 16);",
        'CREATE INDEX ON public.t (nom COLLATE "C" text_pattern_ops);',
        "CREATE INDEX ON s.t (a, b DESC NULLS LAST) INCLUDE (c) WHERE d IS NULL;",
    ],
)
def test_a_cure_keeps_all_that_it_says(sql: str) -> None:
    [index] = indexes(f"CREATE EXTENSION IF NOT EXISTS pg_trgm;\n{sql}")
    assert index.sql == sql


@pytest.mark.parametrize(
    "sql",
    ["ANALYZE t", "CREATE INDEX ON t (a)", "CREATE UNIQUE INDEX ON s.t (a)", "CREATE INDEX ON s.t ("],
)
def test_what_cannot_be_tried_is_no_index(sql: str) -> None:
    assert indexes(sql) == ()


def test_which_index_begins_another() -> None:
    short = Proposed(schema="s", table="t", keys=("a",), include=("c",))
    assert short.begins(Proposed(schema="s", table="t", keys=("a", "b"), include=("c",)))
    assert short.begins(Proposed(schema="s", table="t", keys=("a", "c")))
    assert not short.begins(Proposed(schema="s", table="t", keys=("a", "b")))
    assert not short.begins(short)
    assert not short.begins(Proposed(schema="s", table="t", keys=("a", "c"), where="x"))
