"""The queries of this room, read once."""

from __future__ import annotations

from ..base import queries

query = queries.beside(__file__)


def filled(name: str, **parts: str) -> bytes:
    """The same with `parts`, which are SQL, in the places of their names in braces."""
    return query(name).decode().format(**parts).encode()
