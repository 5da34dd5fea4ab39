"""Runs queries for their plans: each several times, in transactions that are read only and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..base.errors import ConnectError, LockNotObtained, PgwrightError, Refused, UsageError
from ..config import Settings
from ..connect import session
from ..connect.session import Connection
from ..diagnose.asking import explain
from ..diagnose.history.baseline import Baseline, baseline
from ..diagnose.history.judge import Failed
from ..diagnose.history.measured import Measured, from_plans
from ..diagnose.history.queries import Query
from ._plan_queries import Given

ANALYZED = 3
"""How often a query is run: once to warm caches and set hints, twice to see that nothing else moves."""
TIMEOUT = 60.0
"""Seconds after which a run of a query is ended."""
LONGEST = 86_400.0
READ_ONLY = "Connect to the primary, or leave --execute-writes away: what only reads can run here."

OnQuery = Callable[[str, int, int], None]
"""Is told before each query its name, its number and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """How queries are run: `analyze` says for each name whether it is executed, `repeat` how often, `writes` whether
    statements that change rows are executed too, `timeout` the seconds for one run."""

    analyze: Callable[[str], bool]
    repeat: int = ANALYZED
    writes: bool = False
    timeout: float = TIMEOUT


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What running them gave: a baseline of those that could be explained, and those that could not."""

    baseline: Baseline
    failed: tuple[Failed, ...]


def run(settings: Settings, given: Given, way: Way, on_query: OnQuery | None = None) -> Ran:
    """Runs what was given, what only reads first: a change leaves dead rows behind, although it is rolled back. Saved
    plans stand beside as they are. Raises UsageError and Refused before anything is run, ConnectError when the server
    is gone."""
    _check(given.queries, way)
    if not given.queries:
        return Ran(baseline=baseline(given.saved, server_version=0), failed=())
    measured: list[Measured] = list(given.saved)
    failed: list[Failed] = []
    with _session(settings, way) as connection:
        for number, query in enumerate(sorted(given.queries, key=lambda query: query.writes), 1):
            if on_query is not None:
                on_query(query.name, number, len(given.queries))
            found = _query(connection, query, way)
            (measured if isinstance(found, Measured) else failed).append(found)  # type: ignore[arg-type]
        version = connection.info.server_version
    return Ran(baseline=baseline(measured, server_version=version), failed=tuple(failed))


def _check(queries: Sequence[Query], way: Way) -> None:
    if way.repeat < 1:
        raise UsageError("A query must be run once at least.", hint="Give --repeat 1 or more.")
    if not 0 < way.timeout <= LONGEST:
        raise UsageError(f"The timeout must be between 0 and {LONGEST:,.0f} seconds.", hint="As in --timeout 2min.")
    writing = [query for query in queries if query.writes and way.analyze(query.name)]
    if writing and not way.writes:
        raise Refused(
            "EXPLAIN ANALYZE executes the statement, and these change or lock rows.",
            reasons=tuple(f"{query.name}, in {query.file}:{query.line}" for query in writing),
            state="Nothing was executed.",
            hint="--execute-writes executes them and rolls them back; save with --plain only estimates.",
        )


@contextmanager
def _session(settings: Settings, way: Way) -> Iterator[Connection]:
    """A session that may be used as `way` says; refuses to write to a standby."""
    with session.open(settings.dsn, name="plans") as connection:
        if way.writes:
            explain.refuse_standby(connection, hint=READ_ONLY)
        yield connection


def _query(connection: Connection, query: Query, way: Way) -> Measured | Failed:
    """One query, run as often as wanted; an estimate is asked for once."""
    analyze = way.analyze(query.name)
    asking = explain.Way(analyze=analyze, writes=way.writes, timeout_ms=round(way.timeout * 1000))
    try:
        plans = [explain.explain(connection, query.statement, asking) for _ in range(way.repeat if analyze else 1)]
    except (ConnectError, LockNotObtained):
        raise
    except PgwrightError as error:
        return Failed(name=query.name, message=error.message.partition("\n")[0])
    return from_plans(query.name, query.statement, plans)
