"""Act 1: the three changes as one would type them.

`ALTER TABLE … RENAME COLUMN` waits for the forgotten session, everybody else waits behind it, and then the old name
is gone while the application still uses it. `SET NOT NULL` reads the orders while nobody may, and refuses what the
application still writes. `CREATE INDEX` lets nobody write while it builds.
"""

from __future__ import annotations

from dataclasses import dataclass

from .blocker import Blocker
from .measure import Summary
from .mirror import rows_lost
from .stage import Stage
from .statements import NEW, NO_REFERENCE, OLD

RENAME = f"ALTER TABLE utilisateurs RENAME COLUMN {OLD} TO {NEW}"
FILL = f"UPDATE commandes SET référence = {NO_REFERENCE} WHERE référence IS NULL"
NOT_NULL = "ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL"
INDEX = "CREATE INDEX commandes_en_cours ON commandes (statut, créee_a DESC) WHERE statut <> 'LIVREE'"
PUT_BACK = (
    "DROP INDEX IF EXISTS commandes_en_cours",
    "ALTER TABLE commandes ALTER COLUMN référence DROP NOT NULL",
    f"ALTER TABLE utilisateurs RENAME COLUMN {NEW} TO {OLD}",
)

CALM_SECONDS = 2.0
HELD_SECONDS = 1.5
# A deployment of the new version of an application takes longer than this; so the count is a mild one.
BROKEN_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class PlainOutcome:
    """What act 1 did to the applications, and how many rows differ from their mirror after it."""

    summary: Summary
    rows_lost: int


def play(stage: Stage) -> PlainOutcome:
    """Runs the act and puts everything back."""
    stage.phase("the old application at work", calm=True)
    stage.old.join(stage.record)
    stage.live(CALM_SECONDS)
    stage.phase("a session holds the table, the rename waits, everybody waits")
    with Blocker(stage.dsn):
        stage.connection.execute(RENAME)
    try:
        stage.phase("renamed; now NOT NULL and an index, with a session that holds the table")
        stage.connection.execute(FILL.encode())
        with Blocker(stage.dsn, table="commandes", seconds=HELD_SECONDS):
            stage.connection.execute(NOT_NULL)
        stage.connection.execute(INDEX)
        stage.phase("all done: the old application calls a name that is gone, and writes what is refused")
        stage.live(BROKEN_SECONDS)
    finally:
        stage.phase("put back")
        for statement in PUT_BACK:
            stage.connection.execute(statement.encode())
    stage.live(CALM_SECONDS)
    stage.old.leave()
    return PlainOutcome(summary=stage.record.summary(), rows_lost=rows_lost(stage.connection, OLD))
