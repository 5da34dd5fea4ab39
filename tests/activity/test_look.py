"""What goes on in real servers, in forced races: who waits for whom, what is hidden, how far long commands are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from pgwright.activity.look import look
from pgwright.activity.moment import Knot, Moment
from pgwright.activity.progress import Pace
from pgwright.server.find import find
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database, Server
from tests.support.own import own, standby
from tests.support.selection import server_folders

SCRIPT = """
CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT g, repeat('x', 200) FROM generate_series(1, 5000) g;
CREATE TABLE "l'été.x" (id int)
"""

Make = Callable[..., Database]


class Waiter:
    """A session that has sent a statement and waits for its lock."""

    def __init__(self, database: Database, *statements: str, name: str = "waiter", event: str = "Lock") -> None:
        self.connection = psycopg.connect(database.dsn, autocommit=True, application_name=name)
        self.pid = self.connection.info.backend_pid
        for statement in statements[:-1]:
            self.connection.execute(statement.encode())
        self.connection.pgconn.send_query(statements[-1].encode())
        database_is = "SELECT wait_event_type = %s FROM pg_stat_activity WHERE pid = %s"
        with database.connect() as other:
            while other.execute(database_is, (event, self.pid)).fetchone() != (True,):
                other.execute("SELECT pg_sleep(0.005)")

    def close(self) -> None:
        self.connection.close()


@contextmanager
def waiters(*made: Waiter) -> Iterator[None]:
    try:
        yield
    finally:
        for each in made:
            each.close()


def seen(database: Database, user: str = "postgres") -> Moment:
    with database.connect(user=user) as connection:
        return look(connection)


def root_of(moment: Moment, pid: int | None = None, gid: str | None = None) -> Knot:
    (found,) = [each for each in moment.blocking if (each.pid, each.gid) == (pid, gid)]
    return found


@pytest.mark.majors("all")
def test_a_queue_behind_a_forgotten_transaction(make_database: Make) -> None:
    database = make_database(SCRIPT)
    with psycopg.connect(database.dsn, application_name="forgotten") as holder:
        holder.execute("SELECT count(*) FROM t WHERE a = 'secret'")
        ddl = Waiter(database, "BEGIN", "ALTER TABLE t ADD COLUMN b int", name="ddl")
        readers = [Waiter(database, "SELECT 1 FROM t WHERE a = 'secret'") for _ in range(2)]
        with waiters(ddl, *readers):
            moment = seen(database)
        root = root_of(moment, holder.info.backend_pid)
        assert (root.on, root.wants, root.holds) == ("", "", "ACCESS SHARE on public.t")
        assert (root.behind, root.others) == (3, ())
        assert root.ends == f"SELECT pg_terminate_backend({holder.info.backend_pid})"
        assert root.session is not None
        assert (root.session.application, root.session.state) == ("forgotten", "idle in transaction")
        assert root.session.statement == "SELECT count(*) FROM t WHERE a = '…'"
        (second,) = root.waiters
        assert (second.pid, second.wants, second.on) == (ddl.pid, "ACCESS EXCLUSIVE", "public.t")
        assert second.seconds is not None
        assert second.ends == f"SELECT pg_cancel_backend({ddl.pid})"
        assert {each.pid for each in second.waiters} == {each.pid for each in readers}
        assert {(each.wants, each.on, each.behind) for each in second.waiters} == {("ACCESS SHARE", "public.t", 0)}
        assert moment.waiting >= 3
        assert ("Lock: relation", True) in {(each.what, each.sessions >= 3) for each in moment.waits}
        assert "secret" not in repr(moment)


@pytest.mark.majors("all")
def test_a_prepared_transaction_blocks(make_database: Make) -> None:
    database = make_database(SCRIPT)
    gid = f"l'été {database.name}"
    quoted = gid.replace("'", "''")
    database.run(f"BEGIN; INSERT INTO \"l'été.x\" VALUES (1); PREPARE TRANSACTION '{quoted}'")
    waiting = Waiter(database, "BEGIN", 'LOCK TABLE "l\'été.x"')
    building = Waiter(database, 'CREATE INDEX CONCURRENTLY ON "l\'été.x" (id)')
    with waiters(waiting, building):
        moment = seen(database)
    root = root_of(moment, gid=gid)
    assert (root.user, root.ends, root.session) == ("postgres", f"ROLLBACK PREPARED '{quoted}'", None)
    assert root.holds == 'ROW EXCLUSIVE on public."l\'été.x"'
    assert root.behind == 2
    assert [each.gid for each in moment.prepared if each.database == database.name] == [gid]
    database.run(f"ROLLBACK PREPARED '{quoted}'")


@pytest.mark.majors("all")
def test_rows_and_advisory_locks(make_database: Make) -> None:
    database = make_database(SCRIPT)
    with database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("UPDATE t SET a = 'y' WHERE id = 1")
        holder.execute("SELECT pg_advisory_lock(-42)")
        holder.execute("SELECT pg_advisory_lock(1, 2)")
        row = Waiter(database, "UPDATE t SET a = 'z' WHERE id = 1")
        one = Waiter(database, "SELECT pg_advisory_lock(-42)")
        two = Waiter(database, "SELECT pg_advisory_lock(1, 2)")
        with waiters(row, one, two):
            moment = seen(database)
        root = root_of(moment, holder.info.backend_pid)
        found = {each.pid: (each.wants, each.on) for each in root.waiters}
    assert found[row.pid][0] == ""
    assert found[row.pid][1].startswith("the end of transaction ")
    assert found[row.pid][1].endswith(" (a row of public.t)")
    assert found[one.pid] == ("", "advisory lock -42")
    assert found[two.pid] == ("", "advisory lock (1, 2)")
    assert root.holds.startswith("advisory lock")


@pytest.mark.majors("all")
def test_an_index_that_waits_for_a_transaction(make_database: Make) -> None:
    database = make_database(SCRIPT)
    with database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("INSERT INTO t VALUES (-1)")
        building = Waiter(database, "CREATE INDEX CONCURRENTLY i ON t (a)")
        with waiters(building):
            moment = seen(database)
            other = seen(make_database())
        (command,) = [each for each in moment.commands if each.pid == building.pid]
        assert (command.command, command.relation) == ("create index concurrently", "public.t")
        assert command.phase == "waiting for writers before build"
        assert (command.done, command.total, command.unit) == (0, 1, "sessions")
        assert command.waits_for == holder.info.backend_pid
        assert root_of(moment, holder.info.backend_pid).waiters[0].pid == building.pid
        (elsewhere,) = [each for each in other.commands if each.pid == building.pid]
        assert (elsewhere.relation, elsewhere.database) == ("", database.name)
        assert root_of(other, holder.info.backend_pid).waiters[0].on.startswith("the end of transaction ")


@pytest.mark.majors("all")
def test_how_far_a_vacuum_is(make_database: Make) -> None:
    database = make_database(SCRIPT)
    database.run("DELETE FROM t WHERE id % 2 = 0")
    slow = Waiter(
        database, "SET vacuum_cost_delay = 20", "SET vacuum_cost_limit = 1", "VACUUM t", name="slow", event="Timeout"
    )
    pace = Pace()
    with waiters(slow), database.connect() as connection:
        clock = 0.0
        while True:
            clock += 1
            commands = pace(look(connection).commands, clock)
            (command,) = [each for each in commands if each.pid == slow.pid]
            if command.rate is not None:
                break
        assert (command.command, command.relation, command.unit) == ("vacuum", "public.t", "blocks")
        assert command.phase in ("scanning heap", "vacuuming heap")
        assert command.done is not None
        assert command.total is not None
        assert 0 < command.done <= command.total
        assert command.seconds_left == pytest.approx((command.total - command.done) / command.rate)
        database.all("SELECT pg_cancel_backend(%s)", slow.pid)


@pytest.mark.majors("all")
def test_how_far_a_copy_is(make_database: Make) -> None:
    database = make_database(SCRIPT)
    with database.connect() as loading, loading.cursor() as cursor, cursor.copy("COPY t FROM STDIN") as copy:
        copy.write("-7\tx\n" * 1)
        copy.write("".join(f"{-8 - number}\t{'x' * 1000}\n" for number in range(500)))
        with database.connect() as connection:
            while True:
                found = [each for each in look(connection).commands if each.pid == loading.info.backend_pid]
                if found and found[0].done:
                    break
        assert (found[0].command, found[0].relation, found[0].unit) == ("copy from", "public.t", "bytes")
        assert (found[0].total, found[0].seconds_left) == (None, None)


@pytest.mark.majors("all")
def test_what_a_role_may_not_see_is_said(make_role: Callable[..., str], make_database: Make) -> None:
    role = make_role("LOGIN")
    database = make_database(SCRIPT)
    with database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE t")
        waiting = Waiter(database, "SELECT 'secret' FROM t")
        with waiters(waiting):
            hidden = seen(database, role)
            database.run(f"GRANT pg_read_all_stats TO {role}")
            shown = seen(database, role)
        pid = holder.info.backend_pid
    session = next(each for each in hidden.sessions if each.pid == pid)
    assert (session.hidden, session.user, session.state, session.statement) == (True, "postgres", "", "")
    assert any(f"GRANT pg_read_all_stats TO {role}" in note for note in hidden.notes)
    root = root_of(hidden, pid)
    assert (root.waiters[0].pid, root.waiters[0].on, root.holds) == (
        waiting.pid,
        "public.t",
        "ACCESS EXCLUSIVE on public.t",
    )
    assert shown.notes == ()
    assert next(each for each in shown.sessions if each.pid == pid).state == "idle in transaction"
    assert "secret" not in repr(shown)


def test_through_a_transaction_pooler(make_database: Make, server: Server) -> None:
    database = make_database(SCRIPT)
    with database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE t")
        waiting = Waiter(database, "SELECT 1 FROM t")
        with (
            waiters(waiting),
            PgBouncer(server.host, server.port) as bouncer,
            psycopg.connect(bouncer.dsn(database.name), autocommit=True, prepare_threshold=None) as connection,
        ):
            moment = look(connection)
            assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
        assert root_of(moment, holder.info.backend_pid).waiters[0].pid == waiting.pid


def test_a_primary_and_its_standby() -> None:
    binaries = find(18, folders=server_folders())
    with own(binaries, {"wal_level": "logical"}) as primary:
        primary.run("SELECT pg_create_physical_replication_slot('quiet', true); CREATE TABLE t (id int)")
        primary.run("CREATE ROLE lecteur LOGIN")
        with standby(primary, binaries.program("pg_basebackup")) as second:
            primary.until("SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
            with primary.connect() as connection:
                above = look(connection)
            second.all("SELECT pg_wal_replay_pause()")
            second.until("SELECT pg_get_wal_replay_pause_state() = 'paused'")
            primary.run("INSERT INTO t VALUES (1)")
            second.until("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")
            with second.connect() as connection:
                below = look(connection)
            with psycopg.connect(second.dsn_as("lecteur"), autocommit=True) as connection:
                hidden = look(connection)
            with psycopg.connect(primary.dsn_as("lecteur"), autocommit=True) as connection:
                (unseen,) = look(connection).standbys
    assert hidden.recovery is not None
    assert (hidden.recovery.receiver, hidden.recovery.paused) == ("hidden", True)
    assert hidden.notes != ()
    assert (unseen.name, unseen.state, unseen.bytes) == ("s1", "", None)
    (found,) = above.standbys
    assert (found.name, found.state, found.sync) == ("s1", "streaming", "async")
    assert found.bytes is not None
    assert [(slot.name, slot.active) for slot in above.slots] == [("quiet", False)]
    assert (above.slots[0].bytes or 0) > 0
    assert (above.standby, above.recovery) == (False, None)
    assert below.standby
    assert below.recovery is not None
    assert (below.recovery.paused, below.recovery.receiver, below.recovery.cancelled) == (True, "streaming", 0)
    assert (below.recovery.bytes or 0) > 0


def test_a_replay_that_waits_for_a_query() -> None:
    binaries = find(18, folders=server_folders())
    with own(binaries) as primary:
        primary.run("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 100)")
        with standby(primary, binaries.program("pg_basebackup")) as second, second.connect() as reading:
            reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            reading.execute("SELECT count(*) FROM t")
            primary.run("DELETE FROM t")
            primary.run("VACUUM t")
            with second.connect() as connection:
                while not (recovery := look(connection).recovery) or not recovery.waits.startswith("RecoveryConflict"):
                    connection.execute("SELECT pg_sleep(0.01)")
                moment = look(connection)
            pid = reading.info.backend_pid
    assert (recovery.waits, recovery.paused) == ("RecoveryConflictSnapshot", False)
    assert [each.pid for each in moment.sessions if each.transaction_age is not None and each.xmin_age is not None] == [
        pid
    ]


@pytest.mark.majors("all")
def test_nothing_goes_on(database: Database) -> None:
    with database.connect() as connection:
        moment = look(connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.info.backend_pid not in {each.pid for each in moment.sessions}
    assert (moment.database, moment.user, moment.standby) == (database.name, "postgres", False)
    assert {each.kind for each in moment.sessions} >= {"checkpointer", "walwriter"}


def test_a_look_changes_nothing_and_ends_in_time(database: Database) -> None:
    heard: list[Any] = []
    with database.connect() as connection:
        connection.execute("SET default_transaction_read_only = on")
        look(connection)
        connection.add_notice_handler(heard.append)
        look(connection)
        assert heard == []
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
