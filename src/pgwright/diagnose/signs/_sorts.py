"""Sort keys as the keys of an index, and what becomes of the rows of a sort."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...sql import quote
from ..conditions import Clause, references
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import NO_CURE, Cure

_DIRECTION = re.compile(r"((?: COLLATE (?:\"(?:[^\"]|\"\")+\"|[\w.]+))?(?: DESC)?(?: NULLS (?:FIRST|LAST))?)$")
_PASSING = frozenset({"Gather Merge", "Gather", "LockRows", "Result"})


def scan_below(seen: Seen, node: Node) -> Node | None:
    """The scan of one relation whose rows a sort gets, in one process or in several; None where it is something
    else."""
    below = seen.child(node)
    if below is not None and below.type == "Gather":
        below = seen.child(below)
    return below if below is not None and below.type in SCANS and below.relation else None


def keys(seen: Seen, scan: Node, texts: Sequence[str]) -> tuple[str, ...]:
    """Sort keys as keys of an index on the relation of `scan`; empty unless each of them is a column of it."""
    found = []
    for text in texts:
        match = _DIRECTION.search(text)
        suffix = match[1] if match else ""
        expression = text[: len(text) - len(suffix)]
        names = references(expression)
        if len(names) != 1 or names[0].alias not in ("", scan.alias):
            return ()
        column = quote.ident(names[0].column)
        if _cures.plain(seen, scan, expression) not in (column, names[0].column):
            return ()
        found.append(f"{column}{suffix}")
    return tuple(found)


def limit_above(seen: Seen, node: Node) -> Node | None:
    """The LIMIT that takes the rows of a sort as they come; None where something else needs all of them."""
    for above in seen.plan.above(node):
        if above.type == "Limit":
            return above
        if above.type not in _PASSING and not (above.type == "Subquery Scan" and not above.text("Filter")):
            return None
    return None


def ordered_index(seen: Seen, scan: Node, order: Sequence[str]) -> Cure:
    """The index that finds what the scan looks for and gives it in `order`. Only what is fixed to one value may stand
    before the order: several values in a list, each with an order of its own, give none."""
    fixed = [each for each in conditions(seen, scan) if fixes(each)]
    if not order or len(fixed) + len(order) > _cures.LONGEST_KEY:
        return NO_CURE
    return _cures.index(seen, scan, fixed, order=order)


def conditions(seen: Seen, scan: Node) -> tuple[Clause, ...]:
    """What a scan asks for, by its index or as a filter."""
    return seen.clauses(scan, "Index Cond" if scan.type != "Bitmap Heap Scan" else "Recheck Cond", "Filter")


def fixes(clause: Clause) -> bool:
    """Whether the clause leaves one value, and the same for all rows."""
    return clause.operator in ("=", "IS NULL", "TRUE", "FALSE") and clause.constant
