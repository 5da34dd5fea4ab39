"""Sets limits of the throttle, for a pass that runs and for those that come."""

from __future__ import annotations

from collections.abc import Mapping

from ..base.errors import UsageError
from ..config import Settings, limits
from ..evolve.execute import control
from ..render.report import ThrottleReport
from ._limits import DEFAULT, report
from .pause import controlling


def throttle_set(settings: Settings, changes: Mapping[str, str]) -> ThrottleReport:
    """Puts limits over those of pgwright.toml; `default` takes one back. A pass that runs keeps to them within a
    second. Raises UsageError for an unknown name or a limit that cannot be read; nothing is changed then."""
    wanted, unset = {}, []
    for key, value in changes.items():
        if key not in limits.KEYS:
            raise UsageError(f"{key} is no limit of the throttle.", hint=f"There are {', '.join(limits.KEYS)}.")
        if value == DEFAULT:
            unset.append(key)
            continue
        try:
            wanted[key] = limits.parse(key, value)
        except ValueError as error:
            raise UsageError(f"{key} {error}.", hint=f"`{DEFAULT}` goes back to pgwright.toml.") from error
    with controlling(settings, "throttle") as connection:
        control.set_limits(connection, wanted, tuple(unset))
        return report(settings, connection)
