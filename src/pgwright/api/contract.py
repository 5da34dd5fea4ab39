"""Contracts expanded migrations: the old side goes, at once or after a grace period."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..base.consent import require_known
from ..base.errors import UsageError
from ..base.event import OnEvent, ignore
from ..config import Settings
from ..evolve.execute import contract as verb
from ..evolve.execute import expand, journal, known
from ..evolve.execute.runner import Runner
from ..evolve.plan.plan_file import Plan
from ..render.report import UnitReport
from .status import report


def contract(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    plan: Plan | None = None,
    allow: frozenset[str] = frozenset(),
    on_event: OnEvent = ignore,
    grace: float | None = None,
    finalize: bool = False,
    stop: threading.Event | None = None,
    gate: Callable[[str], None] | None = None,
) -> UnitReport:
    """Contracts `names`, those of `plan`, or all that are expanded, oldest first. `grace` is how long the old side is
    kept in step afterwards, in seconds (None: the setting); `finalize` ends that time now."""
    require_known(allow)
    if plan is not None and names:
        raise UsageError("give names or a plan, not both")
    wanted = tuple(migration.name for migration in plan.migrations) if plan is not None else tuple(names)
    period = settings.execute.grace if grace is None else grace
    with Runner(settings=settings, on_event=on_event, allow=allow, stop=stop or threading.Event(), gate=gate) as runner:
        records = journal.records(runner.connection)
        expand.refuse_rolling_back(records)
        chosen = verb.choose(records, wanted)
        for record in chosen:  # before the first of them is changed
            verb.consented(runner, record, grace=period, finalize=finalize)
        if chosen:
            known.forget(runner)
        for record in chosen:
            verb.contract(runner, record, grace=period, finalize=finalize)
        if chosen:
            known.remember(runner, settings.schemas)
        return report(settings, runner.connection, [record.name for record in chosen])
