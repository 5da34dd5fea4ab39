"""The whole demonstration: a server, the shop, act 1, act 2, and everything taken away at the end.

However it ends, by its end, an error, Ctrl-C or SIGTERM, the clients, the runner, the project folder and the server
(or, in a database that was given, the tables) are gone after it.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg

from .. import connect
from ..base.errors import Interrupted, UsageError
from ..server.find import find
from ..server.private import PrivateServer
from . import act_pgwright, act_plain, shop
from .act_pgwright import PgwrightOutcome
from .act_plain import PlainOutcome
from .measure import Record
from .project import Project
from .stage import Narrator, Stage
from .statements import NEW, OLD
from .traffic import Traffic

MAX_ROWS = 100_000_000
MAX_CLIENTS = 64
# Enough memory for the shop of the default size. A server that has been at work for a while has WAL files to write
# again; a new one fills each 16 MB with zeros first, and every commit of every application waits 100 to 200 ms for
# that (seen on 18). So it keeps those that building the shop made (see `CHECKPOINT`), and does not fill new ones.
SERVER_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "min_wal_size": "2GB",
    "max_wal_size": "4GB",
    "wal_init_zero": "off",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Both acts, with the number of users that the shop had and the seconds that everything took."""

    rows: int
    plain: PlainOutcome
    pgwright: PgwrightOutcome
    seconds: float

    @property
    def kept(self) -> bool:
        """The promise: no statement failed under pgwright, and no row was lost."""
        return self.pgwright.summary.failed == 0 and self.pgwright.rows_lost == 0


def tell(*, rows: int, clients: int, dsn: str | None, narrator: Narrator) -> Outcome:
    """Runs both acts on a private server, or in the empty database `dsn`, and returns what was measured.

    Raises Refused when there is no PostgreSQL to start or the database is not empty, UsageError for numbers that make
    no sense, Interrupted on Ctrl-C, ConnectError and StepFailed for what breaks.
    """
    if not 1 <= rows <= MAX_ROWS:
        raise UsageError(f"--rows {rows}: give a number from 1 to {MAX_ROWS:,}.")
    if not 1 <= clients <= MAX_CLIENTS:
        raise UsageError(f"--clients {clients}: give a number from 1 to {MAX_CLIENTS}.")
    start = time.monotonic()
    try:
        with _terminated_as_interrupted():
            if dsn is not None:
                plain, pgwright = _in_given_database(dsn, rows, clients, narrator)
            else:
                with _private(narrator) as private:
                    plain, pgwright = _play(private, rows, clients, narrator, ours=True)
    except KeyboardInterrupt:
        raise Interrupted("The demonstration was interrupted.", state="Everything it made was taken away.") from None
    except psycopg.Error as error:
        raise connect.translate(error, doing="running the demonstration", state="It was taken away.") from error
    return Outcome(rows=rows, plain=plain, pgwright=pgwright, seconds=time.monotonic() - start)


def _in_given_database(dsn: str, rows: int, clients: int, narrator: Narrator) -> tuple[PlainOutcome, PgwrightOutcome]:
    with connect.open(dsn, name="try") as connection:
        shop.refuse_unless_empty(connection)
    try:
        return _play(dsn, rows, clients, narrator)
    finally:
        # A connection of its own: the one of the acts may be in a broken transaction, or cut.
        with connect.open(dsn, name="try") as connection:
            shop.remove(connection)


def _play(
    dsn: str, rows: int, clients: int, narrator: Narrator, *, ours: bool = False
) -> tuple[PlainOutcome, PgwrightOutcome]:
    """Builds the shop and plays both acts in it; `ours` when the server is."""
    with connect.open(dsn, name="try") as connection:
        narrator.say(f"building a shop with {rows:,} users, {2 * rows:,} orders and {3 * rows:,} order lines")
        shop.build(connection, rows=rows)
        if ours:
            connection.execute("CHECKPOINT")
        return _both_acts(dsn, connection, rows, clients, narrator)


def _both_acts(
    dsn: str, connection: connect.Connection, rows: int, clients: int, narrator: Narrator
) -> tuple[PlainOutcome, PgwrightOutcome]:
    with Traffic(dsn=dsn, rows=rows, clients=clients) as traffic, _folder() as folder:
        old, new = traffic.application(OLD), traffic.application(NEW)
        first, second = Record(), Record()
        narrator.act("act 1 of 2: plain SQL", first)
        plain = act_plain.play(Stage(dsn=dsn, connection=connection, old=old, new=new, record=first, narrator=narrator))
        narrator.act("act 2 of 2: pgwright", second)
        pgwright = act_pgwright.play(
            Stage(dsn=dsn, connection=connection, old=old, new=new, record=second, narrator=narrator),
            Project(folder, dsn=dsn),
            rows=rows,
        )
        return plain, pgwright


@contextmanager
def _private(narrator: Narrator) -> Iterator[str]:
    """A private server and the DSN of an empty database in it."""
    binaries = find()
    narrator.say(f"starting a private PostgreSQL {binaries.version}")
    with _without_libpq_variables(), PrivateServer(binaries, settings=SERVER_SETTINGS) as server:
        yield server.dsn("postgres")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pgwright-try-") as name:
        yield Path(name)


@contextmanager
def _without_libpq_variables() -> Iterator[None]:
    """PGHOSTADDR, PGOPTIONS and the like would lead the applications elsewhere, or make them differ from others'."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if _is_libpq(name)}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _is_libpq(name: str) -> bool:
    return name.startswith("PG") and not name.startswith("PGWRIGHT")


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends the demonstration as Ctrl-C does. Signals can be handled in the main thread only."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
