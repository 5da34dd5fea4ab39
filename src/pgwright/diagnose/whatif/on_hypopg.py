"""Asks the database itself, where the extension HypoPG is installed: it makes the planner of one session believe that
there are indexes. Nothing is made or changed, and nothing is ever installed by us.

HypoPG knows b-trees, BRIN and hash; what is in documents, texts and ranges it cannot try. An index on an expression has
no statistics there, so it is judged by a guess. HypoPG takes every entry of an index for one of its own: the sizes told
here are those of our own arithmetic wherever statistics allow it, the costs are HypoPG's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ...base.errors import Refused
from ...connect.session import Connection, is_pooled
from ...sql import quote
from ...sql.index_key import columns
from ..asking import explain as asking
from ..query_plan.model import QueryPlan
from . import _session
from ._named import Named
from ._query import query
from ._sizes import Sizes
from ._unsampled import Unsampled
from .planner import Existing, Planned
from .proposed import Proposed

METHODS = ("btree", "brin", "hash")
"""What HypoPG makes of what there are candidates for (1.3.1 and 1.4)."""
HIDES = (1, 4)
"""The version that can hide indexes that are there (hypopg_hide_index)."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """The extension as it is installed: its schema and version."""

    schema: str
    version: tuple[int, ...]

    @property
    def hides(self) -> bool:
        """Whether it can hide indexes that are there."""
        return self.version >= HIDES


def installed(connection: Connection) -> Installed | None:
    """HypoPG in the connected database; None where it is not installed."""
    row = connection.execute(query("hypopg")).fetchone()
    if row is None:
        return None
    return Installed(schema=row[0], version=tuple(int(part) for part in row[1].split(".") if part.isdigit()))


class OnHypopg(Unsampled):
    """The tier `hypopg`, by a session that belongs to it: what is hypothetical lives in its backend. `close` makes the
    backend forget all of it. Raises Refused behind a pooler, which may give each statement another backend."""

    tier = "hypopg"

    def __init__(self, connection: Connection, extension: Installed) -> None:
        if is_pooled(connection):
            raise Refused(
                "HypoPG needs a session of its own, and a pooler stands in between.",
                hint="Give direct_dsn, which leads to the server itself.",
            )
        _session.quiet(connection)
        self._connection = connection
        self._extension = extension
        self._sizes = Sizes(connection)
        self._known: dict[Proposed, int] = {}
        self._refused: set[Proposed] = set()
        self._shown: dict[Proposed, int] = {}
        self._hidden: set[Existing] = set()
        self._existing: dict[Existing, tuple[tuple[str, str], list[int]]] = {}
        self._existing_named = Named()
        self._names: dict[Proposed, str] = {}
        self.asked = 0
        self._run("hypopg_reset")
        if extension.hides:
            self._read_existing()

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be tried here."""
        found = []
        other = sorted({each.method for each in self._refused if each.method not in METHODS})
        if other:
            count = sum(each.method not in METHODS for each in self._refused)
            found.append(
                f"HypoPG knows no {', '.join(other)}: {count} candidate{'s' if count != 1 else ''} could not be tried."
            )
        if any(len(columns(each.keys)) < len(each.keys) for each in self._known):
            found.append("HypoPG has no statistics of expressions: indexes on them are judged by a guess.")
        if not self._extension.hides:
            version = ".".join(map(str, self._extension.version))
            found.append(f"HypoPG {version} cannot hide indexes (1.4 can): no DROP was tried.")
        return tuple(found)

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """Makes each once, to see whether it can be, and how large."""
        asked = list(dict.fromkeys(indexes))
        for index in asked:
            if index not in self._known and index not in self._refused:
                self._try(index)
        return {index: self._known[index] for index in asked if index in self._known}

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """Plans it."""
        self._arrange(set(shown), set(hidden))
        self.asked += 1
        root = _session.root(self._connection, statement)
        named = Named()
        for index in shown:
            named.add(index, [self._names[index]])
        used = named.used(root, shown, hidden) | self._existing_named.used(root, (), hidden)
        return Planned(cost=float(root["Total Cost"]), used=used)

    def plan(
        self,
        statement: str,
        shown: Collection[Proposed] = (),
        hidden: Collection[Existing] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> QueryPlan:
        """The plan in full, VERBOSE."""
        self._arrange(set(shown), set(hidden))
        self.asked += 1
        way = asking.Way(analyze=False, timeout_ms=_session.TIMEOUT_MS, settings=tuple(settings))
        return asking.explain(self._connection, statement, way)

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """The part of the rows that partial indexes hold, by the planner's count."""
        self._arrange(set(), set())
        return _session.parts(self._connection, indexes)

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """The indexes that can be hidden; none before HypoPG 1.4."""
        return {index: table for index, (table, _) in self._existing.items()}

    def close(self) -> None:
        """Makes the backend forget everything."""
        if not self._connection.closed:
            self._run("hypopg_reset")

    def _read_existing(self) -> None:
        for schema, name, table_schema, table, oids, names in self._connection.execute(query("existing")).fetchall():
            index = Existing(schema=schema, name=name)
            self._existing[index] = ((table_schema, table), oids)
            self._existing_named.add(index, names)

    def _try(self, index: Proposed) -> None:
        if index.method not in METHODS:
            self._refused.add(index)
            return
        self._arrange(set(), set())
        try:
            oid = self._make(index)
        except psycopg.Error:
            if self._connection.closed:
                raise
            self._refused.add(index)
            return
        row = self._run("hypopg_relation_size", oid)
        self._run("hypopg_drop_index", oid)
        own = self._sizes.of(index)
        self._known[index] = own.bytes if own is not None else int(row[0])

    def _make(self, index: Proposed) -> int:
        oid, name = self._run("hypopg_create_index", index.sql.rstrip(";"))
        self._names[index] = name
        return int(oid)

    def _arrange(self, shown: set[Proposed], hidden: set[Existing]) -> None:
        """Lets the planner see these proposed indexes and no others, and all that are there but those hidden."""
        for index in self._shown.keys() - shown:
            self._run("hypopg_drop_index", self._shown.pop(index))
        for index in sorted(shown - self._shown.keys()):
            self._shown[index] = self._make(index)
        for away in hidden - self._hidden:
            for oid in self._existing[away][1]:
                self._run("hypopg_hide_index", oid)
        for back in self._hidden - hidden:
            for oid in self._existing[back][1]:
                self._run("hypopg_unhide_index", oid)
        self._hidden = hidden

    def _run(self, function: str, *values: object) -> tuple[Any, ...]:
        """Calls a function of the extension."""
        places = ", ".join(["%s"] * len(values))
        name = quote.qualified(self._extension.schema, function)
        row = self._connection.execute(f"SELECT * FROM {name}({places})".encode(), values).fetchone()
        return row if row is not None else ()
