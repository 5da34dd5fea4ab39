"""A real server with all ways to log, a load of statements, and the logs that it wrote of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from pgwright.workload.values import Workload
from tests.support.databases import Server
from tests.support.own import Own, own

PREFIXES = {
    "default": "%m [%p] ",
    "cloud": "%t:%r:%u@%d:[%p]:",
    "pgbadger": "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "bare": "%c %q",
    "epoch": "%n %p ",
}

SCRIPT = """
DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, a text, b int);
INSERT INTO t SELECT g, 'x' || g, g % 10 FROM generate_series(1, 1000) g
"""

HOSTILE = 'it\'s\n\\a "line"\n-- calls: 5\nSTATEMENT:  \tLOG:  duration: 1.000 ms  statement: SELECT 2'


@pytest.fixture(scope="module")
def logging(server: Server) -> Iterator[Own]:
    """A server that logs in every form that it has, and counts statements."""
    forms = "stderr,csvlog" + (",jsonlog" if server.major >= 15 else "")
    settings = {
        "logging_collector": "on",
        "log_destination": forms,
        "log_filename": "start.log",
        "shared_preload_libraries": "pg_stat_statements,auto_explain",
        "pg_stat_statements.max": "1000",
    }
    with own(server.binaries, settings) as running:
        running.run("CREATE EXTENSION pg_stat_statements; CREATE ROLE visiteur LOGIN; CREATE ROLE moniteur LOGIN")
        running.run("GRANT pg_read_all_stats TO moniteur; " + SCRIPT)
        yield running


@dataclass(frozen=True)
class Logs:
    """The files of one run, by their form: `log`, `csv`, `json`."""

    files: dict[str, Path]


def logs_of(server: Own, name: str, **settings: str) -> Logs:
    """The logs of the load `run`, written with these settings."""
    with server.connect() as connection:
        for key, value in {"log_filename": f"{name}.log", **settings}.items():
            connection.execute(f"ALTER SYSTEM SET {key} = '{value}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SELECT pg_rotate_logfile()")
    folder = server.server.folder / "data" / "log"
    with server.connect(application_name="shop") as connection:
        for key in settings:
            while connection.execute(f"SHOW {key}".encode()).fetchone() != (settings[key],):
                connection.execute("SELECT pg_sleep(0.01)")
        _wait(connection, folder / f"{name}.log")
        run(connection)
        connection.execute("DO $$ BEGIN RAISE LOG 'the end of %', 'the load'; END $$")
    found = {path.suffix[1:]: path for path in folder.glob(f"{name}.*")}
    for path in found.values():
        while b"the end of the load" not in path.read_bytes():
            time.sleep(0.01)
    with server.connect() as connection:
        for key in settings:
            connection.execute(f"ALTER SYSTEM RESET {key}".encode())
        connection.execute("SELECT pg_reload_conf()")
    return Logs(found)


def _wait(connection: psycopg.Connection[tuple[object, ...]], file: Path) -> None:
    """Until the collector writes into the new file."""
    while not file.exists() or b"the beginning" not in file.read_bytes():
        connection.execute("DO $$ BEGIN RAISE LOG 'the beginning'; END $$")


def run(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """The load: what EXPECTED tells, and what is none of a workload."""
    for number in range(4):
        connection.execute("SELECT * FROM t WHERE id = %s AND a <> %s", (number, HOSTILE))
    for number in range(3):
        connection.execute(
            f"SELECT *\n  FROM t -- why\n WHERE b IN (1,{number}) AND a = 'é; \"q\"'\n\torder by 1".encode()
        )
    connection.execute("INSERT INTO t VALUES (-1, $q$a 'b'\n$q$, NULL) ON CONFLICT DO NOTHING")
    connection.execute("BEGIN")
    connection.execute("UPDATE t SET b = b + 1 WHERE id = 5")
    connection.execute("COMMIT")
    connection.execute("BEGIN; DELETE FROM t WHERE id = -7; COMMIT")
    connection.execute("PREPARE p (int, text) AS SELECT a FROM t WHERE b = $1 AND a <> $2 AND id < 9")
    for number in range(3):
        connection.execute(f"EXECUTE p ({-number}, 'it''s')".encode())
    connection.execute("DEALLOCATE p; BEGIN")
    connection.execute("DECLARE c CURSOR FOR SELECT id FROM t WHERE a = 'x1' ORDER BY a")
    connection.execute("FETCH ALL FROM c")
    connection.execute("COMMIT")
    with connection.cursor().copy("COPY (SELECT id FROM t WHERE id > 990) TO STDOUT") as copy:
        assert len(list(copy)) == 10
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1/0 FROM t")
    connection.execute("SELECT count(*) FROM pg_class")
    connection.execute("ANALYZE t")


EXPECTED = {
    "SELECT * FROM t WHERE id = $1 AND a <> $2": 4,
    "SELECT * FROM t WHERE b IN ($1,$2) AND a = $3 order by 1": 3,
    "INSERT INTO t VALUES ($1, $2, $3) ON CONFLICT DO NOTHING": 1,
    "UPDATE t SET b = b + $1 WHERE id = $2": 1,
    "DELETE FROM t WHERE id = $1": 1,
    "SELECT a FROM t WHERE b = $1 AND a <> $2 AND id < $3": 3,
    "SELECT id FROM t WHERE a = $1 ORDER BY a": 1,
    "SELECT id FROM t WHERE id > $1": 1,
}
"""The statements of the load, as a log has them, with their calls."""


def counted(found: Workload) -> dict[str, int]:
    return {each.text: each.calls for each in found.statements}
