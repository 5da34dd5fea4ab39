"""Runs a workload for real: with nothing, and with the indexes that each way chose, in turns."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg

from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.server.private import PrivateServer

from .database import copy
from .report import Table, spread

TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class Executed:
    """One way: for each round the seconds of each query, `TIMEOUT_S` where it was stopped; the bytes that its indexes
    were said to take, and those that they take."""

    seconds: tuple[tuple[float, ...], ...]
    predicted: int
    real: int

    @property
    def sums(self) -> list[float]:
        """The seconds of all queries in each round."""
        return [sum(each) for each in self.seconds]

    @property
    def geometric(self) -> float:
        """The geometric mean over the queries of the median of their rounds, in milliseconds."""
        medians = [statistics.median(each) for each in zip(*self.seconds, strict=True)]
        return 1000 * math.exp(sum(math.log(max(each, 1e-5)) for each in medians) / len(medians))

    @property
    def stopped(self) -> int:
        """How many queries were stopped in each round, at the most."""
        return max(sum(second >= TIMEOUT_S for second in each) for each in self.seconds)


def executed(
    running: PrivateServer,
    database: str,
    queries: Sequence[str],
    chosen: Mapping[str, tuple[Sequence[Proposed], int]],
    rounds: int,
) -> dict[str, Executed]:
    """Each way's indexes, given with their predicted bytes, are made on a copy of the database; then the copies take
    turns. All queries of a round run twice, and the second time counts: it finds in memory what there is room for."""
    seconds: dict[str, list[tuple[float, ...]]] = {name: [] for name in chosen}
    real: dict[str, int] = {}
    with ExitStack() as stack:
        copies = {name: stack.enter_context(copy(running, database)) for name in chosen}
        for name, (indexes, _) in chosen.items():
            with psycopg.connect(copies[name], autocommit=True) as connection:
                real[name] = _made(connection, indexes)
        for _ in range(rounds):
            for name, dsn in copies.items():
                with psycopg.connect(dsn, autocommit=True) as connection:
                    _run(connection, queries)
                    seconds[name].append(_run(connection, queries))
    return {
        name: Executed(seconds=tuple(seconds[name]), predicted=predicted, real=real[name])
        for name, (_, predicted) in chosen.items()
    }


def _made(connection: psycopg.Connection[Any], indexes: Sequence[Proposed]) -> int:
    """Makes the indexes; the bytes that all of the database grew by."""
    size = (
        "SELECT coalesce(sum(pg_catalog.pg_relation_size(indexrelid)), 0)::bigint FROM pg_catalog.pg_stat_user_indexes"
    )
    before = connection.execute(size.encode()).fetchone()
    for index in indexes:
        connection.execute(index.sql.encode())
    connection.execute("VACUUM (ANALYZE)")
    after = connection.execute(size.encode()).fetchone()
    assert before is not None
    assert after is not None
    return int(after[0]) - int(before[0])


def _run(connection: psycopg.Connection[Any], queries: Sequence[str]) -> tuple[float, ...]:
    connection.execute(f"SET statement_timeout = '{TIMEOUT_S}s'".encode())
    seconds = []
    for query in queries:
        began = time.perf_counter()
        try:
            connection.execute(query.encode()).fetchall()
            seconds.append(min(time.perf_counter() - began, TIMEOUT_S))
        except psycopg.errors.QueryCanceled:
            seconds.append(float(TIMEOUT_S))
    return tuple(seconds)


def table(name: str, found: Mapping[str, Executed]) -> Table:
    """Seconds and sizes of each way."""
    rows = tuple(
        (
            way,
            f"{spread(each.sums, ',.2f')} s",
            f"{each.geometric:,.1f} ms",
            str(each.stopped),
            f"{each.predicted / 2**20:,.1f} MB" if each.predicted else "–",
            f"{each.real / 2**20:,.1f} MB" if each.predicted else "–",
        )
        for way, each in found.items()
    )
    head = ("indexes of", "all queries", "geometric mean", "stopped", "predicted", "real size")
    return Table(title=f"{name}: really executed", head=head, rows=rows)
