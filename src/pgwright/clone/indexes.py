"""Indexes on the clone: made in a millisecond or two, as large as they would be, hidden and shown again.

An index is made by the server itself, with every access method and extension that is there, while its table stands on an
empty file: the catalog says which file a table has. So nothing is read, and what the server would refuse it refuses.
What an index is to be large is computed (`index_size`), with the planner's own count of its rows and keys.

A hidden index is one that is not valid: the planner leaves it alone, and it need not be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from ..base.errors import Refused
from ..connect.session import Connection
from ..connect.translation import describe
from ..server.account import Account
from ..sql import parse, quote
from . import sizes
from ._query import query
from .index_size import Column, Contents, pages
from .relation_file import BLOCK

_EMPTY = "pgwright_empty"


@dataclass(frozen=True, kw_only=True)
class Made:
    """An index of the clone. `oids` are its own and, on a partitioned table, those of the partitions; `bytes` is the
    size that it would have, `definition` what the server made of the statement."""

    oids: tuple[int, ...]
    schema: str
    name: str
    table: tuple[str, str]
    definition: str
    bytes: int


class Indexes:
    """The indexes of one clone, by its connection."""

    def __init__(self, connection: Connection, directory: Path, account: Account) -> None:
        self._connection = connection
        self._directory = directory
        self._account = account
        connection.execute(f"CREATE TABLE IF NOT EXISTS {_EMPTY} ()".encode())

    def create(self, statement: str) -> Made:
        """Makes the index of a CREATE INDEX, visible to the planner. Raises Refused with what the server says."""
        table = _table(statement)
        try:
            with self._connection.transaction():
                oid = self._build(table, statement)
        except psycopg.Error as error:
            raise Refused(f"The server does not take this index: {describe(error)}") from error
        return self._size(oid)

    def drop(self, made: Made) -> None:
        """Takes it away again."""
        self._connection.execute(f"DROP INDEX {quote.qualified(made.schema, made.name)}".encode())

    def show(self, oids: Iterable[int], *, shown: bool) -> None:
        """Shows indexes to the planner, or hides them; those of the source, too."""
        statement = b"UPDATE pg_catalog.pg_index SET indisvalid = %s WHERE indexrelid = ANY (%s) AND indisvalid <> %s"
        self._connection.execute(statement, [shown, list(oids), shown])

    def _build(self, table: str, statement: str) -> int:
        """Makes the index while its table, and each of its partitions, has an empty file; its oid."""
        before = self._connection.execute(query("swap"), {"table": table, "empty": _EMPTY}).fetchall()
        self._connection.execute(statement.encode())
        newest = b"SELECT max(indexrelid)::bigint FROM pg_catalog.pg_index WHERE indrelid = %s::regclass"
        row = self._connection.execute(newest, [table]).fetchone()
        assert row is not None
        self._connection.execute(
            query("swap_back"), {"before": psycopg.types.json.Jsonb([list(each) for each in before])}
        )
        return int(row[0])

    def _size(self, oid: int) -> Made:
        """Makes the files of the index as long as they would be."""
        rows = self._connection.execute(query("made"), {"index": oid}).fetchall()
        total, counts, files = 0, [], []
        for index, kind, method, *table, tuples, path, heap, predicate, _, _, _ in rows:
            if kind == "p":
                continue
            columns = self._columns(index)
            contents = self._contents(method, columns, (table[0], table[1]), predicate, tuples, heap)
            blocks = pages(contents)
            total += blocks * BLOCK
            counts.append({"oid": index, "pages": blocks, "rows": contents.rows, "visible": 0})
            width = sum(column.length if column.length > 0 else column.width for column in columns if column.is_key)
            files.append(sizes.File(path=path, blocks=blocks, method=method, key_bytes=width))
        self._connection.execute(query("count"), {"counts": psycopg.types.json.Jsonb(counts)})
        sizes.grow(files, self._directory, self._account)
        first = rows[0]
        return Made(
            oids=tuple(row[0] for row in rows),
            schema=first[9],
            name=first[10],
            table=(first[3], first[4]),
            definition=first[11],
            bytes=total,
        )

    def _columns(self, index: int) -> list[Column]:
        names = (
            "is_key", "length", "align", "width", "nulls", "distinct", "elements", "listed", "listed_mass", "rarest",
            "operator_class", "equal_is_same", "is_sorted", "expression",
        )  # fmt: skip
        rows = self._connection.execute(query("index"), {"index": index}).fetchall()
        return [Column(**dict(zip(names, row, strict=True))) for row in rows]

    def _contents(
        self,
        method: str,
        columns: Sequence[Column],
        table: tuple[str, str],
        predicate: str,
        tuples: float,
        heap_pages: int,
    ) -> Contents:
        """What the index holds, by the planner's count."""
        relation = f"FROM ONLY {quote.qualified(*table)}{f' WHERE {predicate}' if predicate else ''}"
        rows = self._rows(f"SELECT 1 {relation}") if predicate else max(tuples, 0.0)
        keys = ", ".join(column.expression for column in columns if column.is_key)
        groups = self._rows(f"SELECT 1 {relation} GROUP BY {keys}") if method == "btree" and rows > 1 else rows
        return Contents(method=method, columns=columns, rows=rows, groups=groups, heap_pages=heap_pages)

    def _rows(self, statement: str) -> float:
        """The planner's count of the rows of a query; as many as can be where it cannot be planned."""
        try:
            with self._connection.transaction():
                row = self._connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
        except psycopg.Error:
            return float("inf")
        assert row is not None
        return float(row[0][0]["Plan"]["Plan Rows"])


def _table(statement: str) -> str:
    """The table of a CREATE INDEX, as SQL."""
    found = parse.parse(statement)
    if len(found) != 1 or found[0].kind != "IndexStmt":
        raise Refused("This is no CREATE INDEX.")
    relation = found[0].node.relation
    return (
        quote.qualified(relation.schemaname, relation.relname) if relation.schemaname else quote.ident(relation.relname)
    )
