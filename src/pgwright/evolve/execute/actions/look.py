"""Looks for rows that would stop the change later, before anything is changed: counts, samples, the query itself."""

from __future__ import annotations

from ....base.errors import Refused
from ..context import Context

SHOWN = 3


def run(context: Context) -> None:
    """Raises Refused when the query of the step finds rows."""
    query, what, hint = (str(context.parameters[key]) for key in ("query", "what", "hint"))
    shown = context.connection.execute(
        f"SELECT pg_catalog.left(pg_catalog.to_jsonb(r)::text, 300) FROM ({query}) r LIMIT {SHOWN}".encode()
    ).fetchall()
    if not shown:
        return
    row = context.connection.execute(f"SELECT pg_catalog.count(*) FROM ({query}) r".encode()).fetchone()
    count = row[0] if row else len(shown)
    first, _, rest = what.partition(" ")
    what = f"{first.removesuffix('s')} {rest}" if count == 1 else what
    more = [] if count <= SHOWN else [f"… and {count - SHOWN:,} more"]
    raise Refused(
        f"{count:,} {what}",
        reasons=(*(each[0] for each in shown), *more),
        state="Nothing was changed in any table.",
        hint=f"{hint} See them all: {query}",
    )
