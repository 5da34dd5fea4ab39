"""`pgwright try` as a newcomer types it. Everything is real; the shop is small, so that it takes half a minute."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgwright.demo.traffic import python_environment
from tests.support.databases import Database

pytestmark = pytest.mark.e2e


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pgwright", "try", *arguments]


def environment(folder: Path) -> dict[str, str]:
    """Everything temporary goes to `folder`, and nothing of the surroundings may lead elsewhere."""
    hostile = {"DATABASE_URL": "postgresql://127.0.0.1:1/nowhere", "PGWRIGHT_DSN": "postgresql://127.0.0.1:1/nowhere"}
    # A private server's socket is below TMPDIR, and socket paths are short: hence not tmp_path itself.
    return {**python_environment(), **hostile, "TRY_TEST": str(folder)}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=environment(folder), cwd=folder, capture_output=True, text=True, timeout=240
    )


def processes_of(folder: Path) -> list[int]:
    """The processes that were started with our environment: clients and runners; the server's keeper too."""
    found = []
    for entry in Path("/proc").glob("*"):
        try:
            if entry.name.isdigit() and f"TRY_TEST={folder}".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def check(document: dict[str, object], rows: int) -> None:
    plain, pgwright = document["plain"], document["pgwright"]
    assert isinstance(plain, dict)
    assert isinstance(pgwright, dict)
    assert set(document) == {"version", "rows", "plain", "pgwright"}
    assert (document["version"], document["rows"]) == (1, rows)
    assert plain["failed"] > 100
    assert plain["longest_stall_ms"] > 2500
    assert pgwright["statements"] > plain["statements"]
    assert (pgwright["failed"], pgwright["rows_lost"]) == (0, 0)
    assert pgwright["resumed_after_kill"] is True
    assert pgwright["rolled_back_once"] is True
    assert pgwright["backfill_rows_per_second"] > 0


@pytest.mark.long
def test_the_story_on_a_private_server(tmp_path: Path) -> None:
    done = run(tmp_path, "--rows", "20000", "--clients", "2", "--format", "json")
    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout), 20_000)
    assert "act 2 of 2" in done.stderr
    assert "\x1b" not in done.stderr
    assert processes_of(tmp_path) == []


@pytest.mark.long
@pytest.mark.majors(14)
def test_the_story_in_a_given_database_leaves_it_empty(database: Database, tmp_path: Path) -> None:
    done = run(tmp_path, "--dsn", database.dsn, "--rows", "5000", "--clients", "2", "--format", "json", "--quiet")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    check(json.loads(done.stdout), 5000)
    assert database.all("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []
    assert database.all("SELECT nspname FROM pg_namespace WHERE nspname = 'pgwright'") == []


def test_a_database_that_holds_something_is_refused(database: Database, tmp_path: Path) -> None:
    database.run("CREATE TABLE précieux ()")
    done = run(tmp_path, "--dsn", database.dsn, "--format", "json")
    assert done.returncode == 6
    assert json.loads(done.stdout)["error"]["name"] == "Refused"
    assert "public.précieux" in done.stderr
    assert database.all("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [("précieux",)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--rows", "0"], 2),
        (["--clients", "0"], 2),
        (["--clients", "1000"], 2),
        (["--dsn", "postgresql://u:secret@127.0.0.1:1/x"], 3),
    ],
)
def test_what_makes_no_sense_is_told(arguments: list[str], code: int, tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == code
    assert "secret" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_takes_everything_away(number: signal.Signals, database: Database, tmp_path: Path) -> None:
    with subprocess.Popen(
        command("--dsn", database.dsn, "--rows", "500"),
        env=environment(tmp_path),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "a session holds the table" in line:
                break
        process.send_signal(number)
        said = process.stderr.read()
        assert process.wait(60) == 130, said
    assert "Everything it made was taken away" in said
    assert database.all("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []
    deadline = time.monotonic() + 10
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(tmp_path) == []


def test_without_any_postgresql_it_says_what_to_install(tmp_path: Path) -> None:
    program = """
import sys
from pgwright.cli import main
from pgwright.server import find
find.find_spec = lambda name: None
find._PATTERNS = ()
sys.exit(main(["try"]))
"""
    surroundings = {**environment(tmp_path), "PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=surroundings, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 6, done.stderr
    assert "pip install 'pgwright[try]'" in done.stderr
