"""`live` as somebody types it: once, as JSON, and on a terminal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pgwright.server.find import find
from tests.support.databases import Database
from tests.support.own import own
from tests.support.selection import server_folders
from tests.support.terminal import Terminal

from .shell import environment, pgwright

WORKING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(60)'"
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


@pytest.fixture
def at_work(database: Database) -> Iterator[None]:
    """Sessions with statements that run: what `live` lists takes more than a few lines."""
    with ExitStack() as stack:
        for _ in range(3):
            session = database.connect()
            stack.callback(session.close)
            session.pgconn.send_query(b"SELECT pg_sleep(60)")
        while database.one(WORKING) < 3:
            time.sleep(0.01)
        yield


@pytest.mark.majors("all")
def test_once(database: Database) -> None:
    done = pgwright("live", "--dsn", database.dsn)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{database.name} on PostgreSQL {database.major}.")
    assert "\x1b" not in done.stdout
    assert "Sessions  " in done.stdout


def test_json_has_its_shape(database: Database) -> None:
    shown = json.loads(pgwright("live", "--format", "json", "--dsn", database.dsn).stdout)
    schema = json.loads((Path(__file__).parents[2] / "docs/reference/schemas/live.json").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(schema["required"])
    assert sorted(shown["moment"]) == sorted(schema["$defs"]["Moment"]["required"])
    assert sorted(shown["moment"]["sessions"][0]) == sorted(schema["$defs"]["Session"]["required"])


def test_lines_of_json_until_nobody_reads(database: Database) -> None:
    command = [sys.executable, "-m", "pgwright", "live", "--format", "jsonl", "--every", "0.2s", "--dsn", database.dsn]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        times = [json.loads(process.stdout.readline())["moment"]["at"] for _ in range(3)]
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
    assert times == sorted(set(times))


def test_migrations_in_flight(database: Database, tmp_path: Path) -> None:
    env = {"PGWRIGHT_DSN": database.dsn}
    database.run("CREATE TABLE t (id int PRIMARY KEY, nom text)")
    assert pgwright("init", folder=tmp_path, env=env).returncode == 0
    file = tmp_path / "migrations" / "0001_noms.sql"
    file.write_text("ALTER TABLE t RENAME COLUMN nom TO nom_complet;\n", encoding="utf-8")
    assert "Migrations" not in pgwright("live", folder=tmp_path, env=env).stdout
    assert pgwright("expand", folder=tmp_path, env=env).returncode == 0
    assert "expanded      0001_noms" in pgwright("live", folder=tmp_path, env=env).stdout


def test_a_role_that_may_not_read_the_journal(
    make_role: Callable[..., str], database: Database, tmp_path: Path
) -> None:
    role = make_role("LOGIN")
    assert pgwright("init", folder=tmp_path, env={"PGWRIGHT_DSN": database.dsn}).returncode == 0
    done = pgwright("live", "--dsn", database.dsn_as(role))
    assert (done.returncode, done.stderr) == (0, "")
    assert "this role may not read its journal" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--every", "soon"), "no duration"), (("--every", "0s"), "shortest pause"), (("now",), "unexpected extra")],
)
def test_what_cannot_be_asked(database: Database, arguments: tuple[str, ...], said: str) -> None:
    done = pgwright("live", "--dsn", database.dsn, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_no_server() -> None:
    with Terminal("live", "--dsn", "host=127.0.0.1 port=1") as terminal:
        assert terminal.ended() == 3
        assert "Cannot connect" in terminal.drawn
        assert ENTER not in terminal.drawn


@pytest.mark.parametrize("by", ["Ctrl-C", "q", "SIGTERM"])
def test_a_terminal_is_left_as_it_was(database: Database, by: str) -> None:
    with Terminal("live", "--every", "0.2s", "--dsn", database.dsn) as terminal:
        first = terminal.until("Sessions")
        assert ENTER in first
        terminal.until("\x1b[H")  # drawn over again
        terminal.until("\x1b[H")
        assert not terminal.is_as_before
        if by == "SIGTERM":
            terminal.signal(signal.SIGTERM)
        else:
            terminal.press("\x03" if by == "Ctrl-C" else "q")
        assert terminal.ended() == 0
        _, _, after = terminal.drawn.partition(LEAVE)
        assert "Sessions" in after
        assert after.endswith("\n")
        assert ENTER not in after
        assert terminal.is_as_before


def test_no_line_is_wider_or_below_the_window(database: Database, at_work: None) -> None:
    left_over = {"LINES": "50", "COLUMNS": "90"}  # of another window, as a shell exports them
    with Terminal("live", "--every", "60s", "--dsn", database.dsn, env=left_over, columns=70, rows=2) as terminal:
        picture = terminal.until("\x1b[J").partition("\x1b[H")[2]
        assert picture.count("\r\n") == 1
        terminal.resize(100, 40)
        assert "Sessions" in terminal.until("\x1b[J"), "a new size is drawn at once"
        terminal.press("q")
        assert terminal.ended() == 0


def test_colours_only_where_they_are_wanted(database: Database) -> None:
    for env, bold in (({}, True), ({"NO_COLOR": "1"}, False)):
        with Terminal("live", "--dsn", database.dsn, env=env) as terminal:
            assert ("\x1b[1m" in terminal.until("\x1b[J")) == bold
            terminal.press("q")
            assert terminal.ended() == 0


def test_a_server_that_goes_away_is_waited_for() -> None:
    with (
        own(find(18, folders=server_folders())) as server,
        Terminal("live", "--every", "0.2s", "--dsn", server.dsn) as terminal,
    ):
        terminal.until("Sessions")
        server.server.stop()
        terminal.until("does not answer, this is how it was")
        server.server.start()
        terminal.until("up 0")
        terminal.press("q")
        assert terminal.ended() == 0
