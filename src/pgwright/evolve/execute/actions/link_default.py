"""Lets a DEFAULT that comes with contract hold before it, for sessions that say they are of the new application."""

from __future__ import annotations

from dataclasses import replace

from ...sync import text
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """New bodies for the functions; no table is locked. Nothing where the link is closed."""
    relation, connection = int(context.parameters["relation"]), context.connection
    digest = sync.digest(connection, relation)
    links = list(journal.links(connection, relation))
    place = next((at for at, link in enumerate(links) if link.id == context.parameters["link"]), None)
    if place is None:
        return None
    default, number = str(context.parameters["default"]), str(context.parameters["number"])
    links[place] = replace(links[place], extra={**links[place].extra, "default": default, "default_number": number})
    table = live.look(connection, relation).table
    return Change(
        statements=(*text.functions(table, links), journal.replace_link(links[place])), relation=relation, digest=digest
    )
