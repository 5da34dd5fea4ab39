"""Expand: starts a unit, or goes on with one, up to the state `expanded`."""

from __future__ import annotations

from collections.abc import Sequence

from ...base.errors import Refused
from ...base.event import StateChanged
from ..plan.plan_file import Plan
from ..steps.step import Phase
from . import drift, journal, reach, usage
from .runner import Runner

PHASES = (Phase.EXPAND, Phase.BACKFILL, Phase.VERIFY)


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
            runner.run(record, position=position, total=len(steps))
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
    for name in names:
        runner.on_event(StateChanged(migration=name, before="expanding", after="expanded"))


def refuse_rolling_back(records: Sequence[journal.Record]) -> None:
    """A rollback that was begun is ended first."""
    stuck = [record.name for record in records if record.state == "rolling back"]
    if stuck:
        raise Refused(
            f"{', '.join(stuck)} is rolling back",
            state="Nothing was changed by this command.",
            hint="End that first: pgwright rollback",
        )
