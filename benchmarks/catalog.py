"""Seconds to read a catalog of 10,000 tables against the promised three."""

from __future__ import annotations

import time

import psycopg

from pgwright.catalog import read
from pgwright.server.find import find
from pgwright.server.private import PrivateServer

from .ratio import Ratio

TABLES = 10_000
MAKE = """
DO $$ BEGIN
  FOR i IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, a text NOT NULL, b int DEFAULT 1, CHECK (b > 0))', i);
  END LOOP;
END $$;
"""


def run() -> list[Ratio]:
    """The best of three reads."""
    settings = {"fsync": "off", "max_locks_per_transaction": "1024"}
    with PrivateServer(find(18), settings=settings) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            for first in range(1, TABLES, 1000):
                connection.execute(MAKE.format(first=first, last=first + 999))
            connection.execute("VACUUM ANALYZE pg_class, pg_attribute, pg_index, pg_constraint, pg_depend")
        times = []
        for _ in range(3):
            with psycopg.connect(server.dsn(), autocommit=True) as connection:
                started = time.monotonic()
                found = read(connection)
                times.append(time.monotonic() - started)
        if len(found.tables) != TABLES:
            raise AssertionError(f"{len(found.tables)} tables were read")
    return [Ratio(name="catalog", unit="s", ours=min(times), theirs=3.0, against="10,000 tables", most=1.0)]
