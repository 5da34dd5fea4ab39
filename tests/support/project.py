"""A project of one test: a database with a journal and a folder of migrations, worked on through `api`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.evolve.plan.plan_file import Plan
from tests.support.calm import CALM
from tests.support.databases import Database


@dataclass(frozen=True, kw_only=True)
class Project:
    """Made by `Project.of`; the verbs take all their defaults."""

    database: Database
    settings: Settings

    @classmethod
    def of(cls, database: Database, folder: Path, *, user: str = "postgres") -> Project:
        """A project in `folder` whose journal is made; `user` is who migrates."""
        execute = ExecuteSettings(lock_pause=0.02, lock_budget=5.0, heartbeat=0.5)
        settings = Settings(dsn=database.dsn_as(user), migrations=folder, execute=execute, throttle=CALM)
        init(settings)
        return cls(database=database, settings=settings)

    def write(self, text: str, name: str = "0001_change") -> None:
        """The migration file `name`."""
        (self.settings.migrations / f"{name}.sql").write_text(text, encoding="utf-8")

    def plan(self) -> Plan:
        """What would be done."""
        return plan(self.settings)

    def expand(self) -> str:
        """The state of the last migration after expand."""
        return expand(self.settings).migrations[-1].state

    def contract(self) -> str:
        """The state of the last migration after contract."""
        return contract(self.settings).migrations[-1].state

    def rollback(self, *allow: str) -> str:
        """The state of the last migration after rollback, with consent to `allow`."""
        return rollback(self.settings, allow=frozenset(allow)).migrations[-1].state

    def state(self) -> str:
        """The state of the last migration."""
        return status(self.settings).migrations[-1].state
