"""Every health check finds what was planted, to the last object, and nothing in what only looks like it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from pgwright.diagnose.health import catalogue
from tests.support import unhealthy
from tests.support.databases import Database

PLANTED = unhealthy.databases()
ELSEWHERE = frozenset({
    "autovacuum_saturated", "blocked_sessions", "cache_misses", "checkpoints_forced", "damaged_pages", "deadlocks",
    "few_connections_left", "idle_in_transaction", "long_query", "long_transaction", "multixact_members_full",
    "multixact_wraparound", "slot_retains_wal", "standby_lags", "statements_evicted", "unused_index",
    "wal_archiving_fails", "xid_wraparound", "xmin_held_back",
})  # fmt: skip
"""Checks of a whole server, or of sessions: test_sessions.py and test_servers.py plant them."""


def test_every_check_is_planted() -> None:
    both = {
        each.check
        for each in PLANTED
        if {other.found for other in PLANTED if other.check == each.check} == {True, False}
    }
    assert sorted(both | ELSEWHERE) == sorted(catalogue.names())
    assert not both & ELSEWHERE


@pytest.mark.majors("every")
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_planted(planted: unhealthy.Planted, database: Database, tmp_path: Path) -> None:
    if planted.majors and database.major not in planted.majors:
        return
    unhealthy.run(database, planted.script)
    if planted.later:
        if database.major < 15:
            time.sleep(2 * unhealthy.PAUSE)
        unhealthy.looked(database, planted, tmp_path)
        unhealthy.shift(tmp_path, planted.later)
        unhealthy.run(database, planted.afterwards)
    wanted = {each.replace("current_database", database.name) for each in planted.objects}
    found = unhealthy.findings(database, planted, tmp_path, wanted=wanted)
    assert sorted(finding.object for finding in found) == sorted(wanted), planted.why
    for finding in found:
        assert finding.evidence.text
        assert finding.why
        assert planted.severity in ("", finding.severity.value)
        assert not re.search(r"<[a-z]|…", finding.cure_sql), "a placeholder"
    if planted.cure:
        assert [finding.cure_sql for finding in found] == ["\n".join(planted.cure)]
    if planted.found and not planted.stays:
        assert all(finding.cure_sql for finding in found)
        unhealthy.run(database, [line for finding in found for line in finding.cure_sql.splitlines()])
        assert unhealthy.findings(database, planted, tmp_path, wanted=set()) == ()
