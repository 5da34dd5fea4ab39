"""What `pgwright health` takes on a database of 10,000 tables, beside psql with a file of ten queries.

The tables have an identity column, a text, a foreign key to the table before, and two indexes; one in a hundred holds
rows. The ten queries (`benchmarks/support/ten_queries.sql`) are those that people keep in a file:
bloat, unused and equal indexes, foreign keys, sequences, ages, dead rows, the cache, sessions. They give counters and
twenty rows each; what follows from them the reader has to know. pgwright makes all its checks, judges, and keeps a look
for the next run; the first run has nothing to compare with, the second has. Both are whole processes, in turns.

The machine has the catalog in memory. How long it takes where it has not, depends on the disk and not on the asker.

`--rows` is the number of tables, `--rounds` how often each is run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

from pgwright.diagnose.health import catalogue
from pgwright.server.private import PrivateServer

from .support import database
from .support.options import Options
from .support.report import Goal, Report, Table, spread

TABLES, ROUNDS = 10_000, 3
MOST_SECONDS, MOST_MB = 10.0, 200.0
AT_ONCE = 500
"""Tables in one transaction: each takes some locks."""
QUERIES = Path(__file__).parent / "support" / "ten_queries.sql"
MAKE = """
DO $$ BEGIN
  FOR i IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE t%s (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text, b int)', i);
    EXECUTE format('CREATE INDEX ON t%s (a)', i);
    IF i > 1 THEN EXECUTE format('ALTER TABLE t%s ADD FOREIGN KEY (b) REFERENCES t%s', i, i - 1); END IF;
    IF i % 100 = 0 THEN
      EXECUTE format('INSERT INTO t%s (a) SELECT md5(n::text) FROM generate_series(1, 2000) n', i);
    END IF;
  END LOOP;
END $$;
"""


def measure(options: Options) -> Report:
    """About two minutes, most of it to make the tables."""
    tables, rounds = options.rows or TABLES, options.rounds or ROUNDS
    settings = {"fsync": "off", "max_locks_per_transaction": "1024", "autovacuum": "off"}
    with database.server(options, settings) as running, tempfile.TemporaryDirectory() as place:
        _make(running, tables)
        folder = Path(place)
        first: list[float] = []
        second: list[float] = []
        theirs, peaks = [], []
        for number in range(rounds):
            theirs.append(_psql(running))
            state = folder / f"state{number}"
            for times in (first, second):
                seconds, peak = _ours(running, state, folder / "peak")
                times.append(seconds)
                peaks.append(peak)
        slowest = _slowest(running, folder / "again")
    return _report(tables, theirs, first, second, peaks, slowest)


def _make(running: PrivateServer, tables: int) -> None:
    with psycopg.connect(running.dsn(), autocommit=True) as connection:
        for start in range(1, tables + 1, AT_ONCE):
            connection.execute(MAKE.format(first=start, last=min(start + AT_ONCE - 1, tables)).encode())
        connection.execute("VACUUM ANALYZE")


def _psql(running: PrivateServer) -> float:
    command = [str(running.binaries.program("psql")), "-Xqf", str(QUERIES), running.dsn()]
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - started


def _ours(running: PrivateServer, state: Path, peak: Path) -> tuple[float, float]:
    """Seconds of the whole command, and the most MB that it had."""
    arguments = ["health", "--state", str(state), "--fail-on", "never", "--timeout", "60s"]
    command = [sys.executable, "-m", "benchmarks.support.peak", str(peak), *arguments]
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=_environment(running), check=True)
    return time.monotonic() - started, float(peak.read_text(encoding="ascii"))


def _slowest(running: PrivateServer, state: Path) -> Mapping[str, float]:
    """The milliseconds that the server took over each check; raises AssertionError where one could not be made."""
    arguments = ["health", "--state", str(state), "--fail-on", "never", "--timeout", "60s", "--format", "json"]
    command = [sys.executable, "-m", "pgwright", *arguments]
    done = subprocess.run(command, capture_output=True, env=_environment(running), check=True)
    checks = json.loads(done.stdout)["checks"]
    failed = [check for check in checks if "failed" in check["reason"] or "too long" in check["reason"]]
    if failed:
        raise AssertionError(f"not made: {failed}")
    return {check["name"]: check["milliseconds"] for check in checks}


def _environment(running: PrivateServer) -> dict[str, str]:
    return {**os.environ, "PGWRIGHT_DSN": running.dsn()}


def _report(
    tables: int,
    theirs: list[float],
    first: list[float],
    second: list[float],
    peaks: list[float],
    slowest: Mapping[str, float],
) -> Report:
    ways = {"psql, ten queries": theirs, "pgwright, first look": first, "pgwright, second look": second}
    base = min(theirs)
    rows = tuple((name, spread(times, ",.2f") + " s", f"{min(times) / base:.1f}x") for name, times in ways.items())
    dear = sorted(slowest.items(), key=lambda each: -each[1])[:8]
    worst = max(min(first), min(second))
    return Report(
        tables=(
            Table(title=f"{len(catalogue.names())} checks of {tables:,} tables, each a whole process",
                  head=("way", "seconds", "of psql"), rows=rows),
            Table(title="The checks that take longest",
                  head=("check", "ms"), rows=tuple((name, f"{ms:,.0f}") for name, ms in dear)),
        ),
        goals=(
            Goal(promise=f"less than {MOST_SECONDS:.0f} s", found=f"{worst:.1f} s", kept=worst < MOST_SECONDS),
            Goal(promise=f"less than {MOST_MB:.0f} MB", found=f"{max(peaks):.0f} MB", kept=max(peaks) < MOST_MB),
        ),
        facts={"rounds": f"{len(theirs)}; median (least to most)"},
        figures={"psql": theirs, "first": first, "second": second, "peak_mb": peaks, "checks": dict(slowest)},
    )  # fmt: skip
