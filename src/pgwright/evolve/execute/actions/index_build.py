"""Builds an index concurrently (`concurrent.py` runs it); a build that the rows stop ends a hold."""

from __future__ import annotations

from ....base.errors import PgwrightError
from ...steps.step import Phase
from .. import release
from ..context import Context
from ..failure import Failure


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """On the way back from retiring the hold ends."""
    return release.released(context, error) if context.step.phase is Phase.RESTORE else None
