"""A project whose `dsn` goes through a PgBouncer that gives each transaction to another server connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.api.rollback import rollback
from pgwright.base.event import Event, ignore
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database

SETUP = """
CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text);
INSERT INTO utilisateurs SELECT i, 'Zoé' || i, 0, repeat('x', 700) FROM generate_series(1, 400) i;
CREATE INDEX i_nom ON utilisateurs (lower(nom));
"""
UP = (
    "-- pgwright: up = upper(nom)\n-- pgwright: down = nom_complet\n"
    "ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
)
COPY = "-- pgwright: strategy = copy\nALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
ALIAS = COPY.replace("copy", "alias")
KEY = "ALTER TABLE utilisateurs ALTER COLUMN id TYPE bigint;\n"
APART = "SELECT count(*) FROM utilisateurs WHERE nom_complet IS DISTINCT FROM upper(nom)"
SILENT = "SELECT clock_timestamp() - heartbeat_at > interval '3.1 s' FROM pgwright.lease"
QUICK = ExecuteSettings(lock_pause=0.02, lock_budget=20.0, heartbeat=0.2, lease_timeout=3.0, batch_target=0.000001)
CRUEL = {"server_lifetime": 1, "server_idle_timeout": 1, "server_round_robin": 1}
"""Sessions wander from one server connection to the next, and none of these gets old."""


class Pooled:
    """A project whose `dsn` goes through PgBouncer."""

    def __init__(self, database: Database, bouncer: PgBouncer, folder: Path, migration: str = UP) -> None:
        self.database, self.bouncer = database, bouncer
        self.settings = Settings(dsn=bouncer.dsn(database.name), migrations=folder, execute=QUICK)
        self.heard: list[Event] = []
        database.run(SETUP)
        (folder / "0001_nom.sql").write_text(migration, encoding="utf-8")
        init(self.settings)

    def direct(self) -> Pooled:
        self.settings = replace(self.settings, direct_dsn=self.database.dsn)
        return self

    def expand(self, on_event: Callable[[Event], None] = ignore, **more: object) -> str:
        def hear(event: Event) -> None:
            self.heard.append(event)
            on_event(event)

        return expand(self.settings, on_event=hear, **more).migrations[-1].state  # type: ignore[arg-type]

    def contract(self, grace: float = 0.0) -> str:
        return contract(self.settings, grace=grace).migrations[-1].state

    def rollback(self) -> str:
        return rollback(self.settings).migrations[-1].state

    def limit(self, setting: str = "statement_timeout = '30s'") -> None:
        self.database.run(f"ALTER DATABASE {self.database.name} SET {setting}")


def until(database: Database, condition: str) -> None:
    """Asks the server until the query `condition` answers true."""
    with database.connect() as connection:
        while connection.execute(condition.encode()).fetchone() != (True,):
            connection.execute("SELECT pg_sleep(0.02)")
