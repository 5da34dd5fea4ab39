"""One source that has everything, and one clone of it for each major: most tests only look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgwright.clone.clone import Clone
from tests.support import databases
from tests.support.databases import Database, Server
from tests.support.selection import server_folders

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A database and its clone."""

    source: Database
    clone: Clone


@pytest.fixture(scope="session")
def pair(server: Server) -> Iterator[Pair]:
    """The source that has everything, and its clone; nobody changes either."""
    source = databases.create(server, (HERE / "source.sql").read_text(encoding="utf-8"))
    try:
        with Clone(source.dsn, folders=server_folders()) as clone:
            yield Pair(source=source, clone=clone)
    finally:
        databases.drop(source)
