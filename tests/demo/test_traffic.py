from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import pytest

from pgwright.base.errors import StepFailed
from pgwright.demo import act_plain, shop
from pgwright.demo.act_plain import PUT_BACK, RENAME
from pgwright.demo.blocker import Blocker
from pgwright.demo.measure import Record
from pgwright.demo.mirror import rows_lost
from pgwright.demo.plain import PlainNarrator
from pgwright.demo.stage import Stage
from pgwright.demo.statements import NEW, OLD
from pgwright.demo.traffic import Traffic, python_environment
from tests.demo.processes import alive
from tests.support.databases import Database

ROWS = 60  # few, so that the clients meet on the same rows


@pytest.fixture
def built(database: Database) -> Database:
    with database.connect() as connection:
        shop.build(connection, rows=ROWS)
    return database


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.majors("all")
def test_clients_work_by_one_name_and_lose_nothing(built: Database) -> None:
    record = Record()
    with Traffic(dsn=built.dsn, rows=ROWS, clients=3) as traffic:
        old = traffic.application(OLD)
        old.join(record)
        wait_until(lambda: record.statements > 1500)
        with built.connect() as connection:
            assert rows_lost(connection, OLD) == 0  # in the middle of it
        old.leave()
        counted = record.statements
        old.leave()
    assert record.summary().reasons == ()
    assert record.statements == counted
    written = dict(built.all("SELECT par, count(*) FROM temoin GROUP BY par"))
    assert written[OLD] > 100
    assert built.one("SELECT count(*) FROM utilisateurs") > ROWS
    with built.connect() as connection:
        assert rows_lost(connection, OLD) == 0


def test_a_missing_column_is_told_with_its_sqlstate_and_survived(built: Database) -> None:
    record = Record()
    with Traffic(dsn=built.dsn, rows=ROWS, clients=2) as traffic:
        old, new = traffic.application(OLD), traffic.application(NEW)
        old.join(record)
        built.run(RENAME)
        wait_until(lambda: record.failed > 20)
        also = Record()
        new.join(also)
        wait_until(lambda: also.statements > 100)
        new.leave()
        built.run(";".join(PUT_BACK))
        old.leave()
        again = Record()
        old.join(again)
        wait_until(lambda: again.statements > 100)
        old.leave()
    assert (also.failed, again.failed) == (0, 0)
    reasons = record.summary().reasons
    assert {failure.sqlstate for failure, _ in reasons} == {"42703"}
    assert {failure.what for failure, _ in reasons} <= {"read_user", "read_orders", "insert_user", "update_name"}


def test_a_cut_connection_is_counted_and_opened_again(built: Database) -> None:
    record = Record()
    with Traffic(dsn=built.dsn, rows=ROWS, clients=1) as traffic:
        old = traffic.application(OLD)
        old.join(record)
        wait_until(lambda: record.statements > 50)
        built.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'shop nom %'")
        wait_until(lambda: record.failed > 0)
        seen = record.statements
        wait_until(lambda: record.statements > seen + 50)
        old.leave()
    assert {failure.sqlstate for failure, _ in record.summary().reasons} <= {"57P01", None}


def test_a_wait_for_a_lock_is_one_long_statement(built: Database) -> None:
    record = Record()
    with Traffic(dsn=built.dsn, rows=ROWS, clients=2) as traffic:
        old = traffic.application(OLD)
        old.join(record)
        wait_until(lambda: record.statements > 50)
        with built.connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE utilisateurs IN ACCESS EXCLUSIVE MODE")
            time.sleep(0.5)
        old.leave()
    assert record.failed == 0
    assert record.summary().longest_stall_ms > 400


def test_a_client_that_dies_is_noticed(built: Database) -> None:
    with Traffic(dsn=built.dsn, rows=ROWS, clients=1) as traffic:
        old = traffic.application(OLD)
        old.join(Record())
        traffic._clients[0]._process.kill()
        with pytest.raises(StepFailed, match="ended by itself"):
            old.leave()


def test_clients_end_with_their_parent(built: Database) -> None:
    """The parent is killed and cannot tidy up: its clients see the end of their input."""
    program = f"""
import sys, time
from pgwright.demo.measure import Record
from pgwright.demo.traffic import Traffic
traffic = Traffic(dsn={built.dsn!r}, rows={ROWS}, clients=2)
traffic.application("nom").join(Record())
print(*[client._process.pid for client in traffic._clients], flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program], env=python_environment(), stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in pids))


def test_a_blocker_holds_the_table_and_lets_go(built: Database) -> None:
    locks = "SELECT mode FROM pg_locks WHERE relation = 'utilisateurs'::regclass"
    with Blocker(built.dsn, seconds=30):
        assert built.all(locks) == [("AccessShareLock",)]
    assert built.all(locks) == []


def test_a_blocker_that_cannot_connect_says_so(built: Database) -> None:
    with pytest.raises(psycopg.OperationalError), Blocker(built.server.dsn("nowhere")):
        pass


def test_act_one_breaks_the_old_application_and_puts_everything_back(
    built: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act_plain, "CALM_SECONDS", 0.3)
    monkeypatch.setattr(act_plain, "BROKEN_SECONDS", 0.3)
    record = Record()
    with Traffic(dsn=built.dsn, rows=ROWS, clients=2) as traffic, built.connect() as connection:
        old = traffic.application(OLD)
        stage = Stage(
            dsn=built.dsn,
            connection=connection,
            old=old,
            new=old,
            record=record,
            narrator=PlainNarrator(lambda _: None),
        )
        outcome = act_plain.play(stage)
    assert outcome.summary.failed > 10
    assert outcome.summary.longest_stall_ms > 2500
    assert outcome.rows_lost == 0
    assert built.one("SELECT count(nom) FROM utilisateurs") > 0
