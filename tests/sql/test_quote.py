from __future__ import annotations

import pytest
from hypothesis import given

from pgwright.base.errors import MigrationFileError
from pgwright.base.name import RelationName
from pgwright.sql import parse, quote

from .names import HOSTILE, names, texts


@given(names)
def test_an_identifier_is_one_token_that_denotes_the_name(name: str) -> None:
    (token,) = parse.scan(quote.ident(name))
    assert token.name == name
    assert parse.parse_expression(quote.ident(name)).fields[0].string.sval == name


@given(names, names)
def test_a_qualified_name_has_two_parts(schema: str, name: str) -> None:
    text = quote.qualified(schema, name)
    assert text == quote.qualified(RelationName(schema, name))
    assert [token.name for token in parse.scan(text)] == [schema, None, name]


@given(texts)
def test_a_literal_is_one_constant_with_that_value(text: str) -> None:
    assert parse.parse_expression(quote.literal(text)).sval.sval == text


@given(texts)
def test_a_dollar_quoted_body_is_one_constant_with_that_value(text: str) -> None:
    assert parse.parse_expression(quote.dollar(text)).sval.sval == text


@pytest.mark.parametrize(
    "body", ["a$", "$$", "$$ $body$", "x$body", "x$body$", "$body2", "$é$", "$a", "$$$", "$body$$"]
)
def test_a_tag_never_ends_inside_of_its_body(body: str) -> None:
    assert parse.parse_expression(quote.dollar(body)).sval.sval == body


def test_nothing_is_quoted_that_needs_no_quotes() -> None:
    assert [quote.ident(name) for name in ("nom", "_x1", "name", "new", "old", "date", "status")] == [
        "nom",
        "_x1",
        "name",
        "new",
        "old",
        "date",
        "status",
    ]
    assert quote.literal("a") == "'a'"
    assert quote.dollar("a") == "$$a$$"


@pytest.mark.parametrize("word", sorted(quote.RESERVED))
def test_every_reserved_word_is_quoted(word: str) -> None:
    assert quote.ident(word) == f'"{word}"'


def test_the_list_of_words_is_that_of_the_grammar() -> None:
    """All tokens of the grammar, tried: the ones that are keywords and cannot stand for a column must be listed."""
    candidates = {name.lower().removesuffix(end) for name in parse.enum_names("Token") for end in ("", "_p", "_la")}
    for word in sorted(candidates):
        if not word.replace("_", "").isalpha() or not parse.scan(word)[0].keyword:
            continue
        try:
            parse.parse(
                f"CREATE TABLE t ({word} int); ALTER TABLE {word} RENAME TO x; CREATE FUNCTION {word}() RETURNS int"
            )
        except MigrationFileError:
            assert word in quote.RESERVED
    assert "column" in candidates


@pytest.mark.parametrize("bad", ["", "a\0b"])
def test_what_cannot_be_a_name_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"empty|zero byte"):
        quote.ident(bad)


def test_a_zero_byte_is_refused_in_text() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        quote.literal("\0")
    with pytest.raises(ValueError, match="zero byte"):
        quote.dollar("\0")


def test_hostile_names_stay_short_enough() -> None:
    assert all(0 < len(name.encode()) <= 63 for name in HOSTILE)
