"""The values: what autovacuum knows of a table, and the rules that hold for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The settings in force for one table: its own storage parameters, else those of the server. `insert_threshold` -1:
    inserts alone bring no vacuum; `max_threshold` -1: no upper limit (always before 18). `enabled` is about this
    table and the server together. `cost_limit` and `cost_delay` (ms, 0: no pauses) are those of one worker alone;
    `balanced` says whether it shares the limit with the other workers: not with a limit or delay of its own. `own` are
    the names that are set on the table."""

    threshold: int = 50
    scale_factor: float = 0.2
    max_threshold: int = -1
    insert_threshold: int = 1000
    insert_scale_factor: float = 0.2
    analyze_threshold: int = 50
    analyze_scale_factor: float = 0.1
    freeze_max_age: int = 200_000_000
    multixact_freeze_max_age: int = 400_000_000
    enabled: bool = True
    cost_limit: int = 200
    cost_delay: float = 2.0
    balanced: bool = True
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table, materialized view or TOAST table as autovacuum sees it. `kind` is pg_class.relkind. `rows` is reltuples
    (-1: never counted), `pages` and `frozen_pages` are counted with it (18; before, None). `dead`, `inserted` and
    `modified` count since the last VACUUM or ANALYZE. Of rows that were written since the statistics began there are
    `total_inserted`, `total_updated` and `total_deleted`. Ages of freezing are in transactions; those of the last
    vacuums and analyzes, of whatever kind, are seconds, None: never. `toast_of` is the oid of the table that a TOAST
    table belongs to. `bytes` and `index_bytes` are sizes by relpages. `vacuums` counts those by autovacuum."""

    oid: int
    schema: str
    name: str
    kind: str = "r"
    rows: float = -1
    pages: int = 0
    frozen_pages: int | None = None
    live: int = 0
    dead: int = 0
    inserted: int = 0
    modified: int = 0
    total_inserted: int = 0
    total_updated: int = 0
    total_deleted: int = 0
    xid_age: int = 0
    multixact_age: int = 0
    vacuumed: float | None = None
    analyzed: float | None = None
    vacuums: int = 0
    analyzes: int = 0
    toast_of: int | None = None
    bytes: int = 0
    index_bytes: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)

    @property
    def full_name(self) -> str:
        """`schema.name`, unquoted, for sentences."""
        return f"{self.schema}.{self.name}"

    @property
    def toast(self) -> bool:
        """Whether it is a TOAST table: that is never analyzed."""
        return self.kind == "t"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All tables of users at one moment. `naptime` is how often a database is looked at, in seconds, `workers` how many
    vacuum at once; `running` is how many did. `costs` are those of a page (hit, missed, dirtied). `statistics_age` is
    for how long has been counted, in seconds; `active` whether autovacuum runs at all."""

    version: int
    statistics_age: float
    active: bool
    naptime: float
    workers: int
    running: int
    costs: tuple[int, int, int]
    block_size: int
    databases: int
    standby: bool
    rules: Rules
    relations: Mapping[int, Relation]
