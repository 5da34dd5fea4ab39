"""The block ranges of a pass, as rows of the journal: made once, claimed with SKIP LOCKED, moved on with each batch.

The heap is walked, not a key: that needs no key, no index and no marker column, and its progress is exact. Only
the blocks that existed when the triggers were committed matter; every row version written since is in sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from ..sync.link import SyncTable

Connection = psycopg.Connection[tuple[Any, ...]]
LARGEST = 4096  # blocks of a chunk: 32 MB


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Blocks [next_block, last_block) of `relation` are still to do; `file_node` is the file they were counted in."""

    relation: int
    file_node: int
    first_block: int
    last_block: int
    next_block: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Blocks done and to do, and the rows filled by all runs so far."""

    blocks_done: int
    blocks_total: int
    rows: int


def plan(connection: Connection, unit: int, step: str, table: SyncTable) -> None:
    """Makes the chunks of every heap that has none yet, and anew for a heap that was rewritten meanwhile."""
    for part in table.parts:
        if part.kind != "r":
            continue
        row = connection.execute(
            "SELECT pg_catalog.pg_relation_filenode(c.oid)::bigint, "
            "pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int FROM "
            "pg_catalog.pg_class c WHERE oid = %s",
            (part.oid,),
        ).fetchone()
        if row is None:
            continue
        connection.execute(
            "DELETE FROM pgwright.chunk WHERE unit = %s AND step = %s AND relation = %s AND file_node <> %s",
            (unit, step, part.oid, row[0]),
        )
        connection.execute(
            "INSERT INTO pgwright.chunk (unit, step, relation, file_node, first_block, last_block, next_block, done) "
            "SELECT %(unit)s, %(step)s, %(oid)s, %(node)s, f, least(f + %(size)s, greatest(%(blocks)s, 1)), f, "
            "%(blocks)s = 0 "
            "FROM generate_series(0, greatest(%(blocks)s - 1, 0), %(size)s) f "
            "WHERE NOT EXISTS (SELECT FROM pgwright.chunk WHERE unit = %(unit)s AND step = %(step)s AND relation = "
            "%(oid)s)",
            {"unit": unit, "step": step, "oid": part.oid, "node": row[0], "blocks": row[1], "size": LARGEST},
        )


def claim(connection: Connection, unit: int, step: str) -> Chunk | None:
    """Locks the next chunk for this transaction, the least tried first; None when none is left or free."""
    row = connection.execute(
        "SELECT relation::bigint, file_node::bigint, first_block, last_block, next_block, attempts FROM pgwright.chunk "
        "WHERE unit = %s AND step = %s AND NOT done ORDER BY attempts, relation, first_block LIMIT 1 FOR UPDATE "
        "SKIP LOCKED",
        (unit, step),
    ).fetchone()
    keys = ("relation", "file_node", "first_block", "last_block", "next_block", "attempts")
    return Chunk(**dict(zip(keys, row, strict=True))) if row else None


def advance(connection: Connection, unit: int, step: str, chunk: Chunk, upto: int, rows: int) -> None:
    """Notes in the batch's transaction that the chunk is done up to block `upto`."""
    connection.execute(
        "UPDATE pgwright.chunk SET next_block = %(upto)s, done = %(upto)s >= last_block, rows = rows + %(rows)s "
        "WHERE unit = %(unit)s AND step = %(step)s AND relation = %(relation)s AND first_block = %(first)s",
        {
            "upto": upto,
            "rows": rows,
            "unit": unit,
            "step": step,
            "relation": chunk.relation,
            "first": chunk.first_block,
        },
    )


def put_back(connection: Connection, unit: int, step: str, chunk: Chunk, upto: int, rows: int) -> None:
    """Blocks up to `upto` keep locked rows: they become a chunk of their own, to be tried later."""
    key = {"unit": unit, "step": step, "relation": chunk.relation, "first": chunk.first_block}
    if upto < chunk.last_block:
        connection.execute(
            "INSERT INTO pgwright.chunk (unit, step, relation, file_node, first_block, last_block, next_block, "
            "attempts) "
            "VALUES (%(unit)s, %(step)s, %(relation)s, %(node)s, %(upto)s, %(last)s, %(upto)s, %(attempts)s)",
            {**key, "node": chunk.file_node, "upto": upto, "last": chunk.last_block, "attempts": chunk.attempts},
        )
    start = chunk.next_block
    if start > chunk.first_block:
        connection.execute(
            "UPDATE pgwright.chunk SET last_block = %(start)s, done = true, rows = rows + %(rows)s WHERE unit = "
            "%(unit)s AND step = %(step)s "
            "AND relation = %(relation)s AND first_block = %(first)s",
            {**key, "start": start, "rows": rows},
        )
        connection.execute(
            "INSERT INTO pgwright.chunk (unit, step, relation, file_node, first_block, last_block, next_block, "
            "attempts) "
            "VALUES (%(unit)s, %(step)s, %(relation)s, %(node)s, %(start)s, %(upto)s, %(start)s, %(attempts)s)",
            {**key, "node": chunk.file_node, "start": start, "upto": upto, "attempts": chunk.attempts + 1},
        )
        return
    connection.execute(
        "UPDATE pgwright.chunk SET last_block = %(upto)s, attempts = attempts + 1, rows = rows + %(rows)s WHERE "
        "unit = %(unit)s "
        "AND step = %(step)s AND relation = %(relation)s AND first_block = %(first)s",
        {**key, "upto": upto, "rows": rows},
    )


def progress(connection: Connection, unit: int, step: str) -> Progress:
    """How far the pass is."""
    row = connection.execute(
        "SELECT coalesce(sum(CASE WHEN done THEN last_block - first_block ELSE next_block - first_block END), "
        "0)::bigint, "
        "coalesce(sum(last_block - first_block), 0)::bigint, coalesce(sum(rows), 0)::bigint FROM pgwright.chunk "
        "WHERE unit = %s AND step = %s",
        (unit, step),
    ).fetchone()
    assert row is not None
    return Progress(blocks_done=row[0], blocks_total=row[1], rows=row[2])


def rewritten(connection: Connection, chunk: Chunk) -> bool:
    """Whether the heap has another file than the one whose blocks were counted. Ask under a lock on it."""
    row = connection.execute("SELECT pg_catalog.pg_relation_filenode(%s)::bigint", (chunk.relation,)).fetchone()
    return row is None or row[0] != chunk.file_node


def clear(connection: Connection, unit: int) -> None:
    """Takes the chunks of a unit away once every migration of it has come to an end."""
    connection.execute(
        "DELETE FROM pgwright.chunk WHERE unit = %(unit)s AND NOT EXISTS (SELECT FROM pgwright.migration "
        "WHERE unit = %(unit)s AND state NOT IN ('done', 'rolled back'))",
        {"unit": unit},
    )
