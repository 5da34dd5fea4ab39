"""What of an earlier statement stands against a later one: who reads that a column is not there wants to see where it
went. It only adds a place to an error; whether statements go together is the operations' to judge.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...sql import parse
from ..operations._operation import Request


def earlier(request: Request, before: Sequence[Request]) -> str:
    """A sentence with the place of the last statement before that names the table of `request` and something else that
    it names, too; "" where there is none."""
    table, mine = _table(request), _named(request)
    for other in reversed(before):
        if table and _table(other) == table and (mine & _named(other)) - {table}:
            place = other.action.position
            return f"See also {other.file}:{place.line}:{place.column}: {' '.join(other.text.split())[:70]}"
    return ""


def _table(request: Request) -> str:
    relation = getattr(request.action.statement.node, "relation", None)
    return str(getattr(relation, "relname", ""))


def _named(request: Request) -> frozenset[str]:
    """The names in the statement that are no keywords."""
    tokens = parse.scan(request.text)
    return frozenset(token.name for token in tokens if not token.is_comment and not token.keyword and token.name)
