"""What the verbs of `api/` report, as frozen values: the renderers of this room turn them into text and JSON.

They live here because `api` and `cli` may look down at them, and a renderer may not look up. Times of day are
ISO 8601 with an offset, written by the server; durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MigrationStatus:
    """One migration. `state` is a word of ARCHITECTURE.md (`pending`, `expanding`, `expanded`, …), `unit` the number of
    the unit it was started in (None: never started), `phase` the phase it is in ("" where none), `error` the
    last error in the journal ("" for none), `edited` whether its file is no longer the one that was started."""

    name: str
    state: str
    unit: int | None = None
    phase: str = ""
    checksum: str = ""
    error: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    edited: bool = False


@dataclass(frozen=True, kw_only=True)
class RunnerStatus:
    """The runner that holds the lease. `heartbeat_age` is the age of its last sign of life in seconds, `alive`
    whether that is younger than the lease allows."""

    host: str
    pid: int
    epoch: int
    heartbeat_age: float
    alive: bool


@dataclass(frozen=True, kw_only=True)
class BackfillStatus:
    """A backfill: blocks of the heap done of blocks to do, and the rows filled so far. The rate and the seconds that
    are left are what the runner said last, null where none is at work or it is still measuring."""

    relation: str
    blocks_done: int
    blocks_total: int
    rows: int
    rows_per_second: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, kw_only=True)
class PauseStatus:
    """`pgwright pause` was said: by whom, since when, and why ("" where nobody said)."""

    by: str
    since: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldStatus:
    """The throttle holds a running pass back: the reading that does, and since when."""

    reason: str
    since: str


@dataclass(frozen=True, kw_only=True)
class LimitStatus:
    """A limit of the throttle as one writes it (`10s`, `off`), where it comes from, and what is there now ("" where
    nothing is read). `holds` tells that it would hold a pass now."""

    key: str
    limit: str
    origin: str
    now: str = ""
    holds: bool = False


@dataclass(frozen=True, kw_only=True)
class ThrottleReport:
    """The limits in force and who has paused."""

    limits: tuple[LimitStatus, ...]
    paused: PauseStatus | None = None


@dataclass(frozen=True, kw_only=True)
class Status:
    """The migrations in file order, who runs, what is being filled and what holds that back, and what a person should
    know."""

    migrations: tuple[MigrationStatus, ...]
    running: RunnerStatus | None = None
    backfills: tuple[BackfillStatus, ...] = ()
    paused: PauseStatus | None = None
    held: HeldStatus | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnitReport:
    """The migrations that `expand`, `contract` or `rollback` worked on, as they are now."""

    migrations: tuple[MigrationStatus, ...]


@dataclass(frozen=True, kw_only=True)
class BaselineReport:
    """The migrations that `baseline` marked as done, the `path` of the file that it wrote ("" for none), and in
    sentences what it did and what it did not check."""

    migrations: tuple[MigrationStatus, ...]
    path: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SettingValue:
    """One setting in force: its `key` as in pgwright.toml (`execute.lock_budget`), its `value` as text with passwords
    hidden, and the `origin` of the value."""

    key: str
    value: str
    origin: str
