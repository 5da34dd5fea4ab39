from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.render.layout import clean, count, duration, indented, table, width, wrap

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(any_text)
def test_cleaned_text_has_no_control_characters(text: str) -> None:
    shown = clean(text)
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not any(char in shown for char in "\x1b\n\r\t\u202e\x9b\x07")


def test_clean_keeps_names_as_they_are() -> None:
    assert clean('référence "x" 日本') == 'référence "x" 日本'
    assert clean("a\x1b[31mb\u202ec") == r"a\x1b[31mb\u202ec"
    assert clean("a\n\tb", keep_lines=True) == "a\n\tb"


@given(st.text(st.characters(categories=["L", "N", "Zs", "P"]), max_size=200), st.integers(10, 100))
def test_wrapping_fits_and_loses_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wrap_hangs_what_follows_from_an_indented_line() -> None:
    assert wrap("  one two three", 9) == ["  one two", "    three"]
    assert wrap("a\n\nb", 9) == ["a", "", "b"]


def test_width_counts_terminal_columns() -> None:
    assert width("abc") == 3
    assert width("日本") == 4
    assert width("e\u0301") == 1


def test_indented_puts_the_label_on_the_first_line_only() -> None:
    assert indented("aaa bbb ccc", 12, first="x: ") == ["x: aaa bbb", "   ccc"]


def test_table_wraps_the_flexible_column_and_keeps_every_fact() -> None:
    rows = [("#", "what", "rows"), ("1", "a sentence that is too long for its column", "1,000")]
    lines = table(rows, 40, flexible=1, numbers=(0, 2))
    assert all(len(line) <= 40 for line in lines)
    assert lines[2].endswith("1,000")
    assert " ".join(" ".join(lines[2:]).replace("1,000", "").split()) == "1 " + rows[1][1]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 ms"), (0.008, "8 ms"), (0.0996, "0.1 s"), (0.44, "0.4 s"), (9.96, "10 s"), (59.6, "1 min"),
     (200, "3 min 20 s"), (3600, "1 h"), (7500, "2 h 5 min"), (3599.9, "1 h"), (273600, "3 d 4 h")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts() -> None:
    assert count(1234567) == "1,234,567"
    assert count(1, "row") == "1 row"
    assert count(0, "row") == "0 rows"
    assert count(None, "row") == "? rows"
