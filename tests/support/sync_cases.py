"""Runs the acceptance cases of the sync laws (`tests/data/sync-cases.json`, whose "about" says what they mean)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.base.errors import PgwrightError, Refused, StepFailed
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute import journal

DATA = Path(__file__).parent.parent / "data" / "sync-cases.json"
QUICK = ExecuteSettings(lock_pause=0.02, lock_budget=5.0, heartbeat=0.5, backfill_patience=5.0)
GRACE = 3600.0


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """All cases of the file."""
    return tuple(json.loads(DATA.read_text(encoding="utf-8"))["cases"])


@dataclass
class Play:
    """One case on one empty database."""

    case: dict[str, Any]
    dsn: str
    folder: Path
    connections: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    def run(self) -> None:
        """Walks the case; raises AssertionError where the server or pgwright does otherwise."""
        try:
            self._prepare()
            changes = self.case["change"]
            for number, text in enumerate(changes, 1):
                (self.folder / f"{number:04}_pas.sql").write_text(text, encoding="utf-8")
                self._expand(last=number == len(changes))
            if self.case.get("stops", {}).get("at") in ("expand", "backfill"):
                return
            for before, phase in zip(["", *self.case["path"]], self.case["path"], strict=False):
                if phase == "backfill":
                    continue
                if not self._enter(phase, before):
                    return
                self._phase(phase)
        finally:
            for connection in self.connections.values():
                connection.close()

    def settings(self) -> Settings:
        """The settings of every verb of the case."""
        return Settings(dsn=self.dsn, migrations=self.folder, execute=QUICK)

    def _prepare(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("ALTER DATABASE " + connection.info.dbname + " SET timezone = 'UTC'")
            connection.execute(self.case["setup"])
        with session.open(self.dsn) as connection:
            journal.create(connection)

    def _expand(self, *, last: bool) -> None:
        held = last and "backfill" in self.case["path"]
        stops = self.case.get("stops", {}) if last else {}
        told: list[str] = []

        def gate(step: str) -> None:
            if held and step.startswith("pass.") and not told:
                told.append(step)
                self._phase("backfill")

        if stops.get("at") in ("expand", "backfill"):
            self._expect_stop(stops["how"], lambda: expand(self.settings(), gate=gate))
            return
        expand(self.settings(), gate=gate)
        assert bool(told) == held, "the pass was to be held and was not"

    def _expect_stop(self, how: str, act: Any) -> None:
        try:
            act()
        except PgwrightError as error:
            wanted = Refused if how == "refused" else StepFailed
            assert isinstance(error, wanted), f"expected {how}, got {error!r}"
            assert error.exit_code == (6 if how == "refused" else 5)
            return
        raise AssertionError(f"it was to be {how} and was not")

    def _enter(self, phase: str, before: str) -> bool:
        """Goes to `phase`; False where the case ends in a refusal."""
        stops = self.case.get("stops", {})
        if phase == "expanded":
            return True
        if phase == "retiring":
            contract(self.settings(), grace=GRACE)
        elif phase == "contracted":
            contract(self.settings(), finalize=True)
        else:
            with session.open(self.dsn) as connection:
                names = [record.name for record in journal.records(connection)]
            if stops.get("at") == "rollback":
                self._expect_stop(stops["how"], lambda: rollback(self.settings(), names))
                return False
            rollback(self.settings(), names)
        return True

    def _phase(self, phase: str) -> None:
        for step in self.case["steps"]:
            if step["during"] == phase:
                self._step(step)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for check in self.case["check"]:
                if check["during"] == phase:
                    rows = [[_plain(value) for value in row] for row in connection.execute(check["query"]).fetchall()]
                    assert rows == check["expect"], f"{phase}: {check['query']}\n  {rows}\n  expected {check['expect']}"

    def _step(self, step: dict[str, Any]) -> None:
        connection = self._as(step["as"])
        try:
            if step["sql"].startswith("COPY"):
                head, _, data = step["sql"].partition("\n")
                with connection.cursor() as cursor, cursor.copy(head) as copy:
                    copy.write(data)
            else:
                connection.execute(step["sql"])
            got = "ok"
        except psycopg.Error as error:
            got, said = error.sqlstate or "?", str(error)
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
            assert got == step["expect"], f"{step['sql']}: {said}"
        assert got == step["expect"], f"{step['sql']}: {got}, expected {step['expect']}"

    def _as(self, who: str) -> psycopg.Connection[Any]:
        if who not in self.connections:
            self.connections[who] = psycopg.connect(self.dsn, autocommit=True, prepare_threshold=None)
            if who == "replica":
                self.connections[who].execute("SET session_replication_role = replica")
        return self.connections[who]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int)) else str(value)
