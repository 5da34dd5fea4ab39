"""How large relations are: what pg_class counted, and how long their files are now. The planner needs both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg.types.json import Jsonb

from ..base.name import RelationName
from ..connect.session import Connection
from ..server.account import Account
from . import btree_file, relation_file
from ._query import query


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a relation. `kind` is pg_class.relkind, `method` its access method; `pages`, `rows` and `visible` are
    what pg_class has; `blocks` is the length of the file now, None where there is no file."""

    kind: str
    method: str
    pages: int
    rows: float
    visible: int
    blocks: int | None


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of the clone and how long it is to be: `path` below the data directory, `blocks`; of an index its access
    method and how many bytes its keys take."""

    path: str
    blocks: int
    method: str = ""
    key_bytes: int = 0


def read(connection: Connection) -> Mapping[RelationName, Size]:
    """The sizes of all relations of the connected database that are not the system's."""
    sizes = {}
    for schema, name, kind, method, pages, rows, visible, blocks in connection.execute(query("sizes")):
        size = Size(kind=kind, method=method or "", pages=pages, rows=rows, visible=visible, blocks=blocks)
        sizes[RelationName(schema, name)] = size
    return sizes


def count(connection: Connection, sizes: Mapping[RelationName, Size]) -> tuple[File, ...]:
    """Writes into pg_class of the clone what that of the source counts, and returns the files that are to be grown."""
    counts, files = [], []
    for schema, name, oid, path, key_bytes in connection.execute(query("files")):
        size = sizes.get(RelationName(schema, name))
        if size is None:
            continue
        counts.append({"oid": oid, "pages": size.pages, "rows": size.rows, "visible": size.visible})
        if path and size.blocks:
            files.append(File(path=path, blocks=size.blocks, method=size.method, key_bytes=key_bytes))
    connection.execute(query("count"), {"counts": Jsonb(counts)})
    return tuple(files)


def grow(files: Sequence[File], directory: Path, account: Account) -> None:
    """Makes the files as long as they are to be, with nothing in them. A b-tree becomes as tall as it would be with
    entries. The server must not have read them: it would not read them again."""
    for file in files:
        path = directory / file.path
        if file.method == "btree" and file.blocks > 1:
            levels = btree_file.height(file.blocks, file.key_bytes)
            with path.open("rb") as index:
                first = index.read(relation_file.BLOCK)
            relation_file.write(path, 0, btree_file.meta(first, levels) + btree_file.way_down(levels))
        relation_file.extend(path, file.blocks, account)
