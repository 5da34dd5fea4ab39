"""What `throttle show` and `throttle set` share: the limits in force, and what is there now."""

from __future__ import annotations

from dataclasses import asdict

from ..base import registry
from ..config import Settings, limits
from ..connect.session import Connection
from ..evolve.execute import control, reading, throttle
from ..render.report import LimitStatus, ThrottleReport
from ..sql.quote import ident
from .status import paused

DEFAULT = "default"
SET = "set in the database (throttle set)"


def report(settings: Settings, connection: Connection) -> ThrottleReport:
    """The limits in force, and what each reading sees with the rights of this role."""
    said = control.read(connection)
    in_force = asdict(said.in_force(settings.throttle))
    rows = [
        _limit(connection, key, in_force[key], SET if key in said.limits else _origin(settings, key))
        for key in registry.names("evolve.execute.readings")
    ]
    return ThrottleReport(limits=tuple(rows), paused=paused(said))


def _origin(settings: Settings, key: str) -> str:
    return settings.origins.get(f"throttle.{key}", DEFAULT)


def _limit(connection: Connection, key: str, limit: float | None, origin: str) -> LimitStatus:
    shown = limits.shown(key, limit)
    if limit is None:
        return LimitStatus(key=key, limit=shown, origin=origin)
    answer = throttle.read(key, _look(connection))
    if isinstance(answer, reading.Unseen):
        now = f"cannot be seen: {answer.why}" + (f"; {answer.cure}" if answer.cure else "")
        return LimitStatus(key=key, limit=shown, origin=origin, now=now, holds=True)
    return LimitStatus(key=key, limit=shown, origin=origin, now=answer.what, holds=answer.value > limit)


def _look(connection: Connection) -> reading.Look:
    """A look from here: no pass, so no table and no probe."""
    return reading.Look(
        ask=lambda query: throttle.ask(connection, query),
        relations=(),
        role=ident(connection.info.user),
        probe=lambda: reading.Seen(value=0.0, what="measured while a pass runs"),
    )
