"""A database that is dumped while changes are in flight can be restored: what pgwright has put on a table is taken back
by PostgreSQL from its own words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.changes import Change, Changing
from tests.support.columns import PLAIN
from tests.support.databases import Database

SETUP = PLAIN + "ALTER TABLE t ADD n numeric(10,2) DEFAULT 1, ADD j jsonb DEFAULT '{}', ADD v varchar(9) DEFAULT 'v';\n"
CHANGES = {
    "renamed": "-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN a TO z;",
    "renamed with up": "-- pgwright: up = n * 2\n-- pgwright: down = m / 2\nALTER TABLE t RENAME COLUMN n TO m;",
    "another type": "ALTER TABLE t ALTER n TYPE numeric(12,3);",
    "a type without an operator": "ALTER TABLE t ALTER j TYPE json;",
    "shorter text": "-- pgwright: down = v\nALTER TABLE t ALTER v TYPE varchar(5);",
    "not null": "-- pgwright: on_null = 'x'\nALTER TABLE t ALTER a SET NOT NULL;",
    "generated": "ALTER TABLE t ADD g text GENERATED ALWAYS AS (lower(a)) STORED;",
}
CHECKS = """
SELECT format('ALTER TABLE public.t DROP CONSTRAINT %I; ALTER TABLE public.t ADD CONSTRAINT %1$I %s', conname,
              pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = 'public.t'::regclass AND contype = 'c'
"""
TRIGGERS = """
SELECT format('DROP TRIGGER %I ON public.t; %s', tgname, pg_get_triggerdef(oid)) FROM pg_trigger
WHERE tgrelid = 'public.t'::regclass AND NOT tgisinternal
"""


@pytest.mark.majors("all")
@pytest.mark.parametrize("migration", CHANGES.values(), ids=CHANGES.keys())
def test_what_stands_on_the_table_in_flight_is_restored(
    make_database: Callable[..., Database], tmp_path: Path, migration: str
) -> None:
    change = Change(name="dumped", setup=SETUP, migration=migration)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    with life.database.connect() as connection:
        connection.execute("SET search_path = ''")
        made = [row[0] for query in (CHECKS, TRIGGERS) for row in connection.execute(query).fetchall()]
        assert made
        for statement in made:
            connection.execute(statement.encode())
