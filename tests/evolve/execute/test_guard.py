"""The lock guard in forced races: who is in the way is named, the queue stays free, nothing is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from pgwright.base.errors import LockNotObtained, StepFailed
from pgwright.base.event import Event, ignore
from pgwright.base.lock import LockMode
from pgwright.base.name import RelationName
from pgwright.config.settings import ExecuteSettings
from pgwright.evolve.execute.guard import strong_locks
from pgwright.evolve.locks.observe import held
from pgwright.evolve.steps.step import Lock
from tests.support.databases import Database
from tests.support.guarding import IMPATIENT, SETTINGS, Ear

pytestmark = pytest.mark.majors("all")

Session = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database("CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE VIEW v AS SELECT x FROM a")


@pytest.fixture
def runner(shop: Database) -> Iterator[Session]:
    with shop.connect() as connection:
        yield connection


@pytest.fixture
def other(shop: Database) -> Iterator[Session]:
    with psycopg.connect(shop.dsn, application_name="shop") as connection:
        yield connection
        connection.rollback()


def lock(database: Database, name: str, mode: LockMode = LockMode.ACCESS_EXCLUSIVE) -> Lock:
    oid = database.one("SELECT %s::regclass::oid::bigint", f"public.{name}")
    return Lock(relation=RelationName("public", name), oid=oid, mode=mode)


def add_column(connection: Session) -> Callable[[], str]:
    def work() -> str:
        connection.execute("ALTER TABLE a ADD COLUMN y int")
        return "done"

    return work


def columns(database: Database, table: str = "a") -> set[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    return {name for (name,) in database.all(query, f"public.{table}")}


def test_free_tables_are_locked_before_the_work_and_before_the_commit(shop: Database, runner: Session) -> None:
    locks = [lock(shop, "b"), lock(shop, "a"), lock(shop, "v", LockMode.ACCESS_EXCLUSIVE)]
    seen: list[object] = []

    def work() -> str:
        seen.append(held(runner))
        return add_column(runner)()

    def before_commit(result: str) -> None:
        seen.append((result, runner.info.transaction_status.name, columns(shop)))

    result = strong_locks(
        runner, locks, settings=SETTINGS, on_event=seen.append, step="1", work=work, before_commit=before_commit
    )
    assert seen == [{each.oid: LockMode.ACCESS_EXCLUSIVE for each in locks}, ("done", "INTRANS", {"x"})]
    assert result == "done"
    assert columns(shop) == {"x", "y"}


def test_no_lock_is_waited_for_longer_than_one_try(shop: Database, runner: Session) -> None:
    query = "SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'"
    for _ in range(10):
        (left,) = strong_locks(
            runner,
            [lock(shop, "a")],
            settings=SETTINGS,
            on_event=ignore,
            step="1",
            work=lambda: runner.execute(query).fetchone() or (0,),
        )
        assert 0 < left <= 1000 * SETTINGS.lock_try * 1.5


def test_declared_weak_locks_are_not_taken_up_front(shop: Database, runner: Session) -> None:
    weak = [lock(shop, "a", LockMode.SHARE_UPDATE_EXCLUSIVE), lock(shop, "b", LockMode.ACCESS_SHARE)]
    assert strong_locks(runner, weak, settings=SETTINGS, on_event=ignore, step="1", work=lambda: held(runner)) == {}


def test_an_idle_reader_is_named_and_waited_for(shop: Database, runner: Session, other: Session) -> None:
    other.execute("SELECT * FROM a WHERE 'geheim' <> 'x'")
    ear = Ear(other.rollback, after=4)
    strong_locks(runner, [lock(shop, "a")], settings=SETTINGS, on_event=ear, step="1", work=add_column(runner))
    assert columns(shop) == {"x", "y"}
    assert [event.relation for event in ear.heard[:4]] == ["public.a"] * 4
    (sentence,) = ear.heard[3].blockers
    assert f"pid {other.info.backend_pid} (user postgres, application shop, idle in transaction for" in sentence
    assert "holds ACCESS SHARE on public.a; last query: SELECT * FROM a WHERE '…'" in sentence
    assert "geheim" not in sentence


def test_a_reader_for_ever_costs_nothing_but_the_step(shop: Database, runner: Session, other: Session) -> None:
    other.execute("SELECT * FROM a")
    with pytest.raises(LockNotObtained) as caught:
        strong_locks(runner, [lock(shop, "a")], settings=IMPATIENT, on_event=ignore, step="1", work=add_column(runner))
    error = caught.value
    assert error.exit_code == 4
    assert f"pid {other.info.backend_pid} " in error.blockers[0]
    assert error.state == "Nothing was changed by this step."
    assert f"SELECT pg_terminate_backend({other.info.backend_pid})" in error.hint
    assert columns(shop) == {"x"}
    assert shop.all("SELECT 1 FROM pg_locks WHERE pid = %s AND locktype = 'relation'", runner.info.backend_pid) == []


def test_a_prepared_transaction_is_named_by_its_gid(shop: Database, runner: Session, other: Session) -> None:
    other.execute("INSERT INTO a VALUES (1)")
    other.execute(f"PREPARE TRANSACTION '{shop.name} it''s'".encode())
    with pytest.raises(LockNotObtained) as caught:
        strong_locks(runner, [lock(shop, "a")], settings=IMPATIENT, on_event=ignore, step="1", work=add_column(runner))
    assert f"the prepared transaction '{shop.name} it's' of user postgres" in caught.value.blockers[0]
    assert f"ROLLBACK PREPARED '{shop.name} it''s'" in caught.value.hint
    other.commit()
    other.autocommit = True
    other.execute(caught.value.hint.split("end it with ")[1].split("; then")[0].encode())
    strong_locks(runner, [lock(shop, "a")], settings=SETTINGS, on_event=ignore, step="1", work=add_column(runner))
    assert columns(shop) == {"x", "y"}


@contextmanager
def reading(database: Database, table: str, pause: threading.Event) -> Iterator[list[int]]:
    """An application that reads `table` in one statement after the other; each success counts one."""
    count = [0]
    stop = threading.Event()

    def read() -> None:
        with database.connect() as connection:
            while not stop.is_set():
                connection.execute(f"SELECT count(*) FROM {table}".encode())
                count[0] += 1
                pause.wait(0.002)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield count
    finally:
        stop.set()
        thread.join()


def test_readers_go_on_between_the_tries(shop: Database, runner: Session, other: Session) -> None:
    other.execute("SELECT * FROM a")
    counts: list[int] = []
    with reading(shop, "a", threading.Event()) as count:
        ear = Ear(other.rollback, after=10)

        def on_event(event: Event) -> None:
            counts.append(count[0])
            ear(event)

        strong_locks(runner, [lock(shop, "a")], settings=SETTINGS, on_event=on_event, step="1", work=add_column(runner))
    # A reader gets through between any two tries: whoever stays in the queue would stop it until the last event.
    assert len(counts) >= 10
    assert all(before < after for before, after in pairwise(counts[1:]))


def test_tables_given_in_any_order_are_locked_by_oid(shop: Database, other: Session) -> None:
    """So that two runners never wait for each other: while the first table is waited for, the second is free."""
    locks = [lock(shop, "b"), lock(shop, "a")]
    other.execute("SELECT * FROM a")
    slow = ExecuteSettings(lock_try=30.0, lock_budget=60.0)  # cut to half of deadlock_timeout, that is 0.5 s
    with shop.connect() as runner:
        thread = threading.Thread(
            target=lambda: strong_locks(runner, locks, settings=slow, on_event=ignore, step="1", work=lambda: None)
        )
        thread.start()
        query = "SELECT relation::regclass::text, granted FROM pg_locks WHERE pid = %s AND mode = 'AccessExclusiveLock'"
        try:
            seen: list[tuple[Any, ...]] = []
            while not seen:
                seen = shop.all(query, runner.info.backend_pid)
        finally:
            other.rollback()
            thread.join()
    assert seen == [("a", False)]


def test_an_application_that_locks_in_another_order_is_never_the_victim(shop: Database, runner: Session) -> None:
    """The application holds b and wants a, the guard would hold a and want b: the guard steps back."""
    failed: list[psycopg.Error] = []
    stop = threading.Event()
    transactions = [0]

    def write() -> None:
        with shop.connect(autocommit=False) as connection:
            while not stop.is_set():
                try:
                    connection.execute("INSERT INTO b VALUES (1)")
                    connection.execute("INSERT INTO a VALUES (1)")
                    connection.commit()
                    transactions[0] += 1
                except psycopg.Error as error:
                    failed.append(error)
                    connection.rollback()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(15):
            before = transactions[0]
            strong_locks(
                runner,
                [lock(shop, "a"), lock(shop, "b")],
                settings=SETTINGS,
                on_event=ignore,
                step=str(number),
                work=lambda: None,
            )
            while transactions[0] == before and not failed:
                stop.wait(0.001)
    finally:
        stop.set()
        thread.join()
    assert failed == []


def test_a_deadlock_inside_the_work_is_tried_again(shop: Database, runner: Session, other: Session) -> None:
    other.execute("INSERT INTO b VALUES (1)")

    def insert() -> None:
        other.execute("INSERT INTO a VALUES (1)")
        other.commit()

    waiting = threading.Thread(target=insert)
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        if len(runs) == 1:
            # The application queues behind our lock on a; we want b, which it holds, for longer than the server
            # allows a deadlock to last. 40P01 hits us: our own wait is the later one.
            waiting.start()
            while not runner.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pid = %s", [other.info.backend_pid]
            ).fetchone():
                pass
            runner.execute("SET LOCAL lock_timeout = 0; SET LOCAL deadlock_timeout = 1")
        runner.execute("LOCK TABLE b IN ACCESS EXCLUSIVE MODE")

    strong_locks(runner, [lock(shop, "a")], settings=SETTINGS, on_event=ignore, step="1", work=work)
    waiting.join()
    assert len(runs) >= 2
    assert shop.one("SELECT count(*) FROM a") == 1


def test_locks_that_the_work_itself_takes_are_asked_for_politely(
    shop: Database, runner: Session, other: Session
) -> None:
    """A view is in use and the step replaces it; LOCK TABLE is no use on views."""
    other.execute("SELECT * FROM v")
    locks = [lock(shop, "v")]
    ear = Ear(other.rollback, after=3)

    def work() -> None:
        runner.execute("CREATE OR REPLACE VIEW v AS SELECT x, 1 AS one FROM a")

    strong_locks(runner, locks, settings=SETTINGS, on_event=ear, step="1", work=work)
    assert {event.relation for event in ear.heard[:3]} == {"public.v"}
    assert columns(shop, "v") == {"x", "one"}


def test_a_descendant_in_use_is_named(make_database: Callable[..., Database]) -> None:
    database = make_database(
        "CREATE TABLE p (k int, x int) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)"
    )
    locks = [lock(database, "p"), lock(database, "p1")]
    with database.connect() as runner, database.connect(autocommit=False) as other:
        other.execute("SELECT * FROM p1")
        with pytest.raises(LockNotObtained) as caught:
            strong_locks(runner, locks, settings=IMPATIENT, on_event=ignore, step="1", work=lambda: None)
        assert "holds ACCESS SHARE on public.p1" in caught.value.blockers[0]
        other.rollback()
        taken = strong_locks(runner, locks, settings=SETTINGS, on_event=ignore, step="1", work=lambda: held(runner))
    assert taken == {lock.oid: LockMode.ACCESS_EXCLUSIVE for lock in locks}


def test_a_relation_that_is_gone(shop: Database, runner: Session) -> None:
    wanted = lock(shop, "b")
    shop.run("DROP TABLE b")
    with pytest.raises(StepFailed, match=r"public\.b does not exist any more") as caught:
        strong_locks(runner, [wanted], settings=SETTINGS, on_event=ignore, step="1", work=lambda: None)
    assert caught.value.sqlstate == "42P01"
    assert caught.value.step == "1"


def test_a_relation_is_locked_under_its_present_name(shop: Database, runner: Session) -> None:
    wanted = lock(shop, "b")
    shop.run('ALTER TABLE b RENAME TO "it\'s \\ ""b"""; CREATE TABLE b (x int)')
    got = strong_locks(runner, [wanted], settings=SETTINGS, on_event=ignore, step="1", work=lambda: held(runner))
    assert got == {wanted.oid: LockMode.ACCESS_EXCLUSIVE}


def test_a_table_that_an_earlier_step_made_has_no_oid_in_the_plan(shop: Database, runner: Session) -> None:
    wanted = Lock(relation=RelationName("public", "b"), oid=0, mode=LockMode.SHARE_ROW_EXCLUSIVE)
    got = strong_locks(runner, [wanted], settings=SETTINGS, on_event=ignore, step="1", work=lambda: held(runner))
    assert got == {lock(shop, "b").oid: LockMode.SHARE_ROW_EXCLUSIVE}


def test_a_table_that_may_be_referenced_but_not_locked(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    """A foreign key needs REFERENCES on the other side, LOCK TABLE needs more."""
    role = make_role("LOGIN")
    database = make_database("CREATE TABLE a (x int); CREATE TABLE b (x int PRIMARY KEY)")
    database.run(f"ALTER TABLE a OWNER TO {role}; GRANT REFERENCES ON b TO {role}")
    locks = [lock(database, name, LockMode.SHARE_ROW_EXCLUSIVE) for name in ("a", "b")]
    with database.connect(user=role) as connection:

        def work() -> object:
            connection.execute("ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b NOT VALID")
            return held(connection)

        taken = strong_locks(connection, locks, settings=SETTINGS, on_event=ignore, step="1", work=work)
    assert taken == {each.oid: LockMode.SHARE_ROW_EXCLUSIVE for each in locks}
    database.run(f"DROP TABLE a; DROP OWNED BY {role}")


def test_an_error_of_the_work_rolls_everything_back(shop: Database, runner: Session) -> None:
    def work() -> None:
        add_column(runner)()
        runner.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        strong_locks(runner, [lock(shop, "a")], settings=SETTINGS, on_event=ignore, step="1", work=work)
    assert columns(shop) == {"x"}
    assert runner.info.transaction_status.name == "IDLE"


def test_defaults_of_the_role_do_not_reach_the_step(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role = make_role("LOGIN SUPERUSER")
    database = make_database("CREATE TABLE a (x int)")
    for setting in (
        "default_transaction_isolation = 'serializable'",
        "default_transaction_read_only = on",
        "statement_timeout = 10",
        "lock_timeout = 1",
        "row_security = on",
    ):
        database.run(f"ALTER ROLE {role} SET {setting}")
    query = (
        "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'),"
        " current_setting('statement_timeout'), current_setting('row_security'),"
        " current_setting('idle_in_transaction_session_timeout') FROM pg_sleep(0.05)"
    )
    with database.connect(user=role) as connection:
        row = strong_locks(
            connection,
            [lock(database, "a")],
            settings=SETTINGS,
            on_event=ignore,
            step="1",
            work=lambda: connection.execute(query.encode()).fetchone(),
        )
    assert row == ("read committed", "off", "0", "off", "10s")


def test_a_connection_in_a_transaction_is_a_mistake_of_the_caller(shop: Database, other: Session) -> None:
    with pytest.raises(ValueError, match="autocommit"):
        strong_locks(other, [], settings=SETTINGS, on_event=ignore, step="1", work=lambda: None)
