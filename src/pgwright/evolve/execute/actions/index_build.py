"""Builds an index concurrently (`concurrent.py` runs it); a build that the rows stop ends a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....base.errors import PgwrightError
from ...steps.step import Phase
from .. import release
from ..concurrent import Build, parameters_of
from ..context import Context
from ..failure import Failure

if TYPE_CHECKING:
    from .. import journal
    from ..runner import Runner


def builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """The index of the step; none where what was to be built again was gone before it could be dropped."""
    parameters = parameters_of(runner, record)
    if not parameters.get("statement"):
        return []
    return [
        Build(
            runner=runner,
            record=record,
            relation=parameters["relation"],
            schema=parameters["schema"],
            name=parameters["name"],
            of=parameters["of"],
            statement=parameters["statement"],
            wanted=parameters.get("definition", ""),
        )
    ]


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """On the way back of a link from retiring the hold ends."""
    if context.step.phase is not Phase.RESTORE or "link" not in context.parameters:
        return None
    return release.released(context, error)
