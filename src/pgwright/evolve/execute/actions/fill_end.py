"""Ends the filling of links after their pass: from now on a NULL in the new column is meant."""

from __future__ import annotations

from dataclasses import replace

from ...sync import text
from ...sync.link import Mode
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """Moves the links from filling to synced and empties the fill function. No table is locked: an application
    sees the new body at its next call."""
    relation, connection = int(context.parameters["relation"]), context.connection
    digest = sync.digest(connection, relation)
    wanted = set(context.parameters["links"])
    links = [
        replace(link, mode=Mode.SYNCED) if link.id in wanted and link.mode is Mode.FILLING else link
        for link in journal.links(connection, relation)
    ]
    now = live.look(connection, relation)
    changed = [journal.replace_link(link) for link in links if link.id in wanted]
    return Change(statements=(*text.functions(now.table, links), *changed), relation=relation, digest=digest)
