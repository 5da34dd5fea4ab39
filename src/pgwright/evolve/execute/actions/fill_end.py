"""Ends the filling of links after their pass: from now on a NULL in the new column is meant."""

from __future__ import annotations

from ...sync.link import Mode
from .. import journal, sync
from ..context import Context


def run(context: Context) -> None:
    """Moves the links from filling to synced and empties the fill function. No table is locked."""
    relation = int(context.parameters["relation"])
    wanted = set(context.parameters["links"])
    for link in journal.links(context.connection, relation):
        if link.id in wanted and link.mode is Mode.FILLING:
            sync.set_mode(context.connection, link, Mode.SYNCED)
    sync.refill(context.connection, relation)
