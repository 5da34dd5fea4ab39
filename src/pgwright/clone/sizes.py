"""How large relations are: what pg_class counted, and how long their files are now. The planner needs both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..connect.session import Connection
from ..server.account import Account
from . import brin_file, btree_file, gin_file, gin_size, relation_file
from ._query import query
from .gin_size import Gin
from .index_contents import contents
from .source import Source
from .spool import copy_in, copy_out

_TABLE = """
CREATE TEMP TABLE source_sizes (
    schema name, relation name, method name, pages int, rows real, visible int, blocks bigint
)
"""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of the clone and how long it is to be: `path` below the data directory, `blocks`; of an index its access
    method, how many bytes its keys take, the length of its table; of a BRIN how many pages a range has, of a GIN what
    its first page counts."""

    path: str
    blocks: int
    method: str = ""
    key_bytes: int = 0
    heap_blocks: int = 0
    pages_per_range: int = brin_file.PAGES_PER_RANGE
    parts: Gin | None = None


def read(connection: Connection, source: Source) -> IO[bytes]:
    """The sizes of all relations of the connected database that are not the system's."""
    return copy_out(connection, query("sizes"), encoding=source.encoding)


def load(clone: Connection, source: Source, spool: IO[bytes]) -> tuple[File, ...]:
    """Writes into pg_class of the clone what that of the source counts, after `statistics.load`, and returns the files
    that are to be grown."""
    clone.execute(_TABLE.encode())
    copy_in(clone, spool, "pg_temp.source_sizes", encoding=source.encoding)
    clone.execute(b"ANALYZE pg_temp.source_sizes")
    rows = clone.execute(query("sizes_load")).fetchall()
    gins = _gins(clone, [oid for oid, _, _, method, *_ in rows if method == "gin"])
    return tuple(
        File(
            path=path,
            blocks=blocks,
            method=method,
            key_bytes=key_bytes,
            heap_blocks=heap,
            pages_per_range=each or brin_file.PAGES_PER_RANGE,
            parts=gins.get(oid),
        )
        for oid, path, blocks, method, key_bytes, heap, each in rows
    )


def _gins(clone: Connection, oids: Sequence[int]) -> Mapping[int, Gin]:
    """What the first pages of these indexes count, as far as statistics tell: those of the source are not read."""
    rows = clone.execute("SELECT pgwright.made(o) FROM unnest(%s::oid[]) o", [list(oids)])
    found = [each for (made,) in rows for each in made]
    return {each["oid"]: gin_size.count(contents(each)) for each in found}


def grow(files: Iterable[File], directory: Path, account: Account) -> None:
    """Makes the files as long as they are to be, with nothing in them, but what the planner asks the first page of an
    index. The server must not have read them: it would not read them again."""
    for file in files:
        path = directory / file.path
        if file.blocks > 1 and file.method in _FIRST:
            relation_file.write(path, _FIRST[file.method](file), account)
        relation_file.extend(path, file.blocks, account)


def _btree(file: File) -> bytes:
    levels = btree_file.height(file.blocks, file.key_bytes)
    return btree_file.meta(levels) + btree_file.way_down(levels)


def _brin(file: File) -> bytes:
    return brin_file.first(file.heap_blocks, file.pages_per_range)


def _gin(file: File) -> bytes:
    assert file.parts is not None
    return gin_file.first(file.blocks, file.parts)


_FIRST = {"btree": _btree, "brin": _brin, "gin": _gin}
