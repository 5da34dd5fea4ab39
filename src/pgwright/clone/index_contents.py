"""What an index on the clone would hold, by the planner's own count of its rows and of its different keys.

The planner is asked once for each set of columns: their order and the access method change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from ..connect.session import Connection
from ..sql import quote
from .index_size import Column, Contents

_ANY = float("inf")
"""As many as can be: where the planner cannot be asked, each row has a key of its own."""


class Counting:
    """Counts by the planner of one clone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, float] = {}

    def contents(self, made: Sequence[Mapping[str, Any]]) -> list[Contents]:
        """What each of the indexes holds, all asked in one message."""
        questions = [_questions(each) for each in made]
        self._ask(text for pair in questions for text in pair if text)
        return [
            contents(each, rows=self._known.get(rows_of), groups=self._known.get(groups_of))
            for each, (rows_of, groups_of) in zip(made, questions, strict=True)
        ]

    def _ask(self, statements: Iterable[str]) -> None:
        new = [text for text in dict.fromkeys(statements) if text not in self._known]
        if not new:
            return
        try:
            with self._connection.transaction():
                answers = self._connection.execute("; ".join(new).encode())
                for text in new:
                    self._known[text] = _rows(answers.fetchone())
                    answers.nextset()
        except psycopg.Error:
            # A key that cannot be grouped is its own only group; the others are asked without it.
            if len(new) == 1:
                self._known[new[0]] = _ANY
            else:
                for text in new:
                    self._ask([text])


def contents(made: Mapping[str, Any], *, rows: float | None = None, groups: float | None = None) -> Contents:
    """What an index holds of which the catalog says `made` (`helpers.sql`): rows and groups as counted, else all."""
    known = float(made["rows"])
    counted = known if rows is None else rows
    counted = min(counted, known) if known >= 0 else counted
    return Contents(
        method=made["method"],
        options=dict(option.split("=", 1) for option in made["options"]),
        columns=tuple(Column(**each) for each in made["columns"]),
        is_partial=bool(made["predicate"]),
        rows=max(counted, 0.0),
        groups=max(counted, 0.0) if groups is None else groups,
        heap_pages=made["heap_pages"],
    )


def _questions(made: Mapping[str, Any]) -> tuple[str, str]:
    """How many rows and how many groups, as statements; empty where it need not be asked."""
    where = f" WHERE {made['predicate']}" if made["predicate"] else ""
    head = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM ONLY {quote.qualified(made['table_schema'], made['table'])}{where}"
    keys = sorted({each["expression"] for each in made["columns"] if each["is_key"]})
    is_counted = where or made["rows"] < 0
    return head if is_counted else "", f"{head} GROUP BY {', '.join(keys)}" if made["method"] in (
        "btree",
        "hash",
    ) else ""


def _rows(row: tuple[Any, ...] | None) -> float:
    assert row is not None
    return float(row[0][0]["Plan"]["Plan Rows"])
