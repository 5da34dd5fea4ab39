"""The most common combinations of values, put together anew: ANALYZE writes them, of one row for each, and what it
counted is replaced by what the source counted.

The catalog keeps them in a form that only a superuser reads and that holds numbers of types, which mean something else
in another database. So they travel as text, which every role sees that may read the table. The layout at the end of a
pg_mcv_list is that of mcv.c, the same from 14 to 18: for each combination a byte for each column that says whether it
is NULL, two frequencies, and two bytes for each column.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ..connect.session import Connection

_HEAD = struct.Struct("=III")  # magic, type, number of items
_FREQUENCIES = struct.Struct("=dd")
_MOST = 10_000
"""The largest statistics target."""

Values = tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Values of the columns as text; how frequent they are together, and how frequent they would be if the columns had
    nothing to do with each other."""

    values: Values
    frequency: float
    independent: float


def combinations(
    values: Sequence[Sequence[str]],
    nulls: Sequence[Sequence[bool]],
    frequencies: Sequence[float],
    independent: Sequence[float],
) -> tuple[Combination, ...]:
    """What the columns of pg_stats_ext say."""
    return tuple(
        Combination(
            values=tuple(None if is_null else value for value, is_null in zip(row, missing, strict=True)),
            frequency=together,
            independent=apart,
        )
        for row, missing, together, apart in zip(values, nulls, frequencies, independent, strict=True)
    )


def rebuilt(clone: Connection, table: str, columns: Sequence[str], wanted: Sequence[Combination]) -> bytes:
    """The pg_mcv_list of `wanted` for `columns` (SQL) of `table` (SQL). ValueError where the clone takes two of the
    values for the same, because it sorts otherwise."""
    names = [f"c{number}" for number in range(len(columns))]
    listed = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    clone.execute(b"DROP TABLE IF EXISTS pg_temp.combinations")
    clone.execute(f"CREATE TEMP TABLE combinations AS SELECT {listed} FROM {table} WITH NO DATA".encode())
    with clone.cursor().copy(b"COPY pg_temp.combinations FROM STDIN") as writing:
        for each in wanted:
            writing.write_row(each.values)
    clone.execute(f"CREATE STATISTICS pg_temp.combined (mcv) ON {', '.join(names)} FROM pg_temp.combinations".encode())
    clone.execute(f"ALTER STATISTICS pg_temp.combined SET STATISTICS {min(len(wanted), _MOST)}".encode())
    clone.execute(b"ANALYZE pg_temp.combinations")
    row = clone.execute(
        b"SELECT d.stxdmcv::bytea, s.most_common_vals, s.most_common_val_nulls FROM pg_catalog.pg_stats_ext s, "
        b"pg_catalog.pg_statistic_ext_data d JOIN pg_catalog.pg_statistic_ext e ON e.oid = d.stxoid "
        b"WHERE e.stxrelid = 'pg_temp.combinations'::regclass AND s.statistics_name = 'combined' "
        b"AND s.statistics_schemaname = pg_my_temp_schema()::regnamespace::text AND d.stxdmcv IS NOT NULL"
    ).fetchone()
    if row is None:
        raise ValueError("the server makes no list of them")
    data, values, nulls = row
    found = [each.values for each in combinations(values, nulls, [0.0] * len(values), [0.0] * len(values))]
    return _counted(data, found, wanted)


def frequent(data: bytes, columns: int, least: float) -> bytes | None:
    """`data`, a pg_mcv_list of `columns` columns, with the combinations before the first one that is less frequent than
    `least`; None where these are none. They come by how frequent they are."""
    magic, kind, count = _HEAD.unpack_from(data)
    size = _size(columns)
    start = len(data) - size * count
    kept = 0
    while kept < count and _FREQUENCIES.unpack_from(data, start + size * kept + columns)[0] >= least:
        kept += 1
    if not kept:
        return None
    return _HEAD.pack(magic, kind, kept) + data[_HEAD.size : start + size * kept]


def _size(columns: int) -> int:
    return columns + _FREQUENCIES.size + 2 * columns


def _counted(data: bytes, found: Sequence[Values], wanted: Sequence[Combination]) -> bytes:
    """`data` with its combinations in the order of `wanted`, and with their frequencies."""
    if len(found) != len(wanted):
        raise ValueError(f"of {len(wanted)} combinations {len(found)} are different here")
    width = len(wanted[0].values)
    size = _size(width)
    start = len(data) - size * len(found)
    places = {values: start + number * size for number, values in enumerate(found)}
    items = []
    for each in wanted:
        if each.values not in places:
            raise ValueError("a combination looks otherwise here")
        at = places[each.values]
        counts = _FREQUENCIES.pack(each.frequency, each.independent)
        items.append(data[at : at + width] + counts + data[at + width + _FREQUENCIES.size : at + size])
    return data[:start] + b"".join(items)
