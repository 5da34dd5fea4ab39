from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.base.errors import MigrationFileError
from pgwright.sql import parse
from pgwright.sql.position import Position, Source

from .names import texts


@given(texts)
def test_bytes_and_characters_agree_with_python(text: str) -> None:
    source = Source(text)
    for offset in range(len(text) + 1):
        assert source.character(len(text[:offset].encode())) == offset


@given(texts, st.integers(0, 60))
def test_a_position_leads_back_to_its_offset(text: str, offset: int) -> None:
    source, offset = Source(text), min(offset, len(text))
    place = source.position(offset)
    before = re.split(r"\r\n|\n|\r", text[:offset])
    if not text[max(offset - 1, 0) :].startswith("\r\n"):  # between CR and LF there is no column of its own
        assert (place.line, place.column) == (len(before), len(before[-1]) + 1)
    assert source.offset(place) == offset


@given(texts, texts)
def test_an_error_of_the_parser_points_at_the_wrong_token(before: str, name: str) -> None:
    """The parser counts characters in its errors, over all of the text and whatever is in it."""
    literal = "'" + before.replace("'", "''") + "'"
    alias = '"' + (name.replace('"', '""') or "x") + '"'
    text = f"SELECT {literal} AS {alias};\n\tSELECT {literal}, ) AS x"
    with pytest.raises(MigrationFileError) as caught:
        parse.parse(text, file="f.sql")
    wrong = len(text) - len(") AS x")
    assert Position(caught.value.line or 0, caught.value.column or 0) == Source(text).position(wrong)


@given(texts)
def test_statements_are_where_they_stand(text: str) -> None:
    comment = "/* " + text.replace("*/", "").replace("/*", "") + " */"
    one, two = f"SELECT '{text.replace(chr(39), '')}'", "SELECT é"
    whole = f"{comment} ;{one} -- x\n;\n\t{comment}{two} {comment}"
    first, second = parse.parse(whole)
    assert (first.text, second.text) == (one, two)
    assert whole[first.start : first.end] == one
    assert second.start == whole.rindex(two)
    assert second.position == Source(whole).position(second.start)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ALTER TABLE é é FOO", "1 | ALTER TABLE é é FOO\n  |               ^"),
        ("\n\tSELECT 日本 日本 日本", "2 | \tSELECT 日本 日本 日本\n  | \t                 ^"),
        ("SELECT 😀 😀 😀", "1 | SELECT 😀 😀 😀\n  |              ^"),
        ("SELECT e\u0301 e\u0301 e\u0301", "1 | SELECT e\u0301 e\u0301 e\u0301\n  |            ^"),
        ("SELECT 1;\r\nSELECT é é x\r\n", "2 | SELECT é é x\n  |            ^"),
        ("SELECT 1 \x1b m", "1 | SELECT 1 \ufffd m\n  |          ^"),
        ("SELECT (", "1 | SELECT (\n  |         ^"),
    ],
)
def test_the_caret_stands_under_the_character(text: str, shown: str) -> None:
    """Wide characters take two cells of a terminal, combining ones none, tabs what tabs take."""
    with pytest.raises(MigrationFileError) as caught:
        parse.parse(text)
    assert caught.value.excerpt == shown


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = "SELECT " + "é, " * 200 + ")" + ", é" * 200
    with pytest.raises(MigrationFileError) as caught:
        parse.parse(text)
    line, caret = caught.value.excerpt.split("\n")
    assert line.startswith("1 | … ")
    assert line.endswith(" …")
    assert line[len(caret) - 1] == ")"
    assert len(line) < 120
