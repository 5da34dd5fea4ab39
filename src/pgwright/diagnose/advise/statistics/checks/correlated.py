"""Columns that statements compare together, and of which a sample shows that they hang together: the planner multiplies
their fractions, or their numbers of values, as if they did not. Without a sample nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Finding, Severity
from .. import cures
from ..finding import finding
from ..values import Measured, Seen

FACTOR = 5.0
"""How wrong the planner must be until statistics of the columns together are proposed: less seldom changes a plan."""


DETERMINED = 1.1
"""How many more combinations than values of one column there may be until that column determines the others."""
MORE = 1000
"""The statistics target where combinations are more than are kept by default and none determines the others."""


def look(seen: Seen) -> Iterator[Finding]:
    """Each set of columns that was measured and hangs together."""
    for each in seen.measured or ():
        kinds = []
        if each.matching is not None and each.matching >= FACTOR:
            kinds.append(_matching(each, seen.default_target))
        if each.groups is not None and each.groups >= FACTOR:
            kinds.append("ndistinct")
        if kinds:
            yield _found(seen, each, kinds)


def _matching(measured: Measured, kept: int) -> str:
    """The kind that makes estimates of conditions right. Where common values are kept but not those that are looked
    for, dependencies are not asked any more (14 and 18, tried), so that it must be one or the other."""
    if measured.together > kept and measured.together <= DETERMINED * measured.most:
        return "dependencies"
    return "mcv"


def _found(seen: Seen, measured: Measured, kinds: list[str]) -> Finding:
    table, names = seen.tables[measured.table], ", ".join(measured.columns)
    parts = []
    if kinds[0] != "ndistinct":
        parts.append(f"{measured.matching:,.0f} times more rows have values of {names} in common than is expected")
    if "ndistinct" in kinds:
        parts.append(f"there are {measured.groups:,.0f} times fewer groups of {names} than is expected")
    target = MORE if "mcv" in kinds and measured.together > seen.default_target else None
    return finding(
        "correlated_columns", table, Severity.WARNING,
        f"In a sample of {measured.rows:,} rows {' and '.join(parts)}.",
        "The planner takes columns to have nothing to do with each other, until there are statistics of them together.",
        cures.together(table, measured.columns, kinds, target),
        fields={"columns": list(measured.columns), "matching": measured.matching, "groups": measured.groups},
    )  # fmt: skip
