"""Makes the sync triggers of a table anew in the transaction of a step that changes a trigger of a user.

The sync triggers fire before and behind all others, and were composed around those that were there.
"""

from __future__ import annotations

from ..steps.step import Lock
from . import declared, journal, live, sync
from .context import Context


def locks(context: Context, relation: int) -> tuple[Lock, ...]:
    """What that takes: nothing where no link of the table is open."""
    if not relation or not journal.links(context.connection, relation):
        return ()
    return (declared.exclusive(context.connection, relation),)


def run(context: Context, relation: int) -> None:
    """Does nothing where no link of the table is open."""
    links = journal.links(context.connection, relation) if relation else ()
    if not links or not live.exists(context.connection, relation):
        return
    now = live.look(context.connection, relation)
    open_ = [sync.noted(link, now) for link in links]
    context.run(*sync.uninstall(now), *sync.install(now.table, open_), *map(journal.replace_link, open_))
