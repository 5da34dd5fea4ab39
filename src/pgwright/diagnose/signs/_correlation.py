"""What a part of a plan asks of the rest of it: the columns of other relations that its conditions compare with.

The server writes a value that comes from outside as the column that it is, in all versions from 14 to 18: the inner
side of a nested loop shows `(l.order_id = o.id)` although `o` is not below it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Clause, Reference, references
from ..query_plan.model import Node
from ._seen import Seen

CONDITIONS = ("Index Cond", "Recheck Cond", "Filter", "TID Cond", "Join Filter", "Hash Cond", "Merge Cond")


def aliases(tree: Node) -> frozenset[str]:
    """The names by which conditions may mention what `tree` reads."""
    return frozenset(node.alias for node in tree.walk() if node.alias)


def outer_references(tree: Node) -> tuple[Reference, ...]:
    """The columns from outside of `tree` that its conditions read; a name without alias is from inside."""
    inside = aliases(tree)
    texts = (node.text(key) for node in tree.walk() for key in (*CONDITIONS, "One-Time Filter", "Function Call"))
    found = (each for text in texts if text for each in references(text))
    return tuple(dict.fromkeys(each for each in found if each.alias and each.alias not in inside))


def joining(seen: Seen, node: Node, condition: Node, *keys: str) -> Iterator[Clause]:
    """The clauses of `condition` that an index on the relation of `node` could serve once the other side is known:
    its own column or expression on the left."""
    for clause in seen.clauses(condition, *keys):
        for each in (clause, turned(clause)):
            if each.left and each.operator and _reads_only(each.left, seen.holder(node).alias):
                yield each
                break


def turned(clause: Clause) -> Clause:
    """The clause with its sides exchanged; without an operator where that is not possible."""
    flipped = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}.get(clause.operator, "")
    return Clause(
        text=clause.text,
        left=clause.value,
        operator=flipped,
        column=clause.other,
        value=clause.left,
        constant=False,
        reads=clause.reads,
        other=clause.column,
    )


def _reads_only(text: str, alias: str) -> bool:
    read = references(text)
    return bool(read) and all(each.alias in ("", alias) for each in read)
