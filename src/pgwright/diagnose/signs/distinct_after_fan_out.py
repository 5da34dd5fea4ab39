"""A join multiplies rows, and DISTINCT makes them one again.

## What it is

DISTINCT, or GROUP BY without aggregates, asks for columns of one side of a join only. The other side only decides
whether there is a match, but every match is computed.

## Why it is slow

All pairs are made, and then sorted or hashed to find that they are the same.

## Cure

EXISTS, which stops at the first match.

## Disproof

There is about one match for each row.

## Versions

14 to 18.

## Example

    SELECT DISTINCT u.* FROM utilisateurs u JOIN commandes c ON c.utilisateur_id = u.id WHERE c.total > 100;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..conditions import references
from ..query_plan.model import Node
from . import _cures
from ._as_exists import exists
from ._correlation import aliases
from ._seen import WORTH, Seen
from ._sign import Confidence, Cure, Sign

NODES = frozenset({"Unique", "Aggregate"})
ROWS = 10_000
TIMES = 5
"""A join that gives so many times the rows of the side that is asked for: below that EXISTS saves little."""
_JOINS = ("Hash Join", "Merge Join", "Nested Loop")
_BETWEEN = ("Sort", "Incremental Sort", "Gather", "Gather Merge", "Unique", "Aggregate", "Group")


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The DISTINCT, when a join below it multiplied the rows of the side that it asks for."""
    path = tuple(_down(seen, node))
    join = path[-1]
    if join.type not in _JOINS or join.text("Join Type") not in ("", "Inner") or not join.executed:
        return
    made, left, share = seen.rows(join), seen.rows(node), seen.share(*path)
    if made < ROWS or made < TIMES * left or share < WORTH:
        return
    asked = _asked(node)
    outer, inner = seen.child(join), seen.child(join, "Inner")
    for kept, other in ((outer, inner), (inner, outer)):
        if kept is None or other is None or not asked or not asked <= aliases(kept):
            continue
        if made >= TIMES * seen.rows(kept) and len(aliases(other)) == 1:
            yield _sign(seen, path, made, left, share, *aliases(other))


def _down(seen: Seen, node: Node) -> Iterator[Node]:
    """The nodes from DISTINCT down to what it reads: a join, if that is right below."""
    yield node
    below = seen.child(node)
    while below is not None:
        yield below
        below = seen.child(below) if below.type in _BETWEEN else None


def _asked(node: Node) -> set[str]:
    """The relations whose columns are asked for; none where something is computed for each group, or where the plan
    does not tell (it does under VERBOSE)."""
    given, keys = node.texts("Output"), node.texts("Group Key")
    if not given or (node.type == "Aggregate" and not set(given) <= set(keys)):
        return set()
    return {each.alias for text in given for each in references(text)}


def _sign(seen: Seen, path: tuple[Node, ...], made: float, left: float, share: float, other: str) -> Sign:
    node, join = path[0], path[-1]
    return Sign(
        nodes=(node, *path[1:]),
        object=quote.ident(other),
        seen=f"{join.type} makes {made:,.0f} rows, of which {left:,.0f} are distinct:"
        f" nothing of {quote.ident(other)} is asked for.",
        why="Every match is computed, although the first one would do.",
        disproof="There is about one match for each row.",
        share=share,
        confidence=Confidence.MEASURED,
        cure=_cure(seen, other),
        fields={"Actual Rows": left, f"Actual Rows of the {join.type}": made},
    )


def _cure(seen: Seen, other: str) -> Cure:
    name = quote.ident(other)
    comment = f"-- do not join {name}, but ask WHERE EXISTS (SELECT FROM … AS {name} WHERE …)"
    return _cures.rewrite(exists(seen.plan.query, other) or comment)
