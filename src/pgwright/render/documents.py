"""The shapes of what `--format json` prints, as dataclasses: the schemas in docs/reference/schemas come from these.

Objects may get more keys in later versions; a key is never renamed or given another meaning without a new `version`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..base.finding import Finding
from .health_documents import HealthChecksDocument, HealthDocument
from .plans_documents import PlansBaselineDocument, PlansDiffDocument, PlansGateDocument
from .report import (
    BackfillStatus,
    HeldStatus,
    LimitStatus,
    MigrationStatus,
    PauseStatus,
    RunnerStatus,
    SettingValue,
)


@dataclass(frozen=True, kw_only=True)
class ErrorBody:
    """What happened (`message`), what that means now (`state`), what to type next (`hint`, may be empty)."""

    name: str
    exit_code: int
    message: str
    state: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class ErrorDocument:
    """An error of any command."""

    version: int
    error: ErrorBody


@dataclass(frozen=True, kw_only=True)
class PlanOperation:
    """An action of a migration. `line` and `column` are 1-based and count characters."""

    id: str
    name: str
    line: int
    column: int
    strategy: str
    why: str
    hazards: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanMigration:
    """A migration of the plan. `checksum` is that of its statements and directives, without formatting."""

    name: str
    checksum: str
    operations: tuple[PlanOperation, ...]


@dataclass(frozen=True, kw_only=True)
class PlanLock:
    """A lock that a step takes: its mode in the words of LOCK TABLE, and what an application cannot do meanwhile."""

    relation: str
    mode: str
    blocks: str


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """A step. `rows` is what it reads or writes, null where it touches none; `estimate_seconds` is an estimate;
    `operations` are ids of operations; `undo` is what a rollback does about it."""

    id: str
    operations: tuple[str, ...]
    phase: str
    kind: str
    summary: str
    statements: tuple[str, ...]
    locks: tuple[PlanLock, ...]
    scans: tuple[str, ...]
    rewrites: tuple[str, ...]
    rows: int | None
    estimate_seconds: float
    undo: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanDocument:
    """`plan --format json`, and the plan file. What else a plan file holds is for pgwright itself."""

    version: int
    fingerprint: str
    migrations: tuple[PlanMigration, ...]
    steps: tuple[PlanStep, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StatusDocument:
    """`status --format json`."""

    version: int
    migrations: tuple[MigrationStatus, ...]
    running: RunnerStatus | None
    backfills: tuple[BackfillStatus, ...]
    paused: PauseStatus | None
    held: HeldStatus | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PauseDocument:
    """`pause` and `resume` under json."""

    version: int
    paused: PauseStatus | None


@dataclass(frozen=True, kw_only=True)
class ThrottleDocument:
    """`throttle show` and `throttle set` under json."""

    version: int
    limits: tuple[LimitStatus, ...]
    paused: PauseStatus | None


@dataclass(frozen=True, kw_only=True)
class ReportDocument:
    """`expand`, `contract`, `rollback` and `apply` under json; under jsonl the last line, after the events."""

    version: int
    migrations: tuple[MigrationStatus, ...]


@dataclass(frozen=True, kw_only=True)
class BaselineDocument:
    """`baseline --format json`: the migrations that were marked as done, the path of the file that was written ("" for
    none), and what was done and was not checked, in sentences."""

    version: int
    migrations: tuple[MigrationStatus, ...]
    path: str
    said: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FindingsDocument:
    """`doctor --format json`."""

    version: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class ExplainNode:
    """A node of a query plan. `path` is its place ("0.1": the second below the root). `exclusive_ms` is its own time on
    the clock, between `exclusive_ms_low` and `exclusive_ms_high` because the server rounds; null where nothing was
    timed. `exclusive_blocks` are the pages that it asked for itself. `share` is its part of the whole (of the cost
    where there are no times). `rows` and `rows_estimated` are of all loops and processes; `censored` says why they
    cannot be compared."""

    path: str
    type: str
    relation: str
    exclusive_ms: float | None
    exclusive_ms_low: float | None
    exclusive_ms_high: float | None
    exclusive_blocks: int
    share: float
    rows: float | None
    rows_estimated: float
    loops: float
    processes: float
    censored: str


@dataclass(frozen=True, kw_only=True)
class ExplainPart:
    """Time that no node took."""

    name: str
    ms: float


@dataclass(frozen=True, kw_only=True)
class ExplainPlan:
    """One of the plans that were looked at: with which values for $1, $2, …, and how long it took."""

    name: str
    values: tuple[str, ...]
    execution_ms: float | None
    cost: float


@dataclass(frozen=True, kw_only=True)
class ExplainDocument:
    """`explain --format json`. `nodes`, `parts` and `findings` are of the plan that took longest, the first of `plans`.
    The exclusive times of the nodes and the times of `parts` add up to `accounted_ms`. A finding's `location` is the
    path of its node."""

    version: int
    execution_ms: float | None
    accounted_ms: float | None
    planning_ms: float | None
    nodes: tuple[ExplainNode, ...]
    parts: tuple[ExplainPart, ...]
    findings: tuple[Finding, ...]
    plans: tuple[ExplainPlan, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConfigDocument:
    """`config show --format json`."""

    version: int
    settings: tuple[SettingValue, ...]


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """`new --format json`: the path of the file that was made."""

    version: int
    path: str


@dataclass(frozen=True, kw_only=True)
class InitDocument:
    """`init --format json`: what was made, one sentence part each; nothing where all was there."""

    version: int
    made: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ScriptDocument:
    """`init --sql --format json`: the script that makes the journal."""

    version: int
    sql: str


@dataclass(frozen=True, kw_only=True)
class TryPlain:
    """What the application met while the change was made as plain SQL. Times are milliseconds."""

    statements: int
    failed: int
    p99_ms: float
    longest_stall_ms: float
    calm_stall_ms: float


@dataclass(frozen=True, kw_only=True)
class TryPgwright:
    """The same for pgwright; the rate is null where the backfill was too quick to be measured."""

    statements: int
    failed: int
    p99_ms: float
    longest_stall_ms: float
    calm_stall_ms: float
    rows_lost: int
    backfill_rows_per_second: int | None
    resumed_after_kill: bool
    rolled_back_once: bool


@dataclass(frozen=True, kw_only=True)
class TryDocument:
    """`try --format json`. `rows` is the number of users in the shop."""

    version: int
    rows: int
    plain: TryPlain
    pgwright: TryPgwright


DOCUMENTS: dict[str, type] = {
    "baseline": BaselineDocument,
    "config": ConfigDocument,
    "error": ErrorDocument,
    "explain": ExplainDocument,
    "findings": FindingsDocument,
    "health": HealthDocument,
    "health-checks": HealthChecksDocument,
    "init": InitDocument,
    "init-script": ScriptDocument,
    "new": NewDocument,
    "pause": PauseDocument,
    "plan": PlanDocument,
    "plans-baseline": PlansBaselineDocument,
    "plans-diff": PlansDiffDocument,
    "plans-gate": PlansGateDocument,
    "report": ReportDocument,
    "status": StatusDocument,
    "throttle": ThrottleDocument,
    "try": TryDocument,
}
"""The documents by the name of their schema file."""
