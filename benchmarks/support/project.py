"""A project with one migration, run by pgwright in a process of its own, with somebody in front of its strong locks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgwright.api.init import init
from pgwright.api.plan import plan
from pgwright.base.errors import PgwrightError
from pgwright.config import Settings, load
from pgwright.demo.traffic import python_environment
from pgwright.evolve.steps.step import Kind, Phase, Step

from .blocker import Blocker
from .load import ROOT

# Of a whole expand or contract; ten million rows take some minutes.
PATIENCE = 3600.0
_OF_THE_VERBS = (Phase.EXPAND, Phase.BACKFILL, Phase.VERIFY, Phase.CONTRACT, Phase.RETIRE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run of pgwright took: the rows that it filled, the seconds of that and of the whole, and the most memory
    that its process had, in MB."""

    seconds: float
    peak_mb: float
    rows: int
    backfill_seconds: float

    @property
    def rate(self) -> float | None:
        """Rows a second of the backfill, None where there was none."""
        return self.rows / self.backfill_seconds if self.rows and self.backfill_seconds > 0 else None


class Stopped(Exception):
    """pgwright did not do what it was asked for; its message."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder with a journal in its database and one migration that is planned."""

    folder: Path
    dsn: str
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, folder: Path, dsn: str, migration: str) -> Project:
        """Makes it in `folder`; raises the Refused of the plan where pgwright does not do this migration."""
        settings = settings_of(folder, dsn)
        init(settings)
        write(folder, migration)
        return cls(folder=folder, dsn=dsn, steps=plan(settings).steps)

    @property
    def guarded(self) -> tuple[str, ...]:
        """The steps that take a strong lock or wait, as a concurrent build does, for everybody who wrote."""
        return tuple(
            step.id
            for step in self.steps
            if step.phase in _OF_THE_VERBS
            and (step.kind is Kind.CONCURRENT or any(lock.mode.is_strong for lock in step.locks))
        )

    def run(self, verb: str, *, hold: float = 0.0, allow: tuple[str, ...] = ()) -> Run:
        """Runs `expand` or `contract`. With `hold`, another session takes the table right before each step that takes a
        strong lock, and keeps it for so many seconds. Raises Stopped where the verb raised."""
        task = {
            "verb": verb,
            "folder": str(self.folder),
            "dsn": self.dsn,
            "gates": list(self.guarded) if hold else [],
            "allow": list(allow),
        }
        with _process() as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            blockers: list[Blocker] = []
            try:
                for line in process.stdout:
                    said = json.loads(line)
                    if "gate" not in said:
                        break
                    blockers.append(Blocker(self.dsn, hold))
                    blockers[-1].start()
                    process.stdin.write("\n")
                    process.stdin.flush()
                else:
                    raise Stopped(f"the process of {verb} ended without a word; its message stands above")
            finally:
                for blocker in blockers:
                    blocker.end()
        error = said.pop("error")
        if error is not None:
            raise Stopped(error)
        return Run(**said)


def sentence(refused: PgwrightError) -> str:
    """Why pgwright does not do something, without the place in a file that nobody has."""
    return re.sub(r"^\S+?\.sql(:\d+:\d+)?: ", "", str(refused).partition("\n")[0])


def settings_of(folder: Path, dsn: str) -> Settings:
    """The settings of the project in `folder`, and nobody's that stand above it."""
    (folder / "pgwright.toml").touch()
    return load(folder=folder, dsn=dsn, environ={})


def write(folder: Path, migration: str) -> None:
    """The one migration file."""
    migrations = folder / "migrations"
    migrations.mkdir(exist_ok=True)
    (migrations / "0001_change.sql").write_text(migration, encoding="utf-8")


@contextmanager
def _process() -> Iterator[subprocess.Popen[str]]:
    """The process of a runner, ended with us and after `PATIENCE`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.support.runner"],
        cwd=ROOT,
        env=python_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    enough = threading.Timer(PATIENCE, process.kill)
    enough.daemon = True
    enough.start()
    try:
        yield process
        process.wait(timeout=30)
    finally:
        enough.cancel()
        process.kill()  # nothing, where it has ended
        with process:
            pass
