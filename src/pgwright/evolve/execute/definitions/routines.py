"""Functions and procedures as the server defines them."""

from __future__ import annotations

from ..objects import Address, Connection, Identity


def core(connection: Connection, address: Address, _: Identity) -> list[str] | None:
    """CREATE OR REPLACE of a function or procedure; None for aggregates, which the server has no words for."""
    row = connection.execute(
        "SELECT CASE WHEN prokind <> 'a' THEN pg_catalog.pg_get_functiondef(oid) END FROM pg_catalog.pg_proc "
        "WHERE oid = %s",
        (address.oid,),
    ).fetchone()
    return [str(row[0]).rstrip()] if row and row[0] else None
