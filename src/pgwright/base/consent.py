"""What an author or a caller may consent to: one list for the directive `allow`, the option `--allow`, and docs."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from .errors import UsageError

CONSENTS = {
    "raw_sql": "a statement that pgwright does not understand runs as it is, with the locks that it takes.",
    "published": ("the table is published without a column list, and the subscribers have the new column already."),
    "user_triggers": "user triggers fire during the backfill, because this role may not silence them.",
    "rewrite": (
        "the table may be rewritten under ACCESS EXCLUSIVE: by contract, to rebuild a generated column, or by a column "
        "of a domain with a constraint that is added."
    ),
    "destructive": (
        "data that exists nowhere else may be dropped. On the command line it needs `--yes` too, or the table's name "
        "typed on a terminal."
    ),
    "drift": "(`--allow` only) the plan is about a table that was changed past pgwright, and is right for it.",
    "out_of_order": "(`--allow` only) a pending migration runs although a later one was started.",
}
"""Each word, and what it means."""


def require_known(words: Iterable[str]) -> None:
    """Raises UsageError for a word that consents to nothing: a misspelt consent would look like one."""
    for word in words:
        if word not in CONSENTS:
            near = get_close_matches(word, CONSENTS, n=1)
            raise UsageError(
                f'there is nothing called "{word}" to allow',
                hint=f"Did you mean {near[0]}?" if near else f"It may be {', '.join(CONSENTS)}.",
            )
