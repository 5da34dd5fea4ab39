"""Measures on a sample whether columns hang together. It counts on the server and reads no value.

Of a small table rows are drawn everywhere; of a large one some pages, and of each page one row only, because rows that
were written together have values in common that the rest of the table has not. Read-only, with a timeout.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ....connect.quiet import quietly
from ....connect.translation import describe
from ....sql.quote import ident, qualified
from .candidates import Candidate
from .values import Measured, Seen, Table

PAGES = 3000
"""Pages that are read at most: 24 MB, which no server notices."""
ROWS = 30_000
"""Rows of a sample at most, as many as ANALYZE takes."""
LEAST = 1000
"""Rows below which a sample says nothing."""
AGREEING = 100
"""Pairs of rows that must agree in all columns: fewer may be chance, and of values that rare no plan suffers."""

Connection = psycopg.Connection[tuple[Any, ...]]


def measure(connection: Connection, seen: Seen, candidate: Candidate, timeout_ms: int) -> tuple[Measured | None, str]:
    """What the sample says, or None and a sentence why there is none. Errors that end the session are raised."""
    table = seen.tables[candidate.table]
    text = query(seen, candidate)
    try:
        with quietly(connection, timeout_ms):
            connection.execute("SELECT pg_catalog.set_config('row_security', 'off', true)")
            row = connection.execute(text.encode()).fetchone()
    except psycopg.Error as error:
        if connection.closed:
            raise
        return None, f"{table.full_name} was not sampled: {describe(error)}"
    assert row is not None
    if row[0] < LEAST:
        return (
            None,
            f"{table.full_name}: a sample of {row[0]:,} rows says nothing about {', '.join(candidate.columns)}.",
        )
    return judged(candidate, row), ""


def judged(candidate: Candidate, row: tuple[Any, ...]) -> Measured:
    """The factors, from the counts of the query: rows; of each column, and of all together, how many pairs of rows
    agree and how many values there are."""
    rows, pairs, values = row[0], row[1::2], row[2::2]
    chances = [float(each or 0) / (rows * (rows - 1)) for each in pairs]
    expected = 1.0
    for each in chances[:-1]:
        expected *= each
    enough = expected > 0 and float(pairs[-1] or 0) >= 2 * AGREEING  # each pair is counted twice
    matching = chances[-1] / expected if candidate.matching and enough else None
    together, product = values[-1], 1.0
    for each in values[:-1]:
        product *= each
    # A sample whose groups have hardly more than one row says nothing about how many there are.
    told = candidate.grouping and together and together <= rows / 10
    groups = min(product, rows / 10) / together if told else None
    return Measured(
        table=candidate.table,
        columns=candidate.columns,
        rows=rows,
        matching=matching,
        groups=groups,
        together=together,
        most=max(values[:-1]),
    )


def query(seen: Seen, candidate: Candidate) -> str:
    """The statement that draws the sample and counts in it."""
    table = seen.tables[candidate.table]
    columns = [f"c{number}" for number in range(1, len(candidate.columns) + 1)]
    listed = ", ".join(
        f"{ident(name)}::text AS {column}" for name, column in zip(candidate.columns, columns, strict=True)
    )
    counts = [_agreeing([column]) for column in columns] + [_agreeing(columns)]
    return (
        f"WITH s AS MATERIALIZED ({_drawn(seen, table, listed)} LIMIT {ROWS}) "
        f"SELECT (SELECT count(*) FROM s), {', '.join(counts)}"
    )


def _drawn(seen: Seen, table: Table, listed: str) -> str:
    leaves = seen.leaves(table.oid)
    pages = sum(max(leaf.pages, 0) for leaf in leaves)
    rows = sum(max(leaf.rows, 0.0) for leaf in leaves)
    name = qualified(table.schema, table.name)
    if pages <= PAGES:
        percent = min(100.0, 100 * ROWS / max(rows, 1.0))
        return f"SELECT {listed} FROM {name} TABLESAMPLE BERNOULLI ({percent:.6f})"
    percent = 100 * PAGES / pages
    page = "tableoid, (ctid::text::point)[0]"
    return f"SELECT DISTINCT ON ({page}) {listed} FROM {name} TABLESAMPLE SYSTEM ({percent:.6f}) ORDER BY {page}"


def _agreeing(columns: list[str]) -> str:
    """Two counts: pairs of rows that agree in the columns (NULL agrees with nothing), and different values."""
    listed = ", ".join(columns)
    known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    grouped = f"SELECT count(*)::float8 AS n, {known} AS known FROM s GROUP BY {listed}"
    return f"(SELECT sum(n * (n - 1)) FILTER (WHERE known) FROM ({grouped}) g), (SELECT count(*) FROM ({grouped}) g)"
