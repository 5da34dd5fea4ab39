"""A table as a scan reads it, and the search that an index would make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...clone.btree_file import height
from ...sql import quote
from ...sql.expression import substitute
from ...sql.index_key import column, columns
from ..conditions import SUBQUERY, Clause, clauses
from ..query_plan.model import Node
from ..signs import _needed
from ..signs._seen import Seen
from ..surroundings import Index, Relation
from ._sizes import Size
from .proposed import Proposed
from .scan_cost import Scan

_CONDITIONS = ("Filter", "Index Cond", "Recheck Cond")
_LATER = f"${SUBQUERY}"

Counting = Callable[[tuple[str, str], str], float]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a scan reads: `name` is the table that has the rows, `relation` the one that an index is made on. `equal`
    and `bounded` are its conditions with constants by column, as SQL over the table alone; `conditions` is how many
    there are in all. `needed` are the columns that are read, None where that is not known. `there` are the keys of its
    b-trees."""

    name: tuple[str, str]
    relation: tuple[str, str]
    rows: float
    pages: float
    visible: float
    correlations: Mapping[str, float]
    equal: Mapping[str, tuple[str, ...]]
    bounded: Mapping[str, tuple[str, ...]]
    conditions: int
    needed: frozenset[str] | None
    there: frozenset[tuple[str, ...]]


def table(seen: Seen, node: Node, relation: Relation) -> Table:
    """The table of a scan."""
    found = {each.text: each for key in _CONDITIONS for each in clauses(node.text(key))}
    equal: dict[str, tuple[str, ...]] = {}
    bounded: dict[str, tuple[str, ...]] = {}
    for clause in found.values():
        if clause.column is None or clause.cast or not clause.constant or _LATER in clause.text:
            continue
        group = equal if clause.operator in ("=", "IS NULL") else bounded if clause.range else None
        if group is not None:
            name = clause.column.column
            group[name] = (*group.get(name, ()), _own(clause, node.alias))
    return Table(
        name=(relation.schema, relation.name),
        relation=(relation.schema, relation.name),
        rows=max(relation.rows, 1.0),
        pages=max(relation.pages, 1),
        visible=relation.visible,
        correlations={each.name: each.correlation or 0.0 for each in relation.columns},
        equal=equal,
        bounded=bounded,
        conditions=len(found),
        needed=_needed.needed(seen, node),
        there=frozenset(tuple(map(column, each.keys)) for each in relation.indexes if _is_plain(each)),
    )


def scan(table: Table, index: Proposed, size: Size, part: Counting) -> Scan | None:
    """The search in the index that the conditions of a scan make; None where it would read all of it, or does not have
    all of the rows."""
    keys, searched = [column(key) for key in index.keys], list[str]()
    if not index.include and any(each[: len(keys)] == tuple(keys) for each in table.there):
        return None
    if index.where and index.where not in {each for several in table.equal.values() for each in several}:
        return None
    for key in keys:
        searched += table.equal.get(key, ()) or table.bounded.get(key, ())
        if key not in table.equal:
            break
    if not searched:
        return None
    share = table.rows / max(size.rows, table.rows)
    held = part(table.name, index.where) if index.where else 1.0
    covers = table.needed is not None and table.needed <= {*index.include, *columns(index.keys)}
    together = " AND ".join(dict.fromkeys([*searched, *([index.where] if index.where else [])]))
    pages = max(size.pages * (share if not index.where else 1.0), 2)
    return Scan(
        table_pages=table.pages,
        table_rows=table.rows,
        index_pages=pages,
        entries=max(table.rows * held, 1.0),
        height=height(round(pages), size.key_bytes),
        found=min(part(table.name, together) / held if held > 0 else 0.0, 1.0),
        searched=len(searched),
        checked=max(table.conditions - len(searched), 0),
        correlation=table.correlations.get(keys[0], 0.0),
        keys=len(keys),
        unseen=1 - table.visible if covers else 1.0,
    )


def _is_plain(index: Index) -> bool:
    return index.valid and index.method == "btree" and not index.predicate


def _own(clause: Clause, alias: str) -> str:
    """The condition over the table alone."""
    return substitute(clause.text, {each.column: quote.ident(each.column) for each in clause.reads}, table=alias)
