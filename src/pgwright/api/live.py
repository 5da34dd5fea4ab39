"""What goes on in the server now, and pgwright's own migrations in it. Reads only; nothing is ended."""

from __future__ import annotations

import time
from dataclasses import replace
from types import TracebackType
from typing import Self

import psycopg

from ..activity.look import look
from ..activity.progress import Pace
from ..config import Settings
from ..connect import session, translate
from ..connect.looking import looking
from ..evolve.execute import control, journal
from ..render.live_report import LiveReport
from ..render.report import MigrationStatus
from . import status

AT_REST = ("pending", "done", "rolled back")


def live(settings: Settings) -> LiveReport:
    """The server now, in one look: without rates. Raises ConnectError where it does not answer."""
    with Live(settings) as watching:
        return watching.look()


class Live:
    """A session that looks again and again; a context manager. After ConnectError the next look connects anew."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: session.Connection | None = None
        self._pace = Pace()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def look(self) -> LiveReport:
        """The server now. Rates are known from the second look on. Raises ConnectError where it does not answer."""
        if self._connection is None or self._connection.closed:
            self._connection = session.open(self._settings.dsn, name="live")
        moment = look(self._connection)
        moment = replace(moment, commands=self._pace(moment.commands, time.monotonic()))
        return _with_migrations(self._settings, self._connection, LiveReport(moment=moment))


def _with_migrations(settings: Settings, connection: session.Connection, report: LiveReport) -> LiveReport:
    """The report with what the journal says is in flight; as it is where there is no journal, or none that the role
    may read."""
    try:
        with looking(connection):
            if journal.version(connection) is None:
                return report
            moving = tuple(
                MigrationStatus(
                    name=each.name, state=each.state, unit=each.unit, phase=status.PHASES.get(each.state, "")
                )
                for each in journal.records(connection)
                if each.state not in AT_REST
            )
            said = control.read(connection) if journal.require(connection) >= control.SINCE else None
            running = status.runner(settings, connection)
            alive = said if running is not None and running.alive else None
            return replace(report, migrations=moving, running=running, backfills=status.backfills(connection, alive))
    except psycopg.errors.InsufficientPrivilege:
        note = "What pgwright has in flight is not shown: this role may not read its journal."
        return replace(report, moment=replace(report.moment, notes=(*report.moment.notes, note)))
    except psycopg.Error as error:
        raise translate(error, doing="reading the journal", state="Nothing was changed.") from error
