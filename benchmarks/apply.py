"""Seconds of `init` and `apply` of 200 files on an empty database, as whole processes, against `psql -f` of each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from pgwright.server.find import find
from pgwright.server.private import PrivateServer

from .ratio import Ratio

FILES = 200
RUNS = 5
BUDGET = 5.0
"""Seconds that are promised for the two commands together."""


def run() -> list[Ratio]:
    """The best of five runs of each, in turn, with the spread beside it."""
    ours: list[float] = []
    theirs: list[float] = []
    with PrivateServer(find(18), settings={"fsync": "off"}) as server, tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "migrations"
        folder.mkdir()
        write(folder)
        for number in range(RUNS):
            for times, work in ((ours, with_pgwright), (theirs, with_psql)):
                name = f"{work.__name__}_{number}"
                with psycopg.connect(server.dsn(), autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}")
                times.append(seconds(work, server.dsn(name), folder))
    return [
        Ratio(
            name=f"apply {FILES} files ({spread(ours)})",
            unit="s",
            ours=min(ours),
            theirs=min(theirs),
            against=f"psql -f of each ({spread(theirs)})",
            most=1.5,
        ),
        Ratio(name="init and apply", unit="s", ours=min(ours), theirs=BUDGET, against="what is promised", most=1.0),
    ]


def write(folder: Path) -> None:
    """A mixture: eight files for each of 25 tables."""
    for number in range(FILES):
        table = f"t{number // 8}"
        texts = (
            f"CREATE TABLE {table} (id bigserial PRIMARY KEY, a text NOT NULL, b int DEFAULT 1 CHECK (b > 0));",
            f"ALTER TABLE {table} ADD COLUMN c date DEFAULT now();\nALTER TABLE {table} ALTER a SET DEFAULT 'x';",
            f"CREATE INDEX {table}_a ON {table} (a);",
            f"INSERT INTO {table} (a) VALUES ('un'), ('deux'), ('trois');",
            f"CREATE FUNCTION f{number}(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN x + 1; END $$;",
            f"GRANT SELECT ON {table} TO PUBLIC;",
            f"COMMENT ON TABLE {table} IS 'a table';\nCOMMENT ON COLUMN {table}.a IS 'a column';",
            f"CREATE INDEX CONCURRENTLY {table}_b ON {table} (b);\nALTER TABLE {table} ALTER COLUMN b SET NOT NULL;",
        )
        (folder / f"{number + 1:04}_change.sql").write_text(texts[number % 8] + "\n", encoding="utf-8")


def with_pgwright(dsn: str, folder: Path) -> None:
    """The two commands that a pipeline types."""
    for verb in ("init", "apply"):
        arguments = [sys.executable, "-m", "pgwright", verb, "--dsn", dsn, "--migrations", str(folder), "--quiet"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=folder.parent)


def with_psql(dsn: str, folder: Path) -> None:
    """What a shell script would do."""
    psql = find(18).program("psql")
    for path in sorted(folder.glob("*.sql")):
        subprocess.run([psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-f", path], check=True)


def seconds(work: Callable[[str, Path], None], dsn: str, folder: Path) -> float:
    """How long it took."""
    started = time.monotonic()
    work(dsn, folder)
    return time.monotonic() - started


def spread(times: list[float]) -> str:
    """From the best to the worst."""
    return f"{min(times):.1f} to {max(times):.1f} s in {len(times)} runs"
