"""Turns an error of the driver into one of ours, once, keeping SQLSTATE and cause.

Use it as `raise translate(error, …) from error`: the cause stays in the chain, and `retry` looks for it there.
"""

from __future__ import annotations

import psycopg

from ..base.errors import ConnectError, LockNotObtained, PgwrightError, Refused, StepFailed
from .reasons import hint_of
from .redaction import redact
from .retry import is_connection_loss, is_contention

INSUFFICIENT_PRIVILEGE = "42501"

_HINTS = {
    "53100": "Free space on the server's disk, then run the same command again.",
    "53200": "The server ran out of memory; look at its log, then run the same command again.",
    "53300": "Close some sessions or raise max_connections, then run the same command again.",
    "57014": "Something cancelled the statement: a person, or statement_timeout of the role or database.",
    "25006": "This server is a read-only standby; connect to the primary.",
}


def translate(
    error: psycopg.Error, *, doing: str = "", step: str = "", state: str | None = None, hint: str = ""
) -> PgwrightError:
    """Our error for `error`. `doing` says what was attempted (`reading the catalog`), `step` is a plan step's id,
    `state` what the failure means now. Contention → LockNotObtained, a lost session → ConnectError, a missing
    right → Refused, everything else → StepFailed with `sqlstate`."""
    text = describe(error)
    message = f"While {doing}: {text}" if doing else text
    if is_connection_loss(error):
        hint = hint or hint_of(text) or "Run the same command again when the server answers."
        return ConnectError(message, state=state, hint=hint)
    if is_contention(error):
        return LockNotObtained(message, state=state, hint=hint or "Run the same command again.")
    if error.sqlstate == INSUFFICIENT_PRIVILEGE:
        return Refused(message, state=state, hint=hint or "`pgwright doctor` names the missing grants.")
    hint = hint or _HINTS.get(error.sqlstate or "", "")
    return StepFailed(message, step=step, sqlstate=error.sqlstate, state=state, hint=hint)


def describe(error: psycopg.Error) -> str:
    """What the server said, on one line where it can be: message, detail, hint and SQLSTATE, without passwords."""
    diag = error.diag
    if diag.message_primary is None:
        return redact(" ".join(str(error).split())) or type(error).__name__
    parts = [diag.message_primary]
    parts += [part for part in (diag.message_detail, diag.message_hint) if part]
    return redact(" ".join(f"{part.rstrip('.')}." for part in parts) + f" (SQLSTATE {error.sqlstate})")
