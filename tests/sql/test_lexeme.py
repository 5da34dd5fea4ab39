from __future__ import annotations

import pytest
from hypothesis import given

from pgwright.sql import parse
from pgwright.sql.lexeme import fold, truncate

from .names import names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nom", "nom"),
        ("ÉTÉ", "ÉtÉ"),
        ('"Nom ""x"""', 'Nom "x"'),
        ("SELECT", "select"),
        ('U&"d\\0061t\\+000061\\\\"', "data\\"),
        ("x" * 70, "x" * 63),
        ('"' + "é" * 40 + '"', "é" * 31),
        ("'x'", None),
        ("12", None),
        ("$1", None),
        ("||", None),
        ("-- x", None),
    ],
)
def test_the_name_of_a_token_is_that_of_the_parser(text: str, name: str | None) -> None:
    (token,) = parse.scan(text)
    assert token.name == name
    if name is not None and not token.keyword:
        assert parse.parse_expression(text).fields[0].string.sval == name


@given(names)
def test_folding_and_cutting_are_those_of_the_parser(name: str) -> None:
    stored = parse.parse_expression('"' + name.replace('"', '""') * 3 + '"').fields[0].string.sval
    assert truncate(name * 3) == stored
    assert fold(fold(name)) == fold(name)


def test_comments_are_tokens_of_their_own() -> None:
    kinds = [(token.kind, token.is_comment) for token in parse.scan("é -- é\n/* é /* é */ */ .")]
    assert kinds == [("IDENT", False), ("SQL_COMMENT", True), ("C_COMMENT", True), ("ASCII_46", False)]


def test_a_character_unknown_to_the_grammar_is_a_token() -> None:
    assert [token.kind for token in parse.scan("\\c")] == ["ASCII_92", "IDENT"]
