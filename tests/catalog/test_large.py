from __future__ import annotations

import resource
import time

import pytest

from pgwright import connect
from pgwright.catalog import read
from tests.support.databases import Database

TABLES = 10_000
MAKE = """
DO $do$
BEGIN
    FOR i IN 1..10000 LOOP
        IF i % 100 = 1 THEN
            EXECUTE format('CREATE TABLE t%s (id bigint, ts timestamptz NOT NULL, nom text DEFAULT ''x'',
                statut varchar(20) CHECK (statut <> ''''), total numeric(10,2), a int, b int, PRIMARY KEY (id, ts))
                PARTITION BY RANGE (ts)', i);
            EXECUTE format('CREATE INDEX ON t%s (statut, ts DESC) WHERE total > 0', i);
        ELSIF i % 100 BETWEEN 2 AND 12 THEN
            EXECUTE format('CREATE TABLE t%s PARTITION OF t%s FOR VALUES FROM (%L) TO (%L)', i, i - i % 100 + 1,
                date '2020-01-01' + (i % 100) * 31, date '2020-01-01' + (i % 100 + 1) * 31);
        ELSE
            EXECUTE format('CREATE TABLE t%s (id bigserial PRIMARY KEY, nom text NOT NULL DEFAULT ''x'',
                email text UNIQUE,
                "créé_a" timestamptz DEFAULT now(), statut varchar(20) CHECK (statut <> ''''), total numeric(10,2),
                a int, b int)', i);
        END IF;
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END $do$
"""


@pytest.mark.long
@pytest.mark.majors("all")
def test_ten_thousand_tables(database: Database) -> None:
    database.run(MAKE)
    database.run("ANALYZE")
    with connect.open(database.dsn) as connection:
        for _ in range(2):
            start, cpu = time.monotonic(), time.process_time()
            catalog = read(connection)
            seconds, cpu = time.monotonic() - start, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{len(catalog.tables)} tables in {seconds:.2f} s ({cpu:.2f} s of CPU here); peak {peak} MB")
    assert len(catalog.tables) == TABLES
    assert sum(len(table.children) for table in catalog.tables.values()) == TABLES // 100 * 11
