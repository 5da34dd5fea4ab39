"""What indexes cost those who write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgwright.diagnose.advise.indexes.advice import written
from pgwright.diagnose.advise.indexes.upkeep import Upkeep, Written
from pgwright.diagnose.indexes import reader
from pgwright.diagnose.whatif.proposed import Proposed
from tests.support.databases import Database

from .imagined import case

TABLE = ("public", "t")


def upkeep(statement: str, table: Written, *indexes: Proposed, parts: dict[Proposed, float] | None = None) -> float:
    """What the indexes add to a statement that is the whole workload."""
    one = replace(case(0, "t", ["a"], 1.0), texts=(statement,))
    return Upkeep([one], {TABLE: table}, lambda _: parts or {})(indexes)


def index(*keys: str, method: str = "btree", where: str = "", include: tuple[str, ...] = ()) -> Proposed:
    return Proposed(schema="public", table="t", keys=keys, method=method, where=where, include=include)


PLAIN = Written(indexes=3, hot=0.8, indexed=frozenset({"id"}), sparing=frozenset({"brin"}))
INSERT = "INSERT INTO t VALUES (1)"


@pytest.mark.parametrize(
    ("statement", "indexes", "added"),
    [
        (INSERT, [index("a")], 1 / 4),
        (INSERT, [index("a"), index("b")], 2 / 4),
        (INSERT, [index("a", method="gin")], 3 / 4),
        (INSERT, [index("a", method="brin")], 0.05 / 4),
        ("INSERT INTO autre VALUES (1)", [index("a")], 0.0),
        ("SELECT 1", [index("a")], 0.0),
        ("DELETE FROM t", [index("a")], 0.0),
        ("UPDATE t SET z = 1", [index("a")], 0.0),
        # an entry, and those of three indexes for the updates that were HOT
        ("UPDATE t SET a = 1", [index("a")], (1 + 0.8 * 3) / 4),
        ("UPDATE t SET a = 1", [index("b", include=("a",))], (1 + 0.8 * 3) / 4),
        ("UPDATE t SET a = 1", [index("b", where="a = 3")], (1 + 0.8 * 3) / 4),
        ("UPDATE t SET a = 1", [index("(lower(a))")], (1 + 0.8 * 3) / 4),
        ("UPDATE t SET a = 1", [index("a DESC", "b"), index("b")], (1 + 0.8 * 3) / 4),
        # not HOT before
        ("UPDATE t SET a = 1, id = 2", [index("a")], 1 / 4),
        ("UPDATE t SET a = 1", [index("a", method="brin")], 0.05 / 4),
        ("WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x", [index("a")], 1 / 4),
        ("MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (1)", [index("a")], 1 / 4),
    ],
)
def test_what_a_write_takes_more(statement: str, indexes: list[Proposed], added: float) -> None:
    assert upkeep(statement, PLAIN, *indexes) == pytest.approx(added)


def test_a_partial_index_takes_its_part() -> None:
    partial = index("a", where="b = 1")
    assert upkeep(INSERT, PLAIN, partial, parts={partial: 0.02}) == pytest.approx(0.02 / 4)


def test_before_16_block_ranges_end_hot_updates() -> None:
    old = replace(PLAIN, sparing=frozenset())
    assert upkeep("UPDATE t SET a = 1", old, index("a", method="brin")) == pytest.approx((0.05 + 0.8 * 3) / 4)


@pytest.mark.majors("all")
def test_tables_are_read_with_all_columns_that_an_index_knows(database: Database) -> None:
    database.run("""
        CREATE TABLE t (id int PRIMARY KEY, "Où est" int, b text, c int, d int, e int, f int);
        CREATE INDEX ON t ("Où est" DESC) INCLUDE (f); CREATE INDEX ON t (lower(b)) WHERE c > 3;
        CREATE INDEX ON t USING brin (d);
    """)
    with database.connect() as connection:
        [(name, found)] = written(reader.read(connection)).items()
    assert name == TABLE
    assert found.indexes == 4
    brin = frozenset({"d"}) if database.major < 16 else frozenset()
    assert found.indexed == frozenset({"id", "Où est", "f", "b", "c"}) | brin
    assert found.hot == 1.0
