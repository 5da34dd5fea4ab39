"""Values for the parameters of a normalised statement, drawn from pg_stats: a common, a typical and a rare set.

One set of values would say how one customer fares. A statement is explained with three: the most common value (or the
widest range), one from the middle, and a rare one (or the narrowest range), because a plan may be good for one and bad
for another. Values are shown with the result: they are the table's own, as pg_stats keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from ...base.errors import Refused
from .marked import Place, places
from .statement import HINT, numbers

Connection = psycopg.Connection[tuple[Any, ...]]

KINDS = ("common", "typical", "rare")
_EDGES = {"common": (0.1, 0.9), "typical": (0.5, 0.5), "rare": (0.98, 0.02)}
_WINDOWS = {"common": (0.1, 0.9), "typical": (0.5, 0.6), "rare": (0.97, 0.98)}
"""Where a lower and an upper bound lie in the histogram: alone, and where both bound one column."""
_DISTANCES = {"common": "365 days", "typical": "30 days", "rare": "1 day"}
_PREFIX = 3
_LIMIT, _OFFSET, _OPERAND = "50", "0", "1"


@dataclass(frozen=True, kw_only=True)
class ValueSet:
    """One value for each parameter; `name` is common, typical, rare or given."""

    name: str
    values: Mapping[int, str]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What pg_stats holds of a column."""

    relation: str
    type: str
    common: tuple[str, ...]
    histogram: tuple[str, ...]


def drawn(connection: Connection, text: str, siblings: Mapping[int, int]) -> tuple[ValueSet, ...]:
    """Up to three different sets. `siblings` are parameters of one list, by the first of it: they get different
    values. Raises Refused where no value can be found for a parameter, naming it."""
    drawer = _Drawer(connection, text, siblings)
    sets: dict[tuple[str, ...], ValueSet] = {}
    for kind in KINDS:
        values = {number: drawer.value(number, kind) for number in numbers(text)}
        sets.setdefault(tuple(values.values()), ValueSet(name=kind, values=values))
    return tuple(sets.values())


class _Drawer:
    """Chooses values for the parameters of one statement."""

    def __init__(self, connection: Connection, text: str, siblings: Mapping[int, int]) -> None:
        self._connection = connection
        self._places = {place.number: place for place in places(text)}
        self._known = {number: self._read(place) for number, place in self._places.items()}
        self._order = _order(numbers(text), siblings)
        lower = {place.column for place in self._places.values() if place.use in (">", ">=")}
        self._windows = lower & {place.column for place in self._places.values() if place.use in ("<", "<=")}

    def value(self, number: int, kind: str) -> str:
        """A value of a kind for a parameter; raises Refused where none can be found."""
        place, known = self._places.get(number), self._known.get(number)
        if place is not None and place.use in ("LIMIT", "OFFSET"):
            return _LIMIT if place.use == "LIMIT" else _OFFSET
        if place is not None and place.interval:
            return self._distance(place, known, kind)
        if place is not None and place.use in ("+", "-", "*", "/", "%"):
            return _OPERAND
        if place is None or known is None or not (known.common or known.histogram):
            raise Refused(f"No value can be found for ${number}: {_reason(place, known)}.", hint=HINT)
        if place.use in ("<", "<=", ">", ">="):
            return _edge(known, place.use, (_WINDOWS if place.column in self._windows else _EDGES)[kind])
        value = _single(known, kind, self._order[number])
        return value[:_PREFIX].replace("%", "") + "%" if place.use in ("~~", "~~*") else value

    def _read(self, place: Place) -> _Known | None:
        query = (Path(__file__).parent / "column.sql").read_bytes()
        for schema, name in place.relations:
            wanted = {"schema": schema, "name": name, "column": place.column}
            row = self._connection.execute(query, wanted).fetchone()
            if row is not None:
                return _Known(relation=row[0], type=row[1], common=tuple(row[2]), histogram=tuple(row[3]))
        return None

    def _distance(self, place: Place, known: _Known | None, kind: str) -> str:
        """How far back from now a bound of a time column lies."""
        if known is not None and known.type.startswith(("timestamp", "date")) and known.histogram:
            bound = _edge(known, place.use if place.use.startswith("<") else ">", _EDGES[kind])
            query = "SELECT extract(epoch FROM now() - %s::timestamptz)::bigint"
            row = self._connection.execute(query, [bound]).fetchone()
            if row is not None and row[0] > 0:
                return f"{row[0]} seconds"
        return _DISTANCES[kind]


def _order(given: tuple[int, ...], siblings: Mapping[int, int]) -> dict[int, int]:
    """For each parameter its place among those of one list, from 0."""
    seen: dict[int, int] = {}
    order = {}
    for number in given:
        first = siblings.get(number, number)
        order[number] = seen.get(first, 0)
        seen[first] = order[number] + 1
    return order


def _single(known: _Known, kind: str, number: int) -> str:
    """A value to be equal to: the most common, one from the middle, one that only the histogram knows."""
    if kind == "rare":
        pool = known.histogram or known.common[::-1]
        start = len(pool) // 2 if known.histogram else 0
    elif kind == "typical":
        pool = (*known.common, *known.histogram)
        start = len(known.common) // 2 if known.common else len(pool) // 3
    else:
        pool, start = (*known.common, *known.histogram), 0
    return pool[(start + number) % len(pool)]


def _edge(known: _Known, use: str, parts: tuple[float, float]) -> str:
    """A bound: at the first of `parts` of the histogram from below, at the second from above."""
    pool = known.histogram or tuple(sorted(known.common))
    at = parts[0] if use.startswith(">") else parts[1]
    return pool[min(int(at * len(pool)), len(pool) - 1)]


def _reason(place: Place | None, known: _Known | None) -> str:
    if place is None or not place.column:
        return "it is not compared with a column"
    if known is None:
        return f'no table of the statement has a column "{place.column}"'
    return f'pg_stats has nothing about the column "{place.column}" of {known.relation} (ANALYZE {known.relation};)'
