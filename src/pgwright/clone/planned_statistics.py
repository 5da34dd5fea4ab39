"""Extended statistics that the source does not have yet: made on the clone, and filled with what ANALYZE finds in a
sample of the table.

The sample is drawn as ANALYZE draws it, its rows go into a temporary table of the clone, and the server's own ANALYZE
looks at them there. What it finds are fractions, which hold for the whole table, and numbers of different values, which
do not: those are estimated anew for all of its rows, with the server's formulas (`estimate_ndistinct` in mvdistinct.c,
`compute_scalar_stats` in analyze.c, `get_mincount_for_mcv_list` in mcv.c, the same from 14 to 18).

The temporary table belongs to the owner of the clone, who is no superuser: expressions of the source run there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import psycopg

from ..base.errors import Refused
from ..connect import session
from ..connect.session import Connection
from ..connect.translation import describe
from ..sql import parse, quote
from . import combinations, common_combinations, statistics
from ._query import filled, query
from .extended_statistics import casts, inherited
from .source import Source, looking
from .spool import copy_in, copy_out

_ROWS, _PAGES = 300, 30_000
"""Rows of a sample for each unit of the statistics target, as ANALYZE takes them, and pages at most that they come from
(235 MB): ANALYZE reads a page for each row."""
_MOST = 300_000
_SECONDS = 20
"""How long drawing them may take: pages that nobody has read lately come one by one from the disk."""
_LEAST = 300
"""Rows below which a sample says nothing."""
_FULL = 0.9
"""The part of them that is asked for, so that it is chance and not their order which decides who is left out."""
_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}
_MADE = ("CreateStatsStmt", "AlterStatsStmt")
_SAMPLE = "pgwright_sample"
_COLUMNS = (
    b"SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = 'pg_catalog.pg_statistic'::regclass "
    b"AND attnum > 0 ORDER BY attnum"
)
_NAMES = (
    b"SELECT format('%%I.%%I', n.nspname, e.stxname) FROM pg_catalog.pg_statistic_ext e "
    b"JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace WHERE e.oid = ANY (%s)"
)
_FOUND = (
    "SELECT stxdndistinct::bytea, stxddependencies::bytea, stxdmcv::bytea "
    "FROM pg_catalog.pg_statistic_ext_data WHERE stxoid = %s"
)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """Statistics that are made on the clone and have nothing in them: their oid, their table with its rows and pages,
    the names by number of all columns that they read, the numbers of those that they are on by themselves, their
    expressions, kinds and target."""

    oid: int
    schema: str
    relation: str
    is_partitioned: bool
    has_children: bool
    rows: float
    pages: float
    columns: Mapping[int, str]
    keys: Sequence[int]
    expressions: Sequence[str]
    kinds: Sequence[str]
    target: int

    @property
    def name(self) -> str:
        """The table, for sentences."""
        return f"{self.schema}.{self.relation}"

    @property
    def listed(self) -> str:
        """The columns of the sample, as SQL."""
        return ", ".join(quote.ident(name) for _, name in self._numbered)

    @property
    def numbers(self) -> Mapping[int, int]:
        """The number of each column in the sample, and that in the table."""
        return {place: number for place, (number, _) in enumerate(self._numbered, 1)}

    @property
    def on(self) -> Mapping[int, str]:
        """What the statistics are on, as SQL, by its number in the sample; expressions have negative ones."""
        columns = {place: quote.ident(self.columns[number]) for place, number in self.numbers.items()}
        own = {place: name for place, name in columns.items() if self.numbers[place] in self.keys}
        return own | {-number: f"({text})" for number, text in enumerate(self.expressions, 1)}

    @property
    def _numbered(self) -> list[tuple[int, str]]:
        return sorted(self.columns.items())


@contextmanager
def made(
    clone: Connection, admin_dsn: str, source_dsn: str, source: Source, blank: Sequence[statistics.Column], sql: str
) -> Iterator[None]:
    """For as long as the block lasts the planner of the clone knows the statistics of the CREATE STATISTICS in `sql`;
    what else may stand there but ALTER STATISTICS is passed over. Rows are read at `source_dsn`, but none with a column
    of `blank`. Raises Refused with the reason where nobody can try them."""
    statements = [each.text for each in parse.parse(sql) if each.kind in _MADE]
    try:
        wanted = _make(clone, statements)
    except psycopg.Error as error:
        if clone.closed:
            raise
        raise Refused(f"The server does not take these statistics: {describe(error)}") from error
    try:
        with session.open(admin_dsn, name="clone") as admin:
            for each in wanted:
                _fill(clone, admin, each, _drawn(source_dsn, source, blank, each), source.encoding)
        yield
    finally:
        if not clone.closed:
            _drop(clone, [each.oid for each in wanted])


def _make(clone: Connection, statements: Sequence[str]) -> list[_Wanted]:
    """Makes the objects, and says which they are."""
    with clone.transaction():
        for statement in statements:
            clone.execute(statement.encode())
        statistics.set_formats(clone)  # expressions are written with all their schemas
        rows = clone.execute(query("planned_statistics")).fetchall()
    return [
        _Wanted(
            oid=oid,
            schema=schema,
            relation=relation,
            is_partitioned=is_partitioned,
            has_children=has_children,
            rows=count,
            pages=pages,
            columns={int(number): name for number, name in (columns or {}).items()},
            keys=keys,
            expressions=expressions,
            kinds=kinds,
            target=target,
        )
        for oid, schema, relation, is_partitioned, has_children, count, pages, columns, keys, expressions, kinds, target
        in rows
    ]  # fmt: skip


def _drop(clone: Connection, oids: Sequence[int]) -> None:
    for (name,) in clone.execute(_NAMES, [list(oids)]).fetchall():
        clone.execute(f"DROP STATISTICS {name}".encode())


def _drawn(source_dsn: str, source: Source, blank: Sequence[statistics.Column], wanted: _Wanted) -> IO[bytes]:
    """Rows of the source, chosen as ANALYZE chooses them: from pages that are drawn, each with the same chance."""
    if wanted.has_children:
        raise Refused(f"{wanted.name} has tables that inherit from it, and statistics of its own beside those of all.")
    most = min(_ROWS * wanted.target, _MOST)
    part = min(1.0, _PAGES / max(wanted.pages, 1.0))
    chance = min(1.0, _FULL * most / max(wanted.rows * part, 1.0))
    table = quote.qualified(wanted.schema, wanted.relation)
    text = (
        f"SELECT {wanted.listed} FROM {table} TABLESAMPLE SYSTEM ({100 * part:.6f}) "
        f"WHERE pg_catalog.random() < {chance:.8f} LIMIT {most}"
    )
    with session.open(source_dsn, name="clone") as reading, looking(reading):
        _refuse_blank(reading, blank, wanted)
        reading.execute(b"SELECT pg_catalog.set_config('row_security', 'off', true)")
        reading.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'".encode())
        statistics.set_formats(reading)
        try:
            return copy_out(reading, text.encode(), encoding=source.encoding)
        except psycopg.Error as error:
            raise Refused(f"{wanted.name} was not sampled: {describe(error)}") from error


def _refuse_blank(reading: Connection, blank: Sequence[statistics.Column], wanted: _Wanted) -> None:
    """Raises Refused where a value would leave that is to stay."""
    text = (
        "SELECT x.attribute::text FROM pg_catalog.jsonb_to_recordset("
        f"{statistics.places(reading, blank)}) AS x(schema name, relation name, attribute name) "
        "WHERE x.schema = %s AND x.relation = %s AND x.attribute = ANY (%s) ORDER BY 1"
    )
    values = [wanted.schema, wanted.relation, list(wanted.columns.values())]
    rows = reading.execute(text.encode(), values).fetchall()
    if rows:
        raise Refused(f"The values of {wanted.name}.{rows[0][0]} stay at the source ([clone] blank).")


def _fill(clone: Connection, admin: Connection, wanted: _Wanted, rows: IO[bytes], encoding: str) -> None:
    """Analyzes the sample, and puts in what was found."""
    try:
        with rows, _analyzed(clone, wanted, rows, encoding) as sample:
            _load(clone, admin, wanted, sample)
    except (psycopg.Error, ValueError) as error:
        if clone.closed or admin.closed:
            raise
        reason = describe(error) if isinstance(error, psycopg.Error) else str(error)
        raise Refused(f"The sample of {wanted.name} could not be analyzed: {reason}") from error


@contextmanager
def _analyzed(clone: Connection, wanted: _Wanted, rows: IO[bytes], encoding: str) -> Iterator[int]:
    """The rows in a table with the same statistics, analyzed: the oid of these."""
    table = quote.qualified(wanted.schema, wanted.relation)
    kinds = ", ".join(_KINDS[kind] for kind in wanted.kinds if kind in _KINDS)
    with clone.transaction():
        statistics.set_formats(clone)
        clone.execute(f"CREATE TEMP TABLE {_SAMPLE} AS SELECT {wanted.listed} FROM {table} WITH NO DATA".encode())
        on = f"{', '.join(wanted.on.values())} FROM pg_temp.{_SAMPLE}"
        clone.execute(f"CREATE STATISTICS pg_temp.{_SAMPLE}{f' ({kinds})' if kinds else ''} ON {on}".encode())
        clone.execute(f"ALTER STATISTICS pg_temp.{_SAMPLE} SET STATISTICS {wanted.target}".encode())
        copy_in(clone, rows, f"pg_temp.{_SAMPLE}", encoding=encoding)
        clone.execute(f"ANALYZE pg_temp.{_SAMPLE}".encode())
    try:
        found = f"SELECT oid::bigint FROM pg_catalog.pg_statistic_ext WHERE stxrelid = 'pg_temp.{_SAMPLE}'::regclass"
        yield _one(clone, found)[0]
    finally:
        if not clone.closed:
            clone.execute(f"DROP TABLE pg_temp.{_SAMPLE}".encode())


def _load(clone: Connection, admin: Connection, wanted: _Wanted, sample: int) -> None:
    """Puts in what ANALYZE has found in the sample, where the statistics have that oid."""
    counts = _Counts(clone, wanted)
    columns = [name for (name,) in admin.execute(_COLUMNS).fetchall()]
    counted = ["(%(distinct)s::real[])[e.place]" if name == "stadistinct" else f"e.{name}" for name in columns]
    n_distinct, dependencies, common = _one(admin, _FOUND, [sample])
    with admin.transaction(), casts(admin):
        admin.execute(b"DELETE FROM pg_catalog.pg_statistic_ext_data WHERE stxoid = %s", [wanted.oid])
        admin.execute(
            filled("load_planned", columns=", ".join(columns), counted=", ".join(counted), **inherited(admin)),
            {
                "sample": sample,
                "statistics": wanted.oid,
                "inherited": wanted.is_partitioned,
                "n_distinct": n_distinct and combinations.recounted(n_distinct, wanted.numbers, counts.combinations),
                "dependencies": dependencies and combinations.dependencies(dependencies, wanted.numbers),
                "common": common and common_combinations.frequent(common, len(wanted.on), counts.least),
                "distinct": [counts.values(text) for text in wanted.expressions],
            },
        )


class _Counts:
    """What is estimated for the whole table from its sample."""

    def __init__(self, clone: Connection, wanted: _Wanted) -> None:
        self._clone = clone
        self._on = wanted.on
        self._sample = float(_one(clone, f"SELECT count(*) FROM pg_temp.{_SAMPLE}")[0])
        self._rows = max(wanted.rows, self._sample)
        if self._sample < _LEAST:
            raise ValueError(f"{self._sample:,.0f} rows say nothing")

    @property
    def least(self) -> float:
        """The fraction of the rows from which a combination is kept as a common one: what is less frequent in a sample
        may be chance, unless it is the whole table."""
        others = self._rows - self._sample
        return others / max(others + 0.04 * self._sample * (self._rows - 1), 1.0)

    def combinations(self, numbers: tuple[int, ...]) -> float:
        """How many different combinations there are of what has these numbers."""
        grouped = ", ".join(self._on[number] for number in numbers)
        _, different, single = self._groups(grouped, f"pg_temp.{_SAMPLE}")
        return self._estimated(different, single, self._sample, self._rows)

    def values(self, expression: str) -> float:
        """How many different values an expression has, as pg_statistic says it (negative: a part of the rows)."""
        each = f"(SELECT {expression} AS v FROM pg_temp.{_SAMPLE} OFFSET 0) each"  # computed once, it may take its time
        known, different, single = self._groups("v", f"{each} WHERE v IS NOT NULL")
        share = known / self._sample
        if different == single:
            return -share
        found = different if not single else self._estimated(different, single, known, self._rows * share)
        return found if found <= 0.1 * self._rows else -found / self._rows

    def _groups(self, grouped: str, source: str) -> tuple[float, float, float]:
        """The rows of what stands behind FROM, the groups, and those of one row."""
        rows, different, single = _one(
            self._clone,
            "SELECT coalesce(sum(n), 0)::float8, count(*)::float8, (count(*) FILTER (WHERE n = 1))::float8 "
            f"FROM (SELECT count(*) AS n FROM {source} GROUP BY {grouped}) g",
        )
        return rows, different, single

    @staticmethod
    def _estimated(different: float, single: float, few: float, rows: float) -> float:
        """How many there are in `rows` where `few` of them have `different` ones, and `single` of these once (Haas and
        Stokes, Duj1)."""
        if not different:
            return 0.0
        found = few * different / (few - single + single * few / rows)
        return float(math.floor(min(max(found, different), rows) + 0.5))


def _one(connection: Connection, text: str, values: Sequence[Any] | None = None) -> tuple[Any, ...]:
    row = connection.execute(text.encode(), values).fetchone()
    if row is None:
        raise ValueError("ANALYZE finds nothing")
    return row
