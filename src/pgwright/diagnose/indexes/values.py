"""The values: tables with their indexes as the catalog has them, and how often each was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One column of an index. `text` is the column, or the expression as the server deparses it; `column` is the
    attnum, 0 for an expression. `operators` is the operator class as (family, input type, stored type), `options` are
    its own; `collation` is empty for types without one. `descending` and `nulls_first` are of ordered methods."""

    text: str
    column: int
    operators: tuple[int, int, int] = (0, 0, 0)
    options: str = ""
    collation: str = ""
    descending: bool = False
    nulls_first: bool = False

    @property
    def mirrored(self) -> Key:
        """The same key, read backwards."""
        return Key(
            text=self.text,
            column=self.column,
            operators=self.operators,
            options=self.options,
            collation=self.collation,
            descending=not self.descending,
            nulls_first=not self.nulls_first,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKey:
    """A foreign key: its `name`, the table that has it, its columns there as attnums, and the table it points to."""

    name: str
    table: str
    columns: tuple[int, ...]
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """An index of table `table` (oid). `included` are the texts of INCLUDE columns, `predicate` is empty for an index
    of all rows, `options` are its storage parameters. `immediate` is false behind a DEFERRABLE constraint. `constraint`
    is the constraint behind which it stands, `constraint_kind` its pg_constraint.contype (p, u, x) and `excluding` its
    operators where it excludes. `resting` are foreign keys that rely on it. `parent` is the partitioned index that it
    is attached to. `usable` is valid, ready and live. `bytes` is its size, `rows` its entries (-1: never counted).
    `scans` are those since the statistics began, `last_scan` is their age in seconds (16 and newer). `age` is that of
    its last definition in seconds where commit timestamps are kept, `transactions` the same in transactions."""

    oid: int
    table: int
    schema: str
    name: str
    partitioned: bool
    method: str
    keys: tuple[Key, ...]
    definition: str
    included: tuple[str, ...] = ()
    predicate: str = ""
    options: frozenset[str] = frozenset()
    tablespace: str = ""
    unique: bool = False
    nulls_distinct: bool = True
    immediate: bool = True
    primary: bool = False
    replica_identity: bool = False
    clustered: bool = False
    usable: bool = True
    constraint: str = ""
    constraint_kind: str = ""
    excluding: tuple[int, ...] = ()
    resting: tuple[str, ...] = ()
    parent: int | None = None
    bytes: int = 0
    rows: float = -1
    scans: int = 0
    last_scan: float | None = None
    age: float | None = None
    transactions: int = 0

    @property
    def full_name(self) -> str:
        """`schema.name`, unquoted, for sentences."""
        return f"{self.schema}.{self.name}"

    @property
    def expressions(self) -> tuple[str, ...]:
        """Its keys that are no columns."""
        return tuple(key.text for key in self.keys if not key.column)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, partitioned table or materialized view (`kind` is pg_class.relkind). `rows` is the planner's count (-1:
    never analyzed); rows written since the statistics began are counted apart: `inserted`, `updated`, and of these
    `updated_hot` without touching an index. `foreign_keys` are its own. `parent` is the table whose partition it is."""

    oid: int
    schema: str
    name: str
    kind: str
    rows: float = -1
    parent: int | None = None
    inserted: int = 0
    updated: int = 0
    updated_hot: int = 0
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def full_name(self) -> str:
        """`schema.name`, unquoted, for sentences."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What another server of the same cluster counted: `scans` and the age of the last one, by oid of the index; and
    the age of its statistics in seconds. `name` is how the server is called in sentences."""

    name: str
    statistics_age: float
    scans: Mapping[int, int]
    last_scans: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All indexes of the user's schemas, by oid, at one moment. `statistics_age` are the seconds for which the counters
    have been counting: since they were reset, or lost in a crash. `standbys` are the servers that stream from this one
    now; `standby` says that this server is one. `unreadable` has a sentence for each table that somebody holds locked:
    its indexes are missing here. `cluster` tells servers of other clusters apart; None where it may not be read.
    """

    version: int
    statistics_age: float
    standbys: int
    standby: bool
    tables: Mapping[int, Table]
    indexes: Mapping[int, Index]
    cluster: int | None = None
    unreadable: tuple[str, ...] = ()

    @cached_property
    def by_table(self) -> Mapping[int, tuple[Index, ...]]:
        """The indexes of each table."""
        found: dict[int, list[Index]] = {oid: [] for oid in self.tables}
        for index in self.indexes.values():
            found[index.table].append(index)
        return {oid: tuple(indexes) for oid, indexes in found.items()}

    @cached_property
    def children(self) -> Mapping[int, tuple[Index, ...]]:
        """The indexes attached to each partitioned index."""
        found: dict[int, list[Index]] = {}
        for index in self.indexes.values():
            if index.parent is not None:
                found.setdefault(index.parent, []).append(index)
        return {oid: tuple(indexes) for oid, indexes in found.items()}

    def family(self, index: Index) -> tuple[Index, ...]:
        """The index and all that is attached below it."""
        found = [index]
        for each in found:
            found += self.children.get(each.oid, ())
        return tuple(found)

    def root(self, index: Index) -> Index:
        """The index that has to be dropped for this one to go: itself, or the topmost that it is attached to."""
        while index.parent is not None and index.parent in self.indexes:
            index = self.indexes[index.parent]
        return index
