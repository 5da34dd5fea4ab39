"""`explain` where servers are not what one would like: a standby, a pooler, a role that sees little."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.api.explain import How, _judged, explain
from pgwright.base.errors import Refused, UsageError
from pgwright.base.finding import Trial
from pgwright.config import Settings
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.own import own

TABLE = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT n, n % 1000, 'x' FROM generate_series(1, 50000) n;
ANALYZE t;
"""
SLOW = "SELECT * FROM t WHERE a = 5"


def test_on_a_standby() -> None:
    with own() as server:
        server.run(TABLE)
        (server.server.folder / "data" / "standby.signal").touch()
        server.server.restart()
        settings = Settings(dsn=server.dsn)
        found = explain(settings, SLOW)
        assert [each.name for each in found.first.diagnosis.found] == ["seq_scan_discards_rows"]
        assert len(explain(settings, "SELECT * FROM t WHERE a = $1").plans) > 1
        with pytest.raises(Refused, match="is a standby") as caught:
            explain(settings, "DELETE FROM t", how=How(writes=True))
        assert "primary" in caught.value.hint
        assert (
            explain(settings, "DELETE FROM t", how=How(analyze=False)).first.diagnosis.plan.root.type == "ModifyTable"
        )


def test_through_a_transaction_pooler(database: Database) -> None:
    database.run(TABLE)
    with PgBouncer(database.server.host, database.server.port, server_lifetime=1, server_round_robin=1) as bouncer:
        settings = Settings(dsn=bouncer.dsn(database.name))
        for _ in range(3):
            assert explain(settings, SLOW).first.diagnosis.found
            assert explain(settings, "SELECT * FROM t WHERE b = $1 AND id + $2 > 0", how=How(analyze=False)).plans
            assert explain(settings, "SELECT $1 FROM t", how=How(analyze=False)).notes


@pytest.mark.majors("all")
def test_a_role_that_may_read_and_no_more(make_role: Callable[..., str], database: Database) -> None:
    database.run(TABLE)
    role = make_role("LOGIN")
    database.run(f"ALTER ROLE {role} SET default_transaction_read_only = on; GRANT SELECT (id, a) ON t TO {role}")
    settings = Settings(dsn=database.dsn_as(role))
    found = explain(settings, "SELECT a FROM t WHERE a = 5").first.diagnosis
    assert found.found[0].cure.sql == "CREATE INDEX ON public.t (a);"
    assert found.surroundings is not None
    known = {column.name: column.distinct for column in found.surroundings.relations["public", "t"].columns}
    assert known["a"] == 1000
    assert known["b"] is None  # pg_stats shows what the role may read
    with pytest.raises(Refused, match=r'pg_stats has nothing about the column "b"'):
        explain(settings, "SELECT a FROM t WHERE a = $1 OR b = $2")


def test_a_saved_plan_is_not_run(database: Database) -> None:
    plan = '[{"Plan": {"Node Type": "Result"}}]'
    for how in (How(params=("1",)), How(writes=True)):
        with pytest.raises(UsageError, match="saved plan"):
            explain(Settings(dsn=database.dsn), plan, how=how)


def test_text_that_is_hostile_is_only_text(database: Database) -> None:
    """Neither a value nor a name gets out of its quotes, and nothing of them reaches a terminal as a command."""
    database.run('CREATE TABLE "a""; DROP TABLE t; --" ("\x1b[31m" int); CREATE TABLE t (a text)')
    database.run("INSERT INTO t VALUES ('x'); ANALYZE t")
    settings = Settings(dsn=database.dsn)
    explain(settings, 'SELECT * FROM "a""; DROP TABLE t; --"')
    how = How(params=("'; DELETE FROM t; --",))
    assert explain(settings, "SELECT * FROM t WHERE a = $1", how=how).plans
    assert database.one("SELECT count(*) FROM t") == 1


SORTED = "SELECT * FROM t ORDER BY b, id DESC"


@pytest.mark.majors("all")
def test_a_setting_is_tried_in_a_transaction_of_its_own(database: Database) -> None:
    database.run(TABLE.replace("'x'", "md5(n::text)"))
    database.run(f"ALTER DATABASE {database.name} SET work_mem = '64kB'")
    found = explain(Settings(dsn=database.dsn), SORTED, how=How(trials=True))
    (tried,) = (each for each in found.trials if found.first.diagnosis.found[each.finding].name == "sort_on_disk")
    assert tried.trial.tier == "session"
    assert tried.diagnosis.plan.root.number("Temp Written Blocks") == 0
    assert found.first.diagnosis.plan.root.number("Temp Written Blocks") > 0
    finding = found.first.diagnosis.findings[tried.finding]
    assert finding.tried == tried.trial
    assert bool(finding.cure_sql) is tried.trial.helped  # what does not help is withheld
    assert tried.trial.helped or "that is no help, so no cure" in finding.why
    with database.connect() as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("64kB",)


@pytest.mark.parametrize(("after", "helped"), [(50.0, True), (99.0, False)])
def test_a_cure_that_did_not_help_is_withheld(database: Database, after: float, helped: bool) -> None:
    database.run(TABLE.replace("'x'", "md5(n::text)"))
    database.run(f"ALTER DATABASE {database.name} SET work_mem = '64kB'")
    (found,) = (
        each
        for each in explain(Settings(dsn=database.dsn), SORTED).first.diagnosis.found
        if each.name == "sort_on_disk"
    )
    judged = _judged(found, Trial(tier="session", unit="ms", before=100.0, after=after))
    assert bool(judged.finding.cure_sql) is helped
    assert ("no help" in judged.finding.why) is not helped
    assert judged.finding.tried is not None
