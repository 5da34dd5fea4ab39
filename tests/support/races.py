"""A migration on one database, with something that happens at an exact place of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.base.event import BackfillProgress, Event
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from pgwright.evolve.execute.workers import Worker
from tests.support.calm import CALM
from tests.support.databases import Database

# Batches of one block, so that a pass over a small table has a middle.
SMALL = ExecuteSettings(lock_pause=0.02, lock_budget=20.0, heartbeat=0.5, backfill_patience=20.0, batch_target=0.000001)
MIDDLE = "the middle of the pass"
Interference = Callable[[], object]


@dataclass
class Race:
    """`at` maps the end of a step's id, or MIDDLE, to what happens there, once."""

    database: Database
    folder: Path
    setup: str = ""
    migrations: tuple[str, ...] = ()
    execute: ExecuteSettings = SMALL
    dsn: str = ""
    at: Mapping[str, Interference] = field(default_factory=dict)
    happened: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def prepare(self) -> Race:
        """Table, files and journal."""
        if self.setup:
            self.database.run(self.setup)
        for number, text in enumerate(self.migrations, 1):
            (self.folder / f"{number:04}_renomme.sql").write_text(text, encoding="utf-8")
        with session.open(self.database.dsn) as connection:
            journal.create(connection)
        return self

    @property
    def settings(self) -> Settings:
        """What every verb is given."""
        return Settings(dsn=self.dsn or self.database.dsn, migrations=self.folder, execute=self.execute, throttle=CALM)

    def expand(self, *, allow: frozenset[str] = frozenset()) -> None:
        expand(self.settings, allow=allow, gate=self._gate, on_event=self._hear)

    def contract(self, *, grace: float = 0.0, finalize: bool = False) -> None:
        contract(self.settings, gate=self._gate, on_event=self._hear, grace=grace, finalize=finalize)

    def rollback(self, *names: str, allow: frozenset[str] = frozenset()) -> None:
        rollback(self.settings, names, allow=allow, gate=self._gate, on_event=self._hear)

    def with_settings(self, **values: Any) -> None:
        """Other settings from the next verb on."""
        self.execute = replace(self.execute, **values)

    @property
    def state(self) -> str:
        return str(self.database.one("SELECT string_agg(DISTINCT state, ', ') FROM pgwright.migration"))

    def _gate(self, step: str) -> None:
        for place in self.at:
            if place != MIDDLE and (step.endswith("." + place) or step.startswith(place + ".")):
                self._happens(place)

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, BackfillProgress) and MIDDLE in self.at and 0 < event.blocks_done < event.blocks_total:
            self._happens(MIDDLE)

    def _happens(self, place: str) -> None:
        if place not in self.happened:
            self.happened.append(place)
            self.at[place]()


def expand_past_rows(race: Race, ids: str, then: Callable[[psycopg.Connection[Any]], object]) -> None:
    """Expands while the rows `ids` are locked, from the beginning of the pass until `then` has ended: it runs beside,
    and is given the session that holds them, which commits behind it."""
    with race.database.connect(autocommit=False) as holder:

        def release() -> None:
            then(holder)
            holder.commit()

        thread = threading.Thread(target=release)

        def hold() -> None:
            holder.execute(f"SELECT FROM utilisateurs WHERE id IN ({ids}) FOR UPDATE".encode())
            thread.start()

        race.at = {"pass": hold}
        race.expand()
        thread.join()


def first_worker_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other workers of a pass begin when the first one has a chunk in hand: at MIDDLE, where it stands, it is in
    the middle of its own, and the others cannot have done all."""
    begin = Worker.run_aside

    def after_the_first(other: Worker) -> None:
        while other.crew.members[0].batches.walk is None and not other.crew.over.is_set():
            time.sleep(0.001)
        begin(other)

    monkeypatch.setattr(Worker, "run_aside", after_the_first)
