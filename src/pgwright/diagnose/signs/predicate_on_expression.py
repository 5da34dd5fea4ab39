"""A filter compares something computed from a column, so that an index on the column cannot serve it.

## What it is

`lower(email) = …`, `at::date = …`, `date_trunc(…)`, `coalesce(…)`, `col + 1 = …`: the server computes the expression
for every row and throws nearly all away.

## Why it is slow

An index is searched for its keys, and the expression is none of them. The estimate is a guess as well.

## Cure

The condition on the column itself where that means the same (a day as its two bounds), as the whole statement where
that is known, with an index where there is none; else an index on the expression as the server writes it. It is not
proposed where the server would refuse it: `at::date` of a timestamptz depends on the time zone.

## Disproof

The condition keeps a large part of the table for other values of its parameters.

## Versions

14 to 18.

## Example

    SELECT * FROM utilisateurs WHERE lower(email) = 'a@example.org';
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..conditions import Clause, clauses
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures, _discards, _rewriting, _sargable
from ._seen import Seen
from ._sign import NO_CURE, Cure, Sign

NODES = SCANS
EXPLAINS = ("seq_scan_discards_rows", "index_scan_discards_rows")


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when it discards nearly all it reads by what it computes."""
    found = _discards.discards(seen, node)
    if found is None:
        return
    filtered = seen.clauses(node, "Filter")
    computed = [clause for clause in filtered if _computed(seen, node, clause)]
    if not computed or _discards.plain_suffices(seen, node, filtered):
        return
    cure = _cure(seen, node, computed)
    if not cure.sql:
        return
    yield Sign(
        nodes=found.nodes,
        object=found.object,
        seen=f"{found.text} It computes {computed[0].left} for each.",
        why="No index on a column serves a condition on what is computed from it.",
        disproof="Other values of the condition keep a large part of the table.",
        share=found.share,
        confidence=found.confidence,
        cure=cure,
        fields=found.fields,
    )


def _computed(seen: Seen, node: Node, clause: Clause) -> bool:
    cast = clause.column is not None and clause.cast != "" and not _cures.is_column(seen, node, clause)
    comparison = (clause.equality or clause.range) and clause.value != ""
    return comparison and clause.constant and (clause.on_expression or cast)


def _cure(seen: Seen, node: Node, computed: Sequence[Clause]) -> Cure:
    """Another condition where the column has an index, or the expression can have none; else the expression's index."""
    conditions = _discards.conditions(seen, node)
    expression = _cures.index(seen, node, conditions)
    again = [clause for clause in computed if _timely(seen, node, clause) and _sargable.rewritten(clause)]
    if not again:
        return expression if any(_keyed(seen, node, each) for each in computed) else NO_CURE
    others = [clause for clause in conditions if clause not in again]
    plain = _cures.index(seen, node, [*others, *(each for one in again for each in clauses(_sargable.rewritten(one)))])
    if plain.sql and any(_keyed(seen, node, each) for each in computed):
        return expression
    return _rewriting.cure(seen, again, _sargable.rewritten, index=plain.sql)


def _timely(seen: Seen, node: Node, clause: Clause) -> bool:
    """Whether bounds of time fit the column, if it is about time: `at::date` of a text does not compare as texts do."""
    relation = seen.relation(node)
    column = relation.by_name.get(clause.reads[0].column) if relation is not None else None
    return not _sargable.is_of_time(clause) or (column is not None and column.type.startswith(("timestamp", "date")))


def _keyed(seen: Seen, node: Node, clause: Clause) -> bool:
    """Whether the expression alone would be a key."""
    return bool(_cures.index(seen, node, [clause]).sql)
