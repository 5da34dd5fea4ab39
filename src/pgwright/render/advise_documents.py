"""The shapes of `advise … --format json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..base.finding import Finding


@dataclass(frozen=True, kw_only=True)
class AdviseHardware:
    """The machine of the server; null where nobody has said so. `origins` says where each value comes from."""

    memory_bytes: int | None
    cpus: int | None
    storage: str | None
    origins: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AdviseSetting:
    """A setting that was looked at. `standing` is fine, change or unknown; `proposed` and `sql` are empty unless it
    should change. `takes_effect` is what a change needs: restart, reload or session. `versions` are those that have
    it."""

    family: str
    name: str
    value: str
    proposed: str
    standing: str
    takes_effect: str
    formula: str
    reason: str
    versions: str
    sql: str


@dataclass(frozen=True, kw_only=True)
class AdviseAutovacuum:
    """A large table (`toast`: its TOAST table) with more dead rows than is fine. Seconds between two vacuums and the
    share of dead rows right before one, as it is and with the `options` proposed; null: never, or no option helps."""

    table: str
    toast: bool
    dead_per_second: float
    every_seconds: float | None
    dead_share: float | None
    then_every_seconds: float | None
    then_dead_share: float | None
    options: Mapping[str, str]
    sql: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdviseSpilling:
    """A statement that writes temporary files: bytes of one call on average, and work_mem from the least to the most
    that it needs if one step of one process does all of it."""

    text: str
    calls: int
    written_bytes: int
    work_mem_low_bytes: int
    work_mem_high_bytes: int


@dataclass(frozen=True, kw_only=True)
class AdviseSettingsDocument:
    """`advise settings --format json`. `provider` is the managed service ("" for none), `fine_tables` counts the large
    tables whose autovacuum is fine, `migration` is the path of the file that was written ("" for none)."""

    version: int
    server_version: int
    provider: str
    hardware: AdviseHardware
    workload: str
    connections: int
    settings: tuple[AdviseSetting, ...]
    tables: tuple[AdviseAutovacuum, ...]
    fine_tables: int
    statements: tuple[AdviseSpilling, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    migration: str


@dataclass(frozen=True, kw_only=True)
class AdviseEffect:
    """What becomes of a statement. `weight` is its part of the workload (0 to 1), `ratio` the part of its cost that is
    left, above 1 where it gets slower."""

    text: str
    calls: float
    weight: float
    ratio: float


@dataclass(frozen=True, kw_only=True)
class AdviseIndex:
    """An index to make. `gain` is what the workload would lose without it alone, `write_cost` what it costs the
    statements that write: both parts of what the workload costs now. `statements` are those that use it or write to
    it."""

    sql: str
    size_bytes: int
    gain: float
    write_cost: float
    statements: tuple[AdviseEffect, ...]


@dataclass(frozen=True, kw_only=True)
class AdviseDrop:
    """An index that can go. `loss` is what the workload costs more without it, as a part of what it costs now; null:
    nobody could try, or no statement reads its table. `proven` says that it was tried and is not missed; where it is
    false and `loss` is a number, it is missed and the drop is not advised. `readers` is how many statements of the
    workload read its table, `slowest` the one that gets slowest without it (null: none does)."""

    index: str
    table: str
    kind: str
    size_bytes: int
    reason: str
    caveats: tuple[str, ...]
    loss: float | None
    proven: bool
    readers: int
    slowest: AdviseEffect | None
    sql: str


@dataclass(frozen=True, kw_only=True)
class AdviseUnplanned:
    """A statement that could not be planned, and why."""

    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdviseIndexesDocument:
    """`advise indexes --format json`. `tier` is where the indexes were tried (clone, hypopg, model). `cost_before`
    and `cost_after` are in `unit`: ms where the workload has times, else the planner's cost. `plans` counts what the
    planner was asked, `finished` says whether the search came to its end in time; `migration` is the path of the
    file that was written ("" for none)."""

    version: int
    tier: str
    unit: str
    cost_before: float
    cost_after: float
    plans: int
    candidates: int
    seconds: float
    finished: bool
    indexes: tuple[AdviseIndex, ...]
    drop: tuple[AdviseDrop, ...]
    statements: tuple[AdviseEffect, ...]
    unplanned: tuple[AdviseUnplanned, ...]
    notes: tuple[str, ...]
    migration: str


@dataclass(frozen=True, kw_only=True)
class AdviseColumns:
    """Columns that statements compare with single values together (`matching`) or group by (`grouping`)."""

    table: str
    columns: tuple[str, ...]
    matching: bool
    grouping: bool
    statements: int


@dataclass(frozen=True, kw_only=True)
class AdviseStatisticsDocument:
    """`advise statistics --format json`. `candidates` are sets of columns that might hang together; `sampled` says
    whether they were measured, and then those that do are among the findings. `migration` is the path of the file that
    was written ("" for none)."""

    version: int
    findings: tuple[Finding, ...]
    candidates: tuple[AdviseColumns, ...]
    sampled: bool
    notes: tuple[str, ...]
    migration: str
