"""Indexes of partitioned tables: the parent is what is dropped, and what goes from it goes from all partitions."""

from __future__ import annotations

import pytest

from pgwright.diagnose.indexes import judged, reader
from tests.diagnose.indexes.test_planted import found, said
from tests.support.databases import Database

PARTITIONED = """
CREATE TABLE t (a int, b int, c int) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200) PARTITION BY LIST (b);
CREATE TABLE t21 PARTITION OF t2 DEFAULT;
"""


@pytest.mark.majors("all")
def test_the_parent_is_what_goes(database: Database) -> None:
    database.run(
        PARTITIONED + "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b, c); INSERT INTO t VALUES (1), (101)"
    )
    (verdict,) = found(database).verdicts
    assert said(verdict) == "one covered two"
    assert verdict.bytes == 2 * 16384  # of both leaves
    assert "locks the table and its partitions" in verdict.caveats[0]
    database.run(verdict.cure_sql)
    assert found(database).verdicts == ()


@pytest.mark.majors("all")
def test_an_index_of_one_partition_goes_for_that_of_all(database: Database) -> None:
    database.run(PARTITIONED + "CREATE INDEX own ON t1 (b); CREATE INDEX one ON t (b, c)")
    (verdict,) = found(database).verdicts
    assert said(verdict) == "own covered t1_b_c_idx"


@pytest.mark.majors("all")
def test_an_index_of_one_partition_does_not_go_for_one_that_goes(database: Database) -> None:
    database.run(PARTITIONED + "CREATE INDEX one ON t (b); CREATE INDEX own ON t1 (b); CREATE INDEX two ON t (b, c)")
    with database.connect() as connection:
        snapshot = reader.read(connection)
    verdicts = judged(snapshot).verdicts
    assert sorted(map(said, verdicts)) == ["one covered two", "own covered t1_b_c_idx"]
    gone = {each.oid for verdict in verdicts for each in snapshot.family(verdict.index)}
    assert all(verdict.kept is not None and verdict.kept.oid not in gone for verdict in verdicts)


@pytest.mark.majors("all")
def test_an_index_of_the_parent_alone_is_no_index(database: Database) -> None:
    """Made with ONLY and attached to by no partition, it is invalid: nothing can go for it."""
    database.run(PARTITIONED + "CREATE INDEX own ON t1 (b); CREATE INDEX one ON ONLY t (b)")
    assert found(database).verdicts == ()


@pytest.mark.majors("all")
def test_of_a_table_with_a_locked_partition_nothing_is_said(database: Database) -> None:
    """What is counted on that partition, and rests on its index, is not known."""
    database.run(PARTITIONED + "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b, c)")
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t21")
        judgement = found(database)
    assert judgement.verdicts == ()
    assert "public.t21 locked" in judgement.notes[0]
