"""What happens to a server while a runner is at work: a crash inside of each kind of step, a stopped backend, no
sessions left, a standby promoted, the database dropped, an index build that is cancelled or finds no room."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.status import status
from pgwright.base.errors import ConnectError, LockNotObtained, StepFailed
from pgwright.server.account import choose
from pgwright.server.private import PrivateServer
from tests.support.databases import Database
from tests.support.killable import HELD, HOLD, started
from tests.support.lifecycle import leftovers
from tests.support.own import Own, own
from tests.support.pooled import APART, SETUP, UP, until
from tests.support.races import MIDDLE, Race
from tests.support.selection import EDGES_IN_CI, in_ci

BUILDING = "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
RUNNER = "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgwright:runner' AND datname = current_database()"

CRASHES = [("expand", "open"), ("expand", "validate"), ("contract", "flip"), ("rollback", "undo")]
if in_ci():
    CRASHES += [("expand", "fill_end"), ("expand", "check"), ("contract", "retire")]


def race_of(database: Any, folder: Path, **settings: float) -> Race:
    race = Race(database=database, folder=folder, setup=SETUP, migrations=(UP,)).prepare()
    race.with_settings(**settings)
    return race


def begun(work: Callable[[], None]) -> Future[None]:
    """`work` in a thread."""
    ended: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to who waits
            ended.set_exception(error)
        else:
            ended.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    return ended


@pytest.mark.long
@pytest.mark.parametrize(("verb", "place"), CRASHES)
def test_a_crash_inside_of_a_step(tmp_path: Path, verb: str, place: str) -> None:
    """Instant, verify and cutover steps, each with its statements done and its COMMIT not yet sent."""
    with own() as database:
        race = race_of(database, tmp_path)
        database.run(HOLD)
        if verb != "expand":
            race.expand()
        race.at = {place: lambda: database.run("INSERT INTO retenue VALUES (1)")}
        ended = begun(getattr(race, verb))
        until(database, HELD)  # type: ignore[arg-type]
        database.server.crash()
        database.server.start()
        database.run("DELETE FROM retenue")
        ended.result(100)
        assert race.happened == [place]
        assert race.state == {"expand": "expanded", "contract": "done", "rollback": "rolled back"}[verb]
        if verb == "expand":
            assert database.one(APART) == 0
            race.contract()
        database.run("DROP EVENT TRIGGER retient")
        assert leftovers(database) == []  # type: ignore[arg-type]


def test_a_crash_while_an_index_is_built(tmp_path: Path) -> None:
    with own() as database:
        race = race_of(database, tmp_path)
        with contextlib.suppress(psycopg.OperationalError), database.connect(autocommit=False) as writer:
            race.at = {"index_1": lambda: writer.execute("UPDATE utilisateurs SET autre = autre WHERE id = 1")}
            ended = begun(race.expand)
            until(database, BUILDING)  # type: ignore[arg-type]
            database.server.crash()
            database.server.start()
        ended.result(100)
        assert race.state == "expanded"
        assert database.one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
        race.contract()
        assert leftovers(database) == []  # type: ignore[arg-type]


def test_the_server_stays_away(tmp_path: Path) -> None:
    with own() as database:
        race = race_of(database, tmp_path, lock_budget=0.5)
        race.at = {MIDDLE: database.server.crash}
        with pytest.raises(ConnectError) as caught:
            race.expand()
        assert caught.value.exit_code == 3
        assert caught.value.message.startswith("step pass.")
        assert caught.value.state == "The journal holds the state after the last finished step."
        assert "same command goes on" in caught.value.hint
        database.server.start()
        race.with_settings(lock_budget=20.0)
        race.expand()
        assert race.state == "expanded"
        assert database.one(APART) == 0


@pytest.mark.majors(*EDGES_IN_CI)
def test_a_stopped_backend(database: Database, tmp_path: Path) -> None:
    """Its answer is waited for while the heartbeat is well; when it goes on, so does the pass."""
    race = race_of(database, tmp_path)
    stopped: list[int] = []

    def stop() -> None:
        stopped.append(database.one(RUNNER))
        os.kill(stopped[0], signal.SIGSTOP)

    race.at = {MIDDLE: stop}
    ended = begun(race.expand)
    try:
        while not stopped:
            assert not ended.done(), ended.exception()
        until(database, "SELECT clock_timestamp() - taken_at > interval '2 s' FROM pgwright.lease")
        assert not ended.done()
        with pytest.raises(LockNotObtained, match="Another runner"):
            Race(database=database, folder=tmp_path).expand()
    finally:
        os.kill(stopped[0], signal.SIGCONT)
    ended.result(60)
    assert race.state == "expanded"
    assert database.one(APART) == 0


@pytest.mark.majors(*EDGES_IN_CI)
def test_a_stopped_backend_whose_runner_died(database: Database, tmp_path: Path) -> None:
    """Its transaction keeps the lease until the backend ends; the next runner names it and does not wait for ever."""
    race = race_of(database, tmp_path, lock_budget=0.5)
    with started(database, tmp_path, "expand", "fill_end", "inside") as runner:
        runner.stands(inside=True)
        pid = database.one(RUNNER)
        os.kill(pid, signal.SIGSTOP)
        try:
            runner.kill()
            until(
                database,
                "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pgwright:lease' "
                "AND datname = current_database()",
            )
            with pytest.raises(LockNotObtained) as caught:
                race.expand()
            assert f"process {pid}" in caught.value.message
            assert f"pg_terminate_backend({pid})" in caught.value.hint
        finally:
            os.kill(pid, signal.SIGCONT)
    database.all("SELECT pg_terminate_backend(%s, 5000)", pid)
    race.expand()
    assert race.state == "expanded"
    assert database.one(APART) == 0


def test_no_session_is_left_at_the_start(tmp_path: Path) -> None:
    with own(max_connections="8", superuser_reserved_connections="0") as database, contextlib.ExitStack() as taken:
        race = race_of(database, tmp_path)
        fill(database, taken)
        with pytest.raises(ConnectError) as caught:
            race.expand()
        assert "max_connections" in caught.value.hint
        assert caught.value.state == "Nothing was changed."
        taken.close()
        race.expand()
        assert race.state == "expanded"


@pytest.mark.parametrize("freed", [True, False])
def test_no_session_is_left_when_one_was_lost(tmp_path: Path, freed: bool) -> None:
    with own(max_connections="10", superuser_reserved_connections="0") as database, contextlib.ExitStack() as taken:
        race = race_of(database, tmp_path, lock_budget=20.0 if freed else 0.5, heartbeat=60.0, lease_timeout=600.0)

        def lose() -> None:
            keeper = taken.enter_context(psycopg.connect(database.dsn, autocommit=True))
            fill(database, taken)
            keeper.execute(RUNNER.replace("pid", "pg_terminate_backend(pid, 5000)", 1))
            fill(database, taken)
            if freed:
                threading.Timer(0.5, taken.close).start()

        race.at = {"pass": lose}
        if freed:
            race.expand()
        else:
            with pytest.raises(ConnectError) as caught:
                race.expand()
            assert "max_connections" in caught.value.hint
            assert "same command goes on" in caught.value.hint
            taken.close()
            race.expand()
        assert race.state == "expanded"
        assert database.one(APART) == 0


def fill(database: Own, stack: contextlib.ExitStack) -> None:
    """Takes every session that is left."""
    with contextlib.suppress(psycopg.OperationalError):
        while True:
            stack.enter_context(psycopg.connect(database.dsn))


def test_the_database_is_dropped(tmp_path: Path) -> None:
    with own() as database:
        database.run("CREATE DATABASE boutique")
        shop = Own(database.server, database.server.dsn("boutique"))
        race = race_of(shop, tmp_path, lock_budget=0.5)
        race.at = {MIDDLE: lambda: database.run("DROP DATABASE boutique WITH (FORCE)")}
        with pytest.raises(ConnectError, match='"boutique" does not exist') as caught:
            race.expand()
        assert caught.value.exit_code == 3
        with pytest.raises(ConnectError):
            status(race.settings)


@pytest.fixture
def standby(tmp_path: Path) -> Iterator[tuple[Own, PrivateServer]]:
    """A primary, and a standby that follows it."""
    with own() as primary:
        data = Path(tempfile.mkdtemp(prefix="pgwright-standby-", dir="/tmp"))
        choose().own(data)
        program = primary.server._bin / "pg_basebackup"
        command = [str(program), "-D", str(data), "-d", primary.server.dsn(), "-R", "-c", "fast", "-X", "stream"]
        subprocess.run(command, check=True, cwd="/", capture_output=True, **choose().identity)
        try:
            with PrivateServer(primary.server.binaries, data=data, settings={"fsync": "off"}) as second:
                yield primary, second
        finally:
            shutil.rmtree(data, ignore_errors=True)


@pytest.mark.parametrize("place", [MIDDLE, "index_1"])
def test_a_standby_is_promoted_under_us(standby: tuple[Own, PrivateServer], tmp_path: Path, place: str) -> None:
    """For a moment the only server that answers is still a standby: that is waited for, and no error."""
    primary, second = standby
    race = race_of(primary, tmp_path)
    race.dsn = f"postgresql://postgres@/postgres?host={primary.server.folder},{second.folder}"
    race.dsn += f"&port={primary.server.port},{second.port}"
    new = Own(second)

    def fail_over() -> None:
        at = primary.one("SELECT pg_current_wal_flush_lsn()::text")
        until(new, f"SELECT pg_last_wal_replay_lsn() >= '{at}'")  # type: ignore[arg-type]
        primary.server.crash()
        threading.Timer(1.0, new.run, ("SELECT pg_promote()",)).start()

    race.at = {place: fail_over}
    race.expand()
    race.database = new  # type: ignore[assignment]
    assert race.state == "expanded"
    assert new.one(APART) == 0
    race.contract()
    assert leftovers(new) == []  # type: ignore[arg-type]


@pytest.mark.majors("all")
def test_an_index_build_is_cancelled(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path)
    with database.connect(autocommit=False) as writer:
        race.at = {"index_1": lambda: writer.execute("UPDATE utilisateurs SET autre = autre WHERE id = 1")}
        ended = begun(race.expand)
        until(database, BUILDING)
        database.run(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        # taking away what was built waits for the writer, too
        until(
            database,
            "SELECT count(*) = 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND query LIKE '%DROP INDEX CONCURRENTLY%'",
        )
        writer.rollback()
        with pytest.raises(StepFailed) as caught:
            ended.result(60)
    assert caught.value.sqlstate == "57014"
    assert "same command" in caught.value.hint
    assert database.one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    race.at = {}
    race.expand()
    assert race.state == "expanded"


def test_the_disk_is_full_while_an_index_is_built(small_disk: Path, tmp_path: Path) -> None:
    """The index has a place of its own, so that the pass still fits."""
    with own() as database:
        space = small_disk / "space"
        space.mkdir()
        choose().own(space)
        space.chmod(0o700)
        database.run(f"CREATE TABLESPACE petit LOCATION '{space}'")
        race = race_of(database, tmp_path)
        database.run("DROP INDEX i_nom; CREATE INDEX i_nom ON utilisateurs (lower(nom)) TABLESPACE petit")
        filler = space / "rempli"

        def full() -> None:
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 4096)

        race.at = {"index_1": full}
        with pytest.raises(StepFailed) as caught:
            race.expand()
        assert caught.value.sqlstate == "53100"
        assert "same command" in caught.value.hint
        assert database.one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
        filler.unlink()
        race.at = {}
        race.expand()
        assert race.state == "expanded"
        database.run("DROP TABLE utilisateurs")
        database.run("DROP TABLESPACE petit")
