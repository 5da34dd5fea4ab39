"""The limits of the throttle, with where each comes from and what is there now."""

from __future__ import annotations

from ..config import Settings
from ..render.report import ThrottleReport
from ._limits import report
from .pause import controlling


def throttle_show(settings: Settings) -> ThrottleReport:
    """The limits in force, and what each reading sees with the rights of this role. The latency is measured only while
    a pass runs. Raises UsageError without a journal."""
    with controlling(settings, "throttle") as connection:
        return report(settings, connection)
