"""Which columns are worth a look together: those that known statements compare, or group by, at one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .reader import LARGE
from .values import Seen, Table

MOST_COLUMNS = 8
"""More cannot be in one CREATE STATISTICS (14 to 18)."""
UNIQUE = 0.9
"""A column with more values than this share of the rows leaves nothing for others to tell."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Columns of a table that are compared with single values together (`matching`) or grouped by (`grouping`), in how
    many statements, and the time of these."""

    table: int
    columns: tuple[str, ...]
    matching: bool
    grouping: bool
    statements: int
    weight: float


def candidates(seen: Seen) -> tuple[Candidate, ...]:
    """The sets of columns without statistics of them together, those with the most time first."""
    found: dict[tuple[int, frozenset[str]], dict[str, float]] = {}
    used: dict[tuple[int, frozenset[str]], set[str]] = {}
    for table, columns, kind, statement, weight in _sets(seen):
        key = (table, columns)
        kinds = found.setdefault(key, {})
        kinds[kind] = kinds.get(kind, 0.0) + weight
        used.setdefault(key, set()).add(statement)
    made = [
        Candidate(
            table=table,
            columns=tuple(sorted(columns)),
            matching="m" in kinds,
            grouping="d" in kinds,
            statements=len(used[table, columns]),
            weight=max(kinds.values()),
        )
        for (table, columns), kinds in found.items()
    ]
    return tuple(sorted(made, key=lambda each: (-each.weight, each.table, each.columns)))


def _sets(seen: Seen) -> Iterator[tuple[int, frozenset[str], str, str, float]]:
    for each in seen.compared or ():
        table = seen.tables[each.table]
        if sum(max(leaf.rows, 0.0) for leaf in seen.leaves(each.table)) < LARGE:
            continue
        for names, kind in ((each.equal, "m"), (each.grouped, "d")):
            columns = frozenset(name for name in names if not _unique(table, name))
            if 2 <= len(columns) <= MOST_COLUMNS and not _kept(table, columns, kind):
                yield each.table, columns, kind, each.statement, each.weight


def _unique(table: Table, name: str) -> bool:
    column = next((each for each in table.columns if each.name == name), None)
    if column is None or table.rows <= 0:
        return False
    return (column.distinct if column.distinct > 0 else -column.distinct * table.rows) > UNIQUE * table.rows


def _kept(table: Table, columns: frozenset[str], kind: str) -> bool:
    wanted = {"d"} if kind == "d" else {"f", "m"}
    return any(columns <= each.columns and wanted & each.kinds for each in table.extended)
