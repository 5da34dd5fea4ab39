"""What an index costs those who write: the work of one entry by access method, and of an UPDATE that is no longer HOT.

Tables of the same rows, one for each set of indexes, take turns. Each is given rows one by one by a loop in the
server, as prepared statements would: the start of the executor for each row is in the time, the network and commits are
not. So the time is that which pg_stat_statements shows, of which `pgwright advise indexes` says what an index adds.
Tables with 0 to 6 b-trees on random numbers give a line: where it begins is the work of a row, how it rises that of an
entry. The other methods have one index each, and their entry is set over that of a b-tree; what GIN puts off is done in
the time. Then rows are updated, in tables with 1 to 6 b-trees and room in their pages: a column of which no index
knows, which is HOT, and one that an index has, which is not, so that every index gets an entry. Times are
those of the server's process on a processor, and efforts those of the fastest turns: it is all work in memory, and what
disturbs it only makes it slower.

`src/pgwright/diagnose/advise/indexes/upkeep.py` reckons with these figures.

It does not show: indexes that do not fit into memory, where an entry costs a read; WAL that is waited for; bloat and
vacuum. `--rows` is how many rows are written into each table in each turn.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from .support import database
from .support.options import Options
from .support.report import Goal, Report, Table, spread

ROWS, ROUNDS, FIRST = 20_000, 7, 200_000
COUNTS = (0, 1, 2, 4, 6)
OTHERS = {
    "hash": "USING hash (a)",
    "gin, array of 5": "USING gin (tags)",
    "gin, jsonb_path_ops": "USING gin (doc jsonb_path_ops)",
    "gin, jsonb": "USING gin (doc)",
    "gin, trigrams": "USING gin (word gin_trgm_ops)",
    "gist, ranges": "USING gist (span)",
    "spgist, texts": "USING spgist (word)",
    "brin": "USING brin (id)",
}
_TABLE = """
CREATE TABLE {table} (id bigint, a int, b int, c int, d int, e int, f int, free int, tags text[], doc jsonb,
    span int4range, word text) WITH (autovacuum_enabled = off, fillfactor = 60);
"""
_FILL = """
INSERT INTO {table} SELECT n, h[1], h[2], h[3], h[4], h[5], h[6], 0,
    array[h[1] % 1000, h[2] % 1000, h[3] % 1000, h[4] % 1000, h[5] % 1000]::text[],
    jsonb_build_object('kind', h[1] % 20, 'customer', h[2], 'tags', array[h[3] % 100]),
    int4range(h[4] % 100000, h[4] % 100000 + 50), md5(n::text)
FROM generate_series({first}, {last}) AS n, LATERAL (
    SELECT array_agg((abs(hashint8extended(n, s) % 2000000000))::int ORDER BY s) AS h FROM generate_series(1, 6) AS s
) AS numbers;
"""
_INSERT = """
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT * FROM source LOOP
        INSERT INTO {table} VALUES (r.id, r.a, r.b, r.c, r.d, r.e, r.f, r.free, r.tags, r.doc, r.span, r.word);
    END LOOP;
END $$
"""
_UPDATE = """
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT ctid AS place, {column} AS old FROM {table} WHERE id % {part} = {turn} LOOP
        UPDATE {table} SET {column} = r.old + 1 WHERE ctid = r.place;
    END LOOP;
END $$
"""


def measure(options: Options) -> Report:
    """About ten minutes."""
    rows, rounds = options.rows or ROWS, options.rounds or ROUNDS
    sets = {f"{count} b-trees": [f"({column})" for column in "abcdef"[:count]] for count in COUNTS}
    sets |= {name: [index] for name, index in OTHERS.items()}
    with database.server(options) as running, psycopg.connect(running.dsn(), autocommit=True) as connection:
        tables = _made(connection, sets, rows)
        inserted: dict[str, list[float]] = {name: [] for name in sets}
        updated: dict[tuple[str, str], list[float]] = {}
        for turn in range(rounds):
            print(f"  turn {turn + 1} of {rounds}", file=sys.stderr, flush=True)
            for name, table in tables.items():
                inserted[name].append(_inserted(connection, table, turn, rows))
            for name in list(sets)[1 : len(COUNTS)]:
                for column in ("free", "a"):
                    updated.setdefault((name, column), []).append(_updated(connection, tables[name], column, turn))
    return _report(inserted, updated)


def _made(connection: psycopg.Connection[Any], sets: Mapping[str, Sequence[str]], rows: int) -> dict[str, str]:
    """A table for each set of indexes, with some rows in it, and the one from which rows come."""
    connection.execute(b"CREATE EXTENSION IF NOT EXISTS pg_trgm")
    first = FIRST * rows // ROWS
    connection.execute((_TABLE + _FILL).format(table="first_rows", first=1, last=first).encode())
    connection.execute(_TABLE.format(table="source").encode())
    tables = {name: f"written_{number}" for number, name in enumerate(sets)}
    for name, table in tables.items():
        connection.execute(f"{_TABLE.format(table=table)}; INSERT INTO {table} SELECT * FROM first_rows".encode())
        for index in sets[name]:
            connection.execute(f"CREATE INDEX ON {table} {index}".encode())
        connection.execute(f"VACUUM (ANALYZE) {table}".encode())
    return tables


def _inserted(connection: psycopg.Connection[Any], table: str, turn: int, rows: int) -> float:
    """Microseconds for a row."""
    first = FIRST * rows // ROWS + turn * rows + 1
    connection.execute(f"TRUNCATE source; {_FILL.format(table='source', first=first, last=first + rows - 1)}".encode())
    gin = connection.execute(
        "SELECT c.oid FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid JOIN "
        "pg_catalog.pg_am m ON m.oid = c.relam WHERE m.amname = 'gin' AND x.indrelid = %s::regclass",
        [table],
    ).fetchall()
    began = _spent(connection)
    connection.execute(_INSERT.format(table=table).encode())
    for (oid,) in gin:
        connection.execute("SELECT pg_catalog.gin_clean_pending_list(%s::oid::regclass)", [oid])
    return (_spent(connection) - began) / rows


def _updated(connection: psycopg.Connection[Any], table: str, column: str, turn: int) -> float:
    """Microseconds for a row."""
    connection.execute(f"VACUUM {table}".encode())
    part = max(FIRST // ROWS, 1)
    statement = _UPDATE.format(table=table, column=column, part=part, turn=turn % part)
    row = connection.execute(f"SELECT count(*) FROM {table} WHERE id % {part} = {turn % part}".encode()).fetchone()
    assert row is not None
    began = _spent(connection)
    connection.execute(statement.encode())
    return (_spent(connection) - began) / max(int(row[0]), 1)


def _spent(connection: psycopg.Connection[Any]) -> float:
    """Microseconds that the server's process has had a processor; where the system does not tell, those that passed."""
    told = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e3 if told.exists() else time.perf_counter() * 1e6


def _report(inserted: Mapping[str, list[float]], updated: Mapping[tuple[str, str], list[float]]) -> Report:
    fastest = {name: min(each) for name, each in inserted.items()}
    line = statistics.linear_regression(COUNTS, [fastest[f"{count} b-trees"] for count in COUNTS])
    after = {key: min(each) for key, each in updated.items()}
    lost = {count: after[f"{count} b-trees", "a"] - after[f"{count} b-trees", "free"] for count in COUNTS[1:]}
    losing = statistics.linear_regression(COUNTS[1:], list(lost.values()))
    efforts = {name: (fastest[name] - fastest["0 b-trees"]) / line.slope for name in OTHERS}
    inserts = tuple(
        (name, f"{spread(each)} µs", f"{efforts[name]:.2f}" if name in efforts else "")
        for name, each in inserted.items()
    )
    updates = tuple(
        (f"{count} b-trees", f"{spread(updated[f'{count} b-trees', 'free'])} µs",
         f"{spread(updated[f'{count} b-trees', 'a'])} µs", f"{lost[count] / line.slope:.2f}")
        for count in COUNTS[1:]
    )  # fmt: skip
    return Report(
        tables=(
            Table(title="A row inserted", head=("indexes", "time", "an entry, of that of a b-tree"), rows=inserts),
            Table(title="A row updated", head=("indexes", "HOT", "not HOT", "more, in entries"), rows=updates),
        ),
        goals=(
            Goal(
                promise="each further b-tree makes an INSERT slower",
                found=f"{line.slope:.2f} µs for an entry, {line.intercept:.2f} µs for a row: "
                f"{line.intercept / line.slope:.1f} entries",
                kept=line.slope > 0,
            ),
        ),
        facts={
            "a row without index, in entries of a b-tree": f"{line.intercept / line.slope:.2f}",
            "an index of a row that is no longer HOT, in entries": f"{losing.slope / line.slope:.2f}",
        },
        figures={"inserted": inserted, "updated": {" ".join(key): each for key, each in updated.items()}},
    )
