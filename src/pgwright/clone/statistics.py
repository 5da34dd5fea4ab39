"""The statistics of columns: read from pg_stats of the source, put into pg_statistic of the clone.

18 has functions that do it (pg_restore_attribute_stats), 14 to 17 have none; and the planner should be that of the
source's own major, because each plans in its own way. So the rows are written as ANALYZE would write them, on every major
alike. What the role may not see is not there, as for the planner nobody analyzed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from ..base.errors import UsageError
from ..connect.session import Connection
from ._query import query

FORMATS = (
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("TimeZone", "UTC"),
    ("lc_monetary", "C"),
)
"""How values become text on one side and values again on the other."""
_RANGES = ("range_length_histogram", "range_empty_frac", "range_bounds_histogram")
_COLUMNS = (
    "schema, relation, attribute, inherited, null_frac, width, n_distinct, common, common_fractions, histogram, "
    "correlation, elements, element_fractions, element_counts, range_lengths, range_empty, range_bounds"
)
_TABLE = """
CREATE TEMP TABLE source_statistics (
    number bigint PRIMARY KEY, schema name, relation name, attribute name, inherited bool,
    null_frac real, width int, n_distinct real, common text, common_fractions real[], histogram text, correlation real,
    elements text, element_fractions real[], element_counts real[], range_lengths text, range_empty real,
    range_bounds text
)
"""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the source by its names."""

    schema: str
    relation: str
    attribute: str


def prepare(source: Connection, clone: Connection) -> None:
    """Sets both transactions so that values mean the same in both, and makes what `copy` and `put` need on the clone."""
    for connection in (source, clone):
        for name, value in FORMATS:
            connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])
    clone.execute(query("types"))
    clone.execute(_TABLE.encode())


def copy(source: Connection, clone: Connection, blank: Jsonb) -> tuple[str, ...]:
    """Copies all that the role may read, but no values at the places of `blank`. Returns what could not be put in, a
    sentence each."""
    is_shown = source.info.server_version >= 170000
    text = query("statistics").decode().format(**{name: f"s.{name}" if is_shown else "NULL" for name in _RANGES})
    with source.cursor(name="pgwright_statistics") as reading:
        reading.itersize = 1000
        return tuple(put(clone, reading.execute(text.encode(), {"blank": blank})))


def put(clone: Connection, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Puts rows as `statistics.sql` reads them into pg_statistic; yields what was refused."""
    clone.execute(b"TRUNCATE pg_temp.source_statistics")
    count = 0
    with clone.cursor().copy(f"COPY pg_temp.source_statistics (number, {_COLUMNS}) FROM STDIN".encode()) as writing:
        for count, row in enumerate(rows, 1):
            writing.write_row((count, *row))
    if count:
        yield from _load(clone, 1, count)


def places(source: Connection, columns: Sequence[Column]) -> Jsonb:
    """Every place that has values of `columns`; raises UsageError for a column that is not there."""
    row = source.execute(query("blank"), {"columns": Jsonb([vars(column) for column in columns])}).fetchone()
    assert row is not None
    places, missing = row
    if missing:
        raise UsageError(
            f'There is no column "{missing[0]}".',
            state="Nothing was read.",
            hint="Name it as SCHEMA.TABLE.COLUMN, as the catalog spells it.",
        )
    return Jsonb(places)


def _load(clone: Connection, first: int, last: int) -> Iterator[str]:
    """Puts the rows `first` to `last` into pg_statistic: all at once, or where one is refused (the type of a column is
    another one here) without it, by halves."""
    try:
        with clone.transaction():
            clone.execute(query("load_statistics"), {"first": first, "last": last})
        return
    except psycopg.Error as error:
        reason = error.diag.message_primary or str(error)
    if first < last:
        middle = (first + last) // 2
        yield from _load(clone, first, middle)
        yield from _load(clone, middle + 1, last)
        return
    names = b"SELECT schema, relation, attribute FROM pg_temp.source_statistics WHERE number = %s"
    row = clone.execute(names, [first]).fetchone()
    assert row is not None
    yield f"{'.'.join(row)}: {reason}"
