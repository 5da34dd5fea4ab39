"""Which known statements still use what contract takes away: the old side of a link, or the name of a table; counted
since the migration was expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg

from ...sql.tokens import mentions_column, uses_relation
from ...workload.statements import calls
from ..steps.step import Phase
from ..sync.link import Link
from . import journal, live

Connection = psycopg.Connection[tuple[Any, ...]]


def noted(connection: Connection, link: Link) -> Link:
    """The link with the calls so far of each statement that names its table and its old column."""
    return replace(link, extra={**link.extra, "calls": _of_old_side(connection, link)})


def since_expand(connection: Connection, link: Link) -> tuple[str, ...]:
    """A sentence for each statement that names the old column and was called since expand, most called first."""
    before: Mapping[str, int] = link.extra.get("calls", {})
    now = {text: count - before.get(text, 0) for text, count in _of_old_side(connection, link).items()}
    return tuple(
        f"called {count} times since expand, by the old name: {' '.join(text.split())[:100]}"
        for text, count in sorted(now.items(), key=lambda each: -each[1])
        if count > 0
    )


def _of_old_side(connection: Connection, link: Link) -> dict[str, int]:
    if link.keeps_name or not live.exists(connection, link.table):
        return {}
    row = connection.execute("SELECT relname FROM pg_catalog.pg_class WHERE oid = %s", (link.table,)).fetchone()
    table = row[0] if row else ""
    return {
        text: count
        for text, count in calls(connection).items()
        if text
        and "pgwright" not in text
        and mentions_column(text, table)
        and mentions_column(text, link.old_name)
        and not mentions_column(text, link.new_name)
    }


USES = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "TruncateStmt"})
"""What an application runs; DDL on the table is a person's, or pgwright's own."""


def note_names(connection: Connection, unit: int) -> None:
    """Keeps, with each step of contract that takes the name of a table away, the calls so far of what uses the name."""
    for record in _watching(connection, unit):
        found = _of_names(connection, record)
        connection.execute(journal.set_result(unit, record.step.id, {"calls": found}).encode())


def names_since_expand(connection: Connection, unit: int, migration: str) -> tuple[str, ...]:
    """A sentence for each statement that uses a name which the contract of `migration` takes away, as it was called
    since expand, most called first."""
    found: list[str] = []
    for record in _watching(connection, unit):
        if record.migration != migration or record.state == "done":
            continue
        before: Mapping[str, int] = journal.result(connection, unit, record.step.id).get("calls", {})
        now = {text: count - before.get(text, 0) for text, count in _of_names(connection, record).items()}
        found += [
            f"called {count} times since expand, and fails after contract: {' '.join(text.split())[:100]}"
            for text, count in sorted(now.items(), key=lambda each: -each[1])
            if count > 0
        ]
    return tuple(dict.fromkeys(found))


def _watching(connection: Connection, unit: int) -> list[journal.StepRecord]:
    """The steps of contract with a list of names (schema, name) to watch."""
    steps = journal.steps(connection, unit, (Phase.CONTRACT,))
    return [each for each in steps if each.step.action is not None and each.step.action.parameters.get("watch")]


def _of_names(connection: Connection, record: journal.StepRecord) -> dict[str, int]:
    assert record.step.action is not None
    names = [tuple(each) for each in record.step.action.parameters["watch"]]
    return {
        text: count
        for text, count in calls(connection).items()
        if text and "pgwright" not in text and any(uses_relation(text, name, schema, USES) for schema, name in names)
    }
