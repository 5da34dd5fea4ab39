"""What pg_stat_statements has counted up to a moment: asked of the server in one read-only transaction.

Its numbers only grow, until somebody resets them or an entry is thrown away for a new one; `delta` compares two. It
needs no right beyond reading the view, but sees no texts of other roles without pg_read_all_stats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import errors

from ..base import queries
from ..base.errors import WorkloadError
from ..connect.looking import looking
from ..connect.translation import translate
from .extension import Connection, Extension, find
from .values import Pages

_query = queries.beside(__file__)

HIDDEN = "<insufficient privilege>"
"""What the view shows in place of a text that the role may not see (14 to 18)."""

OTHERWISE = "Or give statements as a server's log or as a .sql file."
_PRELOAD = "shared_preload_libraries = 'pg_stat_statements' in postgresql.conf and a restart"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry: a statement of one role. `text` is None where the server has lost it and HIDDEN where this role may
    not see it; then `queryid` is None. `ms` is execution time, `since` when the entry was made (None before 17)."""

    userid: int
    user: str
    queryid: int | None
    toplevel: bool
    text: str | None
    calls: int
    ms: float
    rows: int
    pages: Pages
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The entries of one database at the time `at`, those with the most time first. `reset` is when all was reset last,
    `dealloc` how often entries were thrown away since, `room` for how many there is room, `track` the setting, and
    `sees_all` whether the role sees the texts of others."""

    at: datetime
    reset: datetime | None
    dealloc: int
    room: int | None
    track: str
    sees_all: bool
    entries: tuple[Entry, ...]


def take(connection: Connection) -> Snapshot:
    """The counters as they are now. Raises WorkloadError where the extension is missing, not loaded or older than 1.9,
    and our translation of other errors."""
    try:
        with looking(connection):
            return _take(connection, _usable(connection))
    except errors.ObjectNotInPrerequisiteState as error:
        raise WorkloadError(
            "pg_stat_statements is installed in this database, but the server has not loaded it, so it counts nothing.",
            hint=f"It needs {_PRELOAD}. {OTHERWISE}",
        ) from error
    except errors.CharacterNotInRepertoire as error:
        raise WorkloadError(
            "The texts that pg_stat_statements keeps are damaged, or are in another encoding than this database.",
            hint=f"SELECT pg_stat_statements_reset(); makes it begin anew. {OTHERWISE}",
        ) from error
    except psycopg.Error as error:
        raise translate(error, doing="reading pg_stat_statements", state="Nothing was changed.") from error


def _usable(connection: Connection) -> Extension:
    extension = find(connection)
    if extension is None:
        raise WorkloadError(
            "The extension pg_stat_statements is not installed in this database.",
            hint=f"CREATE EXTENSION pg_stat_statements; where it is not loaded yet, it also needs {_PRELOAD}. "
            + OTHERWISE,
        )
    if "toplevel" not in extension.columns:
        raise WorkloadError(
            f"The extension pg_stat_statements is of version {extension.version}, and 1.9 or newer is needed.",
            hint=f"ALTER EXTENSION pg_stat_statements UPDATE; brings the version of the server. {OTHERWISE}",
        )
    return extension


def _take(connection: Connection, extension: Extension) -> Snapshot:
    since = "s.stats_since" if "stats_since" in extension.columns else "NULL::timestamptz"
    counting = connection.execute(_query("counting").decode().format(info=extension.info).encode()).fetchone()
    assert counting is not None
    rows = connection.execute(_query("entries").decode().format(view=extension.view, since=since).encode()).fetchall()
    at, reset, dealloc, room, track, sees_all = counting
    entries = tuple(_entry(row) for row in rows)
    return Snapshot(at=at, reset=reset, dealloc=dealloc, room=room, track=track, sees_all=sees_all, entries=entries)


def _entry(row: tuple[Any, ...]) -> Entry:
    userid, user, queryid, toplevel, text, calls, ms, rows, *pages, since = row
    return Entry(
        userid=userid,
        user=user,
        queryid=queryid,
        toplevel=toplevel,
        text=text,
        calls=calls,
        ms=ms,
        rows=rows,
        pages=Pages(**dict(zip(Pages.__dataclass_fields__, pages, strict=True))),
        since=since,
    )
