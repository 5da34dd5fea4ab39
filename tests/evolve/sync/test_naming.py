"""Names of triggers stand at the right end of the firing order, whatever users called theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.evolve.sync import naming

names = st.lists(
    st.text(st.characters(exclude_characters="\x00\x01", codec="utf-8"), min_size=1, max_size=12), max_size=8
)


@given(names)
def test_first_and_last_in_bytes(taken: list[str]) -> None:
    first, last = naming.before_all(tuple(taken)), naming.after_all(tuple(taken))
    ordered = sorted([*taken, first, last, last + "_fill"], key=str.encode)
    assert ordered[0] == first
    assert ordered[-2:] == [last, last + "_fill"]
    assert all("pgw" in name and len(name.encode()) <= naming.LIMIT for name in (first, last, last + "_fill"))


@pytest.mark.parametrize(
    ("server_encoding", "codec"),
    [("UTF8", "utf-8"), ("SQL_ASCII", "utf-8"), ("LATIN1", "iso8859-1"), ("WIN1252", "cp1252"), ("KOI8R", "koi8-r"),
     ("EUC_JP", "euc_jp"), ("MULE_INTERNAL", "utf-8")],
)  # fmt: skip
def test_encodings_of_the_server(server_encoding: str, codec: str) -> None:
    assert naming.server_codec(server_encoding) == codec


def test_names_of_a_latin1_server() -> None:
    last = naming.after_all(("énorme",), "iso8859-1")
    assert last.encode("iso8859-1") > "énorme".encode("iso8859-1")


@given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=80))
def test_shortened_fits_and_tells_names_apart(name: str) -> None:
    short = naming.shortened(name)
    assert len(short.encode()) <= naming.LIMIT
    assert (short == name) == (len(name.encode()) <= naming.LIMIT)
    assert naming.shortened("x" * 70 + "a") != naming.shortened("x" * 70 + "b")
