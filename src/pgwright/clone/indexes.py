"""Indexes on the clone: made in a few milliseconds, as large as they would be, hidden and shown again.

An index is made by the server itself, with every access method and extension that is there, while its table stands on
an empty file: the catalog says which file a table has. So nothing is read, and what the server would refuse it refuses.
How large an index is to be is computed (`index_size`), with the planner's own count of its rows and keys.

A hidden index is one that is not valid: the planner leaves it alone, and it need not be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from ..base.errors import Refused
from ..connect.session import Connection
from ..connect.translation import describe
from ..server.account import Account
from ..sql import parse, quote
from . import brin_file, gin_size, sizes
from .index_contents import Counting
from .index_size import Contents
from .method_size import pages
from .relation_file import BLOCK

_FAR = 1 << 30


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


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A CREATE INDEX: its table and itself, as SQL."""

    table: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class _Sized:
    """An index with its file: the rows in it, its pages, and the number of the file (0: the one that it has)."""

    rows: float
    number: int
    blocks: int
    file: sizes.File


class Indexes:
    """The indexes of one clone, by its connection."""

    def __init__(self, connection: Connection, directory: Path, account: Account) -> None:
        self._connection = connection
        self._directory = directory
        self._account = account
        self._counting = Counting(connection)

    def create(self, statement: str, *, shown: bool = True) -> Made:
        """Makes the index of a CREATE INDEX, for the planner to see or not. Raises Refused with what the server
        says."""
        [made] = self.create_all([statement], shown=shown)
        if isinstance(made, Refused):
            raise made
        return made

    def create_all(self, statements: Sequence[str], *, shown: bool = True) -> tuple[Made | Refused, ...]:
        """Makes many at once, which is faster; for each the index, or why there is none."""
        found: dict[int, Made | Refused] = {}
        tables: dict[str, list[tuple[int, _Wanted]]] = {}
        for number, statement in enumerate(statements):
            try:
                wanted = _understood(statement)
            except Refused as refusal:
                found[number] = refusal
            else:
                tables.setdefault(wanted.table, []).append((number, wanted))
        for group in tables.values():
            made = self._built([wanted for _, wanted in group])
            found.update(zip((number for number, _ in group), made, strict=True))
        indexes = [each for each in found.values() if not isinstance(each, Refused)]
        if shown and indexes:
            self.show([oid for made in indexes for oid in made.oids], shown=True)
        return tuple(found[number] for number in range(len(statements)))

    def drop(self, made: Made) -> None:
        """Takes it away again."""
        self._connection.execute(f"DROP INDEX {quote.qualified(made.schema, made.name)}".encode())

    def show(self, oids: Iterable[int], *, shown: bool) -> None:
        """Shows indexes to the planner, or hides them; those of the source, too."""
        self._connection.execute("SELECT pgwright.show(%s::oid[], %s)", [list(oids), shown])

    def unknown(self, made: Iterable[Made]) -> list[tuple[str, str, str | None]]:
        """The expressions of these that the planner knows nothing of: each as SQL, its table, and the CREATE STATISTICS
        that tells it (None: its table is partitioned, and the parts are scanned by statistics of their own)."""
        oids = [each.oids[0] for each in made]
        rows = self._connection.execute("SELECT * FROM pgwright.unknown(%s::oid[])", [oids])
        return rows.fetchall()

    def _built(self, wanted: Sequence[_Wanted]) -> list[Made | Refused]:
        """The indexes, all on one table, hidden; by halves where one of them is refused."""
        try:
            found = self._run(wanted)
        except psycopg.Error as error:
            if self._connection.closed:
                raise
            if len(wanted) == 1:
                return [Refused(f"The server does not take this index: {describe(error)}")]
            middle = len(wanted) // 2
            return self._built(wanted[:middle]) + self._built(wanted[middle:])
        flat = [each for made in found if made for each in made if not each["is_partitioned"]]
        files = [_file(each, counted) for each, counted in zip(flat, self._counting.contents(flat), strict=True)]
        counts = [(each["oid"], file.blocks, file.rows, file.number) for each, file in zip(flat, files, strict=True)]
        self._connection.execute("SELECT pgwright.count(%s)", [Jsonb(counts)])
        sizes.grow([file.file for file in files], self._directory, self._account)
        blocks = {each["oid"]: file.blocks for each, file in zip(flat, files, strict=True)}
        return [_made(each, blocks) if each else Refused("There is an index of that name already.") for each in found]

    def _run(self, wanted: Sequence[_Wanted]) -> list[list[dict[str, Any]]]:
        """Makes them, hidden, while the table, and each of its partitions, has an empty file: one message, which is one
        transaction. What the catalog says of each; nothing where IF NOT EXISTS found one."""
        table = f"{quote.literal(wanted[0].table)}::regclass"
        parts = [f"SELECT pgwright.swap({table})"]
        for each in wanted:
            parts += [each.statement, f"SELECT pgwright.note({table})"]
        answers = self._connection.execute("\n;\n".join([*parts, "SELECT pgwright.done()"]).encode())
        while answers.nextset():
            pass
        row = answers.fetchone()
        assert row is not None
        return [each or [] for each in row[0]]


def _understood(statement: str) -> _Wanted:
    """The statement, as it can be run in a transaction. Raises Refused where it is no CREATE INDEX."""
    found = parse.parse(statement)
    if len(found) != 1 or found[0].kind != "IndexStmt":
        raise Refused("This is no CREATE INDEX.", hint="Give one statement: CREATE INDEX ON table (columns).")
    node = found[0].node
    relation = node.relation
    table = (
        quote.qualified(relation.schemaname, relation.relname) if relation.schemaname else quote.ident(relation.relname)
    )
    if not node.concurrent:
        return _Wanted(table=table, statement=found[0].text)
    node.concurrent = False
    return _Wanted(table=table, statement=parse.deparse_statement(node))


def _file(made: Mapping[str, Any], contents: Contents) -> _Sized:
    """How large an index is to be. The server remembers the first page of some, so these get a file of another number,
    far from all that it will give out itself."""
    blocks = pages(contents)
    path = Path(made["path"])
    is_remembered = made["method"] in ("brin", "gin")
    number = int(path.name) + _FAR if is_remembered else 0
    return _Sized(
        rows=contents.rows,
        number=number,
        blocks=blocks,
        file=sizes.File(
            path=str(path.with_name(str(number))) if number else str(path),
            blocks=blocks,
            method=made["method"],
            key_bytes=sum(each.length if each.length > 0 else each.width for each in contents.keys),
            heap_blocks=made["heap_pages"],
            pages_per_range=int(contents.options.get("pages_per_range", brin_file.PAGES_PER_RANGE)),
            parts=gin_size.count(contents) if made["method"] == "gin" else None,
        ),
    )


def _made(found: Sequence[Mapping[str, Any]], blocks: Mapping[int, int]) -> Made:
    first = found[0]
    return Made(
        oids=tuple(each["oid"] for each in found),
        schema=first["schema"],
        name=first["name"],
        table=(first["table_schema"], first["table"]),
        definition=first["definition"],
        bytes=sum(blocks.get(each["oid"], 0) for each in found) * BLOCK,
    )
