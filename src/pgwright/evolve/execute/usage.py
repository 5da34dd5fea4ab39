"""Which known statements still use the old side of a link, counted since its migration was expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg

from ...sql.tokens import mentions_column
from ...workload.statements import calls
from ..sync.link import Link
from . import live

Connection = psycopg.Connection[tuple[Any, ...]]


def noted(connection: Connection, link: Link) -> Link:
    """The link with the calls so far of each statement that names its table and its old column."""
    return replace(link, extra={**link.extra, "calls": _of_old_side(connection, link)})


def since_expand(connection: Connection, link: Link) -> tuple[str, ...]:
    """A sentence for each statement that names the old column and was called since expand, most called first."""
    before: Mapping[str, int] = link.extra.get("calls", {})
    now = {text: count - before.get(text, 0) for text, count in _of_old_side(connection, link).items()}
    return tuple(
        f"called {count} times since expand, by the old name: {' '.join(text.split())[:100]}"
        for text, count in sorted(now.items(), key=lambda each: -each[1])
        if count > 0
    )


def _of_old_side(connection: Connection, link: Link) -> dict[str, int]:
    if not live.exists(connection, link.table):
        return {}
    row = connection.execute("SELECT relname FROM pg_catalog.pg_class WHERE oid = %s", (link.table,)).fetchone()
    table = row[0] if row else ""
    return {
        text: count
        for text, count in calls(connection).items()
        if text
        and "pgwright" not in text
        and mentions_column(text, table)
        and mentions_column(text, link.old_name)
        and not mentions_column(text, link.new_name)
    }
