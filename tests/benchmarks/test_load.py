"""The load tells the truth: latencies from the intended start, every failure, and what is lost is noticed."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest
from benchmarks.support import shop
from benchmarks.support.blocker import Blocker
from benchmarks.support.client import now
from benchmarks.support.load import Noticed, Version, load, percentile
from benchmarks.support.migrations import NEW, OLD, RENAME
from benchmarks.support.project import Project, Stopped

from tests.support.databases import Database

ROWS, CLIENTS = 500, 2


@pytest.fixture
def accounts(database: Database) -> Database:
    database.run(shop.script(ROWS))
    return database


def waited(noticed: Noticed, begin: int, last: int, end: int) -> int:
    """How many transactions should have begun from `begin` to before `last`, and ended after `end`."""
    pairs = zip(noticed.intended, noticed.latencies, strict=True)
    return sum(begin <= when < last and end <= when + latency for when, latency in pairs)


def test_a_stall_counts_for_all_that_wanted_to_come_meanwhile(accounts: Database) -> None:
    with load(accounts.dsn, rows=ROWS, clients=CLIENTS) as working:
        application = working.application(Version(column=OLD))
        application.go(200.0)
        with accounts.connect(autocommit=False) as other:
            other.execute("LOCK TABLE accounts")
            begin = now()
            time.sleep(0.5)
            application.go(100.0)
            middle = now()
            time.sleep(0.5)
            end = now()
        time.sleep(0.5)  # they catch up
        working.stop(application)
    # Clients that wait for their answers would have been two; another rate makes nobody forget who wanted to come.
    assert waited(working.noticed, begin, middle, end) > 10 * CLIENTS
    assert waited(working.noticed, middle, end, end) > 5 * CLIENTS
    assert working.noticed.figures().failed == 0


def test_failures_are_counted_when_they_happen_and_the_client_goes_on(accounts: Database) -> None:
    with load(accounts.dsn, rows=ROWS, clients=CLIENTS) as working:
        application = working.application(Version(column=OLD))
        application.go(200.0)
        time.sleep(0.2)
        accounts.run(RENAME.plain)
        begin = now()
        time.sleep(0.3)
        end = now()
        accounts.run(f"ALTER TABLE accounts RENAME COLUMN {NEW} TO {OLD}")
        time.sleep(0.3)
        working.stop(application)
    broken = working.noticed.figures(begin, end)
    assert 0 < broken.failed < broken.transactions, "updates of another column succeed"
    assert "42703" in broken.reasons[0][0]
    last = working.noticed.figures(end)
    assert last.transactions > last.failed
    assert shop.differing(accounts.dsn, OLD, ROWS) == 0


def test_a_broken_connection_is_a_failure_and_is_made_again(accounts: Database) -> None:
    with load(accounts.dsn, rows=ROWS, clients=1) as working:
        application = working.application(Version(column=OLD))
        application.go(200.0)
        time.sleep(0.2)
        assert accounts.all(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'application%%' AND pid <> %s",
            -1,
        ) == [(True,)]
        begin = now()
        time.sleep(0.5)
        working.stop(application)
    assert working.noticed.figures().failed == 1
    assert working.noticed.figures(begin).transactions > 1


def test_what_was_lost_is_noticed(accounts: Database) -> None:
    with load(accounts.dsn, rows=ROWS, clients=CLIENTS) as working:
        application = working.application(Version(column=OLD))
        application.go(None)
        time.sleep(0.3)
        working.stop(application)
    assert shop.differing(accounts.dsn, OLD, ROWS) == 0
    named = accounts.one("SELECT min(id) FROM witness.mirror WHERE name IS NOT NULL AND added = 0")
    added = accounts.one("SELECT min(id) FROM witness.mirror WHERE name IS NULL")
    inserted = accounts.one("SELECT max(id) FROM witness.mirror WHERE id > %s", ROWS)
    untouched = accounts.one(
        "SELECT max(a.id) FROM accounts a LEFT JOIN witness.mirror m USING (id) WHERE m.id IS NULL"
    )
    for number, loss in enumerate(
        (
            f"UPDATE accounts SET name = 'another' WHERE id = {named}",
            f"UPDATE accounts SET balance = balance - 1 WHERE id = {added}",
            f"DELETE FROM accounts WHERE id = {inserted}",
            f"DELETE FROM accounts WHERE id = {untouched}",
            f"INSERT INTO accounts VALUES ({ROWS + 1}, 'nobody said so', 0)",
        ),
        start=1,
    ):
        accounts.run(loss)
        assert shop.differing(accounts.dsn, OLD, ROWS) == number, loss


def test_the_forgotten_session_is_in_the_way_of_strong_locks_only(accounts: Database) -> None:
    with Blocker(accounts.dsn, 60.0):
        accounts.run("BEGIN; LOCK TABLE accounts IN ROW EXCLUSIVE MODE NOWAIT; UPDATE accounts SET balance = 1; COMMIT")
        for mode in ("SHARE", "ACCESS EXCLUSIVE"):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                accounts.run(f"BEGIN; LOCK TABLE accounts IN {mode} MODE NOWAIT; COMMIT")
    accounts.run("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE NOWAIT; COMMIT")


def test_a_project_holds_somebody_in_front_of_each_strong_lock(accounts: Database, tmp_path: Path) -> None:
    project = Project.of(tmp_path, accounts.dsn, RENAME.text)
    assert not [step for step in project.guarded if step.startswith("pass.")]
    assert any(step.endswith(".open") for step in project.guarded)
    assert any(step.endswith(".close") for step in project.guarded)
    expanded = project.run("expand", hold=0.3)
    assert expanded.rows == ROWS
    assert expanded.peak_mb > 10
    project.run("contract", hold=0.3)
    assert shop.differing(accounts.dsn, NEW, ROWS) == 0


def test_what_stopped_a_runner_is_told(accounts: Database, tmp_path: Path) -> None:
    project = Project.of(tmp_path, accounts.dsn, RENAME.text)
    accounts.run("DROP TABLE accounts")
    with pytest.raises(Stopped, match="accounts"):
        project.run("expand")


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    values = list(range(1, 1001))
    assert [percentile(values, each) for each in (50, 99.9, 100)] == [500, 999, 1000]
    assert (percentile([7], 50), percentile([], 99.9)) == (7, 0)
