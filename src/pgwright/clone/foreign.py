"""Foreign tables are planned, and nobody is ever asked about them: a wrapper that would ask its server for costs
(use_remote_estimate of postgres_fdw) takes the statistics instead. User mappings were not copied."""

from __future__ import annotations

from ..connect.session import Connection
from ._query import query

_NOTE = (
    "The source asks other servers what foreign tables cost (use_remote_estimate); the clone asks nobody and takes its "
    "statistics."
)


def keep_apart(admin: Connection) -> list[str]:
    """Takes the option away; a sentence where there was one."""
    changed = sum(admin.execute(part).rowcount for part in query("foreign").split(b";") if part.strip())
    return [_NOTE] if changed else []
