"""`plans_save` and `plans_gate` where servers are not what one would like: their faults are no regressions."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import pgwright
from pgwright.base.errors import ConnectError, LockNotObtained, Refused
from pgwright.config import Settings
from pgwright.diagnose.history.baseline import to_text
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.own import own

TABLE = (
    "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT n, n FROM generate_series(1, 5000) n; ANALYZE t"
)


def saved(settings: Settings, folder: Path, statement: str = "SELECT count(*) FROM t") -> tuple[Path, Path]:
    """The file of a query, and its baseline."""
    query, baseline = folder / "q.sql", folder / "plans.json"
    query.write_text(statement)
    baseline.write_text(to_text(pgwright.plans_save(settings, [query], repeat=1)))
    return query, baseline


def test_on_a_standby(tmp_path: Path) -> None:
    with own() as server:
        server.run(TABLE)
        (server.server.folder / "data" / "standby.signal").touch()
        server.server.restart()
        settings = Settings(dsn=server.dsn)
        query, baseline = saved(settings, tmp_path)
        assert pgwright.plans_gate(settings, [query], against=baseline).gate.findings == ()
        query.write_text("DELETE FROM t")
        with pytest.raises(Refused, match="is a standby") as caught:
            pgwright.plans_gate(settings, [query], against=baseline, writes=True)
        assert "primary" in caught.value.hint


def test_through_a_transaction_pooler(database: Database, tmp_path: Path) -> None:
    database.run(TABLE)
    with PgBouncer(database.server.host, database.server.port, server_lifetime=1, server_round_robin=1) as bouncer:
        settings = Settings(dsn=bouncer.dsn(database.name))
        query, baseline = saved(settings, tmp_path)
        assert pgwright.plans_gate(settings, [query], against=baseline).gate.findings == ()


def test_a_session_that_is_lost_is_no_regression(database: Database, tmp_path: Path) -> None:
    database.run(TABLE)
    settings = Settings(dsn=database.dsn)
    query, baseline = saved(settings, tmp_path)
    query.write_text("SELECT pg_sleep(30)")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'EXPLAIN%pg_sleep(30)'"
    stopped = threading.Event()

    def terminate() -> None:
        with database.connect() as connection:
            while not stopped.is_set() and not connection.execute(end).fetchall():
                stopped.wait(0.05)

    killer = threading.Thread(target=terminate)
    killer.start()
    try:
        with pytest.raises(ConnectError):
            pgwright.plans_gate(settings, [query], against=baseline)
    finally:
        stopped.set()
        killer.join()


def test_a_table_that_is_locked_is_no_regression(database: Database, tmp_path: Path) -> None:
    database.run(TABLE)
    settings = Settings(dsn=database.dsn)
    query, baseline = saved(settings, tmp_path)
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LockNotObtained):
            pgwright.plans_gate(settings, [query], against=baseline, timeout=1.0)


def test_what_writes_runs_last(database: Database, tmp_path: Path) -> None:
    database.run(TABLE)
    (tmp_path / "a.sql").write_text("UPDATE t SET a = 0 WHERE id < 10")
    (tmp_path / "b.sql").write_text("SELECT count(*) FROM t")
    order: list[str] = []
    pgwright.plans_save(
        Settings(dsn=database.dsn), [tmp_path], writes=True, on_query=lambda name, _number, _count: order.append(name)
    )
    assert order == ["b", "a"]
    assert database.one("SELECT count(*) FROM t WHERE a = 0") == 0
