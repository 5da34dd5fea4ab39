"""Who is in the way: each kind of blocker, on each side of a conflict, and what is never shown."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.activity.blockers import Blocker, BlockerKind, blockers, conflicts, without_literals
from pgwright.base.lock import LockMode
from pgwright.base.name import RelationName
from tests.support.databases import Database

Session = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database("CREATE TABLE a (x int); CREATE TABLE b (x int)")


@pytest.fixture
def me(shop: Database) -> Iterator[Session]:
    with shop.connect() as connection:
        yield connection


@pytest.fixture
def other(shop: Database) -> Iterator[Session]:
    with psycopg.connect(shop.dsn, application_name="shop") as connection:
        yield connection
        connection.rollback()


def oid(database: Database, name: str) -> int:
    return int(database.one("SELECT %s::regclass::oid::bigint", name))


@pytest.mark.majors("all")
@pytest.mark.parametrize("taken", list(LockMode))
def test_exactly_the_conflicting_modes_block(shop: Database, me: Session, other: Session, taken: LockMode) -> None:
    """The table of conflicts is the server's own: NOWAIT says which modes cannot be had."""
    other.execute(f"LOCK TABLE a IN {taken.sql} MODE".encode())
    for wanted in LockMode:
        try:
            with me.transaction():
                me.execute(f"LOCK TABLE a IN {wanted.sql} MODE NOWAIT".encode())
            free = True
        except psycopg.errors.LockNotAvailable:
            free = False
        found = blockers(me, [oid(shop, "a"), oid(shop, "b")], wanted)
        assert (found == ()) == free == (not conflicts(wanted, taken))
        assert all(blocker.pid == other.info.backend_pid and blocker.mode is taken for blocker in found)


def test_a_session(shop: Database, me: Session, other: Session) -> None:
    other.execute("UPDATE a SET x = 1 WHERE 'x' = 'geheim'")
    (found,) = blockers(me, [oid(shop, "a")], LockMode.SHARE)
    assert found.kind is BlockerKind.SESSION
    assert found.relation == RelationName("public", "a")
    assert (found.user, found.application, found.state) == ("postgres", "shop", "idle in transaction")
    assert found.query == "UPDATE a SET x = 1 WHERE '…' = '…'"
    assert found.age is not None
    assert found.cure == f"SELECT pg_terminate_backend({other.info.backend_pid})"


def test_the_strongest_lock_of_a_session_counts(shop: Database, me: Session, other: Session) -> None:
    other.execute("SELECT * FROM a")
    other.execute("INSERT INTO a VALUES (1)")
    other.execute("SELECT * FROM b")
    found = blockers(me, [oid(shop, "a"), oid(shop, "b")], LockMode.ACCESS_EXCLUSIVE)
    assert {(blocker.relation.name, blocker.mode) for blocker in found} == {
        ("a", LockMode.ROW_EXCLUSIVE),
        ("b", LockMode.ACCESS_SHARE),
    }


def test_who_waits_in_front_blocks_too(shop: Database, me: Session, other: Session) -> None:
    """SHARE does not conflict with the reader, but with the ALTER TABLE that waits for the reader."""
    other.execute("SELECT * FROM a")
    with shop.connect() as third:
        pid = third.info.backend_pid
        thread = threading.Thread(target=lambda: third.execute("ALTER TABLE a ADD COLUMN y int"))
        thread.start()
        try:
            found: tuple[Blocker, ...] = ()
            while not found:
                found = blockers(me, [oid(shop, "a")], LockMode.SHARE)
        finally:
            other.rollback()
            thread.join()
    assert [(blocker.pid, blocker.granted) for blocker in found] == [(pid, False)]
    assert "waits for ACCESS EXCLUSIVE on public.a; query: ALTER TABLE a ADD COLUMN y int" in found[0].sentence


@pytest.mark.majors("all")
def test_a_prepared_transaction(shop: Database, me: Session, other: Session) -> None:
    other.execute("INSERT INTO a VALUES (1)")
    other.execute(f"PREPARE TRANSACTION '{shop.name}'".encode())
    (found,) = blockers(me, [oid(shop, "a")], LockMode.ACCESS_EXCLUSIVE)
    assert (found.kind, found.pid, found.gid, found.user) == (BlockerKind.PREPARED, None, shop.name, "postgres")
    assert found.age is not None
    assert found.cure == f"ROLLBACK PREPARED '{shop.name}'"


def test_young_transactions_can_be_left_out(shop: Database, me: Session, other: Session) -> None:
    other.execute("SELECT * FROM a")
    assert blockers(me, [oid(shop, "a")], LockMode.ACCESS_EXCLUSIVE, older_than=3600) == ()
    other.execute("SELECT pg_sleep(0.1)")
    assert len(blockers(me, [oid(shop, "a")], LockMode.ACCESS_EXCLUSIVE, older_than=0.1)) == 1


def test_another_database_does_not_block(make_database: Callable[..., Database]) -> None:
    """A relation of another database may have the same oid: clones of one template do."""
    one, two = make_database("CREATE TABLE a (x int)"), make_database("CREATE TABLE a (x int)")
    assert oid(one, "a") == oid(two, "a")
    with one.connect(autocommit=False) as other, two.connect() as me:
        other.execute("LOCK TABLE a")
        assert blockers(me, [oid(two, "a")], LockMode.ACCESS_SHARE) == ()


@pytest.mark.majors("all")
def test_a_role_that_may_see_little_still_names_the_pid(
    make_role: Callable[..., str], shop: Database, other: Session
) -> None:
    role = make_role("LOGIN")
    other.execute("SELECT * FROM a")
    with shop.connect(user=role) as connection:
        (found,) = blockers(connection, [oid(shop, "a")], LockMode.ACCESS_EXCLUSIVE, older_than=3600)
    assert found.kind is BlockerKind.SESSION
    assert (found.pid, found.user, found.age) == (other.info.backend_pid, "postgres", None)
    assert found.sentence.startswith(f"pid {found.pid} (user postgres")
    assert "None" not in found.sentence


def test_a_parallel_worker_is_its_leader(make_database: Callable[..., Database]) -> None:
    database = make_database("CREATE TABLE a (x int); INSERT INTO a SELECT generate_series(1, 50000); ANALYZE a")
    with database.connect() as leader, database.connect() as me:
        pid = leader.info.backend_pid
        leader.execute(
            "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;"
            "CREATE FUNCTION slow(int) RETURNS bool LANGUAGE plpgsql PARALLEL SAFE AS"
            " 'BEGIN PERFORM pg_sleep(0.001); RETURN true; END'"
        )
        scan = "SELECT count(*) FROM a WHERE slow(x)"
        thread = threading.Thread(target=_until_cancelled, args=(leader, scan))
        thread.start()
        try:
            workers = "SELECT count(*) FROM pg_locks WHERE relation = 'a'::regclass AND mode = 'AccessShareLock'"
            while (me.execute(workers).fetchone() or (0,))[0] < 2:
                pass
            found = blockers(me, [oid(database, "a")], LockMode.ACCESS_EXCLUSIVE)
        finally:
            leader.cancel()
            thread.join()
    assert [blocker.pid for blocker in found] == [pid]


def _until_cancelled(connection: Session, query: str) -> None:
    with contextlib.suppress(psycopg.errors.QueryCanceled):
        connection.execute(query.encode())


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("SELECT 1", "SELECT 1"),
        ("ALTER ROLE x\n  PASSWORD 'geheim'", "ALTER ROLE x PASSWORD '…'"),
        ("SELECT E'it\\'s' , 'it''s', 2", "SELECT '…' , '…', 2"),
        ("DO $x$ geheim $x$; SELECT $$geheim$$", "DO '…'; SELECT '…'"),
        ("SELECT \"it's\" -- it's\n, 'geheim' /* it's */", "SELECT \"it's\" , '…'"),
        ("SELECT 'cut off by the server", "SELECT '…'"),
        ("SELECT $a$cut off by the server", "SELECT '…'"),
        ("SELECT " + "x" * 100, "SELECT " + "x" * 72 + "…"),
    ],
)
def test_literals_are_not_shown(query: str, shown: str) -> None:
    assert without_literals(query) == shown


@given(st.text(alphabet="abc'\\ $\n", max_size=30))
def test_no_literal_of_any_form_is_shown(secret: str) -> None:
    quoted = "'" + secret.replace("'", "''").replace("\\", "\\\\") + "'"
    prefix = "E" if "\\" in secret else ""
    assert without_literals(f"SELECT {prefix}{quoted}, 1 AS z") == "SELECT '…', 1 AS z"


def blocker(**values: Any) -> Blocker:
    defaults: dict[str, Any] = {
        "relation": RelationName("public", "t"),
        "mode": LockMode.ACCESS_SHARE,
        "kind": BlockerKind.SESSION,
    }
    return Blocker(**(defaults | values))


@pytest.mark.parametrize(
    ("found", "sentence", "cure"),
    [
        (
            blocker(pid=7, user="u", state="active", query="SELECT 1", age=300.0, state_age=12.34),
            (
                "pid 7 (user u, active for 12 s, transaction open for 5 min) holds ACCESS SHARE on public.t; "
                "query: SELECT 1"
            ),
            "SELECT pg_terminate_backend(7)",
        ),
        (blocker(pid=7), "pid 7 holds ACCESS SHARE on public.t", "SELECT pg_terminate_backend(7)"),
        (
            blocker(kind=BlockerKind.PREPARED, gid="it's", user="u", age=7300.0),
            "the prepared transaction 'it's' of user u, prepared 2.0 h ago, holds ACCESS SHARE on public.t",
            "ROLLBACK PREPARED 'it''s'",
        ),
        (
            blocker(kind=BlockerKind.WRAPAROUND, pid=9, mode=LockMode.SHARE_UPDATE_EXCLUSIVE),
            "an autovacuum to prevent wraparound (pid 9, it does not yield) holds SHARE UPDATE EXCLUSIVE on public.t",
            "",
        ),
    ],
)
def test_sentences(found: Blocker, sentence: str, cure: str) -> None:
    assert (found.sentence, found.cure) == (sentence, cure)
