"""How near the costs on a statistics clone come to those of the database that it stands for.

TPC-H (22 queries) and TPC-DS (99) at scale 0.1 are loaded with their primary and foreign keys. All queries are planned
at the source and on its clone, and the costs are compared, once as the data was loaded and once with a set of secondary
indexes. Then the same indexes are tried on the clone of the database that does not have them, and are really built at
the source: of the sizes and of the costs the ratio is shown, and where HypoPG is installed it is asked for the same
indexes on the source itself. It knows no GIN, GiST and SP-GiST; here are none.

What is not exact are statements for which the planner asks an index for the least or greatest value that there is, as
for merge joins; a clone does not know it. It does not show how good a plan is, only that the same planner says the
same. What it takes to make a clone is measured in the same run, on a machine that does nothing else: `held` is how long
its transaction at the source lasts, which is what VACUUM waits for, besides the one of pg_dump.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pgwright.clone.clone import Clone
from pgwright.server.private import PrivateServer
from tests.support.selection import MAJORS, server_folders

from .support import calibrating, tpc
from .support.calibrating import SECONDARY, Costs, Spread
from .support.options import Options
from .support.report import Goal, Report, Table

SCALE = 0.1
ROWS_OF_SCALE_1 = 6_000_000
"""Rows of the largest table of TPC-H at scale 1, for `--rows`."""
SETTINGS = {"fsync": "off", "max_wal_size": "8GB", "maintenance_work_mem": "256MB", "shared_buffers": "256MB"}
SAME, WHAT_IF = 1.02, 1.1
"""The promises: no cost is off by more than this factor, as the database is, and with tried indexes."""


@dataclass(kw_only=True)
class Found:
    """What was found of one set of data on one major."""

    name: str
    major: int
    plain: Spread
    indexed: Spread
    tried: Spread
    sizes: Spread
    theirs: Spread | None = None
    their_sizes: Spread | None = None
    making: list[tuple[float, float, int, int]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The row of a table."""
        return f"{self.name}, PostgreSQL {self.major}"


def measure(options: Options) -> Report:
    """On 14 and 18, and 15 for HypoPG; `--every-major` on all. `--rows` are those of the largest table of TPC-H."""
    majors = MAJORS if options.every_major else (14, 15, 18)
    scale = round(options.rows / ROWS_OF_SCALE_1, 4) if options.rows else SCALE
    found, skipped = [], []
    for major in majors:
        binaries, has_hypopg = calibrating.binaries(major, server_folders())
        if major == 15 and not has_hypopg:
            skipped.append("HypoPG: it is not installed for PostgreSQL 15.")
        with PrivateServer(binaries, settings=SETTINGS) as server:
            found += [one(server, name, scale, has_hypopg=has_hypopg) for name in ("tpch", "tpcds")]
    return Report(
        tables=(calibration(found), what_if(found), making(found)),
        goals=tuple(goals(found)),
        skipped=tuple(skipped),
        facts={"scale": f"{scale:g}"},
        figures={each.label: {"ratios": each.plain.ratios, "tried": each.tried.ratios} for each in found},
    )


def one(server: PrivateServer, name: str, scale: float, *, has_hypopg: bool) -> Found:
    """All figures of one set of data on one server."""
    loaded = tpc.load(server.dsn(), name, scale)
    statements = SECONDARY[name]
    made: list[tuple[float, float, int, int]] = []
    with psycopg.connect(loaded.dsn, autocommit=True) as source:
        before = calibrating.costs(source, loaded.queries)
        with cloned(loaded.dsn, source, made) as clone:
            plain = calibrating.compared(calibrating.costs(clone.connection, loaded.queries), before)
            tried, sizes = by_clone(clone, statements, loaded.queries)
        theirs = by_hypopg(source, statements, loaded.queries) if has_hypopg else None
        real = calibrating.real(source, statements)
        after = calibrating.costs(source, loaded.queries)
        with cloned(loaded.dsn, source, made) as clone:
            indexed = calibrating.compared(calibrating.costs(clone.connection, loaded.queries), after)
    found = Found(
        name=name,
        major=server.binaries.major,
        plain=plain,
        indexed=indexed,
        tried=calibrating.compared(tried, after),
        sizes=of_sizes(sizes, real),
        making=made,
    )
    if theirs is not None:
        found.theirs, found.their_sizes = calibrating.compared(theirs[0], after), of_sizes(theirs[1], real)
    return found


@contextmanager
def cloned(dsn: str, source: psycopg.Connection[Any], made: list[tuple[float, float, int, int]]) -> Iterator[Clone]:
    """A clone; what it took is added to `made`: seconds, of these with a transaction at the source, and the bytes that
    it takes on disk and that the source has."""
    with Clone(dsn, folders=server_folders()) as clone:
        taken = sum(file.stat().st_blocks * 512 for file in clone.server.directory.rglob("*") if file.is_file())
        row = source.execute("SELECT pg_database_size(current_database())").fetchone()
        made.append((clone.seconds, clone.held_seconds, taken, int(row[0]) if row is not None else 0))
        yield clone


def by_clone(clone: Clone, statements: Sequence[str], queries: Any) -> tuple[Costs, list[int]]:
    """Costs and sizes with the indexes tried on the clone."""
    made = [clone.indexes.create(f"CREATE INDEX ON {statement}") for statement in statements]
    return calibrating.costs(clone.connection, queries), [each.bytes for each in made]


def by_hypopg(source: psycopg.Connection[Any], statements: Sequence[str], queries: Any) -> tuple[Costs, list[int]]:
    """Costs and sizes with the same by HypoPG on the source."""
    source.execute("CREATE EXTENSION hypopg")
    sizes = calibrating.hypothetical(source, statements)
    found = calibrating.costs(source, queries)
    source.execute("SELECT hypopg_reset()")
    source.execute("DROP EXTENSION hypopg")
    return found, sizes


def of_sizes(ours: Sequence[int], theirs: Sequence[int]) -> Spread:
    """Ratios of those that there are."""
    pairs = [(here, there) for here, there in zip(ours, theirs, strict=True) if here]
    return Spread(ratios=tuple(here / there for here, there in pairs), exact=sum(a == b for a, b in pairs))


HEAD = ("", "of", "exactly", "least", "median", "most")


def calibration(found: Sequence[Found]) -> Table:
    """Costs on the clone over costs at the source."""
    rows = [(each.label, *each.plain.cells) for each in found]
    rows += [(f"{each.label}, with indexes", *each.indexed.cells) for each in found]
    return Table(title="Cost of each query on the clone over that at the source", head=HEAD, rows=tuple(rows))


def what_if(found: Sequence[Found]) -> Table:
    """Tried indexes over real ones."""
    rows = []
    for each in found:
        parts = [("cost", each.tried), ("size", each.sizes)]
        if each.theirs is not None and each.their_sizes is not None:
            parts += [("cost by HypoPG", each.theirs), ("size by HypoPG", each.their_sizes)]
        rows += [(f"{each.label}, {what}", *spread.cells) for what, spread in parts]
    title = "With indexes that are only tried, over the same when they are built: costs of queries, sizes of indexes"
    return Table(title=title, head=HEAD, rows=tuple(rows))


def making(found: Sequence[Found]) -> Table:
    """What it takes to make a clone."""
    rows = tuple(
        (each.label, f"{seconds:.1f} s", f"{held * 1000:,.0f} ms", f"{taken / 1e6:,.0f} MB", f"{source / 1e6:,.0f} MB")
        for each in found
        for seconds, held, taken, source in each.making[:1]
    )
    head = ("", "to make it", "held", "on disk", "the source")
    return Table(title="What a clone takes", head=head, rows=rows)


def goals(found: Sequence[Found]) -> Iterator[Goal]:
    """What is promised of each."""
    for each in found:
        spreads = (each.plain, each.indexed)
        exact = min(spread.exact / len(spread.ratios) for spread in spreads)
        worst = max(spread.worst for spread in spreads)
        yield Goal(
            promise=f"{each.label}: no cost is off by more than a factor of {SAME}",
            found=f"{worst:.3f}, and {exact:.0%} are exactly the same",
            kept=worst <= SAME,
        )
        yield Goal(
            promise=f"{each.label}: with tried indexes no cost is off by more than a factor of {WHAT_IF}",
            found=f"{each.tried.worst:.3f}",
            kept=each.tried.worst <= WHAT_IF,
        )
