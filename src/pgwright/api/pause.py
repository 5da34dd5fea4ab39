"""Holds backfills and index builds: those that run, within a second, and those of a runner that starts later."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ..config import Settings
from ..connect import open, translate
from ..connect.session import Connection
from ..evolve.execute import control, journal
from ..render.report import PauseStatus
from .status import paused


def pause(settings: Settings, reason: str = "") -> PauseStatus:
    """Pauses, and says who has: somebody who did so before stays the one. Raises UsageError without a journal."""
    with controlling(settings, "pause") as connection:
        control.pause(connection, f"{connection.info.user} on {socket.gethostname()}", reason)
        found = paused(control.read(connection))
    assert found is not None
    return found


@contextmanager
def controlling(settings: Settings, name: str) -> Iterator[Connection]:
    """A session for the control row; a journal that is too old to have one is upgraded."""
    with open(settings.dsn, name=name) as connection:
        try:
            if journal.require(connection) < control.SINCE:
                journal.upgrade(connection)
            yield connection
        except psycopg.Error as error:
            raise translate(error, doing="writing to the journal", state="Nothing was changed.") from error
