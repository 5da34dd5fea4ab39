"""The row by which other terminals speak to a runner, and it to them: `pgwright.control`.

A runner reads it twice a second while a pass runs; what stands in it holds for a runner that starts later, too. What
holds a pass back and how fast it goes is written by who holds the lease, and by nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from ...config.limits import KEYS
from ...config.settings import ThrottleSettings
from ...sql.quote import literal

Connection = psycopg.Connection[tuple[Any, ...]]
SINCE = 2
"""The version of the journal that has the row."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """The row. `limits` are those that were set from a terminal, by key (None: off); `reason` is what holds the pass
    back ("paused" is not in it), since `reason_at`; `told_age` seconds since the runner wrote."""

    paused_by: str | None
    paused_at: datetime | None
    pause_reason: str | None
    limits: dict[str, Any]
    reason: str | None
    reason_at: datetime | None
    rows_per_second: float | None
    seconds_left: float | None
    told_age: float | None

    @property
    def pause(self) -> str | None:
        """By whom, since when and why it is paused, as a sentence part; None where it is not."""
        if self.paused_by is None:
            return None
        since = f" since {self.paused_at:%Y-%m-%d %H:%M:%S %Z}" if self.paused_at else ""
        why = f": {self.pause_reason}" if self.pause_reason else ""
        return f"paused by {self.paused_by}{since}{why}"

    def in_force(self, settings: ThrottleSettings) -> ThrottleSettings:
        """The limits of `settings` with those that were set from a terminal put over them."""
        return replace(settings, **{key: value for key, value in self.limits.items() if key in KEYS})


READ = """
SELECT paused_by, paused_at, pause_reason, limits, reason, reason_at, rows_per_second, seconds_left,
       extract(epoch FROM clock_timestamp() - told_at)::float8 AS told_age
FROM pgwright.control
"""


def read(connection: psycopg.Connection[Any]) -> Control:
    """The row as it is now."""
    # binary: the text of a time is in the DateStyle of the role
    with connection.cursor(row_factory=class_row(Control), binary=True) as cursor:
        row = cursor.execute(READ).fetchone()
    return row if row is not None else _EMPTY


_EMPTY = Control(
    paused_by=None,
    paused_at=None,
    pause_reason=None,
    limits={},
    reason=None,
    reason_at=None,
    rows_per_second=None,
    seconds_left=None,
    told_age=None,
)


def pause(connection: Connection, who: str, reason: str) -> None:
    """Holds every pass. Of a pause that is there already the first one to say it stays."""
    connection.execute(
        "UPDATE pgwright.control SET paused_by = %s, pause_reason = nullif(%s, ''), paused_at = clock_timestamp() "
        "WHERE paused_by IS NULL",
        (who, reason),
    )


def resume(connection: Connection) -> None:
    """Lets passes go on."""
    connection.execute("UPDATE pgwright.control SET paused_by = NULL, pause_reason = NULL, paused_at = NULL")


def set_limits(connection: Connection, limits: Mapping[str, float | None], unset: tuple[str, ...]) -> None:
    """Puts limits over those of pgwright.toml; `unset` are those that hold as there again."""
    connection.execute(
        "UPDATE pgwright.control SET limits = (limits - %s::text[]) || %s::jsonb",
        (list(unset), json.dumps(dict(limits))),
    )


def note(epoch: int, *, reason: str | None, again: bool, rows_per_second: float | None, left: float | None) -> str:
    """The statement by which the runner with lease `epoch` tells what it does; `again` where the reason is not new."""
    since = "reason_at" if again and reason else "clock_timestamp()" if reason else "NULL"
    return (
        f"UPDATE pgwright.control SET reason = {literal(reason) if reason else 'NULL'}, reason_at = {since}, "
        f"rows_per_second = {_number(rows_per_second)}, seconds_left = {_number(left)}, told_at = clock_timestamp() "
        f"WHERE EXISTS (SELECT FROM pgwright.lease WHERE epoch = {epoch:d})"
    )


def _number(value: float | None) -> str:
    return "NULL" if value is None else f"{value:.3f}"
