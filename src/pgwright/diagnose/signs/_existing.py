"""Whether a relation has an index already that does what a proposed one would do.

Keys are compared as trees, not as text: the server writes `lower(email)` where a plan says `(lower((email)::text))`,
and quotes other words than we do.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from ...base.errors import MigrationFileError
from ...sql import parse
from ...sql.index_key import bare, operator_class
from ..query_plan.model import Node
from ..surroundings import Index, Relation
from ._seen import Seen

_DIRECTIONS = {"SORTBY_DESC": " DESC", "SORTBY_DEFAULT": "", "SORTBY_ASC": ""}
_NULLS = {"SORTBY_NULLS_FIRST": " NULLS FIRST", "SORTBY_NULLS_LAST": " NULLS LAST", "SORTBY_NULLS_DEFAULT": ""}


def used(seen: Seen, node: Node) -> Index | None:
    """The index that a scan reads, as the catalog describes it; None where nobody knows."""
    relation, name = seen.relation(node), node.text("Index Name")
    return next((each for each in relation.indexes if each.name == name), None) if relation is not None else None


def order(index: Index) -> tuple[str, ...]:
    """The keys of a b-tree as SQL, with their directions; without, where its definition cannot be read."""
    try:
        elements = [each.index_elem for each in parse.parse(index.definition)[0].node.index_params]
    except MigrationFileError:
        return index.keys
    return tuple(
        key + _DIRECTIONS[parse.enum_value(each, "ordering")] + _NULLS[parse.enum_value(each, "nulls_ordering")]
        for key, each in zip(index.keys, elements, strict=False)
    )


def serves(
    relation: Relation | None, keys: Sequence[str], *, equal: int, where: str = "", method: str = "btree"
) -> bool:
    """Whether a valid index begins with `keys`, of which the first `equal` may stand in any order, and holds all rows
    or those of the predicate `where`."""
    if relation is None:
        return False
    wanted = [_normal(key) for key in keys]
    return any(
        index.valid and index.method == method and _holds(index, where) and _begins(index, wanted, equal)
        for index in relation.indexes
    )


def _holds(index: Index, where: str) -> bool:
    return _normal(index.predicate) == _normal(where) if index.predicate and where else index.predicate == where


def _begins(index: Index, wanted: Sequence[str], equal: int) -> bool:
    classes = (*index.classes, *("",) * len(index.keys))
    mine = [
        _normal(f"{key} {name}" if name.endswith(("_pattern_ops", "_trgm_ops", "_path_ops")) else key)
        for key, name in zip(index.keys, classes, strict=False)
    ][: len(wanted)]
    return sorted(mine[:equal]) == sorted(wanted[:equal]) and mine[equal:] == list(wanted[equal:])


@lru_cache(maxsize=4096)
def _normal(key: str) -> str:
    """A key in one spelling: its expression and operator class, without its direction."""
    expression = bare(key)
    with suppress(MigrationFileError):
        expression = parse.deparse_expression(parse.parse_expression(expression))
    return f"{expression} {operator_class(key)}"
