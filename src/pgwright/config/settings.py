"""The values of a run: what to connect to, where the migrations are, and how patient the engine is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .health import HealthSettings


@dataclass(frozen=True, kw_only=True)
class ExecuteSettings:
    """How the engine asks and waits; all in seconds.

    `lock_try` is how long one try for a strong lock may queue, `lock_pause` the pause between two tries,
    `lock_budget` the time after which a step gives up. `heartbeat` is how often the lease is renewed,
    `lease_timeout` the silence after which another runner may take over. A batch of the pass lasts about
    `batch_target`, waits `batch_lock_timeout` for a row and is followed by `batch_pause`; rows that stay locked are
    waited for `backfill_patience`. `vacuum_share` is the share of dead rows from which a pass has its table
    vacuumed, 0 for never; `workers` is how many batches run at once. `idle_timeout` ends a step transaction whose
    runner has stopped. `grace` is how long contract keeps the old side.
    """

    lock_try: float = 0.05
    lock_budget: float = 60.0
    lock_pause: float = 0.3
    heartbeat: float = 1.0
    lease_timeout: float = 10.0
    batch_target: float = 0.04
    batch_lock_timeout: float = 0.03
    batch_pause: float = 0.0
    backfill_patience: float = 60.0
    workers: int = 1
    vacuum_share: float = 0.1
    idle_timeout: float = 10.0
    grace: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ThrottleSettings:
    """What a pass must not push past: it pauses while a reading is above its limit, and where a reading that has a
    limit cannot be taken. None turns a reading off. Each has a file of its name in `evolve/execute/readings`, which
    says what is read and why the limit is what it is.

    `replay_lag` is how far a standby may be behind, `slot_wal` how many bytes of WAL a replication slot may retain,
    `latency` the p95 of a tiny write by a session of its own, `sessions` how many sessions of others may be active
    at once, `autovacuum` how long one may have been at work on the table before the pass leaves it alone.
    """

    replay_lag: float | None = field(default=10.0, metadata={"unit": "s"})
    slot_wal: float | None = field(default=10 * 1024.0**3, metadata={"unit": "B"})
    latency: float | None = field(default=0.1, metadata={"unit": "s"})
    sessions: float | None = field(default=None, metadata={"unit": ""})
    autovacuum: float | None = field(default=30.0, metadata={"unit": "s"})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a verb needs to know. `dsn` "" means libpq's own variables; `direct_dsn` goes past a pooler;
    `schemas` () means all; `origins` says where each value came from."""

    dsn: str = ""
    direct_dsn: str | None = None
    migrations: Path = Path("migrations")
    schemas: tuple[str, ...] = ()
    profile: str | None = None
    execute: ExecuteSettings = field(default_factory=ExecuteSettings)
    throttle: ThrottleSettings = field(default_factory=ThrottleSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    origins: Mapping[str, str] = field(default_factory=dict)
