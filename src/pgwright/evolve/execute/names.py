"""A step with the names that its columns have now: a rename that was in flight when the plan was made may have been
contracted, or rolled back, since. Columns are known by attnum, which a plain rename keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from ...sql.columns import renamed
from ..steps.step import Action, Phase, Step
from . import journal

Connection = psycopg.Connection[tuple[Any, ...]]
_SQL = ("query", "statement")


def of_now(connection: Connection, step: Step) -> Step:
    """`step` with the columns that it names called as they are called now. One whose planned name is there is that
    one."""
    if not step.columns:
        return step
    rows = connection.execute(
        "SELECT attnum::int, attname FROM pg_catalog.pg_attribute "
        "WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped",
        (step.table,),
    ).fetchall()
    now = {int(number): str(name) for number, name in rows}
    there = frozenset(now.values())
    moved = {name: now[number] for name, number in step.columns.items() if name not in there and number in now}
    if not moved:
        return step
    statements = tuple(renamed(statement, moved) for statement in step.statements)
    return replace(step, statements=statements, action=_action(step.action, moved))


def planned(connection: Connection, record: journal.Record, phases: Sequence[Phase]) -> frozenset[tuple[int, int]]:
    """The columns, as (table, attnum), that the steps of a migration in `phases` name and that are not done yet."""
    mine = (each for each in journal.steps(connection, record.unit, phases) if each.migration == record.name)
    steps = (each.step for each in mine if each.state not in ("done", "undone"))
    return frozenset((step.table, number) for step in steps for number in step.columns.values())


def _action(action: Action | None, moved: Mapping[str, str]) -> Action | None:
    if action is None:
        return None
    parameters = dict(action.parameters)
    for key in _SQL:
        if parameters.get(key):
            parameters[key] = renamed(parameters[key], moved)
    if "statements" in parameters:
        parameters["statements"] = [renamed(statement, moved) for statement in parameters["statements"]]
    return Action(name=action.name, parameters=parameters)
