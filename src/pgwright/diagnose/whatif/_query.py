"""The queries of this room, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> bytes:
    """The text of `queries/NAME.sql`."""
    return (Path(__file__).parent / "queries" / f"{name}.sql").read_bytes()
