"""Seconds to look for changes past pgwright, and to note the structure, of 10,000 tables, against a catalog read."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from pgwright.api.init import init
from pgwright.catalog import read
from pgwright.config import Settings
from pgwright.evolve.execute import known
from pgwright.evolve.execute.runner import Runner
from pgwright.server.find import find
from pgwright.server.private import PrivateServer

from .catalog import MAKE, TABLES
from .ratio import Ratio

RUNS = 3


def run() -> list[Ratio]:
    """The best of three each. A verb that changes something does both once."""
    settings = {"fsync": "off", "max_locks_per_transaction": "1024"}
    with PrivateServer(find(18), settings=settings) as server, tempfile.TemporaryDirectory() as place:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            for first in range(1, TABLES, 1000):
                connection.execute(MAKE.format(first=first, last=first + 999))
            connection.execute("VACUUM ANALYZE pg_class, pg_attribute, pg_index, pg_constraint, pg_depend")
        ours = Settings(dsn=server.dsn(), migrations=Path(place))
        init(ours)
        with Runner(settings=ours) as runner:
            noted = best(lambda: known.remember(runner, ()))
            compared = best(lambda: known.differences(runner.connection, ()))
            looked = best(lambda: read(runner.connection))
    against = f"reading the catalog of {TABLES:,} tables"
    return [
        Ratio(name="changes past pgwright", unit="s", ours=compared, theirs=looked, against=against, most=1.0),
        Ratio(name="structure noted", unit="s", ours=noted, theirs=looked, against=against, most=1.0),
    ]


def best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of some runs."""
    times = []
    for _ in range(RUNS):
        started = time.monotonic()
        work()
        times.append(time.monotonic() - started)
    return min(times)
