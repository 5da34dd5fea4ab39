"""Whether the rows of a partial index are among those of another one, and lie together there.

Two cases are certain: the same conditions, and more conditions of the form `x IS NOT NULL` where `x` is a key, because
a b-tree finds the rows with and without NULL apart. Any other condition is what its index is for: the other one would
have to read and discard the rest. The planner can prove more than that, never less (14 and 18, tried).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ...base.errors import MigrationFileError
from ...sql import parse
from .values import Key


def within(narrow: str, wide: str, keys: Sequence[Key]) -> bool:
    """Whether the rows of the predicate `narrow` are those of `wide` ("" is all rows) without the NULLs of `keys`."""
    if narrow == wide:
        return True
    if not narrow:
        return False
    given, wanted = _conditions(narrow), _conditions(wide) if wide else frozenset()
    return bool(given) and given >= wanted and given - wanted <= {_not_null(key.text) for key in keys}


@lru_cache(maxsize=4096)
def _not_null(key: str) -> str:
    try:
        return parse.deparse_expression(parse.parse_expression(f"{key} IS NOT NULL"))
    except MigrationFileError:
        return ""


@lru_cache(maxsize=4096)
def _conditions(predicate: str) -> frozenset[str]:
    """The conditions that AND joins, in one spelling; none where the text cannot be read."""
    try:
        node = parse.parse_expression(predicate)
    except MigrationFileError:
        return frozenset()
    if parse.kind_of(node) == "BoolExpr" and parse.enum_value(node, "boolop") == "AND_EXPR":
        return frozenset(parse.deparse_expression(parse.unwrap(each)) for each in node.args)
    return frozenset({parse.deparse_expression(node)})
