"""Every health check finds what was planted, to the last object, and nothing in what only looks like it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgwright.base.errors import Refused
from pgwright.diagnose.health import catalogue
from tests.support import unhealthy
from tests.support.databases import Database
from tests.support.project import Project

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
    wanted, found = unhealthy.plant(database, planted, tmp_path)
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


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    "planted", [each for each in PLANTED if each.found and not each.stays], ids=lambda each: each.name
)
def test_the_cure_is_a_migration(planted: unhealthy.Planted, database: Database, tmp_path: Path) -> None:
    if planted.majors and database.major not in planted.majors:
        return
    state, migrations = tmp_path / "state", tmp_path / "migrations"
    _, found = unhealthy.plant(database, planted, state)
    migrations.mkdir()
    project = Project.of(database, migrations)
    project.write("\n".join(finding.cure_sql for finding in found))
    if any("VACUUM" in finding.cure_sql for finding in found):
        with pytest.raises(Refused, match="Run it beside the migration"):
            project.expand()
        return
    project.expand()
    assert project.contract() == "done"
    assert unhealthy.findings(database, planted, state, wanted=set()) == ()
