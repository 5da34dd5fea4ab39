"""Checks of a whole server, each on a server of its own: found where it was planted, and not before."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from pgwright.base.finding import Severity
from pgwright.diagnose.health.report import State
from pgwright.server.find import find
from tests.diagnose.health.looking import every, findings, one
from tests.support.databases import Server
from tests.support.own import Own, own, standby
from tests.support.unhealthy import shift

BURN = """
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t SELECT generate_series(1, 100);
CREATE PROCEDURE burn(n int) LANGUAGE plpgsql AS $$
BEGIN FOR i IN 1..n LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$;
CREATE PROCEDURE share(n int) LANGUAGE plpgsql AS $$
BEGIN FOR i IN 1..n LOOP PERFORM FROM t WHERE id = 1 FOR KEY SHARE; COMMIT; END LOOP; END $$;
"""
HEALTHY = {
    "track_io_timing": "on",
    "shared_preload_libraries": "pg_stat_statements",
    "wal_level": "logical",
    "max_wal_size": "512MB",
}
SHOP = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, user_id bigint NOT NULL REFERENCES users, at date NOT NULL,
                     state text NOT NULL CHECK (state <> ''), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE orders_new PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX ON orders (user_id, at);
CREATE INDEX ON orders (state) WHERE state <> 'done';
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb);
CREATE MATERIALIZED VIEW busy AS SELECT 1 AS one;
CREATE VIEW names AS SELECT name FROM users;
INSERT INTO users (name) SELECT 'user ' || n FROM generate_series(1, 20000) n;
INSERT INTO orders (user_id, at, state) SELECT 1 + n % 20000, date '2024-06-01' + n % 400, 'done'
FROM generate_series(1, 60000) n;
UPDATE users SET name = name || 'x' WHERE id <= 1000;
DELETE FROM orders WHERE id % 50 = 0;
ANALYZE;
"""
COUNTED = "SELECT count(*) = 3 FROM pg_stat_user_tables WHERE relname IN ('users', 'orders_old', 'orders_new') AND {}"


@pytest.mark.majors("all")
def test_nothing_is_found_on_a_healthy_server(server: Server, tmp_path: Path) -> None:
    with own(server.major, HEALTHY) as shop:
        shop.run(SHOP)
        shop.until(COUNTED.format("n_tup_ins > 0"))  # what is counted behind a VACUUM counts as written since
        shop.run("VACUUM ANALYZE")
        shop.until(COUNTED.format("last_vacuum IS NOT NULL AND last_analyze IS NOT NULL"))
        shop.run("CHECKPOINT")
        every(shop.dsn, tmp_path)
        shift(tmp_path, 7200)
        shop.run("UPDATE orders SET state = 'paid' WHERE id < 2000; SELECT count(*) FROM orders")
        found = every(shop.dsn, tmp_path)
        assert [(each.name, each.object, each.evidence.text) for each in found.findings] == []
        unmade = {check.name: check.reason for check in found.checks if check.state is not State.MADE}
        assert set(unmade) == {"unused_index"}, unmade


@pytest.mark.majors("all")
def test_transaction_ids_run_out(server: Server, tmp_path: Path) -> None:
    with own(server.major, autovacuum="off", autovacuum_freeze_max_age="100000") as old:
        old.run(BURN)
        with old.connect(autocommit=False) as holder:
            holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            holder.execute("SELECT txid_current(), * FROM t")
            old.run("CALL burn(120000)")
            assert "postgres" not in {each.object for each in findings(old.dsn, "xid_wraparound", tmp_path)}
            shift(tmp_path, 86400)
            old.run("CALL burn(60000)")
            found = {each.object: each for each in findings(old.dsn, "xid_wraparound", tmp_path)}
            assert found["postgres"].severity is Severity.WARNING
            tables = [each.cure_sql for name, each in found.items() if "." in name]
            assert tables
            assert all(cure.startswith("VACUUM (FREEZE, VERBOSE) ") for cure in tables)
            assert "the server stops in" in found["postgres"].evidence.text
        # Nor does an autovacuum worker hold it back, which began while the holder did.
        old.until("SELECT count(*) = 0 FROM pg_stat_activity WHERE age(backend_xmin) > 1000")
        old.run(found["postgres"].cure_sql)
        assert "postgres" not in {each.object for each in findings(old.dsn, "xid_wraparound", tmp_path)}


@pytest.mark.majors("all")
def test_multixact_ids_run_out(server: Server, tmp_path: Path) -> None:
    with own(server.major, autovacuum="off", autovacuum_multixact_freeze_max_age="10000") as old:
        old.run(BURN)
        with old.connect(autocommit=False) as holder:
            holder.execute("SELECT * FROM t WHERE id = 1 FOR KEY SHARE")
            old.run("CALL share(12000)")
            assert findings(old.dsn, "multixact_wraparound", tmp_path) == ()
            old.run("CALL share(6000)")
            found = {each.object: each for each in findings(old.dsn, "multixact_wraparound", tmp_path)}
            assert found["postgres"].severity is Severity.WARNING
            assert "multixact" in found["postgres"].evidence.text
        old.run(found["postgres"].cure_sql)
        assert "postgres" not in {each.object for each in findings(old.dsn, "multixact_wraparound", tmp_path)}


@pytest.mark.majors("all")
def test_members_of_multixacts_fill_their_room(server: Server, tmp_path: Path) -> None:
    name = "multixact_members_full"
    with own(server.major, autovacuum="off") as busy, ExitStack() as stack:
        busy.run(BURN)
        slowly, quickly = tmp_path / "slowly", tmp_path / "quickly"
        for state, seconds in ((slowly, 86400.0), (quickly, 10.0)):
            assert findings(busy.dsn, name, state) == ()
            shift(state, seconds)
        for _ in range(20):
            holder = stack.enter_context(busy.connect(autocommit=False))
            holder.execute("SELECT * FROM t WHERE id = 1 FOR KEY SHARE")
        busy.run("CALL share(8000)")  # each makes a set of 21
        busy.run("CHECKPOINT")
        full = (1 << 32) / 100
        [found] = findings(busy.dsn, name, slowly, share=150_000 / full)
        assert found.severity is Severity.WARNING
        assert 168_000 <= found.evidence.fields["members"] <= 168_000 + 2 * 52_352
        assert "it is full in" in found.evidence.text
        [near] = findings(busy.dsn, name, quickly, share=150_000 / full)
        assert near.severity is Severity.DANGER, "in less than a week"
        assert findings(busy.dsn, name, tmp_path, share=300_000 / full) == ()
        stack.close()
        busy.run("ALTER DATABASE template0 ALLOW_CONNECTIONS true")  # autovacuum needs no permission
        for database in ("postgres", "template0", "template1"):
            [found] = findings(busy.dsn, name, tmp_path, share=130_000 / full)
            assert database == "postgres" or f"in the database {database}" in found.cure_sql
            with psycopg.connect(busy.server.dsn(database), autocommit=True) as connection:
                connection.execute(found.cure_sql.encode())
        assert findings(busy.dsn, name, tmp_path, share=130_000 / full) == ()


def _write(server: Own, segments: int) -> None:
    for _ in range(segments):
        server.run("SELECT pg_logical_emit_message(true, '', 'x'), pg_switch_wal()")


@pytest.mark.majors("all")
def test_a_slot_keeps_wal_and_is_lost(server: Server, tmp_path: Path) -> None:
    with own(server.major, wal_level="logical", max_wal_size="32MB") as primary:
        primary.run("SELECT pg_create_physical_replication_slot('vieille', true)")
        primary.run("SELECT pg_create_physical_replication_slot('neuve')")
        assert findings(primary.dsn, "slot_retains_wal", tmp_path, bytes="1MB") == ()
        shift(tmp_path, 100)
        _write(primary, 4)
        [found] = findings(primary.dsn, "slot_retains_wal", tmp_path, bytes="1MB")
        assert (found.object, found.severity) == ("vieille", Severity.WARNING)
        assert "more a second" in found.evidence.text
        assert "SELECT pg_drop_replication_slot('vieille');" in found.cure_sql
        assert "ALTER SYSTEM SET max_slot_wal_keep_size" in found.cure_sql
        primary.run("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'")
        primary.run("SELECT pg_reload_conf()")
        _write(primary, 4)
        primary.run("CHECKPOINT")
        [lost] = findings(primary.dsn, "slot_retains_wal", tmp_path, bytes="1MB")
        assert lost.severity is Severity.DANGER
        assert "used no more" in lost.evidence.text
        primary.run(lost.cure_sql)
        assert findings(primary.dsn, "slot_retains_wal", tmp_path, bytes="1MB") == ()


@pytest.mark.majors("all")
def test_a_logical_slot_holds_the_catalog(server: Server, tmp_path: Path) -> None:
    with own(server.major, wal_level="logical") as primary:
        primary.run(BURN)
        primary.run("SELECT pg_create_logical_replication_slot('abonne', 'pgoutput')")
        assert findings(primary.dsn, "xmin_held_back", tmp_path, transactions=1000) == ()
        primary.run("CALL burn(1500)")
        [found] = findings(primary.dsn, "xmin_held_back", tmp_path, transactions=1000)
        assert found.object == "logical slot abonne"
        assert "in the catalog" in found.why
        primary.run(found.cure_sql)
        assert findings(primary.dsn, "xmin_held_back", tmp_path, transactions=1000) == ()


@pytest.mark.majors("all")
def test_a_standby_is_late_and_says_what_only_its_primary_knows(server: Server, tmp_path: Path) -> None:
    basebackup = find(18).program("pg_basebackup")
    with own(server.major) as primary:
        primary.run(BURN)
        with standby(primary, basebackup, "replica") as second:
            primary.until("SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
            assert findings(primary.dsn, "standby_lags", tmp_path) == ()
            second.run("SELECT pg_wal_replay_pause()")
            primary.run("INSERT INTO t SELECT generate_series(101, 30000)")
            primary.until("SELECT pg_wal_lsn_diff(flush_lsn, replay_lsn) > 1000000 FROM pg_stat_replication")
            [found] = findings(primary.dsn, "standby_lags", tmp_path, bytes="1MB")
            assert found.object == "replica"
            [own_lag] = findings(second.dsn, "standby_lags", tmp_path, bytes="1MB")
            assert own_lag.object == "this standby"
            whole = every(second.dsn, tmp_path, interval=1.0)
            assert whole.standby
            failed = [check for check in whole.checks if "failed" in check.reason]
            assert failed == []
            states = {check.name: check for check in whole.checks}
            assert states["autovacuum_behind"].state is State.UNMADE
            assert "only the primary knows" in states["autovacuum_behind"].reason
            assert states["key_runs_out"].state is State.MADE
            second.run("SELECT pg_wal_replay_resume()")
            primary.until("SELECT pg_current_wal_lsn() = replay_lsn FROM pg_stat_replication")
            assert findings(primary.dsn, "standby_lags", tmp_path, bytes="1MB") == ()
            primary.server.stop()
            second.until("SELECT count(*) = 0 FROM pg_stat_wal_receiver")
            [alone] = findings(second.dsn, "standby_lags", tmp_path)
            assert "not connected" in alone.evidence.text


@pytest.mark.majors("all")
def test_wal_cannot_be_archived(server: Server, tmp_path: Path) -> None:
    with own(server.major, archive_mode="on", archive_command="true") as primary:
        _write(primary, 1)
        primary.until("SELECT archived_count > 0 FROM pg_stat_archiver")
        assert findings(primary.dsn, "wal_archiving_fails", tmp_path) == ()
        primary.run("ALTER SYSTEM SET archive_command = 'false'")
        primary.run("SELECT pg_reload_conf()")
        _write(primary, 1)
        primary.until("SELECT failed_count > 0 FROM pg_stat_archiver")
        [found] = findings(primary.dsn, "wal_archiving_fails", tmp_path)
        assert (found.object, found.severity) == ("archive_command", Severity.DANGER)


@pytest.mark.majors("all")
def test_checkpoints_are_forced(server: Server, tmp_path: Path) -> None:
    with own(server.major) as primary:
        primary.run(BURN)
        time.sleep(1)  # before 15 a database has counters once somebody has counted in it
        assert one(primary.dsn, "checkpoints_forced", tmp_path).state is State.WAITS
        shift(tmp_path, 3600)
        primary.run("CHECKPOINT")
        assert findings(primary.dsn, "checkpoints_forced", tmp_path) == ()
        for _ in range(4):
            primary.run("INSERT INTO t SELECT max(id) + 1 FROM t")
            primary.run("CHECKPOINT")
        time.sleep(0.5)
        [found] = findings(primary.dsn, "checkpoints_forced", tmp_path)
        assert found.cure_sql.startswith("ALTER SYSTEM SET max_wal_size = '2GB';")
        before = one(primary.dsn, "checkpoints_forced", tmp_path)
        assert before.compared is not None
        view = "checkpointer" if server.major >= 17 else "bgwriter"
        primary.run(f"SELECT pg_stat_reset_shared('{view}')")
        time.sleep(0.5)
        cleared = one(primary.dsn, "checkpoints_forced", tmp_path)
        assert cleared.findings == ()
        if server.major < 17:  # the counters of whole servers tell of a crash, too
            assert (cleared.state, "cleared" in cleared.reason) == (State.WAITS, True)


@pytest.mark.majors("all")
def test_statements_are_evicted(server: Server, tmp_path: Path) -> None:
    settings = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "100"}
    with own(server.major, settings) as primary:
        primary.run('CREATE SCHEMA "É t"; CREATE EXTENSION pg_stat_statements SCHEMA "É t"')
        assert one(primary.dsn, "statements_evicted", tmp_path).state is State.WAITS
        shift(tmp_path, 600)
        assert findings(primary.dsn, "statements_evicted", tmp_path) == ()
        with primary.connect() as connection:
            for number in range(400):
                connection.execute(("SELECT 1" + ", 1" * number).encode())
        [found] = findings(primary.dsn, "statements_evicted", tmp_path)
        assert found.cure_sql.startswith("ALTER SYSTEM SET pg_stat_statements.max = 200;")


def test_a_page_is_damaged(tmp_path: Path) -> None:
    with own(18) as primary:
        primary.run("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n")
        assert findings(primary.dsn, "damaged_pages", tmp_path) == ()
        path = primary.server.folder / "data" / primary.one("SELECT pg_relation_filepath('t')")
        primary.server.stop()
        with path.open("r+b") as file:
            file.seek(4000)
            file.write(b"\xde\xad\xbe\xef")
        primary.server.start()
        primary.dsn = primary.server.dsn("postgres")
        with pytest.raises(Exception, match="invalid page"):
            primary.run("SELECT count(*) FROM t")
        for _ in range(20):
            if found := findings(primary.dsn, "damaged_pages", tmp_path):
                break
            time.sleep(0.2)
        assert [(each.object, each.severity) for each in found] == [("postgres", Severity.DANGER)]


@pytest.mark.majors("all")
def test_reading_costs_time(server: Server, tmp_path: Path) -> None:
    with own(server.major, track_io_timing="on", shared_buffers="1MB") as primary:
        primary.run("CREATE TABLE t AS SELECT n, repeat('x', 500) AS a FROM generate_series(1, 60000) n")
        time.sleep(1)
        assert one(primary.dsn, "cache_misses", tmp_path).state is State.WAITS
        shift(tmp_path, 60)
        primary.run("SELECT 1")
        assert findings(primary.dsn, "cache_misses", tmp_path) == ()
        for _ in range(3):
            primary.run("SELECT count(*) FROM t WHERE a < 'a'")
        time.sleep(1)
        [found] = findings(primary.dsn, "cache_misses", tmp_path, share="1%")
        assert found.object == "postgres"
        assert findings(primary.dsn, "cache_misses", tmp_path, share="900%") == ()


@pytest.mark.majors("all")
def test_all_workers_are_busy(server: Server, tmp_path: Path) -> None:
    slow = {
        "autovacuum_max_workers": "1", "autovacuum_naptime": "1s", "autovacuum_vacuum_cost_delay": "100ms",
        "autovacuum_vacuum_cost_limit": "1",
    }  # fmt: skip
    with own(server.major, slow) as primary:
        assert findings(primary.dsn, "autovacuum_saturated", tmp_path, time=1) == ()
        primary.run("CREATE TABLE t AS SELECT n, repeat('x', 500) AS a FROM generate_series(1, 60000) n")
        primary.run("DELETE FROM t")
        primary.until("SELECT count(*) > 0 FROM pg_stat_progress_vacuum")
        time.sleep(1.5)
        assert findings(primary.dsn, "autovacuum_saturated", tmp_path) == ()
        [found] = findings(primary.dsn, "autovacuum_saturated", tmp_path, time=1)
        assert found.cure_sql.startswith("ALTER SYSTEM SET autovacuum_vacuum_cost_limit = 2;")


@pytest.mark.majors("all")
def test_autovacuum_is_off(server: Server, tmp_path: Path) -> None:
    with own(server.major, autovacuum="off") as primary:
        [found] = findings(primary.dsn, "autovacuum_off", tmp_path)
        assert (found.object, found.severity) == ("autovacuum", Severity.DANGER)
        for statement in found.cure_sql.splitlines():
            primary.run(statement)
        time.sleep(0.3)
        assert findings(primary.dsn, "autovacuum_off", tmp_path) == ()


def test_pg_stat_statements_is_not_loaded(tmp_path: Path) -> None:
    with own(18, shared_preload_libraries="auto_explain") as primary:
        [found] = findings(primary.dsn, "statements_not_tracked", tmp_path)
        setting, create = found.cure_sql.splitlines()
        primary.run(setting.partition(" -- ")[0])
        primary.run(create)
        assert "not loaded" in findings(primary.dsn, "statements_not_tracked", tmp_path)[0].evidence.text
        assert one(primary.dsn, "statements_evicted", tmp_path).state is State.UNMADE
        primary.server.restart()
        assert findings(primary.dsn, "statements_not_tracked", tmp_path) == ()


@pytest.mark.majors("all")
def test_transactions_lock_each_other_out(server: Server, tmp_path: Path) -> None:
    with own(server.major, deadlock_timeout="20ms") as shop:
        shop.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        shop.until(
            f"SELECT stats_reset IS NOT NULL OR {server.major} > 14 FROM pg_stat_database WHERE datname = 'postgres'"
        )
        assert one(shop.dsn, "deadlocks", tmp_path).state is State.WAITS
        shift(tmp_path, 600)
        _deadlock(shop)
        shop.until("SELECT deadlocks = 1 FROM pg_stat_database WHERE datname = current_database()")
        assert findings(shop.dsn, "deadlocks", tmp_path, rate=1) == ()
        _deadlock(shop)
        shop.until("SELECT deadlocks = 2 FROM pg_stat_database WHERE datname = current_database()")
        [found] = findings(shop.dsn, "deadlocks", tmp_path)
        assert found.object == "postgres"
        assert found.evidence.text.startswith("2 deadlocks in 10 min")
        assert findings(shop.dsn, "deadlocks", tmp_path, rate=100) == ()


def _deadlock(shop: Own) -> None:
    """Two sessions lock two rows in opposite orders; one of them is ended."""
    lock = "SELECT FROM t WHERE id = %s FOR UPDATE"
    ended: list[psycopg.Error] = []
    with shop.connect(autocommit=False) as one_session, shop.connect(autocommit=False) as other:
        one_session.execute(lock, (1,))
        other.execute(lock, (2,))

        def second() -> None:
            try:
                one_session.execute(lock, (2,))
            except psycopg.errors.DeadlockDetected as error:
                ended.append(error)

        thread = threading.Thread(target=second)
        thread.start()
        try:
            other.execute(lock, (1,))
        except psycopg.errors.DeadlockDetected as error:
            ended.append(error)
        other.rollback()
        thread.join()
        one_session.rollback()
    assert len(ended) == 1
