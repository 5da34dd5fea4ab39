"""Asks politely for strong locks (law 4): looks first, tries briefly, steps back, and names who is in the way.

A lock request that waits in the queue makes everybody behind it wait, readers too. So no request here ever waits
longer than one try (some 50 ms); between tries the queue is free. It refuses to cancel anybody, and it is not for
statements that must not run under a lock_timeout (CONCURRENTLY, VALIDATE, DETACH CONCURRENTLY).
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg import errors as sqlstate
from psycopg.pq import TransactionStatus

from ...activity.blockers import Blocker, BlockerKind, blockers
from ...base.errors import LockNotObtained, PgwrightError, StepFailed
from ...base.event import LockWaiting, OnEvent
from ...base.lock import LockMode
from ...base.name import RelationName
from ...config.settings import ExecuteSettings
from ...connect.retry import is_contention
from ...sql.quote import literal, qualified
from ..locks.observe import held
from ..steps.step import Lock

T = TypeVar("T")

_LOCKABLE = frozenset("rp")
"""Relkinds that LOCK TABLE is used on. On a view it locks the tables of the view as well, so it is used only where
those are wanted too, and before them: a statement that names the view locks it first, and in the other order each
would wait for the other. Foreign tables it refuses ("This operation is not supported for foreign tables", 14 to 18)."""

_SHORTEST_TRY = 0.005


def strong_locks(
    connection: Connection[Any],
    locks: Sequence[Lock],
    *,
    settings: ExecuteSettings,
    on_event: OnEvent,
    step: str,
    work: Callable[[], T],
    before_commit: Callable[[T], None] | None = None,
) -> T:
    """Runs `work` in one transaction that holds `locks`, and returns what it returned.

    `connection` is in autocommit and idle. Of `locks` those of SHARE or stronger on tables are taken before `work`
    in oid order (oid 0: looked up by name), after views of which all tables are wanted; on other views, sequences and
    indexes the statements of `work` take them themselves, and weaker ones too. `work` runs under the lock_timeout
    that is left of the try, may run several times, each time from a savepoint, and must not keep anything between
    runs. `before_commit` is called with its result, last in the transaction. Between failed tries `on_event` hears
    LockWaiting.

    Raises LockNotObtained when `settings.lock_budget` seconds are over, StepFailed when a relation is gone;
    whatever else `work` raises rolls the transaction back and goes through, lost connections too.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE or not connection.autocommit:
        raise ValueError("strong_locks needs a connection in autocommit, outside of a transaction")
    attempt = _Attempt(connection=connection, settings=settings, on_event=on_event, step=step)
    with connection.transaction():
        attempt.prepare(locks)
        attempt.look()
        attempt.calm_vacuum()
        return attempt.until_won(work, before_commit)


@dataclass
class _Attempt:
    """One call of `strong_locks`: what it wants, and how long it has been trying."""

    connection: Connection[Any]
    settings: ExecuteSettings
    on_event: OnEvent
    step: str
    wanted: tuple[Lock, ...] = ()
    tables: tuple[Lock, ...] = ()
    views: tuple[Lock, ...] = ()
    deadlock_timeout: float = 1.0
    started: float = 0.0
    tries: int = 0
    last_seen: tuple[Blocker, ...] = ()

    def prepare(self, locks: Sequence[Lock]) -> None:
        """Begins: settings of the transaction, and the relations as they are called now."""
        self.started = time.monotonic()
        # Roles and databases may have defaults for all of these; an old snapshot would hide rows from `work`.
        self.connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        self._set(
            row_security="off",
            statement_timeout="0",
            idle_in_transaction_session_timeout=str(_milliseconds(self.settings.idle_timeout)),
            **({"transaction_timeout": "0"} if self.connection.info.server_version >= 170000 else {}),
        )
        row = self.connection.execute("SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'").fetchone()
        self.deadlock_timeout = row[0] / 1000 if row else 1.0
        self.wanted, kinds = self._resolve(locks)
        self.tables = tuple(lock for lock in self.wanted if kinds[lock.oid] in _LOCKABLE)
        views = self._views_of([lock.oid for lock in self.wanted if kinds[lock.oid] == "v"])
        self.views = tuple(lock for lock in self.wanted if lock.oid in views)

    def look(self) -> None:
        """Says who would be in the way, before anything is tried. Who came a moment ago will also soon be gone."""
        found = self._blockers(older_than=self.settings.lock_try)
        if found:
            self._say(found)

    def calm_vacuum(self) -> None:
        """Takes SHARE UPDATE EXCLUSIVE on the tables: it blocks no reads and writes, and the wait for it is long
        enough to make an ordinary autovacuum yield, which no short try ever does."""
        while self.tables:
            patience = self.deadlock_timeout + max(1.0, self.deadlock_timeout)
            try:
                with self.connection.transaction():
                    self._lock_tables(min(patience, max(self._left(), _SHORTEST_TRY)), LockMode.SHARE_UPDATE_EXCLUSIVE)
                    self._same_relations()
            except (psycopg.Error, PgwrightError) as error:
                self._back_off(error)
            else:
                return

    def until_won(self, work: Callable[[], T], before_commit: Callable[[T], None] | None) -> T:
        """Tries, rolls back to the savepoint, pauses, and tries again."""
        while True:
            try:
                with self.connection.transaction():
                    # Well below deadlock_timeout, so that an application which waits for us is never the victim.
                    patience = min(_jitter(self.settings.lock_try), self.deadlock_timeout / 2)
                    deadline = time.monotonic() + patience
                    self._lock_tables(patience, first=self.views)
                    self._lock_timeout(deadline - time.monotonic())
                    result = work()
                    if before_commit is not None:
                        before_commit(result)
                    return result
            except (psycopg.Error, PgwrightError) as error:
                self._back_off(error)

    def _back_off(self, error: psycopg.Error | PgwrightError) -> None:
        """After a failed try: tells, and pauses with the queue free. Raises `error` itself when it is no lock
        conflict, and LockNotObtained when the budget is spent."""
        if not is_contention(error):
            raise error
        self.tries += 1
        found = self._blockers()
        if self._left() <= 0:
            raise self._not_obtained(found or self.last_seen) from error
        self._say(found)
        time.sleep(min(_jitter(self.settings.lock_pause), self.settings.idle_timeout / 2))

    def _lock_tables(self, patience: float, mode: LockMode | None = None, *, first: tuple[Lock, ...] = ()) -> None:
        """Locks `first` and all tables in `mode`, or each in its own, with one deadline `patience` seconds from now:
        lock_timeout counts for each lock, so the server sets it to what is left before each. One round trip for any
        number of tables. Each descendant is listed on its own, hence ONLY."""
        if not self.tables:
            return
        commands = ", ".join(
            literal(f"LOCK TABLE ONLY {qualified(lock.relation)} IN {(mode or lock.mode).sql} MODE")
            for lock in (*first, *self.tables)
        )
        # A block, because between statements of one query string the server cannot tell how much time is left.
        body = _LOCK_BLOCK.format(commands=commands, milliseconds=_milliseconds(patience))
        try:
            self.connection.execute(f"DO {literal(body)}".encode())
        except (sqlstate.UndefinedTable, sqlstate.InvalidSchemaName) as error:
            raise self._gone(str(error.diag.message_primary), error.sqlstate) from error

    def _same_relations(self) -> None:
        """A name may have gone to another relation between the look-up and the first lock. Later it cannot: RENAME
        needs ACCESS EXCLUSIVE."""
        got = held(self.connection)
        for lock in self.tables:
            if lock.oid not in got:
                raise self._gone(f"{lock.relation} is another relation than it was a moment ago", None)

    def _resolve(self, locks: Sequence[Lock]) -> tuple[tuple[Lock, ...], dict[int, str]]:
        """The strong ones of `locks` in oid order, each relation once and under its present name, and their kinds, ""
        where the role may not LOCK them: a foreign key needs REFERENCES on the other table, LOCK TABLE needs more.
        """
        strong = [lock for lock in locks if lock.mode.is_strong]
        rows = self.connection.execute(
            "SELECT c.oid::bigint, n.nspname, c.relname, "
            " CASE WHEN has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') THEN c.relkind::text ELSE '' END"
            " FROM unnest(%s::oid[], %s::text[]) WITH ORDINALITY AS wanted (oid, name, position)"
            " LEFT JOIN pg_class c ON c.oid = coalesce(nullif(wanted.oid, 0), to_regclass(wanted.name))"
            " LEFT JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY wanted.position",
            ([lock.oid for lock in strong], [qualified(lock.relation) for lock in strong]),
        ).fetchall()
        strongest: dict[int, Lock] = {}
        kinds: dict[int, str] = {}
        for lock, (oid, schema, name, kind) in zip(strong, rows, strict=True):
            if oid is None:
                raise self._gone(f"{lock.relation} does not exist any more", sqlstate.UndefinedTable.sqlstate)
            kinds[oid] = kind
            if oid not in strongest or strongest[oid].mode < lock.mode:
                strongest[oid] = replace(lock, oid=oid, relation=RelationName(schema, name))
        return tuple(strongest[oid] for oid in sorted(strongest)), kinds

    def _views_of(self, oids: list[int]) -> set[int]:
        """Those of the views `oids` that show tables that are wanted, and nothing else."""
        if not oids:
            return set()
        tables = [lock.oid for lock in self.tables if lock.mode is LockMode.ACCESS_EXCLUSIVE]
        rows = self.connection.execute(_VIEWS, {"views": oids, "tables": tables}).fetchall()
        return {row[0] for row in rows}

    def _blockers(self, *, older_than: float = 0.0) -> tuple[Blocker, ...]:
        """Everybody in the way of any wanted lock, each once, on the first relation where they are."""
        by_mode: dict[LockMode, list[int]] = defaultdict(list)
        for lock in self.wanted:
            by_mode[lock.mode].append(lock.oid)
        found: dict[tuple[int | None, str | None], Blocker] = {}
        # pg_stat_activity stays as it was first read in a transaction, and this one lasts.
        self.connection.execute("SELECT pg_stat_clear_snapshot()")
        for mode, oids in sorted(by_mode.items()):
            for blocker in blockers(self.connection, oids, mode, older_than=older_than):
                found.setdefault((blocker.pid, blocker.gid), blocker)
        self.last_seen = tuple(found.values()) or self.last_seen
        return tuple(found.values())

    def _say(self, found: tuple[Blocker, ...]) -> None:
        self.on_event(
            LockWaiting(
                step=self.step,
                relation=self._relation(found),
                tries=self.tries,
                waited=self._waited(),
                budget=self.settings.lock_budget,
                blockers=tuple(blocker.sentence for blocker in found),
            )
        )

    def _not_obtained(self, found: tuple[Blocker, ...]) -> LockNotObtained:
        sentences = tuple(blocker.sentence for blocker in found)
        who = "; ".join(sentences) or "nobody held it for long, but somebody did at every try"
        cures = [blocker.cure for blocker in found if blocker.granted and blocker.cure]
        advice = "".join(f"{cure}; " for cure in dict.fromkeys(cures))
        wraparound = any(blocker.kind is BlockerKind.WRAPAROUND for blocker in found)
        hint = "Let the vacuum finish, it must. " if wraparound else ""
        hint += (
            f"Wait for it, or end it with {advice}then run the same command again."
            if advice
            else ("Run the same command again when the table is less busy, or raise lock_budget in [execute].")
        )
        return LockNotObtained(
            f"The lock on {self._relation(found)} was not obtained in {self._waited():.0f} s"
            f" and {self.tries} tries: {who}.",
            blockers=sentences,
            state="Nothing was changed by this step.",
            hint=hint,
        )

    def _gone(self, what: str, code: str | None) -> StepFailed:
        return StepFailed(
            f"Step {self.step} cannot run: {what}.",
            step=self.step,
            sqlstate=code,
            state="Nothing was changed by this step; the journal holds the state after the last finished one.",
            hint="pgwright rollback undoes the steps before it.",
        )

    def _relation(self, found: tuple[Blocker, ...]) -> str:
        if found:
            return str(found[0].relation)
        return str(self.wanted[0].relation) if self.wanted else "a relation that the step uses"

    def _lock_timeout(self, seconds: float) -> None:
        self._set(lock_timeout=str(_milliseconds(max(seconds, _SHORTEST_TRY))))

    def _set(self, **values: str) -> None:
        commands = "".join(f"SET LOCAL {name} = {literal(value)};" for name, value in values.items())
        self.connection.execute(commands.encode())

    def _waited(self) -> float:
        return time.monotonic() - self.started

    def _left(self) -> float:
        return self.settings.lock_budget - self._waited()


_VIEWS = """
SELECT v.oid::bigint FROM unnest(%(views)s::oid[]) v (oid) WHERE NOT EXISTS (
    SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_class = v.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid NOT IN (SELECT v.oid)
      AND d.refobjid <> ALL(%(tables)s::oid[]))
"""

_LOCK_BLOCK = """
DECLARE
    deadline CONSTANT timestamptz := clock_timestamp() + interval '{milliseconds} milliseconds';
    command text;
BEGIN
    FOREACH command IN ARRAY ARRAY[{commands}]::text[] LOOP
        PERFORM set_config('lock_timeout',
            greatest(1, extract(epoch FROM deadline - clock_timestamp()) * 1000)::int::text, true);
        EXECUTE command;
    END LOOP;
END
"""


def _jitter(seconds: float) -> float:
    """`seconds` or up to half more or less, so that two runners do not try in step."""
    return seconds * random.uniform(0.5, 1.5)


def _milliseconds(seconds: float) -> int:
    """Whole milliseconds, at least 1: for PostgreSQL 0 means no limit at all."""
    return max(1, round(seconds * 1000))
