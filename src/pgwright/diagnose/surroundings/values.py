"""The values: relations with their columns, indexes and statistics, and the settings of the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. The statistics are those of pg_stats, None where there are none (or none that the role may read):
    `distinct` as the server writes it (negative: a fraction of the rows), `nulls` a fraction, `width` bytes.
    `common` are the most common values, as text, each with the fraction of the rows that has it, of columns that the
    plan compares. `statistics_target` is None where the default is in force. `collation` is empty for types without
    one; `bytewise` says whether it sorts as LIKE 'x%' needs it."""

    name: str
    type: str
    not_null: bool
    collation: str = ""
    bytewise: bool = True
    distinct: float | None = None
    nulls: float | None = None
    correlation: float | None = None
    width: int | None = None
    statistics_target: int | None = None
    common: Mapping[str, float] = field(default_factory=dict)

    @property
    def analyzed(self) -> bool:
        """Whether there are statistics of it."""
        return self.distinct is not None


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index. `keys` are its key columns, names or expressions as the server deparses them, in order; `classes` their
    operator classes; `predicate` is empty for an index of all rows."""

    schema: str
    name: str
    method: str
    keys: tuple[str, ...]
    classes: tuple[str, ...]
    included: tuple[str, ...]
    predicate: str
    unique: bool
    valid: bool
    definition: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """A foreign key, as the relation sees it that it points to: `columns` of `schema.table` refer to `targets` here.
    `indexed` says whether a valid index of all rows begins with `columns`, in any order; `rows` are the planner's count
    for the table that has it (-1: never analyzed)."""

    name: str
    schema: str
    table: str
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    indexed: bool
    rows: float


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A relation of the plan. `kind` is pg_class.relkind. `rows` is the planner's count (-1: never analyzed),
    `counted_pages` its size when it was counted and `pages` its size now, `visible` the fraction of pages that
    index-only scans may trust. `modified` counts rows changed since the last ANALYZE, `analyzed` its age in seconds,
    None: never. `statistics` are the column sets of extended statistics, `expressions` the expressions that have some.
    `partition_key` are the columns by which it is partitioned, `parent` is the table whose partition it is, as (schema,
    name); `referenced_by` are the foreign keys that point here."""

    schema: str
    name: str
    kind: str
    rows: float
    pages: int
    visible: float
    live: int
    dead: int
    modified: int
    analyzed: float | None
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...]
    statistics: tuple[frozenset[str], ...] = ()
    expressions: tuple[str, ...] = ()
    partition_key: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    fill_factor: int = 100
    referenced_by: tuple[ForeignKey, ...] = ()
    counted_pages: int = 0

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Its columns by name."""
        return {column.name: column for column in self.columns}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is around a plan: `version` as server_version_num, `settings` by name in the session that ran it (sizes in
    the units of pg_settings), relations by (schema, name), names of triggers that fire BEFORE or INSTEAD OF, installed
    extensions, the search path in force, and the names of functions in the plan of which every one is immutable.
    `serial` are the functions of the plan that keep it in one process though they write nothing (PARALLEL UNSAFE), as
    (schema, name, arguments)."""

    version: int
    settings: Mapping[str, str]
    relations: Mapping[tuple[str, str], Relation]
    before_triggers: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    search_path: tuple[str, ...] = ()
    immutable: frozenset[str] = frozenset()
    serial: tuple[tuple[str, str, str], ...] = ()

    def relation(self, schema: str, name: str) -> Relation | None:
        """The relation; with an empty schema the first of the search path."""
        if schema:
            return self.relations.get((schema, name))
        found = (self.relations.get((each, name)) for each in self.search_path)
        return next((each for each in found if each is not None), None)
