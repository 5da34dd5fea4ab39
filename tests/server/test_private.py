"""A private server starts, restarts, survives a crash and never outlives its owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.base.errors import Refused, StepFailed
from pgwright.server.find import Binaries, find, find_all, inspect
from pgwright.server.private import PrivateServer
from tests.support.databases import Database, Server

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def binaries() -> Binaries:
    return find(18)


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it becomes true; the limit only ends a test that has failed."""
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_starts_answers_on_both_ways_and_leaves_nothing(binaries: Binaries) -> None:
    with PrivateServer(binaries, settings={"fsync": "off", "application_name": r"it's a \ test"}) as server:
        folder, pid = server.folder, server.pid
        for dsn in (server.dsn(), server.tcp_dsn()):
            with psycopg.connect(dsn) as connection:
                row = connection.execute("SELECT current_setting('fsync'), current_setting('TimeZone')").fetchone()
                assert row == ("off", "UTC")
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_tcp_needs_the_password(binaries: Binaries) -> None:
    with PrivateServer(binaries) as server, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.tcp_dsn().replace(server.password, "wrong"))


def test_keeps_its_data_through_restart_and_crash(binaries: Binaries) -> None:
    with PrivateServer(binaries) as server:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS a")
        server.restart()
        server.crash()
        assert server.pid is None
        server.configure({"work_mem": "5MB"})
        server.start()
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT a, current_setting('work_mem') FROM kept").fetchone() == (1, "5MB")


def test_a_data_directory_that_was_given_stays(binaries: Binaries) -> None:
    with tempfile.TemporaryDirectory(prefix="pgwright-given-") as place:
        Path(place).chmod(0o711)  # root lends another account, which must reach it
        use_twice(binaries, Path(place) / "data")


def use_twice(binaries: Binaries, data: Path) -> None:
    for count in (1, 2):
        with PrivateServer(binaries, data=data) as server, psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS runs (n serial)")
            connection.execute("INSERT INTO runs DEFAULT VALUES")
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (count,)


def test_a_temporary_folder_that_is_too_deep_is_not_used(binaries: Binaries, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    with PrivateServer(binaries, parent=deep) as server, psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.folder.parent == Path("/tmp")


def test_a_setting_that_the_server_refuses_is_shown_with_its_log(binaries: Binaries) -> None:
    server = PrivateServer(binaries, settings={"no_such_setting": "1"})
    with pytest.raises(StepFailed, match="no_such_setting"):
        server.start()
    assert server.folder == Path()


def test_does_not_outlive_an_owner_that_is_killed() -> None:
    script = (
        "import sys, time\n"
        "from pgwright.server.find import find\n"
        "from pgwright.server.private import PrivateServer\n"
        "server = PrivateServer(find(18)); server.start()\n"
        "print(server.folder, server.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder, pid = owner.stdout.readline().split()
        owner.send_signal(signal.SIGKILL)

    def gone() -> bool:
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return not Path(folder).exists()
        return False

    assert eventually(gone)


def test_finds_what_is_there_and_names_what_is_missing(binaries: Binaries, tmp_path: Path) -> None:
    assert binaries in find_all()
    assert inspect(tmp_path) is None
    assert binaries.program("psql").name == "psql"
    with pytest.raises(Refused, match="no pg_nothing"):
        binaries.program("pg_nothing")
    with pytest.raises(Refused, match="13 is not supported"):
        find(13)


@pytest.mark.majors("all")
def test_each_major_runs(server: Server, database: Database) -> None:
    assert (
        database.one("SELECT current_setting('server_version_num')::int / 10000")
        == server.major
        == server.binaries.major
    )
