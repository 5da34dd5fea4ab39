"""What a plan is made from: what is known of the database, and the questions that the server answers meanwhile.

Operations are pure but for these questions, so a test may answer them itself. Refuses nothing: a question that nobody
answers is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...base.name import RelationName
from ...catalog.domain_probe import DomainFacts
from ...catalog.index_probe import IndexFacts
from ...catalog.partition_probe import BoundFacts
from ...catalog.probe import ExpressionFacts
from ...catalog.statement_probe import Trial
from ...catalog.values import Catalog, Column
from ...sql import parse
from ..sync.link import Link

TryKey = Callable[[tuple[Column, ...], tuple[Column, ...], str], str | None]
"""What the server says against a foreign key of columns to columns with a clause, None for nothing."""

TypeProbe = Callable[[Sequence[int], str, str], tuple[str | None, str]]
"""What the server says against a clause behind ALTER COLUMN on some tables, and what it would write anew."""

BoundProbe = Callable[[int, str, int], BoundFacts]
"""What the server says of the bound of a new partition of a table, beside all others but one."""
TryClause = Callable[[int, str, int], str | None]
"""What the server says against a clause of ALTER TABLE of a table, None for nothing; another table may stand behind."""

DomainProbe = Callable[[RelationName, str], DomainFacts | None]
"""What the server says of a domain and of a change of it, None where there is no such domain."""
TryStatement = Callable[[Sequence[str]], Trial | None]
"""What the server says against the last of some statements that run one after another, and are rolled back."""

Examine = Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]]], tuple[str, tuple[str, ...]] | None]
"""What an object that is no table is called, and what hangs on it and on no one of the others; None for nothing."""

Probe = Callable[[int, Mapping[str, str | Column], str, Column], ExpressionFacts]
IndexProbe = Callable[[int, Mapping[str, str | Column], parse.Node, str | None], IndexFacts]

AgainstView = Callable[[int, str, str], tuple[str, ...]]
"""Which known statements a view of a table with two names of a column would fail."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The catalog, the `links` that are open, the `statements` that are known to run (None: not known), what the caller
    consents to, the tables that steps of open migrations are about (`busy`, by oid, with the migration), and the
    columns (oid, attnum) and tables (oid, 0) that they drop (`leaving`) or give another type in place (`typing`).
    All else are questions; `width(table, column)` is the average size of its values in bytes, as stored."""

    catalog: Catalog
    links: tuple[Link, ...] = ()
    statements: tuple[str, ...] | None = None
    allow: frozenset[str] = frozenset()
    busy: Mapping[int, str] = field(default_factory=dict)
    leaving: Mapping[tuple[int, int], str] = field(default_factory=dict)
    typing: Mapping[tuple[int, int], str] = field(default_factory=dict)
    probe: Probe
    probe_index: IndexProbe | None = None
    probe_type: TypeProbe | None = None
    probe_bound: BoundProbe | None = None
    probe_domain: DomainProbe | None = None
    try_key: TryKey | None = None
    try_clause: TryClause | None = None
    try_statement: TryStatement | None = None
    examine: Examine | None = None
    against_view: AgainstView | None = None
    width: Callable[[int, str], float] | None = None
