"""What to do about the words of a server or pooler that refuses a session.

Before a session is there the driver tells no SQLSTATE, only text: PgBouncer's is always English, a server's in its own
language. So this only helps; nothing is decided by it.
"""

from __future__ import annotations

_HINTS = {
    "unsupported startup parameter: options": (
        "The pooler takes no `options`. Take them out of the connection string (and PGOPTIONS), and give them to the "
        "role: ALTER ROLE … SET …"
    ),
    "query_wait_timeout": (
        "The pooler had no server connection free: SHOW POOLS of PgBouncer tells why. Raise its pool_size, or run the "
        "same command again when the pool is less busy."
    ),
    "max_client_conn": "The pooler has as many clients as it takes: raise its max_client_conn.",
    "server login": (
        "The pooler does not get through to the server, and tries again every server_login_retry seconds: look at its "
        "log, then run the same command again."
    ),
    "connection slots are reserved": (
        "The server has no session left: close some, or raise max_connections; then run the same command again."
    ),
    "too many": (
        "No session is left for this role, database or server: close some, or raise CONNECTION LIMIT or "
        "max_connections; then run the same command again."
    ),
}


def hint_of(reason: str) -> str:
    """What helps against `reason`, "" where nothing is known."""
    return next((hint for words, hint in _HINTS.items() if words in reason), "")
