"""Expand: starts a unit, or goes on with one, up to the state `expanded`."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from ...base.errors import Refused
from ...base.event import StateChanged
from ..plan.plan_file import Plan
from ..steps.step import Phase
from . import as_typed, drift, journal, reach, usage
from .runner import Runner

PHASES = (Phase.LOOK, Phase.EXPAND, Phase.BACKFILL, Phase.VERIFY)


def start(runner: Runner, plan: Plan) -> int:
    """Writes the plan to the journal and returns its unit; from here on nothing needs the files or the plan."""
    with runner.transaction() as connection:
        unit = journal.start_unit(connection, plan)
    for migration in plan.migrations:
        runner.on_event(StateChanged(migration=migration.name, before="pending", after="expanding"))
    return unit


def unfinished(runner: Runner) -> tuple[int, ...]:
    """The units that were started and have not reached `expanded`, oldest first."""
    return tuple(sorted({record.unit for record in journal.records(runner.connection) if record.state == "expanding"}))


def resume(runner: Runner, unit: int) -> None:
    """Runs what is left of the unit's expand, backfill and verify. Raises what stops it; the journal is then as
    after the last finished step."""
    steps = journal.steps(runner.connection, unit, PHASES)
    reach.require_for(runner, steps)
    verifying = False
    for position, record in enumerate(steps, 1):
        if record.step.phase is Phase.VERIFY and not verifying:
            verifying = True
            drift.mend(runner)
        if record.state != "done":
            run = functools.partial(as_typed.step, runner) if as_typed.is_typed(record) else runner.run
            try:
                run(record, position=position, total=len(steps))
            except Refused as error:
                if record.step.phase is Phase.LOOK:
                    _abandon(runner, unit, error)
                raise
    drift.mend(runner)
    names = [
        record.name
        for record in journal.records(runner.connection)
        if record.unit == unit and record.state == "expanding"
    ]
    with runner.transaction() as connection:
        journal.set_state(connection, names, "expanded")
        for link in journal.links(connection):
            if link.migration in names:
                connection.execute(journal.replace_link(usage.noted(connection, link)).encode())
        usage.note_names(connection, unit)
    for name in names:
        runner.on_event(StateChanged(migration=name, before="expanding", after="expanded"))


def _abandon(runner: Runner, unit: int, error: Refused) -> None:
    """Nothing was changed yet, so nothing is in flight: the file may be edited, and expand starts it anew."""
    names = [record.name for record in journal.records(runner.connection) if record.unit == unit]
    with runner.transaction() as connection:
        journal.set_state(connection, names, "rolled back")
        journal.set_error(connection, names, journal.note_of(error))
    for name in names:
        runner.on_event(StateChanged(migration=name, before="expanding", after="rolled back"))


def refuse_rolling_back(records: Sequence[journal.Record]) -> None:
    """A rollback that was begun is ended first."""
    stuck = [record.name for record in records if record.state == "rolling back"]
    if stuck:
        raise Refused(
            f"{', '.join(stuck)} is rolling back",
            state="Nothing was changed by this command.",
            hint="End that first: pgwright rollback",
        )
