"""Queries can be sent to a database of any encoding."""

from __future__ import annotations

from pathlib import Path

import pgwright

ROOM = Path(pgwright.__file__).parent


def test_queries_are_ascii() -> None:
    """A server of LATIN1 refuses a query with a character that it does not have, in a comment too. The shop of the
    demonstration is made in databases of its own."""
    found = [path.relative_to(ROOM) for path in ROOM.rglob("*.sql") if "demo" not in path.parts]
    assert len(found) > 50
    assert [str(path) for path in found if not (ROOM / path).read_text(encoding="utf-8").isascii()] == []
