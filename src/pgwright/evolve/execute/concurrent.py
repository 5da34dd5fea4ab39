"""Builds an index CONCURRENTLY: outside of any transaction, without any timeout, and never twice.

A killed runner does not stop the server's build, and a failed build leaves an invalid index behind. So the backend is
journalled before the build; whoever resumes looks first for a valid index (done), then for a backend that still builds
(waits for it), and only then calls the index invalid, drops it and begins again.

It runs in the session of `direct_dsn` where there is one. Through a transaction pooler the backend that is journalled
would be somebody's, so there only the text of the statement tells whose build it is.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors as sqlstate

from ...base import registry
from ...base.errors import Interrupted, StepFailed
from ...base.event import Notice
from ...connect import is_connection_loss, session
from ...sql.index import in_tablespace
from ...sql.quote import ident, qualified
from . import journal, partitioned_index, reach
from .throttle import Throttle

if TYPE_CHECKING:
    from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]
LOOK = 0.2  # seconds between two looks at a build that somebody else runs, or at the wish to stop
TRIES = 3
# A build waits for transactions of others, and they may wait for us; a broken try leaves an invalid index.
_AGAIN = (sqlstate.DeadlockDetected, sqlstate.SerializationFailure)

_FIND = """
SELECT i.indisvalid AND i.indisready, c.oid::bigint
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = %s AND n.nspname = %s AND c.relname = %s
"""
# The hidden index of REINDEX CONCURRENTLY; a number may follow where the name was taken (14 to 18).
_LEFT = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = %s AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
"""
_BUILDING = """
SELECT pid FROM pg_catalog.pg_stat_progress_create_index
WHERE relid = %(relation)s AND datname = current_database() AND command LIKE 'CREATE%%'
UNION
SELECT a.pid FROM pgwright.step s JOIN pg_catalog.pg_stat_activity a
  ON a.pid = s.backend_pid AND a.backend_start = s.backend_start
WHERE s.unit = %(unit)s AND s.id = %(step)s AND a.pid <> pg_catalog.pg_backend_pid() AND a.state = 'active'
UNION
SELECT a.pid FROM pg_catalog.pg_stat_activity a WHERE a.datname = current_database() AND a.state = 'active'
  AND a.pid <> pg_catalog.pg_backend_pid() AND pg_catalog.starts_with(a.query, %(mark)s)
"""


def run(runner: Runner, record: journal.StepRecord, state: str) -> None:
    """Does the concurrent work of the step and marks it with `state`. Raises Refused where timeouts cannot be lifted,
    Interrupted on a wish to stop (nothing is left of the build then), and what the server says."""
    for build in _builds(runner, record):
        if build.is_wanted():
            if not build.is_there():
                _wait_until_free(runner, record, build)
            build.run()
    with runner.transaction() as connection:
        connection.execute(journal.mark_step(record.unit, record.step.id, state).encode())


def _wait_until_free(runner: Runner, record: journal.StepRecord, build: Build) -> None:
    """A build that has begun cannot be slowed down, so it is the beginning that the throttle holds back."""
    step, name = record.step.id, qualified(build.schema, build.name)
    with Throttle(runner.settings, runner.lease, relations=[build.relation], step=step, name=name) as throttle:
        for told in throttle.waiting(runner.stop):
            if told is not None:
                runner.on_event(told)
    runner.check_stop()


def _builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """The index of the step, or those that partitions of now still lack."""
    assert record.step.action is not None
    parameters = record.step.action.parameters
    if record.step.action.name == "key_rest":
        found: list[Build] = registry.load("evolve.execute.actions", "key_rest").builds(runner, record)
        return found
    if "tops" not in parameters:
        kind = {"index_drop": _Drop, "index_rebuild": _Rebuild}.get(record.step.action.name, Build)
        names = ("relation", "schema", "name", "of", "statement")
        oid = int(parameters.get("oid", 0))
        return [kind(runner=runner, record=record, oid=oid, **{name: parameters[name] for name in names})]
    return [
        Build(
            runner=runner,
            record=record,
            relation=branch.relation,
            schema=branch.schema,
            name=branch.hidden,
            of=branch.name,
            statement=partitioned_index.definition(branch, parameters, concurrently=True),
        )
        for branch in partitioned_index.branches(runner.connection, parameters)
        if not branch.partitioned
    ]


@dataclass(frozen=True, kw_only=True)
class Build:
    """One index to build: `name` on table `relation` (oid), the like of the index called `of` ("": of none)."""

    runner: Runner
    record: journal.StepRecord
    relation: int
    schema: str
    name: str
    of: str
    statement: str
    oid: int = 0

    def run(self) -> None:
        """Builds it unless it is there; a deadlock is tried again, any other error leaves nothing behind."""
        for attempt in range(TRIES):
            if self.is_there():
                return
            try:
                self.build()
                return
            except _AGAIN:
                self.drop()
                if attempt + 1 == TRIES:
                    raise
                self.runner.on_event(
                    Notice(step=self.record.step.id, message="A deadlock broke the build; it is begun again.")
                )
            except psycopg.Error as error:
                # After a lost connection the server may go on with the build: who comes next looks.
                if not is_connection_loss(error):
                    self.drop()
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

    def is_there(self) -> bool:
        """True when the index is there and valid. Waits for a build under way; drops what one left behind."""
        if self._is_valid():
            return True
        self.wait()
        if self._is_valid():
            return True
        if self.connection.execute(_FIND, (self.relation, self.schema, self.name)).fetchone() is not None:
            self.drop()
        return False

    def _is_valid(self) -> bool:
        row = self.connection.execute(_FIND, (self.relation, self.schema, self.name)).fetchone()
        return row is not None and bool(row[0])

    def wait(self) -> None:
        """Waits while somebody builds an index of the table, a server process of a killed runner above all."""
        waited = False
        key = {
            "relation": self.relation,
            "unit": self.record.unit,
            "step": self.record.step.id,
            "mark": self.mark,
        }
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
        with self._without_timeouts(), self._stoppable() as stopped:
            try:
                self.connection.execute((self.mark + self._with_tablespace()).encode())
            except sqlstate.QueryCanceled as error:
                if not stopped.is_set():
                    raise
                self.drop()
                raise Interrupted(
                    "Stopped on request; nothing is left of what was begun.",
                    state="The journal holds the state after the last finished step.",
                    hint="The same command goes on from here.",
                ) from error

    def drop(self) -> None:
        """Takes an invalid index away, concurrently: nobody waits."""
        with self._without_timeouts():
            name = f"{ident(self.schema)}.{ident(self.name)}"
            self.connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}".encode())

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


@dataclass(frozen=True, kw_only=True)
class _Drop(Build):
    """The index goes, concurrently. A broken try leaves it invalid, and the next one takes that away."""

    def is_there(self) -> bool:
        """True when nothing is left to drop."""
        return self.connection.execute(_FIND, (self.relation, self.schema, self.name)).fetchone() is None

    def drop(self) -> None:
        """After an error nothing is taken back: the same command goes on."""


@dataclass(frozen=True, kw_only=True)
class _Rebuild(Build):
    """REINDEX CONCURRENTLY. What a broken one leaves behind (`…_ccnew`, `…_ccold`, invalid) is dropped, so that the
    next try begins with a clean table."""

    def is_there(self) -> bool:
        """Waits for a rebuild under way that a killed runner has left. The index that it made has another oid than the
        one of the plan (14 to 18: the new index takes over the name, the old one is dropped)."""
        self.wait()
        self.drop()
        row = self.connection.execute(_FIND, (self.relation, self.schema, self.name)).fetchone()
        return bool(self.oid and row is not None and row[0] and row[1] != self.oid)

    def drop(self) -> None:
        """Takes away what is left of a broken rebuild."""
        rows = self.connection.execute(_LEFT, (self.relation,)).fetchall()
        with self._without_timeouts():
            for schema, name in rows:
                self.connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {ident(schema)}.{ident(name)}".encode())
