"""Looks whether all values of a domain hold to a constraint that was added NOT VALID: PostgreSQL would block writes for
it. Where one does not, the constraint goes again."""

from __future__ import annotations

import time
from typing import Any

from ....base.errors import LockNotObtained, PgwrightError, Refused
from ..context import Change, Context
from ..failure import Failure

PAUSE = 0.05
# Who is at work, by virtual transaction; prepared transactions have one that lasts until they are ended.
_AT_WORK = """
SELECT l.virtualtransaction || '/' || coalesce(l.pid, 0) FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype IN ('virtualxid', 'transactionid') AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND (a.datname IS NULL OR a.datname = pg_catalog.current_database())
  AND coalesce(a.backend_type, 'client backend') = 'client backend'
"""


def prepare(context: Context) -> Change:
    """Waits, outside of any transaction, until everybody has ended who may have written without the constraint. Raises
    LockNotObtained when that takes longer than the budget."""
    waiting = _at_work(context)
    deadline = time.monotonic() + context.settings.lock_budget
    while waiting:
        waiting &= _at_work(context)
        if waiting and time.monotonic() > deadline:
            raise LockNotObtained(
                f"{len(waiting)} transactions that were at work when the constraint was added have not ended in "
                f"{context.settings.lock_budget:.0f} s: they may have written values that break it.",
                state="The constraint is there, NOT VALID; it is not proven yet.",
                hint="When they have ended, run the same command again.",
            )
        time.sleep(PAUSE if waiting else 0)
    return Change()


def run(context: Context) -> None:
    """Raises Refused for the first column with such values, and their count."""
    for look in context.parameters["looks"]:
        row = context.connection.execute(f"SELECT pg_catalog.count(*) FROM ({look['query']}) r".encode()).fetchone()
        if row and row[0]:
            raise Refused(
                f"{row[0]:,} {look['what']}: they were written meanwhile",
                state="What was added for it has been taken away again, writes are as free as before.",
                hint=f"Correct them, then run the same command again. See them all: {look['query']}",
            )


def failed(context: Context, error: PgwrightError) -> Failure:
    """The constraint goes, and the steps that look and add run again."""
    parameters: dict[str, Any] = dict(context.parameters)
    return Failure(error=error, statements=(parameters["drop"],), relation=0, again=tuple(parameters["again"]))


def _at_work(context: Context) -> set[str]:
    return {str(row[0]) for row in context.connection.execute(_AT_WORK).fetchall()}
