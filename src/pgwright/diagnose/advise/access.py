"""What a statement asks of a table: which columns it compares, with what, in which order it wants the rows, and what it
needs of them. It is read off a query plan, so names are resolved, views are opened and constants folded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...sql import quote
from ...sql.equated import Mentioned
from ...sql.index_key import columns, direction
from ..accounting.account import account
from ..conditions import Clause, clauses, facing, references, sides
from ..query_plan.model import Node, QueryPlan
from ..signs import _cures, _immutable, _needed, _partitions
from ..signs._seen import Seen
from ..surroundings import Column, Relation, Surroundings
from ..whatif.proposed import Proposed
from .representative import representative

_SCAN_CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Order By")
_JOIN_CONDITIONS = ("Hash Cond", "Merge Cond", "Join Filter")


@dataclass(frozen=True, kw_only=True)
class Key:
    """What can be a key of an index: its `sql` as CREATE INDEX takes it, and the part of the rows that one value of it
    has (0 to 1)."""

    sql: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Access:
    """What one statement asks of one table.

    `equal` are keys compared with constants, `joined` keys compared with other tables, `bounded` keys with a lower or
    an upper bound, `alternatives` the keys of each side of an OR. `orders` are the orders that are wanted, each as keys
    with their directions; `grouped` keys by which is grouped. `clauses` are all conditions on this table alone.
    `needed` are the columns that are read at all, None where that is not known; `fixed` are the values that the
    statement always has. `relation` is what the catalog says.
    """

    relation: Relation
    alias: str
    equal: tuple[Key, ...]
    joined: tuple[Key, ...]
    bounded: tuple[Key, ...]
    alternatives: tuple[tuple[Key, ...], ...]
    orders: tuple[tuple[str, ...], ...]
    grouped: tuple[str, ...]
    clauses: tuple[Clause, ...]
    needed: frozenset[str] | None
    fixed: frozenset[str]

    @property
    def table(self) -> tuple[str, str]:
        """The table, as (schema, name)."""
        return self.relation.schema, self.relation.name

    @cached_property
    def keys(self) -> frozenset[str]:
        """All that an index could begin with to be of use."""
        either = (*self.equal, *self.joined, *self.bounded, *(key for keys in self.alternatives for key in keys))
        ordered = (key for order in (*self.orders, self.grouped) for key in order[:1])
        return frozenset((*(key.sql for key in either), *ordered))

    def is_covered(self, index: Proposed) -> bool:
        """Whether an index holds all columns that are read."""
        if self.needed is None or index.method != "btree":
            return False
        return self.needed <= {*index.include, *columns(index.keys)}

    def column(self, name: str) -> Column | None:
        """What the catalog says of a column."""
        return self.relation.by_name.get(name)


def accesses(
    plan: QueryPlan,
    surroundings: Surroundings,
    *,
    fixed: frozenset[str] = frozenset(),
    equated: Collection[Mentioned] = (),
) -> tuple[Access, ...]:
    """What the statement of `plan` asks of each table, as often as it names it. System catalogs and foreign tables are
    left out; of partitions the table at the top is meant. `fixed` are values that are the same in every call, `equated`
    what its text joins by: a plan does not show it where a sub-select is read once and remembered."""
    seen = _seen(plan, surroundings)
    found: dict[str, Node] = {}
    for node in seen.plan.nodes:
        if node.relation and node.type not in ("ModifyTable", "Bitmap Index Scan"):
            relation = _partitions.top(seen, node)
            if relation is not None and _ordinary(relation):
                found.setdefault(f"{relation.schema}.{relation.name} {node.alias}", node)
    return tuple(_access(seen, node, fixed, equated) for node in found.values())


def _seen(plan: QueryPlan, surroundings: Surroundings) -> Seen:
    """The plan with one partition for each table."""
    seen = Seen(account=account(plan), surroundings=surroundings)
    thinned = representative(seen)
    return seen if thinned is plan else Seen(account=account(thinned), surroundings=surroundings)


def _ordinary(relation: Relation) -> bool:
    system = ("pg_catalog", "information_schema", "pg_toast", "pg_temp")
    return relation.kind in "rpm" and relation.schema not in system


def _access(seen: Seen, node: Node, fixed: frozenset[str], equated: Collection[Mentioned]) -> Access:
    relation = _partitions.top(seen, node)
    assert relation is not None
    own, joins = _conditions(seen, node)
    usable = [each for each in own if _cures.is_key(seen, node, each)]
    joined = _keys(seen, node, [each for each in joins if each.equality and _cures.is_key(seen, node, each)])
    return Access(
        relation=relation,
        alias=node.alias,
        equal=_keys(seen, node, [each for each in usable if each.equality]),
        joined=_with_equated(joined, relation, node.alias, equated),
        bounded=_keys(seen, node, [each for each in usable if not each.equality and each.operator != "<>"]),
        alternatives=tuple(dict.fromkeys(_alternatives(seen, node, own))),
        orders=tuple(dict.fromkeys(_orders(seen, node))),
        grouped=_grouped(seen, node),
        clauses=tuple(own),
        needed=_needed.needed(seen, node),
        fixed=fixed,
    )


def _conditions(seen: Seen, node: Node) -> tuple[list[Clause], list[Clause]]:
    """The conditions on the table alone, and those that join it to another one, with its side on the left. They stand
    where a table is scanned, whichever is, and at joins; the filter of a group is about what was made of the rows."""
    own: dict[str, Clause] = {}
    joins: dict[str, Clause] = {}
    alias = node.alias
    for each in seen.plan.nodes:
        scanned = seen.holder(each)
        mine = scanned.alias == alias and bool(scanned.relation)
        texts = [each.text(key) for key in (_SCAN_CONDITIONS if scanned.relation else _JOIN_CONDITIONS)]
        for text in (*texts, *_distances(each)):
            for clause in clauses(text):
                turned = facing(clause, alias)
                reads = {reference.alias or (alias if mine else "") for reference in turned.reads}
                if alias in reads or mine:
                    (own if reads <= {alias} else joins).setdefault(turned.text, turned)
    return list(own.values()), list(joins.values())


def _distances(node: Node) -> Iterator[str]:
    """The sort keys that are distances: what is nearest is found as by a condition."""
    for text in node.texts("Sort Key"):
        if any(clause.operator == "<->" for clause in clauses(text)):
            yield text


def _keys(seen: Seen, node: Node, found: Sequence[Clause]) -> tuple[Key, ...]:
    """The clauses as keys, what has the fewest rows for one value first; each once."""
    keys: dict[str, Key] = {}
    for clause in found:
        sql = _cures.key_of(seen, node, clause)
        keys.setdefault(sql, Key(sql=sql, share=_cures.selectivity(seen, node, clause)))
    return tuple(sorted(keys.values(), key=lambda key: (key.share, key.sql)))


def _with_equated(
    joined: tuple[Key, ...], relation: Relation, alias: str, equated: Collection[Mentioned]
) -> tuple[Key, ...]:
    """The keys, and the columns of the table that the text joins by besides."""
    known = {key.sql for key in joined}
    more = []
    for name in dict.fromkeys(each.column for each in sorted(equated) if _means(each, relation, alias)):
        if (sql := quote.ident(name)) not in known:
            more.append(Key(sql=sql, share=_cures.share(relation, name)))
    return tuple(sorted((*joined, *more), key=lambda key: (key.share, key.sql)))


def _means(mentioned: Mentioned, relation: Relation, alias: str) -> bool:
    """Whether a column may be one of this table. A plan numbers the aliases that stand in it more than once."""
    if mentioned.column not in relation.by_name:
        return False
    table = mentioned.table
    return table in ("", alias, relation.name) or bool(re.fullmatch(rf"{re.escape(table)}_\d+", alias))


def _alternatives(seen: Seen, node: Node, own: Sequence[Clause]) -> Iterator[tuple[Key, ...]]:
    """The keys of each side of an OR: where every side has an index, a bitmap of all of them is read."""
    for clause in own:
        for side in sides(clause):
            keys = [each for each in clauses(side) if _cures.is_key(seen, node, each)]
            if keys:
                yield _keys(seen, node, keys)


def _orders(seen: Seen, node: Node) -> Iterator[tuple[str, ...]]:
    """The orders that a sort above wants of this table alone, whole or as far as its first keys are of it."""
    for each in seen.plan.nodes:
        for name in ("Sort Key", "Order By"):
            order = _own_order(seen, node, each.texts(name))
            if order and node.is_inside(each):
                yield order


def _own_order(seen: Seen, node: Node, keys: Sequence[str]) -> tuple[str, ...]:
    found = []
    for text in keys:
        towards = direction(text)
        expression = text.removesuffix(f" {towards}")
        if not _is_own(seen, node, expression):
            break
        found.append(" ".join((_cures.bracketed(_cures.plain(seen, node, expression)), towards)).rstrip())
    return tuple(dict.fromkeys(found))


def _is_own(seen: Seen, node: Node, expression: str) -> bool:
    """Whether an expression reads columns of the node's table only, and can be a key."""
    reads = references(expression)
    single = len({each.alias for each in reads}) == 1
    mine = {each.alias for each in reads} == {node.alias} or (single and _only_table(seen, node))
    return bool(reads) and mine and _immutable.immutable(seen, node, expression)


def _only_table(seen: Seen, node: Node) -> bool:
    """Whether the plan reads one table, so that its columns are not qualified."""
    return all(each.alias == node.alias for each in seen.plan.nodes if each.relation)


def _grouped(seen: Seen, node: Node) -> tuple[str, ...]:
    """The keys by which is grouped, as far as they are of this table."""
    for each in seen.plan.nodes:
        keys = each.texts("Group Key")
        if keys and node.is_inside(each):
            return tuple(
                dict.fromkeys(
                    _cures.bracketed(_cures.plain(seen, node, key)) for key in keys if _is_own(seen, node, key)
                )
            )
    return ()
