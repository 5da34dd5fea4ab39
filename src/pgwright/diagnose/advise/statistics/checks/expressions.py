"""Expressions in conditions of known statements that nobody keeps statistics of: a fixed fraction is expected."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Finding, Severity
from .. import cures
from ..compared import normal
from ..finding import finding
from ..reader import LARGE
from ..values import Seen, Table


def look(seen: Seen) -> Iterator[Finding]:
    """Each expression over a large table, those with the most time first."""
    weights: dict[tuple[int, str], float] = {}
    for each in seen.compared or ():
        for text in each.expressions:
            weights[each.table, text] = weights.get((each.table, text), 0.0) + each.weight
    done: set[tuple[int, str]] = set()
    for (oid, text), _ in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        table, key = seen.tables[oid], (oid, normal(text))
        rows = sum(max(leaf.rows, 0.0) for leaf in seen.leaves(oid))
        if key in done or rows < LARGE or _known(seen, table, text):
            continue
        done.add(key)
        yield finding(
            "expression_without_statistics", table, Severity.NOTICE,
            f"Statements compare {text}, and there are no statistics of it.",
            "A fixed fraction of the rows is expected: 0.5 % for one value, a third for a range. An index on the "
            "expression brings statistics too.",
            cures.expression(table, text), fields={"expression": text},
        )  # fmt: skip


def _known(seen: Seen, table: Table, text: str) -> bool:
    """Whether statistics of the expression are kept: by extended statistics, or with an index, of a partition too."""
    there = [*table.expressions, *(each for extended in table.extended for each in extended.expressions)]
    there += [each for leaf in seen.leaves(table.oid)[:1] for each in leaf.expressions]
    return normal(text) in set(map(normal, there))
