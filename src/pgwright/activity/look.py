"""Looks at the server once: all that goes on, in one short read-only transaction. It ends and cancels nothing.

No right is needed. What a role without pg_read_all_stats does not see is said in the notes, with the grant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ..base import queries
from ..connect.looking import looking
from ..connect.translation import translate
from ..sql.quote import ident
from .blockers import without_literals
from .moment import Command, Moment, Prepared, Recovery, Session, Slot, Standby, Wait
from .progress import measure
from .tree import Waiting, Who, tree

_query = queries.beside(__file__)

TIMEOUT = 5.0  # seconds for each question: a server that answers later than that is looked at again, not waited for
WAITERS = 100
"""Waiters whose blockers are asked for: pg_blocking_pids stops the lock manager for a moment each time."""

Row = Mapping[str, Any]
Connection = psycopg.Connection[tuple[Any, ...]]


def look(connection: Connection) -> Moment:
    """What goes on now. Raises our translation of what the server says."""
    try:
        with looking(connection, timeout=TIMEOUT):
            return _moment(connection)
    except psycopg.Error as error:
        raise translate(error, doing="looking at the sessions", state="Nothing was changed.") from error


def _moment(connection: Connection) -> Moment:
    server = _rows(connection, "server")[0]
    sees_all = server["sees_all"]
    rows = _rows(connection, "waits", {"limit": WAITERS})
    sessions = tuple(map(_session, _rows(connection, "sessions")))
    prepared = tuple(Prepared(**row) for row in _rows(connection, "prepared"))
    waiting = rows[0]["waiting"] if rows else 0
    blocking = tree([_waiting(row) for row in rows], sessions, prepared)
    standbys = tuple(Standby(**row) for row in _rows(connection, "standbys"))
    return Moment(
        **{name: value for name, value in server.items() if name != "sees_all"},
        sessions=sessions,
        waits=_waits(sessions),
        waiting=waiting,
        blocking=blocking,
        prepared=prepared,
        commands=tuple(_command(row, rows) for row in _rows(connection, "progress")),
        standbys=standbys,
        slots=tuple(Slot(**row) for row in _rows(connection, "slots")),
        recovery=Recovery(**_rows(connection, "recovery")[0]) if server["standby"] else None,
        notes=tuple(_notes(server["user"], sessions, waiting, sees_all=sees_all)),
    )


def _rows(connection: Connection, name: str, parameters: Row | None = None) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_query(name), parameters).fetchall()


def _session(row: Row) -> Session:
    facts = dict(row)
    kind, event = facts.pop("wait_type"), facts.pop("wait_event")
    return Session(**{**facts, "wait": f"{kind}: {event}" if kind else "", "statement": _statement(row)})


def _statement(row: Row) -> str:
    """What may be shown of a statement. That of an autovacuum has no literals, and its end says whether it yields."""
    if row["hidden"]:
        return ""
    return str(row["statement"]) if row["kind"] == "autovacuum worker" else without_literals(row["statement"])


def _waits(sessions: Sequence[Session]) -> tuple[Wait, ...]:
    """What active sessions wait for, the most frequent first."""
    counted = Counter(each.wait for each in sessions if each.state == "active")
    return tuple(
        Wait(what=what, sessions=count) for what, count in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    )


def _waiting(row: Row) -> Waiting:
    holders: list[tuple[Who, str]] = [
        (who, mode) for pid, gid, mode in row["holders"] if (who := pid if gid is None else gid) is not None
    ]
    return Waiting(
        pid=row["pid"],
        kind=row["kind"],
        mode=row["mode"],
        on=_thing(row),
        seconds=row["seconds"],
        blockers=tuple(row["blockers"]),
        holders=tuple(holders),
    )


def _thing(row: Row) -> str:
    """What is waited for, in words."""
    kind, relation = row["kind"], row["relation"]
    if not row["here"]:
        return f"a {kind} of another database"
    if kind == "transactionid":
        row_of = f" (a row of {row['row_of']})" if row["row_of"] else ""
        return f"the end of transaction {row['transaction']}{row_of}"
    if kind == "virtualxid":
        return f"the end of transaction {row['transaction']}"
    if kind == "advisory":
        both = (row["classid"] << 32) | row["objid"]
        signed = both - (1 << 64) if both >= 1 << 63 else both
        return f"advisory lock {signed if row['objsubid'] == 1 else (row['classid'], row['objid'])}"
    if kind == "relation":
        return relation or "a relation"
    return f"a {kind} of {relation}" if relation else f"a {kind}"


def _command(row: Row, waits: Sequence[Row]) -> Command:
    """One long command. Whom it waits for is believed only where it does: the view keeps the last one, and names a
    stranger where it is a prepared transaction (seen on 14)."""
    facts = row["facts"]
    locker = facts.get("current_locker_pid") or 0
    waited = {pid for wait in waits if wait["pid"] == row["pid"] for pid in wait["blockers"]}
    done, total, unit = measure(facts)
    phase = facts.get("phase") or ("" if facts.get("bytes_processed") is None else "copying")
    return Command(
        pid=row["pid"],
        command=row["command"],
        database=row["database"],
        relation=row["relation"],
        phase=phase,
        done=done,
        total=total,
        unit=unit,
        waits_for=locker if locker in waited else 0,
    )


def _notes(user: str, sessions: Sequence[Session], waiting: int, *, sees_all: bool) -> list[str]:
    notes = []
    hidden = sum(each.hidden for each in sessions)
    if hidden and not sees_all:
        notes.append(
            f"What {hidden:,} sessions of other roles do is hidden from {user}: "
            f"GRANT pg_read_all_stats TO {ident(user)}; (or pg_monitor) shows it."
        )
    if waiting > WAITERS:
        notes.append(f"{waiting:,} wait for a lock; only for the {WAITERS} who wait longest it was asked for whom.")
    return notes
