"""The lock guard and autovacuum: an ordinary one yields, one against wraparound is named."""

from __future__ import annotations

import psycopg
import pytest

from pgwright.base.errors import LockNotObtained
from pgwright.base.event import ignore
from pgwright.base.lock import LockMode
from pgwright.base.name import RelationName
from pgwright.config.settings import ExecuteSettings
from pgwright.evolve.execute.guard import strong_locks
from pgwright.evolve.steps.step import Lock
from pgwright.server.private import PrivateServer
from tests.support.databases import Server
from tests.support.guarding import SETTINGS, Ear

pytestmark = pytest.mark.majors("all")

AUTOVACUUM = {"autovacuum_naptime": "1", "autovacuum_vacuum_cost_delay": "0", "fsync": "off"}
SLOWLY = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
# The guard tells at its first look only of those who have been there for longer than one try.
FIND_AUTOVACUUM = (
    "SELECT pid FROM pg_stat_activity WHERE query LIKE 'autovacuum:%public.a%'"
    " AND xact_start < clock_timestamp() - interval '500 milliseconds'"
)


def test_an_ordinary_autovacuum_yields(server: Server) -> None:
    """It does so only for who waits longer than deadlock_timeout; no number of short tries is enough."""
    with (
        PrivateServer(server.binaries, settings=AUTOVACUUM) as private,
        psycopg.connect(private.dsn(), autocommit=True) as runner,
    ):
        runner.execute(f"CREATE TABLE a (x int) WITH ({SLOWLY}, autovacuum_vacuum_scale_factor = 0)".encode())
        runner.execute("INSERT INTO a SELECT generate_series(1, 200000)")
        runner.execute("DELETE FROM a WHERE x % 2 = 0")
        row = None
        for _ in range(600):
            row = runner.execute(FIND_AUTOVACUUM).fetchone()
            if row is not None:
                break
            runner.execute("SELECT pg_sleep(0.1)")
        assert row is not None, "autovacuum did not come"
        (oid,) = runner.execute("SELECT 'a'::regclass::oid::bigint").fetchone() or ()
        wanted = Lock(relation=RelationName("public", "a"), oid=oid, mode=LockMode.ACCESS_EXCLUSIVE)
        ear = Ear()
        assert strong_locks(runner, [wanted], settings=SETTINGS, on_event=ear, step="1", work=lambda: "won") == "won"
        assert f"an autovacuum (pid {row[0]}, it yields when asked)" in " ".join(ear.heard[0].blockers)


BURN_TRANSACTIONS = """
DO $$ BEGIN
    FOR i IN 1..110000 LOOP
        BEGIN INSERT INTO burnt DEFAULT VALUES; EXCEPTION WHEN others THEN END;
        IF i % 1000 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$
"""


@pytest.mark.long
def test_an_autovacuum_to_prevent_wraparound_is_named_and_does_not_yield(server: Server) -> None:
    settings = AUTOVACUUM | {"autovacuum_freeze_max_age": "100000"}
    impatient = ExecuteSettings(lock_try=0.03, lock_budget=3.0, lock_pause=0.05)
    with (
        PrivateServer(server.binaries, settings=settings) as private,
        psycopg.connect(private.dsn(), autocommit=True) as runner,
    ):
        runner.execute(f"CREATE TABLE a (x int) WITH ({SLOWLY}, autovacuum_enabled = off)".encode())
        runner.execute("INSERT INTO a SELECT generate_series(1, 200000)")
        runner.execute("CREATE TABLE burnt ()")
        runner.execute(BURN_TRANSACTIONS)
        row = None
        while row is None:
            row = runner.execute(FIND_AUTOVACUUM).fetchone()
        (oid,) = runner.execute("SELECT 'a'::regclass::oid::bigint").fetchone() or ()
        wanted = Lock(relation=RelationName("public", "a"), oid=oid, mode=LockMode.ACCESS_EXCLUSIVE)
        with pytest.raises(LockNotObtained) as caught:
            strong_locks(runner, [wanted], settings=impatient, on_event=ignore, step="1", work=lambda: None)
    assert f"an autovacuum to prevent wraparound (pid {row[0]}, it does not yield)" in caught.value.message
    assert caught.value.hint.startswith("Let the vacuum finish, it must.")
