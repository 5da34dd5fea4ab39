"""Objects that a rollback had to make anew: they have another oid, by which older steps do not know them yet.

Each way back that does so notes the old and the new place in the result of its step; whoever looks for an object by
what the journal kept asks here first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg

from ..steps.step import Lock
from .context import Context
from .objects import Address

Connection = psycopg.Connection[tuple[Any, ...]]

_MOVES = """
SELECT (move -> 0 ->> 0)::bigint, (move -> 0 ->> 1)::bigint, (move -> 1 ->> 0)::bigint, (move -> 1 ->> 1)::bigint
FROM pgwright.step s, pg_catalog.jsonb_array_elements(s.result -> 'moved') move
WHERE s.result ? 'moved' ORDER BY s.finished_at NULLS LAST
"""


def follow(connection: Connection, address: Address | None) -> Address | None:
    """Where the object is now that was at `address` once."""
    if address is None:
        return None
    places = {Address(row[0], row[1]): Address(row[2], row[3]) for row in connection.execute(_MOVES).fetchall()}
    seen = {address}
    while address in places and places[address] not in seen:
        address = places[address]
        seen.add(address)
    return address


def locks(context: Context) -> tuple[Lock, ...]:
    """The locks of the step on relations that were made anew, where they are now."""
    connection = context.connection
    row = connection.execute("SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::oid::bigint").fetchone()
    assert row is not None, "it is a constant"
    found = []
    for lock in context.step.locks:
        place = follow(connection, Address(row[0], lock.oid))
        if lock.oid and place is not None and place.oid != lock.oid:
            found.append(replace(lock, oid=place.oid))
    return tuple(found)
