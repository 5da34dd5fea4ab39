"""The statistics of columns: read from pg_stats of the source, put into pg_statistic of the clone.

18 has functions that do it (pg_restore_attribute_stats), 14 to 17 have none; and the planner should be that of the
source's own major, because each plans in its own way. So the rows are written as ANALYZE would write them, on every
major alike. What the role may not see is not there, as for the planner nobody analyzed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import psycopg
from psycopg.types.json import Jsonb

from ..base.errors import UsageError
from ..connect.session import Connection
from ..connect.translation import describe
from ..sql import quote
from ._query import filled, query
from .source import Source
from .spool import copy_in, copy_out

FORMATS = (
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("TimeZone", "UTC"),
    ("lc_monetary", "C"),
    ("search_path", ""),
)
"""How values become text on one side and values again on the other."""
_TARGET = (
    "pg_temp.source_statistics (schema, relation, attribute, inherited, null_frac, width, n_distinct, common, "
    "common_fractions, histogram, correlation, elements, element_fractions, element_counts, range_lengths, "
    "range_empty, range_bounds)"
)
_TABLE = """
CREATE TEMP TABLE source_statistics (
    schema name, relation name, attribute name, inherited bool,
    null_frac real, width int, n_distinct real, common text, common_fractions real[], histogram text, correlation real,
    elements text, element_fractions real[], element_counts real[], range_lengths text, range_empty real,
    range_bounds text, number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
)
"""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the source by its names."""

    schema: str
    relation: str
    attribute: str


def set_formats(connection: Connection) -> None:
    """Sets the transaction so that values mean the same on both sides."""
    for name, value in FORMATS:
        connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])


def read(connection: Connection, source: Source, blank: str) -> IO[bytes]:
    """All that the role may read, but no values at the places of `blank` (SQL, see `places`)."""
    shown, allowed = source.major >= 17, source.reads_statistics
    places = (
        ("s.range_length_histogram", "s.range_empty_frac", "s.range_bounds_histogram")
        if shown
        else ("r.lengths", "r.empty", "r.bounds")
        if allowed
        else ("NULL", "NULL", "NULL")
    )
    text = filled(
        "statistics",
        blank=blank,
        ranges=query("ranges").decode() if allowed and not shown else "",
        **dict(zip(("lengths", "empty", "bounds"), places, strict=True)),
    )
    return copy_out(connection, text, encoding=source.encoding)


def load(clone: Connection, source: Source, spool: IO[bytes]) -> tuple[str, ...]:
    """Puts what `read` gave into the clone, in its transaction. Returns what was refused, a sentence each."""
    clone.execute(query("types"))
    clone.execute(_TABLE.encode())
    copy_in(clone, spool, _TARGET, encoding=source.encoding)
    clone.execute(b"ANALYZE pg_temp.source_statistics")
    return tuple(_loaded(clone))


def put(clone: Connection, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Puts rows as `statistics.sql` reads them into pg_statistic, after `load`; yields what was refused."""
    clone.execute(b"TRUNCATE pg_temp.source_statistics")
    with clone.cursor().copy(f"COPY {_TARGET} FROM STDIN".encode()) as writing:
        for row in rows:
            writing.write_row(row)
    yield from _loaded(clone)


def places(source: Connection, columns: Sequence[Column]) -> str:
    """Every place that has values of `columns`, as SQL; raises UsageError for a column that is not there."""
    row = source.execute(query("blank"), {"columns": Jsonb([vars(column) for column in columns])}).fetchone()
    assert row is not None
    places, missing = row
    if missing:
        raise UsageError(
            f'There is no column "{missing[0]}".',
            state="Nothing was read.",
            hint="Name it as SCHEMA.TABLE.COLUMN, as the catalog spells it.",
        )
    return f"{quote.literal(places)}::jsonb"


def _loaded(clone: Connection) -> Iterator[str]:
    row = clone.execute(b"SELECT min(number), max(number) FROM pg_temp.source_statistics").fetchone()
    assert row is not None
    if row[0] is not None:
        yield from _load(clone, row[0], row[1])


def _load(clone: Connection, first: int, last: int) -> Iterator[str]:
    """Puts the rows `first` to `last` into pg_statistic: all at once, or where one is refused (the type of a column is
    another one here) without it, by halves."""
    try:
        with clone.transaction():
            clone.execute(query("load_statistics"), {"first": first, "last": last})
        return
    except psycopg.Error as error:
        reason = describe(error)
    if first < last:
        middle = (first + last) // 2
        yield from _load(clone, first, middle)
        yield from _load(clone, middle + 1, last)
        return
    names = b"SELECT schema, relation, attribute FROM pg_temp.source_statistics WHERE number = %s"
    row = clone.execute(names, [first]).fetchone()
    assert row is not None
    yield f"The statistics of the column {'.'.join(row)} could not be put in: {reason}"
