"""Queries that stand in files: a room keeps its own in a folder `queries` beside its modules."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path


def beside(module: str) -> Callable[[str], bytes]:
    """Of a module (its `__file__`): the function that gives the text of `queries/NAME.sql`, read once."""
    folder = Path(module).parent / "queries"

    @cache
    def query(name: str) -> bytes:
        return (folder / f"{name}.sql").read_bytes()

    return query
