"""The formulas against the server: at the threshold it does nothing, one row later it comes.

Each table stands exactly at its threshold when a last one is made that is due. When that has been vacuumed, a worker
has looked at all of them: those that it left alone were not due.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from pgwright.diagnose.autovacuum import due, reader, thresholds
from pgwright.diagnose.autovacuum.formulas import needed
from pgwright.diagnose.autovacuum.values import Relation
from pgwright.server.private import PrivateServer
from tests.support.databases import Server

ROWS = 3000
"""Rows of each table at first."""
BASE = (
    "autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0.07, autovacuum_vacuum_insert_threshold = -1"
)
NO_ANALYZE = "autovacuum_analyze_threshold = 1000000"
NO_DEAD = "autovacuum_vacuum_threshold = 1000000"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A table with storage parameters, what brings autovacuum there, and a statement that adds `%s` to its count."""

    options: str
    counter: str
    statement: str
    since: int = 14
    frozen: bool = False


DELETE = "DELETE FROM {t} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {t} WHERE id <= 10000 ORDER BY id LIMIT {n}))"
INSERT = "INSERT INTO {t} SELECT 10000 + g, 'x' FROM generate_series(1, {n}) g"
UPDATE = "UPDATE {t} SET v = 'y' WHERE ctid = ANY (ARRAY(SELECT ctid FROM {t} ORDER BY id LIMIT {n}))"

CASES: Mapping[str, Case] = {
    "dead": Case(options=f"{BASE}, {NO_ANALYZE}", counter="dead", statement=DELETE),
    "inserted": Case(
        options="autovacuum_vacuum_insert_threshold = 77, autovacuum_vacuum_insert_scale_factor = 0.1, "
        f"{NO_ANALYZE}, {NO_DEAD}",
        counter="inserted",
        statement=INSERT,
    ),
    "modified": Case(
        options="autovacuum_analyze_threshold = 31, autovacuum_analyze_scale_factor = 0.03, "
        f"autovacuum_vacuum_insert_threshold = -1, {NO_DEAD}",
        counter="modified",
        statement=UPDATE,
    ),
    "max": Case(
        options=f"{BASE}, autovacuum_vacuum_max_threshold = 123, {NO_ANALYZE}",
        counter="dead",
        statement=DELETE,
        since=18,
    ),
    "unfrozen": Case(
        options="autovacuum_vacuum_insert_threshold = 10, autovacuum_vacuum_insert_scale_factor = 0.5, "
        f"{NO_ANALYZE}, {NO_DEAD}",
        counter="inserted",
        statement=INSERT,
        frozen=True,
    ),
}


@pytest.fixture(scope="module")
def own(server: Server) -> Iterator[PrivateServer]:
    """A server that looks every second, with workers that make no pauses."""
    settings = {"autovacuum_naptime": "1s", "autovacuum_vacuum_cost_delay": "0", "fsync": "off"}
    with PrivateServer(server.binaries, settings=settings) as private:
        yield private


def run(own: PrivateServer, *statements: str) -> None:
    with psycopg.connect(own.dsn(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def ask(own: PrivateServer, query: str) -> Any:
    with psycopg.connect(own.dsn(), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def seen(own: PrivateServer, name: str) -> Relation:
    with psycopg.connect(own.dsn(), autocommit=True) as connection:
        return next(each for each in reader.read(connection).relations.values() if each.name == name)


def wait(own: PrivateServer, condition: str) -> None:
    """Until it is true; a test that waits for ever ends after its own timeout."""
    while not ask(own, f"SELECT {condition}"):
        time.sleep(0.1)


def counted(own: PrivateServer, name: str, counter: str, count: int) -> Relation:
    while getattr(relation := seen(own, name), counter) != count:
        time.sleep(0.1)
    return relation


def came(own: PrivateServer, name: str) -> int:
    counts = "autovacuum_count + autoanalyze_count"
    return int(ask(own, f"SELECT {counts} FROM pg_stat_user_tables WHERE relname = '{name}'"))


def looked(own: PrivateServer, sentinel: str) -> None:
    """Waits until a worker has looked at all tables once more, from now on."""
    run(
        own,
        f"CREATE TABLE {sentinel} (id int) WITH (autovacuum_vacuum_insert_threshold = 0, "
        "autovacuum_vacuum_insert_scale_factor = 0)",
        f"INSERT INTO {sentinel} VALUES (1)",
    )
    wait(own, f"EXISTS (SELECT FROM pg_stat_user_tables WHERE relname = '{sentinel}' AND autovacuum_count > 0)")


def at_threshold(own: PrivateServer, name: str, case: Case) -> int:
    """Makes the table and brings its counter to the last count at which nothing happens."""
    run(
        own,
        f"CREATE TABLE {name} (id int, v text) WITH ({case.options}, autovacuum_enabled = false)",
        f"INSERT INTO {name} SELECT g, 'x' FROM generate_series(1, {ROWS}) g",
    )
    wait(own, f"(SELECT n_tup_ins = {ROWS} FROM pg_stat_user_tables WHERE relname = '{name}')")
    run(own, f"VACUUM (FREEZE, ANALYZE) {name}" if case.frozen else f"VACUUM (ANALYZE) {name}")
    wait(own, f"(SELECT vacuum_count = 1 AND analyze_count = 1 FROM pg_stat_user_tables WHERE relname = '{name}')")
    if case.frozen:  # and some pages that are not, or no more than the base would be needed
        run(own, INSERT.format(t=name, n=ROWS), f"ANALYZE {name}")
        wait(own, f"(SELECT n_ins_since_vacuum = {ROWS} FROM pg_stat_user_tables WHERE relname = '{name}')")
        run(own, f"VACUUM (FREEZE false, DISABLE_PAGE_SKIPPING false) {name}")
        wait(own, f"(SELECT vacuum_count = 2 FROM pg_stat_user_tables WHERE relname = '{name}')")
    run(own, f"ALTER TABLE {name} SET (autovacuum_enabled = true)")
    threshold = getattr(thresholds(seen(own, name)), case.counter)
    assert threshold is not None
    count = needed(threshold) - 1
    run(own, case.statement.format(t=name, n=count))
    counted(own, name, case.counter, count)
    return count


@pytest.mark.majors("all")
def test_it_comes_one_row_after_the_threshold(own: PrivateServer, server: Server) -> None:
    cases = {name: case for name, case in CASES.items() if case.since <= server.major}
    counts = {name: at_threshold(own, f"t_{name}", case) for name, case in cases.items()}
    looked(own, "first")
    assert {name: came(own, f"t_{name}") for name in cases} == dict.fromkeys(cases, 0)
    assert counts["dead"] == 100 + round(0.07 * ROWS)
    assert counts.get("max", 123) == 123
    if server.major >= 18:
        assert counts["unfrozen"] < 10 + 0.5 * 2 * ROWS - 1000, "frozen pages do not count"
        assert seen(own, "t_unfrozen").frozen_pages
    for name, case in cases.items():
        run(own, case.statement.format(t=f"t_{name}", n=1))
    for name in cases:
        while not came(own, f"t_{name}"):
            time.sleep(0.1)


@pytest.mark.majors("all")
def test_what_is_switched_off_is_left_alone_until_it_must_be_frozen(own: PrivateServer) -> None:
    run(
        own,
        "CREATE TABLE off (id int, v text) WITH (autovacuum_enabled = off, autovacuum_freeze_max_age = 100000)",
        "INSERT INTO off SELECT g, 'x' FROM generate_series(1, 20000) g",
    )
    counted(own, "off", "inserted", 20000)
    assert due(seen(own, "off")).vacuum == ""
    looked(own, "second")
    assert came(own, "off") == 0
    spend = "DO $$ BEGIN FOR i IN 1..{n} LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$"
    left = 100_000 - seen(own, "off").xid_age - 200
    run(own, spend.format(n=left))
    looked(own, "third")
    assert came(own, "off") == 0
    run(own, spend.format(n=400))
    while not came(own, "off"):
        time.sleep(0.1)


@pytest.mark.majors("all")
def test_a_toast_table_has_the_rules_of_its_table_or_its_own(own: PrivateServer) -> None:
    for name, options in (("plain", BASE), ("split", f"{BASE}, toast.autovacuum_vacuum_threshold = 5000")):
        run(
            own,
            f"CREATE TABLE {name} (id int, v text) WITH ({options})",
            f"ALTER TABLE {name} ALTER v SET STORAGE EXTERNAL",
            f"INSERT INTO {name} SELECT g, repeat('x', 6000) FROM generate_series(1, 300) g",
            f"VACUUM ANALYZE {name}",
        )
    toasts = {}
    with psycopg.connect(own.dsn(), autocommit=True) as connection:
        relations = reader.read(connection).relations
    for each in relations.values():
        if each.toast_of is not None and relations[each.toast_of].name in ("plain", "split"):
            toasts[relations[each.toast_of].name] = each
    assert thresholds(toasts["plain"]).dead == pytest.approx(100 + 0.07 * toasts["plain"].rows)
    assert thresholds(toasts["split"]).dead == pytest.approx(5000 + 0.2 * toasts["split"].rows)
    run(own, "DELETE FROM plain WHERE id <= 200", "DELETE FROM split WHERE id <= 200")
    name = toasts["plain"].name
    wait(own, f"(SELECT autovacuum_count > 0 FROM pg_stat_all_tables WHERE relname = '{name}')")
    looked(own, "fourth")
    name = toasts["split"].name
    assert ask(own, f"SELECT autovacuum_count FROM pg_stat_all_tables WHERE relname = '{name}'") == 0
    assert ask(own, f"SELECT n_dead_tup FROM pg_stat_all_tables WHERE relname = '{name}'") > 400
