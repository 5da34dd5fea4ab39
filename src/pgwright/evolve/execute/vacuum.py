"""A VACUUM now and then while a pass runs, so that its later rows find the room of its earlier ones.

Rounds keep most new versions in their block; what they do not keep leaves a dead row and dead index entries behind, and
autovacuum, which looks once a minute and waits for a fifth of the table, comes too late for most of them. Measured on
18 with 1,000,000 rows of 76 bytes and three indexes, autovacuum away; table and indexes afterwards, processor seconds:

    one round, no VACUUM      2.10x  1.82x  16.4
    one round, five           1.29x  1.48x  13.2 + 0.9
    four rounds, no VACUUM    1.42x  1.81x  10.8
    four rounds, two          1.28x  1.46x   7.9 + 0.2
    four rounds, five         1.19x  1.45x   7.1 + 0.5

So it is worth its cost. It is as polite as autovacuum: the same pauses, no waiting for a lock, no truncation (which
would take a strong one), no parallel workers. Unlike a VACUUM that a person types it is cancelled as soon as anybody
waits for the table. One that removed less than half (an old snapshot, a slot, a lock that others hold) makes the next
one come later. Where autovacuum is switched off it is done all the same. It is left out where the role does not own the
table, and behind a pooler, where a session cannot be given settings.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from ...base.errors import ConnectError
from ...base.name import RelationName
from ...config.settings import Settings
from ...connect import session
from ...sql.quote import qualified

Ask = Callable[[str], list[tuple[Any, ...]]]
LEAST = 50_000  # dead rows below which nobody cares
PACE = "SET vacuum_cost_delay = 2"  # milliseconds, as autovacuum; a typed VACUUM has none
LESS = 4.0  # how much more must be dead after a VACUUM that was of no use

_DUE = """
SELECT c.oid::bigint, n.nspname, c.relname, s.n_dead_tup
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
WHERE c.oid = ANY ('{{{oids}}}'::oid[]) AND c.relkind = 'r' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
  AND s.n_dead_tup >= {factor:f} * greatest({least:d}, {share:f} * (s.n_live_tup + s.n_dead_tup))
ORDER BY s.n_dead_tup DESC LIMIT 1
"""
_DEAD = "SELECT n_dead_tup FROM pg_catalog.pg_stat_all_tables WHERE relid = {oid:d}"
_WAITS = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
               WHERE d.datname = current_database() AND l.relation = {oid:d} AND NOT l.granted)
"""


class Nudge:
    """The VACUUMs of one pass over `relations`. `turn` is called twice a second by who looks anyway, with his `ask`."""

    def __init__(self, settings: Settings, relations: Sequence[int]) -> None:
        self._dsn = settings.direct_dsn or settings.dsn
        self._share = settings.execute.vacuum_share
        self._oids = ", ".join(f"{oid:d}" for oid in relations)
        self._factor = 1.0
        self._connection: session.Connection | None = None
        self._thread: threading.Thread | None = None
        self._at, self._dead = 0, 0
        self._never = self._share == 0

    def turn(self, ask: Ask) -> None:
        """Begins one where it is due, and ends the one that runs where somebody waits for it."""
        if self._never:
            return
        if self._thread is not None and self._thread.is_alive():
            if ask(_WAITS.format(oid=self._at))[0][0]:
                self._cancel()
            return
        if self._thread is not None:
            self._thread = None
            after = ask(_DEAD.format(oid=self._at))
            useless = not after or after[0][0] > self._dead / 2
            self._factor = min(self._factor * LESS, LESS**4) if useless else 1.0
        for oid, schema, name, dead in ask(
            _DUE.format(oids=self._oids, factor=self._factor, least=LEAST, share=self._share)
        ):
            self._at, self._dead = oid, dead
            statement = f"VACUUM (SKIP_LOCKED, TRUNCATE false, PARALLEL 0) {qualified(RelationName(schema, name))}"
            self._thread = threading.Thread(target=self._run, args=(statement,), name="pgwright-vacuum", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends the one that runs."""
        if self._thread is not None:
            self._cancel()
            session.ended(self._thread, lambda: self._connection)
        if self._connection is not None:
            self._connection.close()

    def _cancel(self) -> None:
        if self._connection is not None and not self._connection.closed:
            session.cancel(self._connection)

    def _run(self, statement: str) -> None:
        """In its thread: one VACUUM. That it was cancelled or refused stops nothing, and the next one comes later."""
        with contextlib.suppress(psycopg.Error, ConnectError):
            if self._connection is None or self._connection.closed:
                self._connection = session.open(self._dsn, name="vacuum")
                if _is_pooled(self._connection):
                    self._never = True
                    return
                self._connection.execute(
                    "SELECT pg_catalog.set_config('statement_timeout', '0', false), "
                    "pg_catalog.set_config('default_transaction_read_only', 'off', false)"
                )
                self._connection.execute(PACE)
            self._connection.execute(statement.encode())


def _is_pooled(connection: session.Connection) -> bool:
    """Whether the process that answers is not the one that greeted us."""
    row = connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    return row is not None and row[0] != connection.info.backend_pid
