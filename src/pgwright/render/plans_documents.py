"""The shapes of what `plans` prints under `--format json`, and of the baseline file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..base.finding import Finding


@dataclass(frozen=True, kw_only=True)
class PlansFigure:
    """A figure of a query before and after, null where it is not known. Times are the shortest of all runs."""

    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True, kw_only=True)
class PlansNode:
    """A node before and the one that does its work after, null where it is not: its name, its path ("0" is the root),
    and pages, milliseconds and rows that it took by itself, before and after. `same` says that both are the same in
    type, relation, index and conditions."""

    before: str | None
    after: str | None
    before_path: str | None
    after_path: str | None
    same: bool
    blocks: tuple[float | None, ...]
    milliseconds: tuple[float | None, ...]
    rows: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class PlansQuery:
    """A query before and after. `state` is `both`, `new` or `gone`; `better`, `worse` and `told` are sentences."""

    name: str
    state: str
    same_statement: bool | None
    same_structure: bool | None
    figures: tuple[PlansFigure, ...]
    nodes: tuple[PlansNode, ...]
    better: tuple[str, ...]
    worse: tuple[str, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlansDiffDocument:
    """`plans diff --format json`."""

    version: int
    queries: tuple[PlansQuery, ...]


@dataclass(frozen=True, kw_only=True)
class PlansGateDocument:
    """`plans gate --format json`."""

    version: int
    findings: tuple[Finding, ...]
    queries: tuple[PlansQuery, ...]


@dataclass(frozen=True, kw_only=True)
class PlansMilliseconds:
    """The shortest and the longest of all runs."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class PlansSaved:
    """A query of a baseline. `statement` is its lines; `plan` the object of EXPLAIN (FORMAT JSON), from which the
    numbers beside it come; `fingerprint` is that of its structure, without constants and costs."""

    name: str
    statement: tuple[str, ...]
    fingerprint: str
    blocks: float
    temp_blocks: float
    wal_bytes: float
    rows: float
    runs: int
    milliseconds: PlansMilliseconds | None
    planning_ms: float | None
    plan: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PlansBaselineDocument:
    """The file that `plans save` writes, and `plans save --format json`. `kind` is "pgwright plans", `server_version`
    the server_version_num (0 where it is not known), `settings` those that the planner heeds and that are not at their
    default."""

    version: int
    kind: str
    server_version: int
    settings: Mapping[str, str]
    queries: tuple[PlansSaved, ...]
