"""Alias lists follow the column that takes over, by its place."""

from __future__ import annotations

import pytest

from pgwright.catalog.aliases import exchanged

PLACES = {("s", "t"): ["id", "nom", "x", "neu"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT c FROM s.t u(a, c)", "SELECT c FROM s.t u(a, neu, x, c)"),
        ("SELECT c FROM s.t u(a, c, d, e)", "SELECT c FROM s.t u(a, e, d, c)"),
        ("SELECT nom FROM s.t u(a)", "SELECT nom FROM s.t u(a)"),
        ("SELECT c FROM s.other u(a, c)", "SELECT c FROM s.other u(a, c)"),
        ("SELECT nom FROM s.t u", "SELECT nom FROM s.t u"),
    ],
)
def test_forth(text: str, expected: str) -> None:
    assert exchanged(text, PLACES, "nom", "neu") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT neu FROM s.t u(a, c)", "SELECT neu FROM s.t u(a, neu)"),
        ("SELECT e FROM s.t u(a, c, d, e)", "SELECT e FROM s.t u(a, e, d, c)"),
    ],
)
def test_back(text: str, expected: str) -> None:
    assert exchanged(text, PLACES, "neu", "nom") == expected
