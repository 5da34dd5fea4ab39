"""Checks of sessions: who stays too long, and who waits for whom. Each has somebody who only looks like it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.health import Manner, health
from pgwright.base.errors import ConnectError
from pgwright.base.finding import Finding
from pgwright.config import Settings
from pgwright.config.health import HealthSettings
from pgwright.diagnose.health import session as health_session
from pgwright.diagnose.health.report import Looked, State
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database

SCHEMA = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);"
WAITING = """SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND waitstart < clock_timestamp() - interval '0.3 s'"""
Session = psycopg.Connection[tuple[Any, ...]]


def look(database: Database, name: str, state: Path, *, user: str = "postgres", **thresholds: float) -> Looked:
    settings = Settings(
        dsn=database.dsn_as(user),
        health=HealthSettings(thresholds={f"{name}.{key}": value for key, value in thresholds.items()}),
    )
    [check] = health(settings, manner=Manner(checks=(name,), state=state)).checks
    return check


def findings(database: Database, name: str, state: Path, **thresholds: float) -> tuple[Finding, ...]:
    found = look(database, name, state, user="postgres", **thresholds)
    assert found.state is State.MADE, found.reason
    return found.findings


@contextmanager
def running(session: Session, statement: str) -> Iterator[None]:
    """The statement, in a thread of its own; cancelled at the end."""

    def run() -> None:
        try:
            session.execute(statement.encode())
        except psycopg.Error:
            return

    thread = threading.Thread(target=run)
    thread.start()
    while session.info.transaction_status.name != "ACTIVE":
        time.sleep(0.01)
    try:
        yield
    finally:
        session.cancel()
        thread.join()


def queued(database: Database, count: int) -> None:
    """Returns once so many sessions have waited for a lock for 0.3 s."""
    patience = time.monotonic() + 60
    while database.one(WAITING) < count:
        assert time.monotonic() < patience
        time.sleep(0.05)


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SCHEMA)


@pytest.mark.majors("all")
def test_an_idle_transaction_is_named_and_its_cure_ends_it(shop: Database, tmp_path: Path) -> None:
    with shop.connect(autocommit=False) as idle, shop.connect() as healthy:
        healthy.execute("SELECT 1")
        idle.execute("UPDATE t SET id = id WHERE id = 1 AND 'secret' <> 'x'")
        time.sleep(0.3)
        assert findings(shop, "idle_in_transaction", tmp_path) == ()
        [found] = findings(shop, "idle_in_transaction", tmp_path, time=0.2)
        assert found.object == f"pid {idle.info.backend_pid} (postgres)"
        assert "1 lock" in found.evidence.text or "2 locks" in found.evidence.text
        assert "secret" not in found.evidence.text
        cure = found.cure_sql.splitlines()
        assert cure[0] == f"SELECT pg_terminate_backend({idle.info.backend_pid});"
        assert cure[1].startswith("ALTER ROLE postgres SET idle_in_transaction_session_timeout = '")
        shop.run(cure[0])
        assert findings(shop, "idle_in_transaction", tmp_path, time=0.2) == ()
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")
        idle.close()


@pytest.mark.majors("all")
def test_a_long_query_is_named_and_cancelled_by_its_cure(shop: Database, tmp_path: Path) -> None:
    with shop.connect() as long, shop.connect() as healthy, running(long, "SELECT pg_sleep(60)"):
        healthy.execute("SELECT pg_sleep(0.5)")
        assert findings(shop, "long_query", tmp_path) == ()
        assert findings(shop, "long_transaction", tmp_path, time=0.2) == ()
        [found] = findings(shop, "long_query", tmp_path, time=0.3)
        assert found.object == f"pid {long.info.backend_pid} (postgres)"
        shop.run(found.cure_sql.splitlines()[0])
        time.sleep(0.2)
        assert findings(shop, "long_query", tmp_path, time=0.3) == ()


@pytest.mark.majors("all")
def test_a_transaction_of_many_statements_is_long(shop: Database, tmp_path: Path) -> None:
    with shop.connect(autocommit=False) as long:
        long.execute("SELECT 1")
        time.sleep(1.2)
        with running(long, "SELECT pg_sleep(60)"):
            time.sleep(0.2)
            [found] = findings(shop, "long_transaction", tmp_path, time=1)
            assert found.object == f"pid {long.info.backend_pid} (postgres)"
            assert ("transaction_timeout" in found.cure_sql) is (shop.major >= 17)
            assert findings(shop, "long_transaction", tmp_path) == ()


@pytest.mark.majors("all")
def test_the_head_of_a_chain_is_found_and_those_in_it_are_not(shop: Database, tmp_path: Path) -> None:
    with shop.connect(autocommit=False) as head, shop.connect() as second, shop.connect() as third:
        head.execute("SELECT * FROM t")
        with running(second, "ALTER TABLE t ADD a int"):
            queued(shop, 1)
            with running(third, "SELECT * FROM t"):
                queued(shop, 2)
                assert findings(shop, "blocked_sessions", tmp_path) == ()
                [found] = findings(shop, "blocked_sessions", tmp_path, time=0.2)
                assert found.object == f"pid {head.info.backend_pid} (postgres)"
                assert "2 sessions waited behind it on public.t" in found.evidence.text
                assert findings(shop, "long_query", tmp_path, time=0.2) == ()
                shop.run(found.cure_sql)
                time.sleep(0.3)
                assert findings(shop, "blocked_sessions", tmp_path, time=0.2) == ()
        head.close()


@pytest.mark.majors("all")
def test_a_prepared_transaction_at_the_head(shop: Database, tmp_path: Path) -> None:
    shop.run("BEGIN; SELECT * FROM t WHERE id = 1 FOR UPDATE; PREPARE TRANSACTION 'oublié''e'")
    with shop.connect() as waiting, running(waiting, "UPDATE t SET id = 3 WHERE id = 1"):
        time.sleep(0.5)
        [found] = findings(shop, "blocked_sessions", tmp_path, time=0.2)
        assert found.object == "prepared transaction oublié'e"
        [held] = findings(shop, "xmin_held_back", tmp_path, prepared=0.2)
        assert (held.object, held.cure_sql[:30]) == ("prepared oublié'e", "ROLLBACK PREPARED 'oublié''e';")
        assert findings(shop, "xmin_held_back", tmp_path) == ()
        shop.run(found.cure_sql)
    assert findings(shop, "blocked_sessions", tmp_path, time=0.2) == ()
    assert findings(shop, "xmin_held_back", tmp_path, prepared=0.2) == ()


@pytest.mark.majors("all")
def test_who_holds_the_horizon(shop: Database, tmp_path: Path) -> None:
    with shop.connect(autocommit=False) as holder, shop.connect(autocommit=False) as without:
        holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        holder.execute("SELECT * FROM t")
        without.execute("SELECT 1")
        for _ in range(20):
            shop.run("SELECT txid_current()")
        [found] = findings(shop, "xmin_held_back", tmp_path, transactions=20)
        assert found.object == f"session {holder.info.backend_pid}"
        assert found.cure_sql == f"SELECT pg_terminate_backend({holder.info.backend_pid});"
        assert findings(shop, "xmin_held_back", tmp_path) == ()


def test_few_connections_are_left(shop: Database, tmp_path: Path) -> None:
    assert findings(shop, "few_connections_left", tmp_path) == ()
    [found] = findings(shop, "few_connections_left", tmp_path, used=0.1)
    assert found.object == "max_connections"
    assert "of 197 places" in found.evidence.text


@pytest.mark.majors("all")
def test_what_a_plain_role_does_not_see_is_said(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    role = make_role("LOGIN")
    shop = make_database(SCHEMA)
    with shop.connect(autocommit=False) as idle:
        idle.execute("SELECT 1")
        time.sleep(0.3)
        found = look(shop, "idle_in_transaction", tmp_path, user=role, time=0.2)
        assert (found.state, found.findings) == (State.PARTLY, ())
        assert found.grant == f"GRANT pg_read_all_stats TO {role};"
        shop.run(found.grant)
        seen = look(shop, "idle_in_transaction", tmp_path, user=role, time=0.2)
        assert (seen.state, len(seen.findings)) == (State.MADE, 1)


@pytest.mark.majors("all")
def test_a_lost_session_is_replaced_once(shop: Database) -> None:
    with health_session.Session(shop.dsn, timeout=5) as session:
        [row] = session.rows("SELECT pg_backend_pid() AS pid")
        shop.run(f"SELECT pg_terminate_backend({row['pid']}, 5000)")
        [again] = session.rows("SELECT pg_backend_pid() AS pid")
        assert again["pid"] != row["pid"]
        with pytest.raises(ConnectError, match="The connection was lost"):
            session.rows("SELECT pg_terminate_backend(pg_backend_pid())")


LONG = '"' + "é" * 31 + '"'
HOSTILE = f"""
CREATE SCHEMA "S ""é.x";
CREATE TABLE "S ""é.x"."T; DROP TABLE t; --" (id serial PRIMARY KEY, "a%b" int, "new
line" int UNIQUE);
CREATE INDEX "i %s" ON "S ""é.x"."T; DROP TABLE t; --" ("a%b");
CREATE INDEX "i $1" ON "S ""é.x"."T; DROP TABLE t; --" ("a%b");
CREATE TABLE "S ""é.x".{LONG} (id int, p int REFERENCES "S ""é.x"."T; DROP TABLE t; --");
INSERT INTO "S ""é.x".{LONG} SELECT n FROM generate_series(1, 12000) n;
SELECT setval('"S ""é.x"."T; DROP TABLE t; --_id_seq"', 2000000000);
ANALYZE;
"""


@pytest.mark.majors("all")
def test_a_plain_role_gets_all_that_it_can_and_hears_what_it_cannot(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    role = make_role("LOGIN")
    database = make_database(HOSTILE)
    whole = health(Settings(dsn=database.dsn_as(role)), manner=Manner(state=tmp_path, interval=1.0))
    states = {check.name: check for check in whole.checks}
    assert [check for check in whole.checks if "failed" in check.reason] == []
    assert states["autovacuum_saturated"].state is State.UNMADE
    assert states["key_runs_out"].state is State.PARTLY
    assert states["key_runs_out"].grant == f'GRANT SELECT ON ALL SEQUENCES IN SCHEMA "S ""é.x" TO {role};'
    database.run(states["key_runs_out"].grant)
    again = health(Settings(dsn=database.dsn_as(role)), manner=Manner(checks=("key_runs_out",), state=tmp_path))
    assert [finding.object for finding in again.findings] == ['S "é.x.T; DROP TABLE t; --.id']


@pytest.mark.majors("all")
def test_cures_of_hostile_names_run(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(HOSTILE)
    names = ("duplicate_index", "foreign_key_without_index", "key_runs_out", "no_primary_key")
    for _ in range(20):
        found = health(Settings(dsn=database.dsn), manner=Manner(checks=names, state=tmp_path)).findings
        if {finding.name for finding in found} == set(names):
            break
        time.sleep(0.2)
    assert {finding.name for finding in found} == set(names)
    for finding in found:
        database.run(finding.cure_sql)
    assert health(Settings(dsn=database.dsn), manner=Manner(checks=names, state=tmp_path)).findings == ()


def test_through_a_transaction_pooler(shop: Database, tmp_path: Path) -> None:
    with PgBouncer(shop.server.host, shop.server.port) as bouncer:
        whole = health(Settings(dsn=bouncer.dsn(shop.name)), manner=Manner(state=tmp_path, interval=1.0))
    assert [check for check in whole.checks if "failed" in check.reason] == []
    assert {check.state for check in whole.checks} >= {State.MADE}
