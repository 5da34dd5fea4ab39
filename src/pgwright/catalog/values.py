"""What a database is: frozen values, filled by `read`. Nothing here talks to a server.

A *type* is written as `format_type` writes it with an empty search_path (`public.citext`, `numeric(10,2)`).
Expressions and definitions are written as the server deparses them with an empty search_path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..base.errors import LockNotObtained
from ..base.name import RelationName

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A live column. `number` is its attnum. `default` is the DEFAULT expression or None; `generated` is the
    expression of a generated column (`stored` tells STORED from VIRTUAL) or None; `identity` is `always`,
    `by default` or None. `collation` is its quoted, qualified name when it differs from the type's own.
    `acl` holds column grants as (grantee, privilege, grantable), grantee "" for PUBLIC, unquoted.
    `storage` is p/e/m/x, `compression` is p (pglz), l (lz4) or "", `statistics` the target or None (default),
    `options` the `n_distinct=…` attribute options, `sequence` the sequence that the column owns.
    `reads` are the attnums that the default or the generation expression reads. `inherited` columns come from a
    parent, `local` ones were declared here; both may be true. `type_kind` is `pg_type.typtype` (b, c, d, e, m, r).
    `null_fraction` and `average_width` (bytes) come from statistics and are None where there are none (or the role
    may not read the column)."""

    number: int
    name: str
    type: str
    type_oid: int
    not_null: bool
    default: str | None = None
    generated: str | None = None
    stored: bool = True
    identity: str | None = None
    collation: str | None = None
    acl: tuple[tuple[str, str, bool], ...] = ()
    storage: str = ""
    compression: str = ""
    statistics: int | None = None
    options: tuple[str, ...] = ()
    comment: str | None = None
    sequence: RelationName | None = None
    inherited: bool = False
    local: bool = True
    reads: tuple[int, ...] = ()
    type_kind: str = "b"
    null_fraction: float | None = None
    average_width: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraint:
    """A constraint of a table. `kind` is one of check, foreign key, primary key, unique, exclusion, not null
    (rows of their own since 18), trigger. `columns` are attnums of this table; `definition` is
    `pg_get_constraintdef`. For a foreign key `referenced` is the other table's oid and `referenced_columns` its
    attnums. `index_oid` is the index behind a key; for a foreign key it is the index of the referenced table.
    `parent` is the oid of the partitioned parent's constraint. `enforced` is false for NOT ENFORCED (18)."""

    oid: int
    name: str
    kind: str
    columns: tuple[int, ...]
    definition: str
    validated: bool = True
    deferrable: bool = False
    deferred: bool = False
    no_inherit: bool = False
    inherited: bool = False
    referenced: int | None = None
    referenced_columns: tuple[int, ...] = ()
    index_oid: int | None = None
    parent: int | None = None
    comment: str | None = None
    local: bool = True
    enforced: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """An index. `columns` are the attnums it reads anywhere (keys, INCLUDE, expressions, predicate), `key_columns`
    those of its keys, 0 for an expression; `definition` is `pg_get_indexdef`. `constraint` is the name of the
    constraint it stands behind. `parent` is the oid of the partitioned index it is attached to. `bytes` is its size,
    `method` its access method. An index with `ready` false is not maintained by writes."""

    oid: int
    name: str
    schema: str
    columns: tuple[int, ...]
    key_columns: tuple[int, ...]
    definition: str
    unique: bool
    primary: bool
    valid: bool
    immediate: bool = True
    constraint: str | None = None
    parent: int | None = None
    comment: str | None = None
    bytes: int = 0
    replica_identity: bool = False
    method: str = "btree"
    ready: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """A user's trigger (internal ones are left out). `update_columns` are the attnums of UPDATE OF;
    `when_columns` those that WHEN reads. `enabled` is O, D, R or A as in `pg_trigger.tgenabled`. `xmin` is the
    row version of its `pg_trigger` row. `parent` is the oid of the partitioned parent's trigger. `instead` is
    INSTEAD OF on a view. A trigger on UPDATE without `update_columns` fires on every UPDATE."""

    oid: int
    name: str
    function_oid: int
    function: RelationName
    definition: str
    before: bool
    row: bool
    on_insert: bool
    on_update: bool
    on_delete: bool
    enabled: str
    update_columns: tuple[int, ...] = ()
    when_columns: tuple[int, ...] = ()
    constraint: bool = False
    parent: int | None = None
    comment: str | None = None
    xmin: int = 0
    instead: bool = False
    on_truncate: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A row-level security policy. `command` is ALL, SELECT, INSERT, UPDATE or DELETE; `roles` unquoted,
    PUBLIC as ""; `columns` the attnums of its own table that it reads, `reads` the (relation oid, attnum) pairs
    of other relations."""

    oid: int
    name: str
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: str | None
    check: str | None
    columns: tuple[int, ...] = ()
    comment: str | None = None
    reads: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule of a user on a table or view (never `_RETURN`). `reads` are the (relation oid, attnum) pairs that it
    depends on, those of its own relation included."""

    oid: int
    name: str
    definition: str
    reads: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """How a table is published. `columns` is the column list (attnums), None where there is none; `filter` the
    WHERE of the row filter; `how` is `table`, `schema` or `all tables`; `filter_columns` what the filter reads.
    Membership is the table's own: a partition published through its parent has none. `operations` are those
    published (insert, update, delete, truncate); `via_root` is publish_via_partition_root."""

    name: str
    owner: str
    how: str
    columns: tuple[int, ...] | None = None
    filter: str | None = None
    filter_columns: tuple[int, ...] = ()
    operations: tuple[str, ...] = ("insert", "update", "delete", "truncate")
    via_root: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendedStatistics:
    """A statistics object (`CREATE STATISTICS`) and the attnums it is about."""

    oid: int
    name: RelationName
    columns: tuple[int, ...]
    definition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, partitioned table or foreign table. `kind` is r, p or f as in `pg_class.relkind`.

    `parents` and `children` are oids of direct inheritance, partitions included; `partition_columns` the attnums
    that the partition key reads, `partition_bound` the bound of a partition. `acl` as in `Column`. `rows` is
    `reltuples` (None: never analysed), `bytes` the size of heap and TOAST, `pages` that of the heap in blocks
    (in a database of thousands of relations both are as of the last VACUUM or ANALYZE).
    `replica_identity` is d, n, f or i. `rules` are names of rules (never `_RETURN`), `rule_definitions` the rules
    themselves. `modified` counts the rows changed since the last ANALYZE. `highest_column` is the highest attnum
    ever given (the limit is 1600). `partition_key` is `pg_get_partkeydef`. `access_method` is `heap` for ordinary
    tables, "" for partitioned and foreign ones. `extension` names the extension that owns the table."""

    oid: int
    name: RelationName
    kind: str
    owner: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Policy, ...] = ()
    publications: tuple[Publication, ...] = ()
    statistics: tuple[ExtendedStatistics, ...] = ()
    parents: tuple[int, ...] = ()
    children: tuple[int, ...] = ()
    partition_columns: tuple[int, ...] = ()
    partition_bound: str | None = None
    persistence: str = "p"
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str = "d"
    acl: tuple[tuple[str, str, bool], ...] = ()
    options: tuple[str, ...] = ()
    comment: str | None = None
    of_type: str | None = None
    rules: tuple[str, ...] = ()
    rows: float | None = None
    pages: int = 0
    bytes: int = 0
    modified: int = 0
    highest_column: int = 0
    file_node: int = 0
    rule_definitions: tuple[Rule, ...] = ()
    partition_key: str | None = None
    access_method: str = "heap"
    tablespace: str | None = None
    extension: str | None = None

    def column(self, name: str) -> Column | None:
        """The column called `name`, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def column_number(self, number: int) -> Column | None:
        """The live column with attnum `number`, or None."""
        return next((column for column in self.columns if column.number == number), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A view (`v`) or materialized view (`m`). `definition` is `pg_get_viewdef` with an empty search_path,
    `reads` the (relation oid, attnum) pairs that its rules depend on, attnum 0 for the whole row or relation.
    `indexes` are those of a materialized view, `rules` rules other than the one that makes it a view."""

    oid: int
    name: RelationName
    kind: str
    owner: str
    definition: str
    columns: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    reads: frozenset[tuple[int, int]] = frozenset()
    acl: tuple[tuple[str, str, bool], ...] = ()
    comment: str | None = None
    triggers: tuple[Trigger, ...] = ()
    indexes: tuple[Index, ...] = ()
    rules: tuple[Rule, ...] = ()
    extension: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function or procedure of a user schema. `identity` is its name with argument types, qualified and
    quoted, as ALTER FUNCTION takes it; `body` the source text (for a SQL-standard body the deparsed one);
    `reads` the (relation oid, attnum) pairs a SQL-standard body depends on. `kind` is f, p or w as in
    `pg_proc.prokind`, `volatility` i, s or v; `settings` are those of SET clauses (`search_path=…`)."""

    oid: int
    name: RelationName
    identity: str
    language: str
    body: str
    returns_trigger: bool
    owner: str
    reads: frozenset[tuple[int, int]] = frozenset()
    kind: str = "f"
    volatility: str = "v"
    security_definer: bool = False
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """A snapshot of one database: everything below is by oid. `search_path` is that of the reading session,
    resolved to the schemas that exist, `schemas` are all of the user's, `version` is `server_version_num`, `role` the
    session's role.
    `relation_names` has every name of a schema's relations: tables, views, sequences, indexes, composite types;
    `types` every type outside of pg_catalog, and whether adding a column of it rewrites the table; `domain_constraints`
    are the names of constraints of domains, which those of tables avoid.
    `member_of` are the roles whose rights the session has: it may alter what one of them owns.

    `unreadable` names the relations that another session held in ACCESS EXCLUSIVE mode while the snapshot was taken,
    with a sentence about who. Expressions and definitions that name them are missing; `check_readable` raises."""

    version: int
    database: str
    role: str
    search_path: tuple[str, ...]
    schemas: tuple[str, ...] = ()
    tables: Mapping[int, Table] = field(default_factory=dict)
    views: Mapping[int, View] = field(default_factory=dict)
    functions: Mapping[int, Function] = field(default_factory=dict)
    sequences: Mapping[int, RelationName] = field(default_factory=dict)
    relation_names: Mapping[RelationName, int] = field(default_factory=dict)
    types: Mapping[RelationName, bool] = field(default_factory=dict)
    domain_constraints: frozenset[RelationName] = frozenset()
    superuser: bool = False
    bypass_rls: bool = False
    can_silence_triggers: bool = False
    member_of: frozenset[str] = frozenset()
    unreadable: Mapping[int, str] = field(default_factory=dict)
    memo: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def remembered(self, key: object, make: Callable[[], T]) -> T:
        """What `make` makes of this snapshot, made once for each key: the snapshot never changes, and a plan of many
        operations asks the same of all its tables again and again."""
        if key not in self.memo:
            self.memo[key] = make()
        found: T = self.memo[key]
        return found

    @property
    def major(self) -> int:
        """The major version, 14 to 18."""
        return self.version // 10000

    def find(self, name: str, schema: str | None = None) -> int | None:
        """The oid of the relation `name`, in `schema` or the first schema of the search_path that has it."""
        places = self.search_path if schema is None else (schema,)
        return next((oid for place in places if (oid := self.relation_names.get(RelationName(place, name)))), None)

    def check_readable(self, oids: Iterable[int]) -> None:
        """Raises LockNotObtained, naming who holds what, when one of the relations was locked while it was read."""
        if held := sorted(set(oids) & self.unreadable.keys()):
            names = ", ".join(str(self.name_of(oid)) for oid in held)
            raise LockNotObtained(
                f"{names} could not be read: another session holds it in ACCESS EXCLUSIVE mode.",
                blockers=tuple(self.unreadable[oid] for oid in held),
                hint="Run the same command again when that session has ended its transaction.",
            )

    def name_of(self, oid: int) -> RelationName | None:
        """The name of the table, view or sequence `oid`, or None."""
        relation = self.tables.get(oid) or self.views.get(oid)
        return relation.name if relation is not None else self.sequences.get(oid)

    def descendants(self, oid: int) -> tuple[Table, ...]:
        """The table and all tables that inherit from it or are its partitions, at any depth, in oid order."""
        seen: dict[int, Table] = {}
        todo = [oid]
        while todo:
            current = todo.pop()
            table = self.tables.get(current)
            if table is not None and current not in seen:
                seen[current] = table
                todo.extend(table.children)
        return tuple(seen[key] for key in sorted(seen))
