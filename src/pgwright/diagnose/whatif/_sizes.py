"""How large an index would be that nobody makes, from what pg_stats says of its columns.

The same arithmetic sizes the indexes of a clone. It needs statistics of each column; of expressions there are none
where no index has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...clone.index_contents import Counting
from ...clone.index_size import Contents
from ...clone.method_size import pages
from ...connect.session import Connection
from ...sql import quote
from ...sql.index_key import column
from ._query import query
from .proposed import Proposed

BLOCK = 8192


@dataclass(frozen=True, kw_only=True)
class Size:
    """What an index takes: its `pages`, the `rows` that it holds, the bytes of its keys, and `heap_pages` of the table.
    Of a partitioned table all of them together."""

    pages: int
    rows: float
    key_bytes: int
    heap_pages: int

    @property
    def bytes(self) -> int:
        """The same in bytes."""
        return self.pages * BLOCK


class Sizes:
    """Sizes by the statistics of the database of a session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._counting = Counting(connection)

    def of(self, index: Proposed) -> Size | None:
        """The size; None where statistics do not tell."""
        keys = [column(key) for key in index.keys]
        if not all(keys):
            return None
        asked = {"keys": keys, "included": list(index.include), "table": quote.qualified(*index.relation)}
        found = [_made(row, index) for row in self._connection.execute(query("sized"), asked).fetchall()]
        filled = [each for each in found if each["rows"] > 0]
        if not filled or any(_unknown(each, len(keys) + len(index.include)) for each in filled):
            return None
        contents = self._counting.contents(filled)
        return Size(
            pages=sum(map(pages, contents)),
            rows=sum(each.rows for each in contents),
            key_bytes=max(map(_key_bytes, contents)),
            heap_pages=sum(each.heap_pages for each in contents),
        )


def _made(row: tuple[Any, ...], index: Proposed) -> dict[str, Any]:
    """The index as `index_contents` wants to hear of it."""
    schema, table, rows, heap_pages, columns = row
    return {
        "method": index.method,
        "options": [each.replace(" = ", "=").replace("'", "") for each in index.storage],
        "columns": columns or [],
        "predicate": index.where,
        "rows": rows,
        "heap_pages": heap_pages,
        "table_schema": schema,
        "table": table,
    }


def _unknown(made: Mapping[str, Any], count: int) -> bool:
    return len(made["columns"]) != count or any(each["width"] is None for each in made["columns"])


def _key_bytes(contents: Contents) -> int:
    return sum(each.length if each.length > 0 else each.width for each in contents.keys)
