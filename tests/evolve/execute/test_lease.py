"""The lease among real processes: one runner at a time, and one that lost it changes nothing any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

import psycopg
import pytest

from pgwright.base.errors import LockNotObtained, StepFailed
from pgwright.base.event import Event, Notice, ignore
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute.lease import LEASE_DDL, Lease, LeaseLost, holder
from pgwright.server.private import PrivateServer
from tests.support.databases import Database, Server

pytestmark = pytest.mark.majors("all")

SCHEMA = "CREATE SCHEMA pgwright;" + LEASE_DDL + "CREATE TABLE work (epoch bigint)"
PATIENT = ExecuteSettings(heartbeat=0.05, lease_timeout=3600.0)
NERVOUS = ExecuteSettings(heartbeat=0.05, lease_timeout=1.0)

RUNNER = """
import os, signal, sys, time
import psycopg
from pgwright.base.errors import ConnectError
from pgwright.base.event import ignore
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute.lease import Lease, LeaseLost

dsn, stop, heartbeat = sys.argv[1:]
settings = ExecuteSettings(heartbeat=float(heartbeat), lease_timeout=1.0)

def step(lease, number):
    with session.open(dsn, name="step") as connection, connection.transaction():
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 1500")
        if stop == "before" and number == 3:
            os.kill(os.getpid(), signal.SIGSTOP)
        lease.fence(connection)
        connection.execute("INSERT INTO work VALUES (%s)", [lease.epoch])
        if stop == "within" and number == 3:
            os.kill(os.getpid(), signal.SIGSTOP)
        if stop == "sleep":
            print("sleeping", flush=True)
            connection.execute("SELECT pg_sleep(1)")

with Lease(dsn, settings=settings, on_event=ignore, migration="0001_noms") as lease:
    print("held", flush=True)
    number = 0
    while True:
        number += 1
        try:
            step(lease, number)
        except LeaseLost as error:
            sys.exit(error.exit_code)
        except (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout):
            print("cut", flush=True)
        time.sleep(0.01)
"""


@pytest.fixture
def database(make_database: Callable[..., Database]) -> Database:
    return make_database(SCHEMA)


@contextmanager
def runner(database: Database, stop: str = "never", *, heartbeat: float = 0.05) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lease and does one small step after the other. `stop` says where in its third
    step it stops itself with SIGSTOP: `before` it reads the fence, or `within` the step, its change made."""
    command = [sys.executable, "-c", RUNNER, database.dsn, stop, str(heartbeat)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert line_of(process.stdout) == "held"
            yield process
        finally:
            process.kill()


def line_of(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def take(database: Database, settings: ExecuteSettings = NERVOUS, on_event: Callable[[Event], None] = ignore) -> Lease:
    """The lease, as soon as its holder is taken for dead."""
    for _ in range(400):
        lease = Lease(database.dsn, settings=settings, on_event=on_event)
        try:
            lease.__enter__()
        except LockNotObtained:
            time.sleep(0.05)
        else:
            return lease
    raise AssertionError("the lease was never free")


def count(database: Database, epoch: int) -> int:
    return int(database.one("SELECT count(*) FROM work WHERE epoch = %s", epoch))


def eventually(condition: Callable[[], object]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")


def test_taken_and_given_back(database: Database) -> None:
    with database.connect() as connection:
        assert holder(connection) is None
        with Lease(database.dsn, settings=PATIENT, on_event=ignore, migration="0002_noms") as lease:
            now = holder(connection)
            assert now is not None
            assert now.epoch == lease.epoch == 1
            assert now.migration == "0002_noms"
            assert f"pid {os.getpid()} for 0002_noms since " in now.sentence
            lease.fence(connection)
        assert holder(connection) is None
        with pytest.raises(LeaseLost):
            lease.fence(connection)


def test_a_live_runner_is_named(database: Database) -> None:
    with runner(database) as process:
        with pytest.raises(LockNotObtained) as caught, Lease(database.dsn, settings=NERVOUS, on_event=ignore):
            pass
        assert caught.value.exit_code == 4
        assert f"pid {process.pid} for 0001_noms since" in caught.value.message
        assert caught.value.state == "Nothing was changed."
        assert process.poll() is None


def test_only_one_of_many_gets_a_free_lease(database: Database) -> None:
    barrier = threading.Barrier(6)
    end = threading.Barrier(6)
    outcomes: list[str] = []

    def attempt() -> None:
        barrier.wait()
        try:
            with Lease(database.dsn, settings=PATIENT, on_event=ignore) as lease:
                outcomes.append(f"epoch {lease.epoch}")
                end.wait()
        except LockNotObtained:
            outcomes.append("refused")
            end.wait()

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["epoch 1"] + ["refused"] * 5


def test_a_killed_runner_is_followed_at_once(database: Database) -> None:
    """Its heartbeat's backend ends with it; nobody waits for lease_timeout, here an hour."""
    heard: list[Event] = []
    with runner(database) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        lease = take(database, PATIENT, heard.append)
        assert lease.epoch == 2
        lease.__exit__(None, None, None)
    (notice,) = heard
    assert isinstance(notice, Notice)
    assert f"pid {process.pid}" in notice.message


def test_a_killed_runner_whose_statement_goes_on_is_waited_for(database: Database) -> None:
    """kill -9 does not stop the server's statement: the next runner begins only when that transaction has ended."""
    with runner(database, "sleep") as process, database.connect() as connection:
        assert line_of(process.stdout) == "sleeping"
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgwright:step'"
            " AND state = 'active' AND query LIKE '%%pg_sleep%%' AND datname = current_database()"
        )
        while connection.execute(query).fetchone() != (1,):  # it says so before the server has the statement
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        lease = take(database, PATIENT)
        assert connection.execute(query).fetchone() == (0,)
        lease.__exit__(None, None, None)
    assert count(database, 1) == 0


def test_a_stopped_runner_that_wakes_up_before_its_change(database: Database) -> None:
    with runner(database, "before") as process:
        eventually(lambda: count(database, 1) == 2)
        lease = take(database)
        assert lease.epoch == 2
        process.send_signal(signal.SIGCONT)
        assert process.wait() == LeaseLost.exit_code == 5
        with database.connect() as connection:
            lease.fence(connection)
        lease.__exit__(None, None, None)
    assert count(database, 1) == 2


def test_a_stopped_runner_in_the_middle_of_its_change(database: Database) -> None:
    """The takeover waits for its transaction, which the server ends; its change is gone, and so is the runner."""
    with runner(database, "within") as process:
        eventually(lambda: count(database, 1) == 2)
        lease = take(database)
        process.send_signal(signal.SIGCONT)
        assert line_of(process.stdout) == "cut"
        assert process.wait() == 5
        lease.__exit__(None, None, None)
    assert count(database, 1) == 2


def test_a_runner_stopped_during_a_heartbeat_does_not_keep_the_row(database: Database) -> None:
    """A heartbeat of several messages would be stopped between its UPDATE and its COMMIT sooner or later."""

    def free() -> bool:
        try:
            return bool(database.all("SELECT 1 FROM pgwright.lease FOR NO KEY UPDATE NOWAIT"))
        except psycopg.errors.LockNotAvailable:
            return False

    with runner(database, heartbeat=0.0001) as process:
        for _ in range(20):
            process.send_signal(signal.SIGSTOP)
            os.waitpid(process.pid, os.WUNTRACED)
            eventually(free)
            process.send_signal(signal.SIGCONT)


def test_the_wait_for_a_step_transaction_is_bounded(database: Database) -> None:
    database.run(
        "UPDATE pgwright.lease SET holder = 'old', backend_pid = 1, backend_start = now(), heartbeat_at = now()"
    )
    with database.connect(autocommit=False) as step:
        step.execute("SELECT FROM pgwright.lease WHERE epoch = 0 FOR KEY SHARE")
        settings = ExecuteSettings(lock_budget=0.2)
        with pytest.raises(LockNotObtained, match=r"A step transaction of the former runner \(old\)"):
            Lease(database.dsn, settings=settings, on_event=ignore).__enter__()
        step.rollback()
    with Lease(database.dsn, settings=settings, on_event=ignore) as lease:
        assert lease.epoch == 1


def test_heartbeats_do_not_wait_for_steps(database: Database) -> None:
    """A step may last for hours and holds the row FOR KEY SHARE all the time."""
    query = "SELECT heartbeat_at FROM pgwright.lease"
    with Lease(database.dsn, settings=PATIENT, on_event=ignore) as lease, database.connect(autocommit=False) as step:
        lease.fence(step)
        before = database.one(query)
        eventually(lambda: database.one(query) > before)
        assert not lease.lost


def test_a_takeover_is_noticed(database: Database) -> None:
    with Lease(database.dsn, settings=PATIENT, on_event=ignore) as lease:
        database.run("UPDATE pgwright.lease SET epoch = epoch + 1, holder = 'somebody'")
        eventually(lambda: lease.lost)
        with database.connect() as connection, pytest.raises(LeaseLost, match="now held by somebody"):
            lease.fence(connection)
    assert database.one("SELECT holder FROM pgwright.lease") == "somebody"


def test_a_cut_heartbeat_comes_back(database: Database) -> None:
    query = "SELECT backend_pid FROM pgwright.lease"
    with Lease(database.dsn, settings=PATIENT, on_event=ignore) as lease, database.connect() as connection:
        before = database.one(query)
        connection.execute("SELECT pg_terminate_backend(%s)", [before])
        eventually(lambda: database.one(query) != before)
        lease.fence(connection)
    assert database.one("SELECT holder FROM pgwright.lease") is None


def test_a_cut_since_the_last_heartbeat_does_not_keep_the_lease(database: Database) -> None:
    heard: list[Event] = []
    with Lease(database.dsn, settings=replace(PATIENT, heartbeat=600.0), on_event=heard.append):
        assert database.one("SELECT pg_terminate_backend(backend_pid, 10000) FROM pgwright.lease")
    assert database.one("SELECT holder FROM pgwright.lease") is None
    assert heard == []


def test_a_restart_of_the_server_does_not_end_the_lease(server: Server) -> None:
    with PrivateServer(server.binaries, settings={"fsync": "off"}) as private:
        with psycopg.connect(private.dsn(), autocommit=True) as connection:
            connection.execute(SCHEMA)
        with Lease(private.dsn(), settings=PATIENT, on_event=ignore) as lease:
            private.restart()
            with session.open(private.dsn()) as connection:
                eventually(lambda: _gone(connection) is False)
                lease.fence(connection)
        with session.open(private.dsn()) as connection:
            assert holder(connection) is None


def _gone(connection: psycopg.Connection[Any]) -> bool | None:
    now = holder(connection)
    return now.gone if now is not None else None


def test_a_lease_that_cannot_be_given_back_is_taken_over(server: Server) -> None:
    heard: list[Event] = []
    with PrivateServer(server.binaries, settings={"fsync": "off"}) as private:
        with psycopg.connect(private.dsn(), autocommit=True) as connection:
            connection.execute(SCHEMA)
        with Lease(private.dsn(), settings=PATIENT, on_event=heard.append):
            private.stop()
        assert isinstance(heard[0], Notice)
        assert "could not be given back" in heard[0].message
        private.start()
        with Lease(private.dsn(), settings=PATIENT, on_event=ignore) as lease:
            assert lease.epoch == 2


def test_another_role_is_not_taken_for_dead(make_role: Callable[..., str], database: Database) -> None:
    """A role without pg_read_all_stats does not see when the other's backend began."""
    one, two = make_role("LOGIN"), make_role("LOGIN")
    database.run(f"GRANT USAGE ON SCHEMA pgwright TO {one}, {two}; GRANT ALL ON pgwright.lease TO {one}, {two}")
    try:
        rival = Lease(database.dsn_as(two), settings=PATIENT, on_event=ignore)
        with Lease(database.dsn_as(one), settings=PATIENT, on_event=ignore), pytest.raises(LockNotObtained):
            rival.__enter__()
    finally:
        database.run(f"DROP OWNED BY {one}, {two}")


def test_defaults_of_the_role_do_not_reach_the_lease(make_role: Callable[..., str], database: Database) -> None:
    role = make_role("LOGIN SUPERUSER")
    for setting in (
        "default_transaction_read_only = on",
        "default_transaction_isolation = 'serializable'",
        "lock_timeout = 1",
    ):
        database.run(f"ALTER ROLE {role} SET {setting}")
    query = "SELECT heartbeat_at FROM pgwright.lease"
    with Lease(database.dsn_as(role), settings=PATIENT, on_event=ignore):
        before = database.one(query)
        eventually(lambda: database.one(query) > before)


def test_the_clock_of_the_server_jumps_forward(database: Database) -> None:
    """Every heartbeat looks an hour old then, until the next one; so a rival looks again before it takes over."""
    slow = ExecuteSettings(heartbeat=1.0, lease_timeout=10.0)
    beat = "SELECT heartbeat_at FROM pgwright.lease"
    with Lease(database.dsn, settings=slow, on_event=ignore) as lease:
        before = database.one(beat)
        eventually(lambda: database.one(beat) > before)
        database.run("UPDATE pgwright.lease SET heartbeat_at = heartbeat_at - interval '1 hour'")
        with pytest.raises(LockNotObtained):
            Lease(database.dsn, settings=slow, on_event=ignore).__enter__()
        with database.connect() as connection:
            lease.fence(connection)


def test_the_clock_of_the_server_jumps_back(database: Database) -> None:
    """A heartbeat in the future tells nothing of its age: the dead are followed after their time, and no hour later."""
    ahead = "UPDATE pgwright.lease SET heartbeat_at = clock_timestamp() + interval '1 hour'"
    with Lease(database.dsn, settings=NERVOUS, on_event=ignore):
        database.run(ahead)
        with pytest.raises(LockNotObtained):
            Lease(database.dsn, settings=NERVOUS, on_event=ignore).__enter__()
    database.run("UPDATE pgwright.lease SET holder = 'through a pooler'")
    database.run(ahead)
    with Lease(database.dsn, settings=NERVOUS, on_event=ignore) as lease:
        assert lease.epoch == 3


def test_a_missing_row_is_said(database: Database) -> None:
    database.run("DELETE FROM pgwright.lease")
    with pytest.raises(StepFailed, match="lease row is missing"):
        Lease(database.dsn, settings=PATIENT, on_event=ignore).__enter__()
