"""Lets go on what `pause` holds."""

from __future__ import annotations

from ..config import Settings
from ..evolve.execute import control
from ..render.report import PauseStatus
from .pause import controlling
from .status import paused


def resume(settings: Settings) -> PauseStatus | None:
    """Ends the pause and returns it as it was; None where there was none. Raises UsageError without a journal."""
    with controlling(settings, "resume") as connection:
        before = paused(control.read(connection))
        control.resume(connection)
    return before
