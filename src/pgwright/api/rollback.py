"""Rolls migrations back that are not done: what the new application wrote stays, in the old columns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..base.consent import require_known
from ..base.errors import UsageError
from ..base.event import OnEvent, ignore
from ..config import Settings
from ..evolve.execute import journal, known
from ..evolve.execute import rollback as verb
from ..evolve.execute.runner import Runner
from ..evolve.plan.plan_file import Plan
from ..render.report import UnitReport
from .status import report


def rollback(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    plan: Plan | None = None,
    allow: frozenset[str] = frozenset(),
    on_event: OnEvent = ignore,
    stop: threading.Event | None = None,
    gate: Callable[[str], None] | None = None,
) -> UnitReport:
    """Rolls back `names`, those of `plan`, or the newest unit that is open, newest migration first."""
    require_known(allow)
    if plan is not None and names:
        raise UsageError("give names or a plan, not both")
    wanted = tuple(migration.name for migration in plan.migrations) if plan is not None else tuple(names)
    with Runner(settings=settings, on_event=on_event, allow=allow, stop=stop or threading.Event(), gate=gate) as runner:
        chosen = verb.choose(journal.records(runner.connection), wanted)
        if chosen:
            known.forget(runner)
        for record in chosen:
            verb.rollback(runner, record)
        if chosen:
            known.remember(runner, settings.schemas)
        return report(settings, runner.connection, [record.name for record in chosen])
