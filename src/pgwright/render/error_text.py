"""An error as three sentences: what happened, what that means now, what to type next."""

from __future__ import annotations

from typing import Any

from ..base.errors import PgwrightError
from .layout import PLAIN, Style, clean


def error_text(error: PgwrightError, *, style: Style = PLAIN) -> str:
    """The sentences of `error`, one a line; the last is left out when it has nothing to say. Not wrapped: a message
    may hold an excerpt whose caret must stay under its column."""
    lines = [style.alarm("error:") + " " + clean(error.message, keep_lines=True)]
    lines += [clean(part, keep_lines=True) for part in (error.state, error.hint) if part]
    return "\n".join(lines) + "\n"


def error_document(error: PgwrightError) -> dict[str, Any]:
    """What `--format json` prints for `error`."""
    body = {
        "name": error.name,
        "exit_code": error.exit_code,
        "message": error.message,
        "state": error.state,
        "hint": error.hint,
    }
    return {"version": 1, "error": body}
