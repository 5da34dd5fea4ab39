"""Whether a relation has an index already that does what a proposed one would do.

Keys are compared as trees, not as text: the server writes `lower(email)` where a plan says `(lower((email)::text))`,
and quotes other words than we do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ...base.errors import MigrationFileError
from ...sql import parse
from ..surroundings import Index, Relation


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
    return not index.predicate or (bool(where) and _normal(index.predicate) == _normal(where))


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
    words = key.removesuffix(" NULLS FIRST").removesuffix(" NULLS LAST").removesuffix(" DESC")
    expression, _, name = words.rpartition(" ") if words.endswith("_ops") else (words, "", "")
    try:
        return f"{parse.deparse_expression(parse.parse_expression(expression))} {name}"
    except MigrationFileError:
        return words
