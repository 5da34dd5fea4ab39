"""Act 1: the rename as one would type it.

`ALTER TABLE … RENAME COLUMN` waits for the forgotten session, everybody else waits behind it, and then the old name
is gone while the application still uses it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .blocker import Blocker
from .measure import Summary
from .mirror import rows_lost
from .stage import Stage
from .statements import NEW, OLD

RENAME = f"ALTER TABLE utilisateurs RENAME COLUMN {OLD} TO {NEW}"
PUT_BACK = f"ALTER TABLE utilisateurs RENAME COLUMN {NEW} TO {OLD}"

CALM_SECONDS = 2.0
# A deployment of the new version of an application takes longer than this; so the count is a mild one.
BROKEN_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class PlainOutcome:
    """What act 1 did to the applications, and how many rows differ from their mirror after it."""

    summary: Summary
    rows_lost: int


def play(stage: Stage) -> PlainOutcome:
    """Runs the act and puts everything back."""
    stage.phase("the old application at work")
    stage.old.join(stage.record)
    stage.live(CALM_SECONDS)
    stage.phase("a session holds the table, the rename waits, everybody waits")
    with Blocker(stage.dsn):
        stage.connection.execute(RENAME)
    stage.phase("renamed: the old application calls a name that is gone")
    try:
        stage.live(BROKEN_SECONDS)
    finally:
        stage.phase("put back")
        stage.connection.execute(PUT_BACK)
    stage.live(CALM_SECONDS)
    stage.old.leave()
    return PlainOutcome(summary=stage.record.summary(), rows_lost=rows_lost(stage.connection, OLD))
