"""Triggers of users that came, went or changed while links are open: what the sync triggers were composed around.

A BEFORE trigger that comes later may reshape a row behind the sync triggers, so the set is made again; until then the
in-sync check refuses what would diverge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from ...base.event import Notice
from ..sync import text
from ..sync.link import Link
from . import declared, guard, journal, live, sync
from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]


def found(connection: Connection) -> tuple[str, ...]:
    """One sentence for each table with open links whose users' triggers are not those that were recorded."""
    return tuple(
        f"the triggers of {now.table.root_sql} were changed since migration {links[-1].migration} was expanded "
        f"({', '.join(names)}); `pgwright expand` makes the sync triggers anew around them"
        for now, links, names in _drifted(connection)
    )


def mend(runner: Runner) -> None:
    """Makes the sync triggers anew where users' triggers changed, each table in one short transaction."""
    for _, links, names in _drifted(runner.connection):
        relation = links[0].table

        def work(relation: int = relation) -> None:
            runner.fence(runner.connection)
            now = live.look(runner.connection, relation)
            open_ = [sync.noted(link, now) for link in journal.links(runner.connection, relation)]
            statements = [*sync.uninstall(now), *sync.install(now.table, open_), *map(journal.replace_link, open_)]
            runner.connection.execute(";\n".join(statements).encode())

        guard.strong_locks(
            runner.connection,
            declared.present(runner.connection, (declared.exclusive(runner.connection, relation),)),
            settings=runner.settings.execute,
            on_event=runner.on_event,
            step="",
            work=work,
        )
        runner.on_event(Notice(message=f"sync triggers made anew around {', '.join(names)}"))


def _broken(now: live.Live, links: Sequence[Link]) -> set[str]:
    """Our triggers that somebody disabled, made plain ones or dropped, and children that came without them."""
    ours = [trigger for trigger in now.triggers if trigger.ours]
    covered = {trigger.relation for trigger in ours}
    # Whoever asks may have other rights than who expanded, and what they disturb is not what has to be there.
    table = replace(now.table, disturbed=False)
    wanted = {(part.oid, name) for part in now.table.parts for name in text.lasting_triggers(table, links)}
    present = {(trigger.relation, trigger.name) for trigger in ours}
    return (
        {trigger.name for trigger in ours if trigger.enabled != "A"}
        | {name for relation, name in wanted - present if relation in covered}
        | {part.sql for part in now.table.parts if part.oid not in covered}
    )


def _drifted(connection: Connection) -> list[tuple[live.Live, list[Link], list[str]]]:
    result = []
    links = journal.links(connection)
    for relation in dict.fromkeys(link.table for link in links):
        if not live.exists(connection, relation):
            continue
        now = live.look(connection, relation)
        of = [link for link in links if link.table == relation]
        present = {tuple(each) for each in sync.recorded(now)}
        recorded = {tuple(each) for each in of[-1].extra.get("triggers", sync.recorded(now))}
        names = sorted({str(each[0]) for each in present ^ recorded} | _broken(now, of))
        if names:
            result.append((now, of, names))
    return result
