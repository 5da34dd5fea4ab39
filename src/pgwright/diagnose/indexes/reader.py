"""Takes the snapshot of all indexes, by catalog queries in one read-only transaction.

It waits for nobody: a table that another session holds in ACCESS EXCLUSIVE mode is left out, and named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from ...base import queries
from ...base.uncollected import uncollected
from ...catalog.looking import counting, looked
from .values import ForeignKey, Index, Key, Snapshot, Table, Usage

_query = queries.beside(__file__)

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[Any, ...]

MANY = 3000
"""Tables beyond which the sizes of their indexes are those that the last VACUUM or ANALYZE wrote down."""


@uncollected
def read(connection: Connection) -> Snapshot:
    """The indexes of all tables of users. Raises a translated error when the server refuses."""
    return looked(connection, lambda: _snapshot(connection), doing="reading the indexes")


def usage(connection: Connection, name: str) -> Usage:
    """How often the indexes were read on a further server of the cluster, called `name` in sentences. The caller
    makes sure that it is one: see `Snapshot.cluster` and `cluster`."""

    def take() -> Usage:
        scans: dict[int, int] = dict(_ask(connection, "scans", {}))
        last = _last_scans(connection, list(scans))
        return Usage(name=name, statistics_age=counting(connection), scans=scans, last_scans=last)

    return looked(connection, take, doing=f"reading the use of indexes on {name}")


def cluster(connection: Connection) -> int | None:
    """The identifier that a server shares with its physical standbys; None where the role may not read it."""

    def take() -> int | None:
        found: int | None = _ask(connection, "session", {})[0][3]
        return found

    return looked(connection, take, doing="asking which cluster a server belongs to")


def _snapshot(connection: Connection) -> Snapshot:
    version, standby, standbys, identifier = _ask(connection, "session", {})[0]
    held = _ask(connection, "locked", {})
    locked = sorted({oid for row in held for oid in (row[0], *row[3])})
    tables = {row[0]: _table(row) for row in _ask(connection, "tables", {"locked": locked})}
    wanted = {"tables": list(tables), "locked": locked, "exact": len(tables) <= MANY}
    indexes = {row[0]: _index(row) for row in _ask(connection, "indexes", wanted) if row[15] is not None}
    last = _last_scans(connection, list(indexes))
    return Snapshot(
        version=version,
        statistics_age=counting(connection),
        standbys=standbys,
        standby=standby,
        cluster=identifier,
        tables=tables,
        indexes={oid: replace(index, last_scan=last[oid]) if oid in last else index for oid, index in indexes.items()},
        unreadable=tuple(f"session {pid} holds {name} locked: its indexes were not read" for _, name, pid, _ in held),
    )


def _last_scans(connection: Connection, indexes: list[int]) -> Mapping[int, float]:
    if connection.info.server_version < 160000:
        return {}
    return dict(_ask(connection, "last_scans", {"indexes": indexes}))


def _ask(connection: Connection, name: str, values: Mapping[str, Any]) -> list[Row]:
    text = _query(name)
    return connection.execute(text, values if b"%(" in text else None).fetchall()


def _table(row: Row) -> Table:
    oid, schema, name, kind, rows, parent, inserted, updated, hot, names, columns, targets = row
    return Table(
        oid=oid,
        schema=schema,
        name=name,
        kind=kind,
        rows=rows,
        parent=parent,
        inserted=inserted,
        updated=updated,
        updated_hot=hot,
        foreign_keys=tuple(
            ForeignKey(name=each, table=f"{schema}.{name}", columns=tuple(numbers), target=target)
            for each, numbers, target in zip(names, columns, targets, strict=True)
        ),
    )


def _index(row: Row) -> Index:
    oid, table, schema, name, partitioned, method, texts, columns, keyed = row[:9]
    definition, predicate, options, tablespace = row[15:19]
    unique, distinct, immediate, primary, identity, clustered, usable = row[19:26]
    constraint, kind, excluding, resting, parent, size, rows, scans, age, transactions = row[26:]
    return Index(
        oid=oid,
        table=table,
        schema=schema,
        name=name,
        partitioned=partitioned,
        method=method,
        keys=_keys(texts, columns, keyed, *row[9:15]),
        definition=definition,
        included=tuple(texts[keyed:]),
        predicate=predicate,
        options=frozenset(options),
        tablespace=tablespace,
        unique=unique,
        nulls_distinct=distinct,
        immediate=immediate,
        primary=primary,
        replica_identity=identity,
        clustered=clustered,
        usable=usable,
        constraint=constraint,
        constraint_kind=kind,
        excluding=tuple(excluding),
        resting=tuple(resting),
        parent=parent,
        bytes=size,
        rows=rows,
        scans=scans,
        age=age,
        transactions=transactions,
    )


def _keys(
    texts: Sequence[str],
    columns: Sequence[int],
    keyed: int,
    families: Sequence[int],
    inputs: Sequence[int],
    stored: Sequence[int],
    options: Sequence[str],
    collations: Sequence[str],
    orders: Sequence[int],
) -> tuple[Key, ...]:
    """The key columns. Bit 1 of indoption is DESC, bit 2 NULLS FIRST."""
    return tuple(
        Key(
            text=texts[n],
            column=columns[n],
            operators=(families[n], inputs[n], stored[n]),
            options=options[n],
            collation=collations[n],
            descending=bool(orders[n] & 1),
            nulls_first=bool(orders[n] & 2),
        )
        for n in range(keyed)
    )
