"""What a part of a plan asks of the rest of it: the columns of other relations that its conditions compare with.

The server writes a value that comes from outside as the column that it is, in all versions from 14 to 18: the inner
side of a nested loop shows `(l.order_id = o.id)` although `o` is not below it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Clause, Reference, facing, references
from ..query_plan.kinds import CONDITIONS
from ..query_plan.model import Node
from ._seen import Seen


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
    alias = seen.holder(node).alias
    for clause in seen.clauses(condition, *keys):
        turned = facing(clause, alias)
        if turned.left and turned.operator and _reads_only(turned.left, alias):
            yield turned


def _reads_only(text: str, alias: str) -> bool:
    read = references(text)
    return bool(read) and all(each.alias in ("", alias) for each in read)
