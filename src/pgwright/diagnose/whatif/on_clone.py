"""Asks a clone: it has the statistics of the database, and every index is really made on it."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

import psycopg

from ...base.errors import PgwrightError, Refused
from ...clone.clone import Clone
from ...clone.indexes import Made
from ...sql import quote
from ..asking import explain as asking
from ..query_plan.model import QueryPlan
from . import _session
from ._named import Named
from ._query import query
from .planner import Existing, Guessed, Planned
from .proposed import Proposed

_NAMES = b"SELECT c.oid::bigint, c.relname::text FROM pg_catalog.pg_class c WHERE c.oid = ANY (%s)"
TRIGRAMS = "pg_trgm"
"""The extension that candidates need and a source may lack. It is trusted: no superuser is needed (13 and newer)."""

_LATE = "There was no time to look at it."
_PARTITIONED = "Each of its partitions is scanned by statistics of its own."


class OnClone:
    """The tier `clone`. `extensions` are those that the source could have: what an index needs of them is made on the
    clone, too."""

    tier = "clone"

    def __init__(self, clone: Clone, *, extensions: Collection[str] = ()) -> None:
        self.clone = clone
        self._connection = clone.connection
        self._made: dict[Proposed, Made] = {}
        self._refused: set[Proposed] = set()
        self._shown: set[Proposed] = set()
        self._hidden: set[Existing] = set()
        self._existing: dict[Existing, tuple[tuple[str, str], list[int]]] = {}
        self._named = Named()
        self._read_existing()
        self.asked = 0
        if TRIGRAMS in extensions:
            self._make_extension(TRIGRAMS)
        self._connection.execute(f"SET statement_timeout = {_session.TIMEOUT_MS}".encode())

    @property
    def notes(self) -> tuple[str, ...]:
        """What the clone lacks."""
        return self.clone.missing.sentences

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """Makes them on the clone, hidden; each once."""
        asked = list(dict.fromkeys(indexes))
        fresh = [index for index in asked if index not in self._made and index not in self._refused]
        made = self.clone.indexes.create_all([index.sql for index in fresh], shown=False)
        for index, found in zip(fresh, made, strict=True):
            if isinstance(found, Refused):
                self._refused.add(index)
            else:
                self._made[index] = found
        self._name([index for index in fresh if index in self._made])
        return {index: self._made[index].bytes for index in asked if index in self._made}

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """Plans it; only what is needed of the plan is read."""
        self._arrange(set(shown), set(hidden))
        self.asked += 1
        root = _session.root(self._connection, statement)
        return Planned(cost=float(root["Total Cost"]), used=self._named.used(root, shown, hidden))

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
        way = asking.Way(analyze=False, writes=True, timeout_ms=_session.TIMEOUT_MS, settings=tuple(settings))
        return asking.explain(self._connection, statement, way)

    def statistics(self, sql: str) -> AbstractContextManager[None]:
        """Makes them, and fills them from a sample of the source."""
        return self.clone.statistics(sql)

    @contextmanager
    def analyzed(self, indexes: Iterable[Proposed], *, seconds: float = math.inf) -> Iterator[tuple[Guessed, ...]]:
        """Looks at those in samples of the source that the clone could not foretell, nor have statistics there."""
        began, left = time.monotonic(), []
        with ExitStack() as known:
            for expression, table, statement in self.clone.indexes.unknown(self._made[index] for index in indexes):
                is_late = time.monotonic() - began >= seconds
                if reason := _LATE if is_late else self._look(known, statement):
                    left.append(Guessed(expression=expression, table=table, reason=reason))
            yield tuple(left)

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """The part of the rows that partial indexes hold, by the planner's count."""
        return _session.parts(self._connection, indexes)

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """The indexes of the source that the clone has; those of partitions belong to their parents."""
        return {index: table for index, (table, _) in self._existing.items()}

    def _look(self, known: ExitStack, statement: str | None) -> str:
        """Makes statistics that go away with `known`; else why there are none."""
        if statement is None:
            return _PARTITIONED
        try:
            known.enter_context(self.clone.statistics(statement))
        except PgwrightError as error:
            return error.message
        return ""

    def _read_existing(self) -> None:
        for schema, name, table_schema, table, oids, names in self._connection.execute(query("existing")).fetchall():
            index = Existing(schema=schema, name=name)
            self._existing[index] = ((table_schema, table), oids)
            self._named.add(index, names)

    def _name(self, indexes: Sequence[Proposed]) -> None:
        """Remembers by which names plans will call them."""
        owner = {oid: index for index in indexes for oid in self._made[index].oids}
        for oid, name in self._connection.execute(_NAMES, [list(owner)]).fetchall():
            self._named.add(owner[oid], [name])

    def _make_extension(self, name: str) -> None:
        """Makes an extension that any owner of a database may make, where this machine has it."""
        try:
            with self._connection.transaction():
                self._connection.execute(f"CREATE EXTENSION IF NOT EXISTS {quote.ident(name)}".encode())
        except psycopg.Error:
            if self._connection.closed:
                raise

    def _arrange(self, shown: set[Proposed], hidden: set[Existing]) -> None:
        """Shows the planner these proposed indexes and no others, and all that are there but those hidden."""
        appear = [oid for index in shown - self._shown for oid in self._made[index].oids]
        appear += [oid for index in self._hidden - hidden for oid in self._existing[index][1]]
        vanish = [oid for index in self._shown - shown for oid in self._made[index].oids]
        vanish += [oid for index in hidden - self._hidden for oid in self._existing[index][1]]
        if appear:
            self.clone.indexes.show(appear, shown=True)
        if vanish:
            self.clone.indexes.show(vanish, shown=False)
        self._shown, self._hidden = shown, hidden
