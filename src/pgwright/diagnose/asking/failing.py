"""What an EXPLAIN that failed means, in our words: nothing was changed, whatever happened."""

from __future__ import annotations

import psycopg

from ...base.errors import PgwrightError, Refused, StepFailed, UsageError
from ...connect.translation import describe, translate
from ...sql.position import Source

_STATE = "The transaction was rolled back; nothing was changed."
_WRITES = (
    "Run it with --execute-writes: it is executed and rolled back. Triggers fire, rows are locked meanwhile, and "
    "sequences move. Or explain it without running it: --plain."
)

_TYPED = "If that is the value of a parameter, give it with its type: --param '30 days::interval'."


def failed(error: psycopg.Error, *, statement: str, prefix: int, timeout_ms: int) -> PgwrightError:
    """Our error for what the server said about `statement`, which it saw after `prefix` characters of ours."""
    code, text = error.sqlstate or "", describe(error)
    if code == "25006":
        return Refused(f"The statement writes: {text}", state=_STATE, hint=_WRITES)
    if code == "57014":
        hint = "Give it longer, as in --timeout 5min, or explain it without running it: --plain."
        seconds = f"{timeout_ms / 1000:g} s"
        message = f"The statement was ended after {seconds}, or cancelled by somebody: {text}"
        return StepFailed(message, sqlstate=code, state=_STATE, hint=hint)
    if code == "42501":
        hint = "Connect as a role that may run the statement itself: EXPLAIN needs the same rights."
        return Refused(f"The role may not run this statement: {text}", state=_STATE, hint=hint)
    if code.startswith("42"):
        hint = "Run it in psql first. Names are looked up in the search_path of this connection."
        if code in ("42P18", "42725"):
            hint = _TYPED
        where = _excerpt(error, statement, prefix)
        return UsageError(f"The server does not take this statement: {text}{where}", hint=hint)
    if code.startswith(("22", "23", "P0", "XX", "53", "54", "55000")):
        hint = _TYPED if code in ("22007", "22P02") else ""
        return StepFailed(f"The statement failed while it ran: {text}", sqlstate=code, state=_STATE, hint=hint)
    return translate(error, doing="explaining the statement", state=_STATE)


def _excerpt(error: psycopg.Error, statement: str, prefix: int) -> str:
    """The line of the statement that the server points at, with a caret; empty where it points at none."""
    position = error.diag.statement_position
    at = int(position) - 1 - prefix if position else -1
    if not 0 <= at <= len(statement):
        return ""
    return "\n" + Source(statement, "").excerpt(at)
