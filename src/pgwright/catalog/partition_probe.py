"""Asks the server about the bound of a partition: whether it fits beside the others, and what it says of a row.

A temporary partitioned table with the same key and an empty temporary partition for each bound stand for the real ones,
in a transaction that is rolled back; those are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..sql.quote import ident, qualified
from .probe import _rolled_back, _translated
from .values import Catalog

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

WHOLE, PART = "pgwright_whole", "pgwright_part"


@dataclass(frozen=True, kw_only=True)
class BoundFacts:
    """`condition` is what every row of the partition fulfils, also by the bounds of the tables above, in names of the
    parent's columns ("": everything does). `own` is the same without those above: what a row of the DEFAULT partition
    must not fulfil. `error` is what the server says against the bound."""

    condition: str = ""
    own: str = ""
    error: str | None = None


def probe_bound(connection: Connection, catalog: Catalog, parent: int, bound: str, without: int = 0) -> BoundFacts:
    """The facts about `bound` (FOR VALUES … or DEFAULT) of a new partition of `parent`, beside all that it has but for
    `without` (an oid). Raises Refused where the role
    may not make temporary tables, and other translated errors."""
    import psycopg

    table = catalog.tables[parent]
    others = [catalog.tables[oid].partition_bound for oid in table.children if oid in catalog.tables and oid != without]
    with _rolled_back(connection):
        grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
        with _translated(f"making a temporary copy of {table.name}", grant):
            _copy(connection, qualified(table.name), str(table.partition_key), [each for each in others if each])
        path = ", ".join(ident(schema) for schema in (*catalog.search_path, "pg_temp"))
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL search_path = {path}".encode())
                connection.execute(f"CREATE TEMPORARY TABLE {PART} PARTITION OF pg_temp.{WHOLE} {bound}".encode())
        except psycopg.Error as error:
            if error.sqlstate is None or error.sqlstate[:2] in ("08", "53", "57", "58"):
                with _translated("trying the bound of a partition"):
                    raise
            said = (error.diag.message_primary or str(error)).replace(PART, "the new one")
            return BoundFacts(error=said)
        own, above = _conditions(connection, parent)
        return BoundFacts(condition=" AND ".join(f"({each})" for each in (own, above) if each), own=own)


def _copy(connection: Connection, name: str, key: str, bounds: Sequence[str]) -> None:
    connection.execute(f"CREATE TEMPORARY TABLE {WHOLE} (LIKE {name} INCLUDING GENERATED) PARTITION BY {key}".encode())
    for number, bound in enumerate(bounds):
        connection.execute(f"CREATE TEMPORARY TABLE {PART}_{number} PARTITION OF pg_temp.{WHOLE} {bound}".encode())


def _conditions(connection: Connection, parent: int) -> tuple[str, str]:
    row = connection.execute(
        "SELECT coalesce(pg_catalog.pg_get_partition_constraintdef(%(part)s::regclass), ''), "
        "coalesce(pg_catalog.pg_get_partition_constraintdef(%(parent)s::oid), ''), %(whole)s::regclass::oid::bigint",
        {"part": f"pg_temp.{PART}", "parent": parent, "whole": f"pg_temp.{WHOLE}"},
    ).fetchone()
    assert row is not None
    # A hash bound says whose it is.
    hashed = "satisfies_hash_partition('{}'::oid"
    return str(row[0]).replace(hashed.format(row[2]), hashed.format(parent)), str(row[1])
