"""The most memory that a command of pgwright ever has resident.

`plan`, `expand`, `status` and `contract` of one rename that transforms its values, each a process of its own as a user
starts it: in a database of 5,000 tables of ten columns and three indexes, and on tables of 10,000 and of 1,000,000
rows. Beside them stand a Python that does nothing and one that only connects with the same driver, as any script would.

Nothing of the rows of a table is ever held here. A plan does hold the whole catalog, so its memory grows with the
number of tables.

It does not show: the memory of the server, which does the work.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from pgwright.demo.traffic import python_environment
from pgwright.server.private import PrivateServer

from .support import database, shop
from .support.load import ROOT
from .support.migrations import RENAME
from .support.options import Options
from .support.project import settings_of, write
from .support.report import Goal, Report, Table

TABLES, ROWS = 5_000, 1_000_000
MOST = 100.0
VERBS = ("plan", "expand", "status", "contract")
# Ten columns, three indexes, a check and a foreign key each: no table of a real catalog is as small as a table can be.
MANY = """
DO $$ BEGIN
  FOR i IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, a text NOT NULL, b int DEFAULT 1 CHECK (b > 0), '
                   'c timestamptz NOT NULL DEFAULT now(), d numeric(10,2), e varchar(40) UNIQUE, f jsonb, g uuid, '
                   'h date, parent bigint REFERENCES t%s)', i, greatest(i - 1, 1));
    EXECUTE format('CREATE INDEX ON t%s (a, c DESC) WHERE b > 1', i);
  END LOOP;
END $$;
"""
MIGRATION = f"-- pgwright: up = trim(name)\n{RENAME.text}"


def measure(options: Options) -> Report:
    """About one minute."""
    rows = options.rows or ROWS
    tables = TABLES if options.rows is None else min(TABLES, max(options.rows // 200, 1))
    with database.server(options, {"max_locks_per_transaction": "1024"}) as running:
        with tempfile.TemporaryDirectory() as place:
            bare, connected = (peak(Path(place), running.dsn(), words) for words in ([], ["-"]))
        found: dict[str, dict[str, float]] = {}
        for title, number, extra in (
            (f"{tables:,} tables", 1000, tables),
            (f"{max(rows // 100, 1):,} rows", max(rows // 100, 1), 0),
            (f"{rows:,} rows", rows, 0),
        ):
            print(f"  {title}", file=sys.stderr, flush=True)
            found[title] = verbs(running, f"of {title}", number, extra)
    cells = [("a Python that does nothing", f"{bare:,.0f} MB", ""), ("one that connects", f"{connected:,.0f} MB", "1x")]
    cells += [
        (f"{verb}, {title}", f"{mb:,.0f} MB", f"{mb / connected:,.1f}x")
        for title, peaks in found.items()
        for verb, mb in peaks.items()
    ]
    head = ("", "peak memory", "of one that connects")
    return Report(
        tables=(Table(title="Memory of the process", head=head, rows=tuple(cells)),),
        goals=tuple(
            Goal(
                promise=f"{title}: at most {MOST:.0f} MB",
                found=f"{max(peaks.values()):,.0f} MB",
                kept=max(peaks.values()) <= MOST,
            )
            for title, peaks in found.items()
        ),
        figures={"bare": bare, "connected": connected, **found},
    )


def verbs(running: PrivateServer, name: str, rows: int, tables: int) -> dict[str, float]:
    """The peak of each verb, in MB, in a database of its own."""
    dsn = database.make(running, name, shop.script(rows))
    with psycopg.connect(dsn, autocommit=True) as connection:
        for first in range(1, tables + 1, 1000):
            connection.execute(MANY.format(first=first, last=min(first + 999, tables)).encode())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        settings_of(folder, dsn)
        peak(folder, dsn, ["init"])
        write(folder, MIGRATION)
        return {verb: peak(folder, dsn, [verb]) for verb in VERBS}


def peak(folder: Path, dsn: str, words: list[str]) -> float:
    """MB of a process that does this."""
    file = folder / "peak"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.support.peak", str(file), *words],
        cwd=folder,
        env={**python_environment(), "PGWRIGHT_DSN": dsn, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=1800,
    )
    if done.returncode:
        raise SystemExit(f"memory: {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return float(file.read_text(encoding="ascii"))
