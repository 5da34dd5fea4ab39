"""Two relations are joined without a condition: every row of one with every row of the other.

## What it is

A nested loop without join condition, between parts of the statement that nothing relates. It is written without CROSS
JOIN, so a condition was probably forgotten.

## Why it is slow

The result has as many rows as the product of both sides; often DISTINCT hides it later.

## Cure

The missing condition. Where a foreign key relates the two, it is named.

## Disproof

All pairs are wanted; CROSS JOIN says so, and then this is not reported.

## Versions

14 to 18.

## Example

    SELECT c.référence, u.nom FROM commandes c, utilisateurs u WHERE c.statut = 'EN_ATTENTE';
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...sql import parse, quote
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures
from ._correlation import outer_references
from ._seen import Seen
from ._sign import Confidence, Cure, Sign
from ._statement import select

NODES = frozenset({"Nested Loop"})
ROWS = 10_000
_COMPUTED = ("Function Scan", "Table Function Scan", "ProjectSet", "Result", "Values Scan", "WorkTable Scan", "Memoize")
"""What may depend on the other side without saying so, or stands for a few rows that were written to be multiplied."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The nested loop, when nothing relates its two sides and both have several rows."""
    outer, inner = seen.child(node), seen.child(node, "Inner")
    if outer is None or inner is None or "Join Filter" in node.properties:
        return
    if node.text("Join Type") not in ("", "Inner") or not node.executed:
        return
    rows, left, right = seen.rows(node), seen.rows(outer), inner.number("Actual Rows")
    share = seen.share(node, inner)
    if rows < ROWS or left < 2 or right < 2 or not seen.worth(node, inner):
        return
    scans = [tuple(seen.below(side, *SCANS)) for side in (outer, inner)]
    if not all(scans) or any(True for _ in seen.below(inner, *_COMPUTED)) or outer_references(inner):
        return
    if _same_constant(seen, *scans) or _meant(seen):
        return
    one, other = (" and ".join(sorted(_called(seen, each) for each in side)) for side in scans)
    yield Sign(
        nodes=(node, inner),
        object=seen.name(scans[1][0]),
        seen=f"{left:,.0f} rows of {one} are joined with all {right:,.0f} rows of {other}: {rows:,.0f} rows.",
        why="No condition relates the two, so the result is the product of both sides.",
        disproof="All pairs are wanted.",
        share=share,
        confidence=Confidence.MEASURED,
        cure=_cure(seen, scans[0], scans[1], f"{one} with {other}"),
        fields={"Actual Rows": rows, "Actual Rows of the outer side": left, "Actual Rows of the inner side": right},
    )


def _called(seen: Seen, node: Node) -> str:
    name = seen.name(node)
    return name if node.alias == node.relation else f"{name} AS {quote.ident(node.alias)}"


def _same_constant(seen: Seen, *sides: Sequence[Node]) -> bool:
    """Whether both sides are fixed to the same value: `a.x = b.x AND a.x = 5` is planned so, and is complete."""
    values = [
        {
            clause.value
            for scan in side
            for clause in seen.clauses(scan, "Index Cond", "Recheck Cond", "Filter")
            if clause.operator == "=" and clause.constant and clause.value
        }
        for side in sides
    ]
    return bool(values[0] & values[1])


def _meant(seen: Seen) -> bool:
    """Whether the statement says CROSS JOIN."""
    tree = select(seen.plan.query)
    return tree is not None and any(
        parse.kind_of(each) == "JoinExpr"
        and parse.enum_value(each, "jointype") == "JOIN_INNER"
        and not each.HasField("quals")
        and not each.using_clause
        and not each.is_natural
        for each in parse.walk(tree)
    )


def _cure(seen: Seen, outer: Sequence[Node], inner: Sequence[Node], names: str) -> Cure:
    for left in outer:
        for right in inner:
            condition = _foreign_key(seen, left, right) or _foreign_key(seen, right, left)
            if condition:
                return _cures.rewrite(f"-- add the condition that the foreign key suggests:\n-- AND {condition}")
    return _cures.rewrite(f"-- add a condition that relates {names}, or write CROSS JOIN")


def _foreign_key(seen: Seen, referring: Node, referred: Node) -> str:
    """The condition of a foreign key of the one that points to the other."""
    target, source = seen.relation(referred), seen.relation(referring)
    if target is None or source is None:
        return ""
    for key in target.referenced_by:
        if (key.schema, key.table) == (source.schema, source.name):
            pairs = zip(key.columns, key.targets, strict=True)
            one, other = quote.ident(referring.alias), quote.ident(referred.alias)
            return " AND ".join(f"{one}.{quote.ident(a)} = {other}.{quote.ident(b)}" for a, b in pairs)
    return ""
