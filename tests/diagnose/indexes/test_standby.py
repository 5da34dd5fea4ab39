"""What a standby reads is counted there only: an index that nobody reads here may be needed."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from pgwright.diagnose.indexes import Snapshot, Usage, judged, reader
from pgwright.diagnose.indexes.using import LONG
from pgwright.server.find import find
from tests.support.own import Own, own, standby
from tests.support.selection import server_folders

MADE = """
CREATE TABLE t (a int, b int);
INSERT INTO t SELECT n, n % 1000 FROM generate_series(1, 200000) n;
CREATE INDEX there ON t (b, a);
"""


def snapshot(server: Own) -> Snapshot:
    """As if the statistics and the indexes were old."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        found = reader.read(connection)
    indexes = {oid: replace(each, age=2 * LONG) for oid, each in found.indexes.items()}
    return replace(found, statistics_age=2 * LONG, indexes=indexes)


def usage(server: Own) -> Usage:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        return replace(reader.usage(connection, "s1"), statistics_age=2 * LONG)


def test_an_index_that_only_a_standby_reads() -> None:
    """The program that makes one comes with 18 only."""
    binaries = find(18, folders=server_folders())
    with own(binaries) as primary, standby(primary, binaries.program("pg_basebackup")) as second:
        primary.run(MADE)
        primary.until("SELECT count(*) = 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()")
        with psycopg.connect(second.dsn, autocommit=True) as connection:
            assert reader.cluster(connection) == snapshot(primary).cluster
        (alone,) = judged(snapshot(primary)).verdicts
        assert "1 more server streams from here and was not asked" in alone.caveats[0]
        (asked,) = judged(snapshot(primary), [usage(second)]).verdicts
        assert asked.caveats == ()
        second.run("SET enable_seqscan = off; SELECT a FROM t WHERE b = 7")
        second.until("SELECT sum(idx_scan) > 0 FROM pg_stat_user_indexes")
        assert judged(snapshot(primary), [usage(second)]).verdicts == ()
        assert snapshot(second).standby
