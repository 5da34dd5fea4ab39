"""The values: tables with what ANALYZE has left of them, and what statements compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...autovacuum import Relation


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column with statistics. `target` is its own statistics target, None for the default. `distinct` is as the
    server writes it (negative: a fraction of the rows), `nulls` a fraction; of `common` values the rarest has the
    fraction `least` of the rows, and all together `covered`."""

    name: str
    target: int | None
    distinct: float
    nulls: float
    common: int
    covered: float
    least: float


@dataclass(frozen=True, kw_only=True)
class Extended:
    """Extended statistics: of columns by name, of expressions as the server deparses them, of `kinds` (d: distinct
    values, f: dependencies, m: common values, e: expressions)."""

    kinds: frozenset[str]
    columns: frozenset[str]
    expressions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. `kind` is pg_class.relkind, `rows` the planner's count (-1: none), `live` that of the statistics
    collector. `modified` counts rows changed since the last ANALYZE, `analyzed` is its age in seconds (None: never, or
    before the statistics began). `counted` are the columns with statistics that the role may see, and `readable` says
    whether it may see them. `expressions` are those that an index keeps statistics of."""

    oid: int
    schema: str
    name: str
    kind: str
    parent: int | None = None
    rows: float = -1
    pages: int = 0
    live: int = 0
    modified: int = 0
    analyzed: float | None = None
    counted: int = 0
    readable: bool = True
    columns: tuple[Column, ...] = ()
    extended: tuple[Extended, ...] = ()
    expressions: tuple[str, ...] = ()
    autovacuum: Relation | None = None

    @property
    def full_name(self) -> str:
        """`schema.name`, unquoted, for sentences."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What one statement asks of one table at one place: columns that it compares with single values (`equal`), by
    which it groups (`grouped`), and expressions over columns that it compares. `statement` is its text, `weight` its
    time in milliseconds, or its calls where times are not known."""

    table: int
    equal: frozenset[str] = frozenset()
    grouped: frozenset[str] = frozenset()
    expressions: frozenset[str] = frozenset()
    statement: str = ""
    weight: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a sample of `rows` says about columns together: how many times more rows have values in common than there
    would be if columns had nothing to do with each other (`matching`), and how many times fewer groups there are
    (`groups`); None where the sample cannot tell. It has `together` different combinations of values, and `most` values
    of the column that has most."""

    table: int
    columns: tuple[str, ...]
    rows: int
    matching: float | None
    groups: float | None
    together: int = 0
    most: int = 0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that a check may look at. `default_target` is default_statistics_target; `compared` is None where no
    statement is known, and `measured` where no sample was asked for."""

    tables: Mapping[int, Table]
    default_target: int
    compared: tuple[Compared, ...] | None = None
    measured: tuple[Measured, ...] | None = None
    children: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def leaves(self, oid: int) -> tuple[Table, ...]:
        """The tables that hold the rows of a table: itself, or its partitions of all levels."""
        below = self.children.get(oid, ())
        if self.tables[oid].kind != "p":
            return (self.tables[oid],)
        return tuple(leaf for child in below for leaf in self.leaves(child))
