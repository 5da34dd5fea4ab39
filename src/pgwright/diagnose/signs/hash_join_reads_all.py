"""A large table is read whole to be joined with a few rows.

## What it is

A Hash Join one side of which is a sequential scan of a table that has no index on the column of the join, and hardly
any of its rows finds a partner.

## Why it is slow

The work grows with the large table. With an index, the few rows of the other side would each look up theirs.

## Cure

An index on the column of the join, in the large table.

## Disproof

For other parameters most of its rows are joined; then reading it whole is the quickest way.

## Versions

14 to 18.

## Example

    SELECT c.id, count(*) FROM commandes c JOIN lignes_commande l ON l.commande_id = c.id
    WHERE c.statut = 'EN_ATTENTE' GROUP BY c.id;
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...sql import quote
from ..conditions import Clause, clauses, facing
from ..query_plan.kinds import APPENDS
from ..query_plan.model import Node
from . import _cures, _partitions
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Hash Join"})
JOINED = 0.02
"""The part of the large side that may be joined, and the part of it that the other side may have in rows: with the
costs that the server assumes (4 for a page at random, 0.01 for a row in a scan), looking up more is dearer than reading
all."""
ROWS = 50_000
"""Fewer rows are read in five milliseconds."""
INNER = ("Inner", "Semi", "Right Semi")
KEPT_LEFT = ("Left", "Anti")
KEPT_RIGHT = ("Right", "Right Anti")


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The join, when an index on a side that is read whole would find the rows that are joined."""
    outer, hashed = seen.child(node), seen.child(node, "Inner")
    inner = seen.child(hashed) if hashed is not None and hashed.type == "Hash" else None
    if outer is None or inner is None or not node.executed:
        return
    join = node.text("Join Type") or "Inner"
    for large, small, allowed in ((outer, inner, (*INNER, *KEPT_RIGHT)), (inner, outer, (*INNER, *KEPT_LEFT))):
        if join in allowed:
            yield from _side(seen, node, large, small)


def _side(seen: Seen, node: Node, large: Node, small: Node) -> Iterator[Sign]:
    scans = _scans(seen, large)
    if not scans or not seen.worth(*scans):
        return
    read = sum(seen.rows(each) for each in scans)
    whole = read + sum(seen.total(each, "Rows Removed by Filter") for each in scans)
    joined, asked = seen.rows(node) + seen.total(node, "Rows Removed by Join Filter"), _asked(seen, small)
    if read < ROWS or max(joined, asked) > JOINED * whole or read < whole / 2:
        return
    keys = _keys(seen, node, scans)
    cure = _cures.index(seen, scans[0], keys)
    if not cure.sql:
        return
    yield Sign(
        nodes=(*scans, node),
        object=_partitions.name(seen, scans[0]),
        seen=f"{_partitions.what(seen, scans)} reads {whole:,.0f} rows to join {asked:,.0f}; {joined:,.0f} are joined.",
        why="The work grows with the table that is read whole, and not with the rows that look for a partner.",
        disproof="For other parameters most of its rows are joined.",
        share=seen.share(*scans, node),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={"Hash Cond": node.text("Hash Cond"), "Actual Rows": joined},
    )


def _scans(seen: Seen, node: Node) -> tuple[Node, ...]:
    """The sequential scans that a side is, of one table or of partitions of one."""
    if node.type == "Seq Scan":
        return (node,)
    members = seen.children(node) if node.type in APPENDS else ()
    first = next(iter(members), None)
    together = _partitions.together(seen, first) if first is not None and first.type == "Seq Scan" else ()
    return together if len(together) == len(members) else ()


def _asked(seen: Seen, small: Node) -> float:
    """The rows that look for a partner; where each process reads all of them, those of one."""
    shared = any(each.parallel for each in small.walk())
    return seen.rows(small) / (1 if shared else seen.account.of(small).processes)


def _keys(seen: Seen, node: Node, scans: Sequence[Node]) -> list[Clause]:
    """What the join compares of the large side, as if the first scan itself were joined: above an Append, partitions
    have the alias of their table (`l` where theirs are `l_1`, `l_2`, 14 to 18)."""
    own = scans[0].alias
    alias = own if seen.plan.parents[scans[0].path].type not in APPENDS else own.rpartition("_")[0]
    compared = (facing(each, alias) for each in seen.clauses(node, "Hash Cond"))
    return [
        clauses(f"{quote.ident(own)}.{quote.ident(each.column.column)} = {each.value}")[0]
        for each in compared
        if each.column is not None and each.column.alias == alias and each.operator == "=" and not each.cast
    ]
