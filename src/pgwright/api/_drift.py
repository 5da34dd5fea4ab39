"""What the verbs do about changes past pgwright: named by all, refused where the plan is about what was changed."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from ..base.errors import CatalogMoved
from ..base.event import Notice
from ..config import Settings
from ..connect.session import Connection
from ..evolve.execute import known
from ..evolve.execute.known import Difference
from ..evolve.execute.runner import Runner
from ..evolve.plan.plan_file import Plan

CONSENT = "drift"
_SHOWN = 30


def found(settings: Settings, connection: Connection) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """What differs, and the warnings that tell it."""
    try:
        differences = known.differences(connection, settings.schemas)
    except psycopg.errors.LockNotAvailable as error:
        return (), (known.told(error),)
    sentences = [each.sentence for each in differences[:_SHOWN]]
    more = len(differences) - len(sentences)
    return differences, (*sentences, *([f"and {more} more objects were changed past pgwright"] if more else []))


def tell(settings: Settings, runner: Runner) -> tuple[Difference, ...]:
    """Names what differs, before anything is planned; returns it."""
    differences, warnings = found(settings, runner.connection)
    for warning in warnings:
        runner.on_event(Notice(message=warning))
    return differences


def accepted(plan: Plan, differences: tuple[Difference, ...], allow: frozenset[str]) -> Plan:
    """The plan, to be started. Raises CatalogMoved where a relation of it was changed in what it means: its author saw
    another one. A plan file that names the change is a consent to it; what was accepted is no warning any more."""
    touched = {lock.relation for step in plan.steps for lock in step.locks}
    serious = [
        each
        for each in differences
        if each.relation in touched and each.is_serious and each.sentence not in plan.warnings
    ]
    if serious and CONSENT not in allow:
        raise CatalogMoved(
            "this plan is about what was changed past pgwright"
            + "".join(f"\n  - {each.sentence}" for each in serious[:_SHOWN]),
            state="Nothing was changed by this command.",
            hint="If the plan is right for it: --allow drift. To accept the structure as it is: pgwright baseline",
        )
    said = {each.sentence for each in differences}
    return replace(plan, warnings=tuple(warning for warning in plan.warnings if warning not in said))
