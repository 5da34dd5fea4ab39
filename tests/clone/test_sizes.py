"""The size that a tried index is said to have is the size that it really has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pgwright.clone.clone import Clone
from tests.clone.conftest import HERE, Pair
from tests.support import databases
from tests.support.databases import Server
from tests.support.selection import server_folders

pytestmark = pytest.mark.majors("every")

EXACT, NEAR, TEXTS = 1.06, 1.5, 2.0
"""B-trees; access methods of which nothing is unknown; those that hold the words or parts of a text or a document."""
BTREES = """
(id) / (few) / (mid) / (half) / (half, few) / (word) / (wide) / (status) / (num) / (at) / (bo) / (few, mid)
(status, few) / (id) INCLUDE (word, num) / (few) INCLUDE (mid) / (lower(word)) / (mid) WHERE few < 3
(half) WHERE half IS NOT NULL / (id) WITH (fillfactor = 50) / (mid) WITH (deduplicate_items = off)
"""
OTHERS = """
USING hash (id) / USING hash (few) / USING hash (id) WITH (fillfactor = 50) / USING gin (arr) / USING gin (few, tags)
USING gin (mid) / USING gist (r) / USING gist (p) / USING gist (ip inet_ops) / USING gist (id) / USING gist (few, r)
USING spgist (p) / USING spgist (r) / USING spgist (ip) / USING brin (at) / USING brin (id) WITH (pages_per_range = 4)
USING bloom (few, mid) / USING spgist (slot) / USING spgist (host) / USING spgist (status)
"""
WORDS = """
USING gin (doc) / USING gin (doc jsonb_path_ops) / USING gin (ts) / USING gin (word gin_trgm_ops)
USING gist (ts) / USING gist (title gist_trgm_ops) / USING spgist (word) / USING spgist (title)
"""


def each(text: str) -> list[str]:
    """The definitions of a list."""
    return [part.strip() for line in text.strip().splitlines() for part in line.split(" / ")]


@pytest.fixture(scope="session")
def sizes(server: Server) -> Iterator[Pair]:
    """A table of 40,000 rows with values of many kinds, one that is partitioned, and their clone."""
    source = databases.create(server, (HERE / "sizes.sql").read_text(encoding="utf-8"))
    try:
        with Clone(source.dsn, folders=server_folders()) as clone:
            yield Pair(source=source, clone=clone)
    finally:
        databases.drop(source)


def factor(pair: Pair, definition: str, table: str = "s") -> float:
    """How far the size of a tried index is off, as a factor of at least 1."""
    statement = f"CREATE INDEX tried ON {table} {definition}"
    made = pair.clone.indexes.create(statement)
    pair.clone.indexes.drop(made)
    with pair.source.connect(autocommit=False) as connection:
        # A scan that joins another one begins in the middle, and SP-GiST makes a third more pages of rows that come so.
        connection.execute("SET synchronize_seqscans = off")
        connection.execute(statement.encode())
        tree = "SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree('tried')"
        single = "SELECT pg_relation_size('tried')"
        row = connection.execute((single if table == "s" else tree).encode()).fetchone()
        connection.rollback()
    assert row is not None
    return max(made.bytes / float(row[0]), float(row[0]) / made.bytes)


@pytest.mark.parametrize(
    ("definitions", "most"), [(BTREES, EXACT), (OTHERS, NEAR), (WORDS, TEXTS)], ids=["btree", "others", "words"]
)
def test_sizes(sizes: Pair, definitions: str, most: float) -> None:
    found = {definition: factor(sizes, definition) for definition in each(definitions)}
    assert {definition: off for definition, off in found.items() if off > most} == {}


def test_partitions(sizes: Pair) -> None:
    assert factor(sizes, "(k)", "pt") < EXACT
