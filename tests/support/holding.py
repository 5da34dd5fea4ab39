"""A pass that is held: what for, and what happens then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pgwright.api.expand import expand
from pgwright.base.event import BackfillHeld, BackfillReleased, Event
from pgwright.config import Settings
from pgwright.config.settings import ThrottleSettings
from tests.support.races import Race

TRIM = "-- pgwright: up = btrim(nom)\n-- pgwright: down = nom_complet\n"
TRIM += "ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
TABLE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text);
INSERT INTO utilisateurs SELECT i, ' Zoé ' || i, 0, repeat('x', 700) FROM generate_series(1, 1000) i;
"""
APART = "SELECT count(*) FROM utilisateurs WHERE btrim(nom) IS DISTINCT FROM nom_complet"
FILLED = "SELECT count(*) FROM utilisateurs WHERE nom_complet IS NOT NULL"
NOTHING = ThrottleSettings(replay_lag=None, slot_wal=None, latency=None, sessions=None, autovacuum=None)


class Held:
    """A race whose pass is held: `then` happens once when the hold is told of."""

    def __init__(self, race: Race, then: Callable[[], object], limits: ThrottleSettings = NOTHING) -> None:
        self.race, self.then, self.limits = race, then, limits
        self.reasons: list[str] = []
        self.released = 0
        self.stop = threading.Event()

    @property
    def settings(self) -> Settings:
        return replace(self.race.settings, throttle=self.limits)

    def expand(self) -> None:
        expand(self.settings, gate=self.race._gate, on_event=self._hear, stop=self.stop)

    def _hear(self, event: Event) -> None:
        if isinstance(event, BackfillHeld):
            self.reasons.append(event.reason)
            if len(self.reasons) == 1:
                self.then()
        elif isinstance(event, BackfillReleased):
            self.released += 1
        self.race._hear(event)


def race_of(database: Any, folder: Path, *, dsn: str = "", table: str = TABLE) -> Race:
    return Race(database=database, folder=folder, setup=table, migrations=(TRIM,), dsn=dsn).prepare()
