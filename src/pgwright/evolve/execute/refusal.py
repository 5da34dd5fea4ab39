"""Finds the row that `up` refuses, for the error that names it. It changes nothing."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors

from ...base.errors import StepFailed
from ...sql.quote import literal
from ..sync.fill import Fill, blocks

Connection = psycopg.Connection[tuple[Any, ...]]


def of_row(
    connection: Connection, step: str, statement: Fill, part: str, first: int, last: int, error: psycopg.Error
) -> StepFailed:
    """Names the row in blocks [first, last) of `part`: its content, the value's error, and how to go on."""
    rows = connection.execute(
        f"SELECT ctid::text, pg_catalog.left(pg_catalog.to_jsonb(t)::text, 300) FROM ONLY {part} t "
        f"WHERE {blocks(first, last)}".encode()
    ).fetchall()
    for ctid, shown in rows:
        try:
            with connection.transaction():
                connection.execute(
                    f"SELECT {statement.values} FROM ONLY {part} WHERE ctid = {literal(ctid)}::tid".encode()
                )
                connection.execute(
                    f"UPDATE ONLY {part} SET {statement.set_list} WHERE ctid = {literal(ctid)}::tid AND "
                    f"{statement.condition}".encode()
                )
                raise psycopg.Rollback
        except (errors.DataError, errors.IntegrityError) as found:
            return _refused(step, part, shown, found)
    return _refused(step, part, "(it could not be singled out)", error)


def _refused(step: str, part: str, shown: str, error: psycopg.Error) -> StepFailed:
    return StepFailed(
        f"up refuses a row of {part}: {error.diag.message_primary}. The row: {shown}",
        step=step,
        sqlstate=error.sqlstate,
        state="The rows before it are filled, both applications work on.",
        hint="Correct the row and run `pgwright expand` again, it goes on from here; or `pgwright rollback`.",
    )
