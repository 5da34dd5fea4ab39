"""How large relations are: what pg_class counted, and how long their files are now. The planner needs both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..connect.session import Connection
from ..server.account import Account
from . import brin_file, btree_file, relation_file
from ._query import query
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
    method, how many bytes its keys take, and the length of its table."""

    path: str
    blocks: int
    method: str = ""
    key_bytes: int = 0
    heap_blocks: int = 0


def read(connection: Connection, source: Source) -> IO[bytes]:
    """The sizes of all relations of the connected database that are not the system's."""
    return copy_out(connection, query("sizes"), encoding=source.encoding)


def load(clone: Connection, source: Source, spool: IO[bytes]) -> tuple[File, ...]:
    """Writes into pg_class of the clone what that of the source counts, after `statistics.load`, and returns the files
    that are to be grown."""
    clone.execute(_TABLE.encode())
    copy_in(clone, spool, "pg_temp.source_sizes", encoding=source.encoding)
    clone.execute(b"ANALYZE pg_temp.source_sizes")
    rows = clone.execute(query("sizes_load"))
    return tuple(
        File(path=path, blocks=blocks, method=method, key_bytes=key_bytes, heap_blocks=heap)
        for path, blocks, method, key_bytes, heap in rows
    )


def grow(files: Iterable[File], directory: Path, account: Account) -> None:
    """Makes the files as long as they are to be, with nothing in them, but what the planner asks the first page of an
    index. The server must not have read them: it would not read them again."""
    for file in files:
        path = directory / file.path
        if file.method in _META:
            with path.open("r+b") as index:
                first = _META[file.method](index.read(relation_file.BLOCK), file)
                index.seek(0)
                index.write(first)
        relation_file.extend(path, file.blocks, account)


def _btree(page: bytes, file: File) -> bytes:
    if file.blocks <= 1:
        return page
    levels = btree_file.height(file.blocks, file.key_bytes)
    return btree_file.meta(page, levels) + btree_file.way_down(levels)


def _brin(page: bytes, file: File) -> bytes:
    return brin_file.meta(page, file.heap_blocks)


_META = {"btree": _btree, "brin": _brin}
