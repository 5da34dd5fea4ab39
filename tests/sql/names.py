"""Names that break what is quoted by hand."""

from __future__ import annotations

from hypothesis import strategies as st

from pgwright.sql import quote

HOSTILE = (
    'a"b',
    '""',
    "it's",
    "No m",
    " ",
    "Nom",
    "référence",
    "日本語",
    "😀",
    "e\u0301",
    "select",
    "user",
    "begin",
    "new",
    "value",
    "a.b",
    "a$b",
    "$1",
    "1a",
    "--",
    "/*",
    "*",
    "\\",
    "%s",
    "{x}",
    "a\nb",
    "a\tb",
    "\u202e",
    ";",
    "x" * 63,
    "é" * 31,
    "pgwright: up = x",
)


def _fits(name: str) -> bool:
    return len(name.encode()) <= 63


_odd = st.sampled_from(list("aAé\"'$_ .;-*/\\\n\t1日😀\u0301&@:("))
_letters = _odd | st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_invented = st.text(_letters, min_size=1, max_size=40).filter(_fits)

names = st.sampled_from(HOSTILE) | st.sampled_from(sorted(quote.RESERVED)) | _invented
"""Any name that a column can have."""

texts = st.text(_letters, max_size=60)
"""Any text that a string constant can hold."""
