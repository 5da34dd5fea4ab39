"""Builds, rebuilds and drops indexes CONCURRENTLY: outside of any transaction, without any timeout, and never twice.

A killed runner does not stop the server's build, and a failed build leaves an invalid index behind. So the backend is
journalled before the build; whoever resumes looks first for a valid index (done), then for a backend that still builds
(waits for it), and only then calls the index invalid, drops it and begins again. An index that only has the name of
the planned one is somebody else's: it is never dropped and never taken for done.

It runs in the session of `direct_dsn` where there is one. Through a transaction pooler the backend that is journalled
would be somebody's, so there only the text of the statement tells whose build it is.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg
from psycopg import errors as sqlstate

from ...base import registry
from ...base.errors import CatalogMoved, Interrupted, StepFailed
from ...base.event import Notice
from ...connect import is_connection_loss, session
from ...sql.index import in_tablespace, same
from ...sql.quote import qualified
from . import index_progress, index_saved, journal, reach
from .throttle import Throttle

if TYPE_CHECKING:
    from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]
LOOK = 0.2  # seconds between two looks at a build that somebody else runs, or at the wish to stop
TRIES = 3
# A build waits for transactions of others, and they may wait for us; a broken try leaves an invalid index.
_AGAIN = (sqlstate.DeadlockDetected, sqlstate.SerializationFailure)

_FIND = """
SELECT i.indisvalid AND i.indisready, c.oid::bigint, c.relname, pg_catalog.pg_get_indexdef(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = %s AND n.nspname = %s AND (c.relname = %s OR c.oid = %s)
"""
_BUILDING = """
SELECT pid FROM pg_catalog.pg_stat_progress_create_index
WHERE relid = %(relation)s AND datname = current_database()
UNION
SELECT a.pid FROM pgwright.step s JOIN pg_catalog.pg_stat_activity a
  ON a.pid = s.backend_pid AND a.backend_start = s.backend_start
WHERE s.unit = %(unit)s AND a.pid <> pg_catalog.pg_backend_pid() AND a.state = 'active'
UNION
SELECT a.pid FROM pg_catalog.pg_stat_activity a WHERE a.datname = current_database() AND a.state = 'active'
  AND a.pid <> pg_catalog.pg_backend_pid() AND pg_catalog.starts_with(a.query, %(mark)s)
"""


def run(runner: Runner, record: journal.StepRecord, state: str) -> None:
    """Does the concurrent work of the step and marks it with `state`; the action of the step says which
    (`builds(runner, record)`). Raises Refused where timeouts cannot be lifted, Interrupted on a wish to stop (nothing
    is left of a build then), and what the server says."""
    assert record.step.action is not None
    made: dict[str, Any] = {}
    for build in registry.load("evolve.execute.actions", record.step.action.name).builds(runner, record):
        if build.is_wanted():
            if not build.is_there():
                _wait_until_free(runner, record, build)
            build.run()
            made |= build.made()
    with runner.transaction() as connection:
        connection.execute(journal.mark_step(record.unit, record.step.id, state).encode())
        if made:
            connection.execute(journal.set_result(record.unit, record.step.id, made).encode())


def _wait_until_free(runner: Runner, record: journal.StepRecord, build: Build) -> None:
    """A build that has begun cannot be slowed down, so it is the beginning that the throttle holds back."""
    step, name = record.step.id, qualified(build.schema, build.name)
    with Throttle(runner.settings, runner.lease, relations=[build.relation], step=step, name=name) as throttle:
        for told in throttle.waiting(runner.stop):
            if told is not None:
                runner.on_event(told)
    runner.check_stop()


def parameters_of(runner: Runner, record: journal.StepRecord) -> dict[str, Any]:
    """The parameters of the step's action, with what the step `saved` kept."""
    parameters = dict(record.step.action.parameters) if record.step.action else {}
    if "saved" in parameters:
        parameters |= journal.result(runner.connection, record.unit, parameters["saved"])
    return parameters


@dataclass(frozen=True, kw_only=True)
class Found:
    """An index of the table as it is now."""

    valid: bool
    oid: int
    name: str
    definition: str


@dataclass(frozen=True, kw_only=True)
class Build:
    """One index to build: `name` on table `relation` (oid), the like of the index called `of` ("": of none). `wanted`
    is its definition ("": only the name is known). `oid` is that of an index that is there, `source` the step that
    made it."""

    runner: Runner
    record: journal.StepRecord
    relation: int
    schema: str
    name: str
    of: str
    statement: str
    wanted: str = ""
    oid: int = 0
    source: str = ""
    stopped: ClassVar[str] = "Stopped on request; nothing is left of what was begun."

    def run(self) -> None:
        """Builds it unless it is there; a deadlock is tried again, any other error leaves nothing behind."""
        for attempt in range(TRIES):
            if self.is_there():
                return
            try:
                self.build()
                return
            except _AGAIN:
                self.clear()
                if attempt + 1 == TRIES:
                    raise
                self.runner.on_event(
                    Notice(step=self.record.step.id, message="A deadlock broke the build; it is begun again.")
                )
            except psycopg.Error as error:
                # After a lost connection the server may go on with the build: who comes next looks.
                if not is_connection_loss(error):
                    self.clear()
                raise

    @property
    def connection(self) -> Connection:
        """The session for what cannot be in a transaction."""
        return self.runner.direct

    @property
    def mark(self) -> str:
        """Begins the statement, so that others can tell whose it is."""
        return f"/* pgwright {self.record.unit:d} {self.record.step.id} */ "

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler stands in between."""
        return session.is_pooled(self.connection)

    def made(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        return {"oid": found.oid} if (found := self.found()) is not None else {}

    def is_wanted(self) -> bool:
        """Whether the index that is copied is still there; somebody may have dropped it, or its table."""
        if not self.of:
            return True
        row = self.connection.execute(
            "SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = %s AND c.relname = %s",
            (self.relation, self.of),
        ).fetchone()
        return row is not None

    def found(self) -> Found | None:
        """The index of that name on the table, as it is now."""
        return next((each for each in self.all() if each.name == self.name), None)

    def all(self, oid: int = 0) -> list[Found]:
        """The indexes of the table that have the name, or `oid`."""
        with index_saved.qualifying(self.connection):
            rows = self.connection.execute(_FIND, (self.relation, self.schema, self.name, oid)).fetchall()
        return [Found(valid=row[0], oid=row[1], name=row[2], definition=row[3]) for row in rows]

    def is_there(self) -> bool:
        """True when the index is there and valid. Waits for a build under way; drops what one left behind. Raises
        CatalogMoved where another index has the name."""
        if self._is_valid():
            return True
        self.wait()
        if self._is_valid():
            return True
        self.clear()
        return False

    def _is_valid(self) -> bool:
        found = self.found()
        if found is None:
            return False
        if self.wanted and not same(found.definition, self.wanted):
            raise CatalogMoved(
                f"there is another index called {self.schema}.{self.name} now: {found.definition}",
                state="Nothing was changed by this step, and that index is left alone.",
                hint="Rename or drop it, then run the same command again; or `pgwright rollback`.",
            )
        return found.valid

    def wait(self) -> None:
        """Waits while somebody builds an index of the table, a server process of a killed runner above all."""
        waited = False
        unit = self.record.unit
        key = {"relation": self.relation, "unit": unit, "mark": f"/* pgwright {unit:d} "}
        while who := self.connection.execute(_BUILDING, key).fetchall():
            self.runner.check_stop()
            if not waited:
                message = f"An index of this table is being built by process {who[0][0]}; waiting for it."
                self.runner.on_event(Notice(step=self.record.step.id, message=message))
            waited = True
            time.sleep(LOOK)

    def build(self) -> None:
        """The build itself. The journal knows the backend before it begins."""
        with self.runner.transaction(self.connection) as connection:
            connection.execute(journal.mark_step(self.record.unit, self.record.step.id, "running").encode())
            if self.is_pooled:
                connection.execute(
                    "UPDATE pgwright.step SET backend_pid = NULL, backend_start = NULL WHERE unit = %s AND id = %s",
                    (self.record.unit, self.record.step.id),
                )
            self.note()
        row = self.connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
        pid = int(row[0]) if row else 0
        with (
            self._without_timeouts(),
            index_progress.watched(self.runner, self.record.step, pid),
            self._stoppable() as stopped,
        ):
            try:
                self.work()
            except sqlstate.QueryCanceled as error:
                if not stopped.is_set():
                    raise
                try:
                    self.clear()
                except sqlstate.QueryCanceled:
                    # One cancel may end two statements: up to 17 the backend is signalled and then its process group.
                    self.clear()
                raise Interrupted(
                    self.stopped,
                    state="The journal holds the state after the last finished step.",
                    hint="The same command goes on from here.",
                ) from error

    def note(self) -> None:
        """What is written down in the transaction that journals the backend."""

    def work(self) -> None:
        """The statement that takes long."""
        self.connection.execute((self.mark + self._with_tablespace()).encode())

    def clear(self) -> None:
        """Takes what a broken build left behind away, concurrently: nobody waits. A valid index, and one that is
        defined otherwise, is not that."""
        found = self.found()
        if found is None or found.valid or (self.wanted and not same(found.definition, self.wanted)):
            return
        self.drop(self.schema, self.name)

    def drop(self, schema: str, name: str) -> None:
        """DROP INDEX CONCURRENTLY."""
        with self._without_timeouts():
            statement = f"DROP INDEX CONCURRENTLY IF EXISTS {qualified(schema, name)}"
            self.connection.execute((self.mark + statement).encode())

    def _with_tablespace(self) -> str:
        """The definition of an index does not say its tablespace: that of the original is asked of the catalog."""
        if not self.of:
            return self.statement
        row = self.connection.execute(
            "SELECT t.spcname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
            "LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace WHERE i.indrelid = %s AND c.relname = %s",
            (self.relation, self.of),
        ).fetchone()
        return in_tablespace(self.statement, row[0] if row else None)

    @contextlib.contextmanager
    def _without_timeouts(self) -> Iterator[None]:
        """No limit of the session may end the build (law 4): it would leave an invalid index. A transaction pooler
        between us and the server would give SET to somebody else, so there it is refused (and before the unit starts,
        `reach.require`; the role may have been changed since)."""
        connection = self.connection
        if self.is_pooled and not self.runner.settings.direct_dsn:
            reach.require(connection, self.runner.settings, [self.record.step], state=StepFailed.default_state)
        rows = connection.execute(
            "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY(%s) AND setting NOT IN ('0', 'off')",
            (list(reach.TIMEOUTS),),
        ).fetchall()
        limits: dict[str, str] = dict(rows)
        for name in limits:
            connection.execute("SELECT pg_catalog.set_config(%s, '0', false)", (name,))
        try:
            yield
        finally:
            if not connection.closed:
                for name, setting in limits.items():
                    connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", (name, setting))

    @contextlib.contextmanager
    def _stoppable(self) -> Iterator[threading.Event]:
        """While the server builds, a second thread watches for the wish to stop and cancels the build."""
        over, stopped, connection = threading.Event(), threading.Event(), self.connection

        def watch() -> None:
            while not over.wait(LOOK):
                if self.runner.stop.is_set():
                    stopped.set()
                    with contextlib.suppress(psycopg.Error):  # the connection is lost, which its own thread finds out
                        connection.cancel_safe(timeout=session.TIMEOUT)
                    return

        thread = threading.Thread(target=watch, name="pgwright-stop", daemon=True)
        thread.start()
        try:
            yield stopped
        finally:
            over.set()
            thread.join()
