"""Expands: starts all pending migrations as one unit, or goes on with what was started, up to `expanded`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..base.consent import require_known
from ..base.errors import UsageError
from ..base.event import OnEvent, ignore
from ..config import Settings
from ..evolve.execute import drift, journal, known, reach, rights
from ..evolve.execute import expand as verb
from ..evolve.execute.runner import Runner
from ..evolve.plan.files import Migration
from ..evolve.plan.plan_file import Plan
from ..render.report import UnitReport
from . import _drift, _planning
from .status import report


def expand(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    plan: Plan | None = None,
    allow: frozenset[str] = frozenset(),
    on_event: OnEvent = ignore,
    stop: threading.Event | None = None,
    gate: Callable[[str], None] | None = None,
) -> UnitReport:
    """Runs expand, backfill and verify. What was interrupted goes on from the journal first, and sync triggers are made
    anew where users changed theirs; then the pending migrations (`names`, or those of `plan`) are started as one unit.
    `gate` is called with each step's id right before it runs. Returns the migrations as they are now; raises what
    stopped the work."""
    require_known(allow)
    worked: list[str] = []
    with Runner(settings=settings, on_event=on_event, allow=allow, stop=stop or threading.Event(), gate=gate) as runner:
        verb.refuse_rolling_back(journal.records(runner.connection))
        differences = _drift.tell(settings, runner)
        for unit in verb.unfinished(runner):
            worked += [record.name for record in journal.records(runner.connection) if record.unit == unit]
            verb.resume(runner, unit)
        mended = bool(drift.found(runner.connection))
        if mended:
            known.forget(runner)
            drift.mend(runner)
        waiting = _planning.pending(settings, journal.records(runner.connection), names, allow)
        if plan is not None and plan.from_file:
            waiting = _of_plan(plan, waiting, worked)
        if plan is not None and not plan.from_file:
            _refuse_started(plan, journal.records(runner.connection))
        if waiting or (plan is not None and not plan.from_file):
            made = plan or _planning.make(settings, runner.connection, waiting, allow)
            if plan is not None:
                _planning.require_unmoved(settings, runner.connection, plan)
            made = _drift.accepted(made, differences, allow)
            reach.require(runner.connection, settings, made.steps)
            rights.require(runner.connection, made.steps)
            worked += [migration.name for migration in made.migrations]
            known.forget(runner)
            verb.resume(runner, verb.start(runner, made))
        if worked or mended:
            known.remember(runner, settings.schemas)
        return report(settings, runner.connection, worked)


def _refuse_started(plan: Plan, records: Sequence[journal.Record]) -> None:
    """A plan of Python operations is started once."""
    started = {record.name for record in records if record.state not in _planning.AGAIN}
    for migration in plan.migrations:
        if migration.name in started:
            raise UsageError(f'"{migration.name}" was started already', hint="See where it is with: pgwright status")


def _of_plan(plan: Plan, waiting: Sequence[Migration], worked: Sequence[str]) -> tuple[Migration, ...]:
    """The waiting migrations that the plan is about. Raises UsageError when a file is not the planned one."""
    files = {each.name: each for each in waiting}
    for migration in plan.migrations:
        if migration.name in worked:
            return ()
        found = files.get(migration.name)
        if found is None:
            raise UsageError(
                f'"{migration.name}" of the plan is not pending', hint="See where it is with: pgwright status"
            )
        if found.checksum != migration.checksum:
            raise UsageError(
                f"{found.path} was edited since the plan was made", hint="Make the plan again: pgwright plan -o FILE"
            )
    return tuple(files[migration.name] for migration in plan.migrations)
