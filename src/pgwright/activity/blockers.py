"""Who would make a lock wait: sessions, prepared transactions, vacuums. It looks and names; it never cancels.

Nobody can wait politely for somebody they cannot name. A lock request waits for every lock that is held on the
relation in a conflicting mode, and for every request in front of it that conflicts; both are listed here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from ..base import queries
from ..base.lock import LockMode
from ..base.name import RelationName

_query = queries.beside(__file__)

_CONFLICTS = {
    LockMode.ACCESS_SHARE: (8,),
    LockMode.ROW_SHARE: (7, 8),
    LockMode.ROW_EXCLUSIVE: (5, 6, 7, 8),
    LockMode.SHARE_UPDATE_EXCLUSIVE: (4, 5, 6, 7, 8),
    LockMode.SHARE: (3, 4, 6, 7, 8),
    LockMode.SHARE_ROW_EXCLUSIVE: (3, 4, 5, 6, 7, 8),
    LockMode.EXCLUSIVE: (2, 3, 4, 5, 6, 7, 8),
    LockMode.ACCESS_EXCLUSIVE: (1, 2, 3, 4, 5, 6, 7, 8),
}
"""Source: PostgreSQL documentation, "Explicit Locking", table 13.2; the same from 14 to 18."""

_QUERY_LENGTH = 80


class BlockerKind(StrEnum):
    """What blocks: a client's `session`, a `prepared` transaction that no session owns, an ordinary `vacuum` of
    autovacuum, which yields after deadlock_timeout, or one to prevent `wraparound`, which never yields."""

    SESSION = "session"
    PREPARED = "prepared"
    VACUUM = "vacuum"
    WRAPAROUND = "wraparound"


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Somebody who holds a conflicting lock on `relation`, or waits for one in front (`granted` is False).

    `pid` is None for a prepared transaction, `gid` None for everybody else. `age` is seconds since the
    transaction began, `state_age` since the session's state changed; both are None where the role may not see
    them. `state` is as in pg_stat_activity ("" where it may not be seen), `prepared` for a prepared transaction.
    `query` is the latest statement, its literals removed, cut to 80 characters. `mode` is the strongest lock."""

    relation: RelationName
    mode: LockMode
    kind: BlockerKind
    granted: bool = True
    pid: int | None = None
    gid: str | None = None
    user: str = ""
    application: str = ""
    state: str = ""
    query: str = ""
    age: float | None = None
    state_age: float | None = None

    @property
    def sentence(self) -> str:
        """Who blocks, and with what, in one line without a full stop."""
        return (
            f"{self._who()} {'holds' if self.granted else 'waits for'} {self.mode.sql} on {self.relation}{self._last()}"
        )

    @property
    def cure(self) -> str:
        """The statement that ends the blocker; empty for vacuums, which should not be ended."""
        if self.gid is not None:
            return f"ROLLBACK PREPARED '{self.gid.replace(chr(39), chr(39) * 2)}'"
        return f"SELECT pg_terminate_backend({self.pid})" if self.kind is BlockerKind.SESSION else ""

    def _who(self) -> str:
        if self.kind is BlockerKind.PREPARED:
            return f"the prepared transaction '{self.gid}' of user {self.user}, prepared {_ago(self.age)},"
        if self.kind is BlockerKind.VACUUM:
            return f"an autovacuum (pid {self.pid}, it yields when asked)"
        if self.kind is BlockerKind.WRAPAROUND:
            return f"an autovacuum to prevent wraparound (pid {self.pid}, it does not yield)"
        parts = [f"user {self.user}"] if self.user else []
        if self.application:
            parts.append(f"application {self.application}")
        if self.state:
            parts.append(self.state + (f" for {_duration(self.state_age)}" if self.state_age is not None else ""))
        if self.age is not None:
            parts.append(f"transaction open for {_duration(self.age)}")
        return f"pid {self.pid} ({', '.join(parts)})" if parts else f"pid {self.pid}"

    def _last(self) -> str:
        if self.kind is not BlockerKind.SESSION or not self.query:
            return ""
        return f"; {'query' if self.state == 'active' else 'last query'}: {self.query}"


@dataclass(frozen=True, kw_only=True)
class _Row:
    relation: int
    schema: str
    name: str
    modes: list[str]
    granted: bool
    pid: int | None
    gid: str | None
    user: str | None
    application: str
    backend_type: str
    state: str
    query: str
    age: float | None
    state_age: float | None


def blockers(
    connection: Connection[Any], oids: Sequence[int], mode: LockMode, *, older_than: float = 0.0
) -> tuple[Blocker, ...]:
    """Everybody who would make a lock in `mode` on any of the relations `oids` wait, holders before waiters, the
    oldest transaction first. The own session is left out. `older_than` (seconds) leaves out transactions that
    are younger: on a busy table there is always a reader who will be gone in a moment. One whose age cannot be
    seen counts as old. Raises psycopg errors."""
    if not oids:
        return ()
    modes = [LockMode(value).pg_name for value in _CONFLICTS[mode]]
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_query("blockers"), {"oids": list(oids), "modes": modes}).fetchall()
    return tuple(_blocker(row) for row in rows if row.age is None or row.age >= older_than)


def conflicts(one: LockMode, other: LockMode) -> bool:
    """Whether two sessions cannot hold these modes on one relation at the same time."""
    return other in _CONFLICTS[one]


def without_literals(query: str) -> str:
    """A statement on one line without comments and with every string literal as `'…'`, cut to 80 characters: it goes
    to terminals and logs, and literals are where passwords and personal data are. What the server cut off counts
    as a literal, too."""
    line = " ".join(_HIDDEN.sub(_shown, query).split())
    return line if len(line) <= _QUERY_LENGTH else line[: _QUERY_LENGTH - 1] + "…"


_HIDDEN = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?(?:\*/|$) )
    | (?P<name> "(?:[^"]|"")*(?:"|$) )
    | \b[eE]'(?:[^'\\]|''|\\.)*(?:'|$)
    | '(?:[^']|'')*(?:'|$)
    | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)
    """,
    re.DOTALL | re.VERBOSE,
)


def _shown(match: re.Match[str]) -> str:
    if match["name"]:
        return match["name"]
    return " " if match["comment"] else "'…'"


def _blocker(row: _Row) -> Blocker:
    return Blocker(
        relation=RelationName(row.schema, row.name),
        mode=max(LockMode.from_pg_name(mode) for mode in row.modes),
        kind=_kind(row),
        granted=row.granted,
        pid=row.pid,
        gid=row.gid,
        user=row.user or "",
        application=row.application,
        state=row.state,
        query=without_literals(row.query),
        age=row.age,
        state_age=row.state_age,
    )


def _kind(row: _Row) -> BlockerKind:
    if row.pid is None:
        return BlockerKind.PREPARED
    # The type of another role's backend cannot be seen without pg_read_all_stats; an autovacuum has no user.
    if row.backend_type == "autovacuum worker" or (not row.backend_type and row.user is None):
        return BlockerKind.WRAPAROUND if "(to prevent wraparound)" in row.query else BlockerKind.VACUUM
    return BlockerKind.SESSION


def _ago(seconds: float | None) -> str:
    return "at an unknown time" if seconds is None else f"{_duration(seconds)} ago"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
