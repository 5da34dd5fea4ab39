"""Which errors go away when the same thing is tried again.

It judges; it never sleeps and never tries: budgets and pauses belong to who knows what is at stake.
"""

from __future__ import annotations

import psycopg

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK = "40P01"
SERIALIZATION = "40001"
CONTENTION = frozenset({LOCK_NOT_AVAILABLE, DEADLOCK, SERIALIZATION})

# Class 08: the connection; 57P01-57P03: shutdown, crash of a neighbour, starting up; 57P05 and 25P03: the server
# closed an idle session, 25P04 one whose transaction lasted too long (17 and newer). After each of them the session is
# gone, and a new one may do the same work.
SESSION_ENDED = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})


def is_connection_loss(error: BaseException | None) -> bool:
    """True when the session is gone (or could not be made) and a new one may succeed."""
    if error is None:
        return False
    if not isinstance(error, psycopg.Error):
        return is_connection_loss(error.__cause__)
    state = error.sqlstate
    if state is None:
        # libpq's own errors carry no SQLSTATE: a cut connection, a refused one, a closed handle.
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return state.startswith("08") or state in SESSION_ENDED


def is_contention(error: BaseException | None) -> bool:
    """True when another session stood in the way: lock timeout, deadlock, serialization failure."""
    if error is None:
        return False
    if not isinstance(error, psycopg.Error):
        return is_contention(error.__cause__)
    return error.sqlstate in CONTENTION


def is_transient(error: BaseException | None) -> bool:
    """True for 55P03, 40P01, 40001 and a lost connection. Of our own errors the cause is judged."""
    return is_contention(error) or is_connection_loss(error)
