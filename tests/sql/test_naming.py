from __future__ import annotations

import hypothesis
from hypothesis import strategies as st

from pgwright.sql.naming import LONGEST, fitting


def test_what_fits_is_joined() -> None:
    assert fitting("t", "a", "stats") == "t_a_stats"


@hypothesis.given(st.text(min_size=30, max_size=80), st.text(min_size=30, max_size=80))
def test_what_is_too_long_stays_different(one: str, other: str) -> None:
    names = [fitting(each, "stats") for each in (one, other)]
    assert all(len(name.encode()) <= LONGEST for name in names)
    assert all(name.endswith("stats") for name in names)
    assert (names[0] == names[1]) == (one == other)
