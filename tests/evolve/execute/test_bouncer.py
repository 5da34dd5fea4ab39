"""The whole life of a change through a real PgBouncer: its modes and pools, what it refuses, and direct_dsn."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.base.errors import ConfigError, ConnectError, Refused
from pgwright.base.event import BackfillHeld, BackfillProgress, Event
from pgwright.config import Settings
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.lifecycle import leftovers
from tests.support.pooled import ALIAS, APART, COPY, CRUEL, KEY, QUICK, SETUP, UP, Pooled


@pytest.mark.majors("all")
@pytest.mark.parametrize("mode", ["transaction", "session"])
@pytest.mark.parametrize("migration", [UP, COPY, ALIAS, KEY], ids=["up", "copy", "alias", "key"])
def test_a_whole_life(database: Database, tmp_path: Path, mode: str, migration: str) -> None:
    """Without direct_dsn, and without limits of the role: indexes are built through the pooler, too."""
    host, port = database.server.host, database.server.port
    with PgBouncer(host, port, mode=mode, **CRUEL) as bouncer:  # type: ignore[arg-type]
        project = Pooled(database, bouncer, tmp_path, migration)
        assert plan(project.settings).warnings == ()
        assert project.expand() == "expanded"
        assert status(project.settings).migrations[0].state == "expanded"
        assert project.rollback() == "rolled back"
        assert project.expand() == "expanded"
        assert project.contract(grace=3600.0) == "retiring"
        assert project.rollback() == "rolled back"
        assert project.expand() == "expanded"
        assert project.contract() == "done"
    assert leftovers(database) == []


@pytest.mark.majors("all")
def test_what_the_pooler_allows_goes_through_it_and_the_rest_goes_direct(pooled: Pooled) -> None:
    pooled.direct().limit()
    asked = "SELECT client_port = -1 FROM pg_stat_activity WHERE datname = %s AND application_name = %s"
    seen: dict[str, set[bool]] = {}

    def gate(step: str) -> None:
        for name in ("runner", "direct", "lease"):
            rows = pooled.database.all(asked, pooled.database.name, f"pgwright:{name}")
            seen.setdefault(name, set()).update(row[0] for row in rows)
            shown = pooled.bouncer.show("CLIENTS")
            through = {row["application_name"] for row in shown if row["database"] == pooled.database.name}
            assert "pgwright:runner" in through
            assert not through & {"pgwright:direct", "pgwright:lease"}

    assert pooled.expand(gate=gate) == "expanded"
    assert seen["direct"] == seen["lease"] == {True}
    assert pooled.contract() == "done"
    assert leftovers(pooled.database) == []


@pytest.mark.majors("all")
@pytest.mark.parametrize("limit", ["statement_timeout = '30s'", "lock_timeout = '2s'", "idle_session_timeout = '1h'"])
def test_limits_of_the_role_are_told_by_plan_and_refused_by_expand(pooled: Pooled, limit: str) -> None:
    pooled.limit(limit)
    told = [warning for warning in plan(pooled.settings).warnings if "pooler" in warning]
    assert len(told) == 1
    assert limit.split()[0] in told[0]
    with pytest.raises(Refused) as caught:
        pooled.expand()
    assert caught.value.exit_code == 6
    assert limit.split()[0] in caught.value.message
    assert caught.value.state == "Nothing was changed."
    assert "direct_dsn" in caught.value.hint
    assert status(pooled.settings).migrations[0].state == "pending"
    pooled.direct()
    assert [warning for warning in plan(pooled.settings).warnings if "pooler" in warning] == []
    assert pooled.expand() == "expanded"


def test_a_limit_that_comes_after_the_start_is_refused_before_the_build(pooled: Pooled) -> None:
    def gate(step: str) -> None:
        if ".index" in step:
            pooled.limit()
            pooled.bouncer.command("RECONNECT")

    with pytest.raises(Refused, match="statement_timeout") as caught:
        pooled.expand(gate=gate)
    assert "last finished step" in caught.value.state
    ran: list[str] = []
    with pytest.raises(Refused, match="statement_timeout"):
        pooled.expand(gate=ran.append)
    assert ran == []  # nor is anything else of the unit begun
    assert pooled.direct().expand() == "expanded"


def test_the_way_back_is_refused_before_it_begins(pooled: Pooled) -> None:
    """After the flip, rollback builds indexes of the old column again."""
    pooled.expand()
    pooled.contract(grace=3600.0)
    concurrent = "SELECT count(*) FROM pgwright.step WHERE phase = 'restore' AND body ->> 'kind' = 'concurrent'"
    assert pooled.database.one(concurrent) > 0
    pooled.limit()
    with pytest.raises(Refused, match="statement_timeout") as caught:
        pooled.rollback()
    assert "direct_dsn" in caught.value.hint
    assert status(pooled.settings).migrations[0].state == "retiring"
    assert pooled.direct().rollback() == "rolled back"


def test_statement_mode_is_refused(database: Database, tmp_path: Path) -> None:
    with PgBouncer(database.server.host, database.server.port) as good:
        project = Pooled(database, good, tmp_path)
    with PgBouncer(database.server.host, database.server.port, mode="statement") as bouncer:
        settings = replace(project.settings, dsn=bouncer.dsn(database.name))
        for verb in (expand, plan, contract, rollback, init):
            with pytest.raises(Refused, match="statement mode") as caught:
                verb(settings)
            assert "pool_mode" in caught.value.hint
            assert caught.value.exit_code == 6


def test_a_pool_of_one_is_an_error_and_no_hang(database: Database, tmp_path: Path) -> None:
    with PgBouncer(database.server.host, database.server.port, pool_size=1) as bouncer:
        project = Pooled(database, bouncer, tmp_path)
        project.settings = replace(project.settings, execute=replace(QUICK, lease_timeout=1.0))
        with pytest.raises(ConnectError, match="no second server connection") as caught:
            project.expand()
        assert "pool_size" in caught.value.hint
        assert project.direct().expand() == "expanded"


@pytest.mark.majors("all")
def test_a_pool_of_two_is_enough(database: Database, tmp_path: Path) -> None:
    with PgBouncer(database.server.host, database.server.port, pool_size=2, query_wait_timeout=5) as bouncer:
        project = Pooled(database, bouncer, tmp_path)
        assert project.expand() == "expanded"
        assert project.contract() == "done"
        assert max(row["sv_active"] + row["sv_idle"] for row in bouncer.show("POOLS")) <= 2
    assert leftovers(database) == []


@pytest.mark.parametrize("size", [2, 20])
def test_several_workers_with_their_throttle(database: Database, tmp_path: Path, size: int) -> None:
    """Through the pooler go the runner, two further workers, the throttle, its probe and the heartbeat."""
    server = database.server
    with PgBouncer(server.host, server.port, pool_size=size, **CRUEL) as bouncer:  # type: ignore[arg-type]
        project = Pooled(database, bouncer, tmp_path)
        database.run("INSERT INTO utilisateurs SELECT i, 'z', 0, repeat('x', 700) FROM generate_series(401, 4000) i")
        project.settings = replace(project.settings, execute=replace(QUICK, workers=3))
        seen: set[str] = set()

        def hear(event: Event) -> None:
            if isinstance(event, BackfillProgress):
                seen.update(row["application_name"] for row in bouncer.show("CLIENTS"))

        assert project.expand(hear) == "expanded"
        wanted = {"runner", "worker 2", "worker 3", "throttle", "probe", "lease"}
        assert {f"pgwright:{name}" for name in wanted} <= seen
        assert database.one(APART) == 0
        assert not [event for event in project.heard if isinstance(event, BackfillHeld)]
        assert project.contract() == "done"
    assert leftovers(database) == []


def test_what_another_client_left_in_the_session_changes_nothing(pooled: Pooled) -> None:
    """Sessions of a pool are shared: somebody's search_path must not turn a migration to another table."""
    pooled.database.run("CREATE SCHEMA ailleurs; CREATE TABLE ailleurs.utilisateurs (id int PRIMARY KEY, nom text)")
    for _ in range(8):
        with psycopg.connect(pooled.bouncer.dsn(pooled.database.name), autocommit=True) as other:
            other.execute("SET search_path = ailleurs; SET lock_timeout = '1ms'; SET statement_timeout = '100ms'")
            other.execute("SET default_transaction_read_only = on; SET row_security = on; SET DateStyle = 'German'")
    assert {str(step.scans[0]) for step in plan(pooled.settings).steps if step.scans} == {"public.utilisateurs"}


def test_direct_dsn_of_another_database_is_refused(make_database: Callable[..., Database], pooled: Pooled) -> None:
    other = make_database()
    pooled.settings = replace(pooled.settings, direct_dsn=other.dsn)
    with pytest.raises(ConfigError, match="lead to different databases") as caught:
        pooled.expand()
    assert caught.value.exit_code == 2


def test_direct_dsn_through_a_transaction_pool_is_refused(pooled: Pooled) -> None:
    pooled.settings = replace(pooled.settings, direct_dsn=pooled.settings.dsn)
    pooled.bouncer.settings["server_round_robin"] = 0
    pooled.bouncer.stop()
    pooled.bouncer.start()
    with pytest.raises(ConfigError, match="pooler in transaction mode"):
        pooled.expand()


@pytest.mark.majors("all")
def test_direct_dsn_through_a_session_pool_will_do(pooled: Pooled) -> None:
    pooled.limit()
    with PgBouncer(pooled.database.server.host, pooled.database.server.port, mode="session") as session_pool:
        pooled.settings = replace(pooled.settings, direct_dsn=session_pool.dsn(pooled.database.name))
        assert pooled.expand() == "expanded"
        assert pooled.contract() == "done"


def test_options_in_the_dsn(pooled: Pooled) -> None:
    settings = replace(pooled.settings, dsn=pooled.settings.dsn + "?options=-c%20search_path%3Dpublic")
    with pytest.raises(ConnectError, match="unsupported startup parameter") as caught:
        plan(settings)
    assert "ALTER ROLE" in caught.value.hint


@pytest.mark.majors("all")
def test_scram_through_the_pooler(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    role = make_role("LOGIN PASSWORD 'geheim'")
    database.run(f"GRANT CREATE ON DATABASE {database.name} TO {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}")
    secret = str(database.one("SELECT rolpassword FROM pg_authid WHERE rolname = %s", role))
    server = database.server
    users = {role: secret, "postgres": "none"}
    with PgBouncer("127.0.0.1", server.port, users=users, auth_type="scram-sha-256") as bouncer:
        dsn = bouncer.dsn(database.name, user=role, password="geheim")
        settings = Settings(dsn=dsn, migrations=tmp_path, execute=QUICK)
        init(settings)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(SETUP.encode())
        (tmp_path / "0001_nom.sql").write_text(UP, encoding="utf-8")
        assert expand(settings).migrations[-1].state == "expanded"
        assert contract(settings).migrations[-1].state == "done"
        with pytest.raises(ConnectError) as caught:
            status(replace(settings, dsn=bouncer.dsn(database.name, user=role, password="falsch")))
        assert "falsch" not in str(caught.value)
    with contextlib.suppress(psycopg.Error):
        database.run(f'DROP OWNED BY "{role}" CASCADE')
