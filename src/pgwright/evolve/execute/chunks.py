"""The block ranges of a pass, as rows of the journal: made once, claimed with SKIP LOCKED, moved on with each batch.

The heap is walked, not a key: that needs no key, no index and no marker column, and its progress is exact. Only
the blocks that existed when the triggers were committed matter; every row version written since is in sync.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from ...sql.quote import literal
from ..sync.link import SyncTable

Connection = psycopg.Connection[tuple[Any, ...]]
LARGEST = 4096  # blocks of a chunk: 32 MB
SMALLEST = 64
APIECE = 16  # chunks of a small table, so that several workers share it

Key = tuple[int, int]
"""What tells the chunks of a pass apart: relation and first block."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Blocks [next_block, last_block) of `relation` are still to do; `file_node` is the file they were counted in."""

    relation: int
    file_node: int
    first_block: int
    last_block: int
    next_block: int
    attempts: int

    @property
    def key(self) -> Key:
        """What tells it apart."""
        return self.relation, self.first_block


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Blocks done and to do, and the rows filled by all runs so far."""

    blocks_done: int
    blocks_total: int
    rows: int


def plan(connection: Connection, unit: int, step: str, table: SyncTable) -> int:
    """Makes the chunks of every heap that has none yet, and anew for a heap that was rewritten meanwhile. Returns how
    many are to do."""
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
        size = max(SMALLEST, min(-(-row[1] // APIECE), LARGEST))
        connection.execute(
            "INSERT INTO pgwright.chunk (unit, step, relation, file_node, first_block, last_block, next_block, done) "
            "SELECT %(unit)s, %(step)s, %(oid)s, %(node)s, f, least(f + %(size)s, greatest(%(blocks)s, 1)), f, "
            "%(blocks)s = 0 "
            "FROM generate_series(0, greatest(%(blocks)s - 1, 0), %(size)s) f "
            "WHERE NOT EXISTS (SELECT FROM pgwright.chunk WHERE unit = %(unit)s AND step = %(step)s AND relation = "
            "%(oid)s)",
            {"unit": unit, "step": step, "oid": part.oid, "node": row[0], "blocks": row[1], "size": size},
        )
    left = connection.execute(
        "SELECT count(*) FROM pgwright.chunk WHERE unit = %s AND step = %s AND NOT done", (unit, step)
    ).fetchone()
    return int(left[0]) if left else 0


def claim(unit: int, step: str, *, wanted: Key | None, taken: Iterable[Key]) -> str:
    """The SELECT that locks a chunk for this transaction: `wanted`, or the next that is not `taken` by another worker
    of this process, the least tried first. No row where it is done, gone or locked."""
    where = f"unit = {unit:d} AND step = {literal(step)} AND NOT done"
    if wanted is not None:
        where += f" AND relation = {wanted[0]:d} AND first_block = {wanted[1]:d}"
    elif keys := ", ".join(f"({relation:d}, {first:d})" for relation, first in taken):
        where += f" AND (relation, first_block) NOT IN ({keys})"
    return (
        "SELECT relation::bigint, file_node::bigint, first_block, last_block, next_block, attempts FROM pgwright.chunk "
        f"WHERE {where} ORDER BY attempts, relation, first_block LIMIT 1 FOR UPDATE SKIP LOCKED"
    )


def claimed(row: tuple[Any, ...]) -> Chunk:
    """The chunk that `claim` answered."""
    keys = ("relation", "file_node", "first_block", "last_block", "next_block", "attempts")
    return Chunk(**dict(zip(keys, row, strict=True)))


def any_left(unit: int, step: str) -> str:
    """The SELECT that tells whether a chunk is not done, whoever works on it."""
    where = f"unit = {unit:d} AND step = {literal(step)} AND NOT done"
    return f"SELECT EXISTS (SELECT FROM pgwright.chunk WHERE {where})"


def drop(unit: int, step: str, relation: int) -> str:
    """The statement that forgets the chunks of a relation that is not part of the table any more."""
    return f"DELETE FROM pgwright.chunk WHERE unit = {unit:d} AND step = {literal(step)} AND relation = {relation:d}"


def walked(unit: int, step: str, chunk: Chunk, share: int, rows: int) -> str:
    """Notes the progress of a round before the last one, as `share` blocks of the chunk; nothing of it is done yet."""
    return f"UPDATE pgwright.chunk SET walked = {share:d}, rows = rows + {rows:d} WHERE {_is(unit, step, chunk)}"


def advance(unit: int, step: str, chunk: Chunk, upto: int, share: int, rows: int) -> str:
    """Notes in the batch's transaction that the chunk is done up to block `upto`; `share` as in `walked`."""
    return (
        f"UPDATE pgwright.chunk SET next_block = {upto:d}, done = {upto:d} >= last_block, rows = rows + {rows:d}, "
        f"walked = {share:d} WHERE {_is(unit, step, chunk)}"
    )


def put_back(unit: int, step: str, chunk: Chunk, upto: int, rows: int) -> list[str]:
    """Blocks up to `upto` keep locked rows: they become a chunk of their own, to be tried later."""
    start, same = chunk.next_block, _is(unit, step, chunk)
    found = []
    if upto < chunk.last_block:
        found.append(_insert(unit, step, chunk, upto, chunk.last_block, chunk.attempts))
    if start > chunk.first_block:
        found.append(
            f"UPDATE pgwright.chunk SET last_block = {start:d}, done = true, rows = rows + {rows:d} WHERE {same}"
        )
        found.append(_insert(unit, step, chunk, start, upto, chunk.attempts + 1))
        return found
    found.append(
        f"UPDATE pgwright.chunk SET last_block = {upto:d}, walked = 0, attempts = attempts + 1, "
        f"rows = rows + {rows:d} WHERE {same}"
    )
    return found


def _insert(unit: int, step: str, chunk: Chunk, first: int, last: int, attempts: int) -> str:
    return (
        "INSERT INTO pgwright.chunk (unit, step, relation, file_node, first_block, last_block, next_block, attempts) "
        f"VALUES ({unit:d}, {literal(step)}, {chunk.relation:d}, {chunk.file_node:d}, {first:d}, {last:d}, {first:d}, "
        f"{attempts:d})"
    )


def _is(unit: int, step: str, chunk: Chunk) -> str:
    return (
        f"unit = {unit:d} AND step = {literal(step)} AND relation = {chunk.relation:d} "
        f"AND first_block = {chunk.first_block:d}"
    )


def progress(connection: Connection, unit: int, step: str) -> Progress:
    """How far the pass is. What has been walked in rounds counts for its part of the blocks."""
    row = connection.execute(
        "SELECT coalesce(sum(CASE WHEN done THEN last_block - first_block "
        "ELSE greatest(next_block - first_block, least(walked, last_block - first_block)) END), 0)::bigint, "
        "coalesce(sum(last_block - first_block), 0)::bigint, coalesce(sum(rows), 0)::bigint FROM pgwright.chunk "
        "WHERE unit = %s AND step = %s",
        (unit, step),
    ).fetchone()
    assert row is not None
    return Progress(blocks_done=row[0], blocks_total=row[1], rows=row[2])


def clear(connection: Connection, unit: int) -> None:
    """Takes the chunks of a unit away once every migration of it has come to an end."""
    connection.execute(
        "DELETE FROM pgwright.chunk WHERE unit = %(unit)s AND NOT EXISTS (SELECT FROM pgwright.migration "
        "WHERE unit = %(unit)s AND state NOT IN ('done', 'rolled back'))",
        {"unit": unit},
    )
