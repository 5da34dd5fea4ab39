"""The throttle on real servers: what holds a pass, what is said of it, and that it goes on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.pause import pause
from pgwright.api.resume import resume
from pgwright.api.status import status
from pgwright.api.throttle_set import throttle_set
from pgwright.api.throttle_show import throttle_show
from pgwright.base import registry
from pgwright.base.errors import Interrupted, UsageError
from pgwright.config import Settings
from pgwright.config.limits import KEYS
from pgwright.config.settings import ThrottleSettings
from pgwright.evolve.execute import journal, reading, throttle
from pgwright.evolve.execute.lease import LEASE_DDL
from pgwright.evolve.execute.probe import Probe
from tests.support.databases import Database, Server
from tests.support.holding import APART, FILLED, NOTHING, TABLE, TRIM, Held, race_of
from tests.support.races import MIDDLE, Race, first_worker_begins


@pytest.fixture
def race(database: Database, tmp_path: Path) -> Race:
    return race_of(database, tmp_path)


def test_every_limit_has_a_reading() -> None:
    assert set(registry.names("evolve.execute.readings")) == set(KEYS)


def test_nothing_is_held_by_default(make_role: Callable[..., str], database: Database, tmp_path: Path) -> None:
    """As an ordinary role, on a server without standbys."""
    role = make_role()
    database.run(f"GRANT CREATE ON DATABASE {database.name} TO {role}; GRANT CREATE ON SCHEMA public TO {role}")
    as_role = database.dsn_as(role)
    with psycopg.connect(as_role, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        journal.create(connection)
    (tmp_path / "0001_renomme.sql").write_text(TRIM, encoding="utf-8")
    held = Held(Race(database=database, folder=tmp_path, dsn=as_role), lambda: None, ThrottleSettings(latency=30.0))
    held.expand()
    assert held.reasons == []
    assert database.one(APART) == 0
    assert {limit.key: limit.holds for limit in throttle_show(held.settings).limits} == dict.fromkeys(KEYS, False)


@pytest.mark.majors("all")
def test_pause_in_mid_pass_and_resume(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    first_worker_begins(monkeypatch)
    seen: list[Any] = []

    def look() -> None:
        seen.append(race.database.one(FILLED))
        held.race.database.run("SELECT pg_sleep(0.5)")
        seen.append(race.database.one(FILLED))
        seen.append(status(race.settings))
        before = resume(race.settings)
        assert before is not None
        assert before.reason == "month end"

    held = Held(race, look)
    race.at = {MIDDLE: lambda: _pause_until_seen(race)}
    race.with_settings(workers=2)
    held.expand()
    assert race.happened == [MIDDLE]
    assert 0 < seen[0] == seen[1] < 1000
    assert seen[2].paused.by.startswith("postgres on ")
    assert (seen[2].paused.reason, seen[2].held) == ("month end", None)
    assert seen[2].backfills[0].blocks_done < seen[2].backfills[0].blocks_total
    assert "paused by postgres" in held.reasons[0]
    assert "month end" in held.reasons[0]
    assert "pgwright resume" in held.reasons[0]
    assert held.released == 1
    assert race.database.one(APART) == 0
    assert resume(race.settings) is None


def _pause_until_seen(race: Race) -> None:
    """The throttle reads twice a second; the first worker stands here meanwhile, and the second runs on."""
    pause(race.settings, "month end")
    pause(race.settings, "somebody else")
    race.database.run("SELECT pg_sleep(1.2)")


def test_the_runner_that_starts_later_is_held_and_can_be_stopped(race: Race) -> None:
    pause(race.settings)
    held = Held(race, lambda: held.stop.set())  # noqa: PLW0108 - it is not there yet
    with pytest.raises(Interrupted) as caught:
        held.expand()
    assert caught.value.exit_code == 130
    assert race.database.one(FILLED) == 0
    assert race.state == "expanding"
    resume(race.settings)
    race.expand()
    assert race.database.one(APART) == 0


def test_an_index_build_is_held_before_it_begins(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path, table=TABLE + "CREATE INDEX i_nom ON utilisateurs (nom);")
    building: list[Any] = []

    def go_on() -> None:
        building.append(database.all("SELECT 1 FROM pg_class WHERE relname <> 'i_nom' AND relname LIKE '%nom%'"))
        resume(race.settings)

    held = Held(race, go_on)
    race.at = {"fill_end": lambda: pause(race.settings)}
    held.expand()
    assert building == [[]]
    assert held.released == 1
    assert race.state == "expanded"


def test_a_probe_that_waits_is_a_slow_application(race: Race) -> None:
    """A second session locks what the probe writes."""
    with race.database.connect(autocommit=False) as holder:

        def hold() -> None:
            holder.execute("SELECT FROM pgwright.probe FOR UPDATE")
            _until(race.database, "SELECT reason IS NOT NULL FROM pgwright.control")

        held = Held(race, holder.commit, replace(NOTHING, latency=0.5))
        race.at = {MIDDLE: hold}
        held.expand()
    assert race.happened == [MIDDLE]
    assert "small write" in held.reasons[0]
    assert "the limit latency is 500ms" in held.reasons[0]
    assert held.released == 1
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT reason IS NULL FROM pgwright.control")


def _until(database: Any, condition: str) -> None:
    with database.connect() as connection:
        while connection.execute(condition.encode()).fetchone() != (True,):
            connection.execute("SELECT pg_sleep(0.01)")


def test_a_server_that_cannot_be_reached_holds(race: Race, server: Server) -> None:
    """The throttle and the probe lose their sessions and get no other: nothing is seen, so nothing is done."""
    name = race.database.name
    end = f"""SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'
    AND application_name IN ('pgwright:throttle', 'pgwright:probe')"""

    def allow(yes: str) -> None:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {yes}".encode())

    def close() -> None:
        allow("false")
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(end.encode())
            connection.execute("SELECT pg_sleep(1.5)")

    held = Held(race, lambda: allow("true"), replace(NOTHING, latency=30.0))
    race.at = {MIDDLE: close}
    held.expand()
    assert race.happened == [MIDDLE]
    assert "cannot see" in held.reasons[0] or "cannot be seen" in held.reasons[0]
    assert "not currently accepting connections" in held.reasons[0]
    assert held.released == 1
    assert race.database.one(APART) == 0


def test_a_probe_without_a_session_is_unseen() -> None:
    probe = Probe("host=127.0.0.1 port=1", 1)
    probe.start()
    answer: reading.Seen | reading.Unseen = reading.Seen(value=0.0, what="")
    while not isinstance(answer, reading.Unseen):
        answer = probe.read()
    probe.close()
    assert "no session" in answer.why


def test_active_sessions_hold(race: Race) -> None:
    with race.database.connect() as busy:

        def sleep() -> None:
            with contextlib.suppress(psycopg.errors.QueryCanceled):
                busy.execute("SELECT pg_sleep(600)")

        thread = threading.Thread(target=sleep)
        thread.start()
        _until(race.database, "SELECT count(*) > 0 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'")
        held = Held(race, lambda: throttle_set(race.settings, {"sessions": "off"}), replace(NOTHING, sessions=0.0))
        held.expand()
        busy.cancel()
        thread.join()
    assert "active, the limit sessions is 0" in held.reasons[0]
    assert held.released == 1


@pytest.mark.majors("all")
def test_who_may_not_see_the_sessions_of_others_is_held(make_role: Callable[..., str], database: Database) -> None:
    role = make_role()
    with database.connect(), psycopg.connect(database.dsn_as(role), autocommit=True) as connection:
        look = reading.Look(
            ask=lambda query: throttle.ask(connection, query),
            relations=(1,),
            role=role,
            probe=lambda: reading.Seen(value=0.0, what=""),
        )
        answer = throttle.read("sessions", look)
        assert isinstance(answer, reading.Unseen)
        assert answer.cure == f"GRANT pg_read_all_stats TO {role}"
        assert throttle.read("slot_wal", look) == reading.Seen(value=0.0, what="no slot")
        database.run("REVOKE EXECUTE ON FUNCTION pg_get_replication_slots() FROM PUBLIC")
        refused = throttle.read("slot_wal", look)
        assert isinstance(refused, reading.Unseen)
        assert "permission denied" in refused.why
        assert throttle.read("autovacuum", look) == reading.Seen(value=0.0, what="no autovacuum")


@pytest.mark.majors("all")
def test_limits_are_set_and_taken_back(race: Race) -> None:
    settings = replace(race.settings, throttle=ThrottleSettings())
    shown = throttle_set(settings, {"replay_lag": "30s", "latency": "off", "slot_wal": "1GB"})
    assert {limit.key: limit.limit for limit in shown.limits} == {
        "autovacuum": "30s", "latency": "off", "replay_lag": "30s", "sessions": "off", "slot_wal": "1GB"}  # fmt: skip
    assert {limit.origin for limit in shown.limits} == {"default", "set in the database (throttle set)"}
    shown = throttle_set(settings, {"latency": "default", "slot_wal": "default"})
    assert {limit.key: limit.limit for limit in shown.limits} == {
        "autovacuum": "30s", "latency": "100ms", "replay_lag": "30s", "sessions": "off",
        "slot_wal": "10GB"}  # fmt: skip


@pytest.mark.parametrize("change", [{"lag": "3s"}, {"replay_lag": "3GB"}, {"latency": "quick"}])
def test_what_is_no_limit_changes_nothing(race: Race, change: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        throttle_set(race.settings, {"slot_wal": "1GB", **change})
    assert caught.value.hint
    assert race.database.one("SELECT limits = '{}' FROM pgwright.control")


@pytest.mark.majors("all")
def test_a_journal_of_older_code(database: Database, tmp_path: Path) -> None:
    """Status reads it as it is; pause brings it up to date."""
    first = (Path(journal.__file__).parent / "journal.sql").read_text(encoding="utf-8")
    database.run(first + LEASE_DDL)
    settings = Settings(dsn=database.dsn, migrations=tmp_path)
    assert (status(settings).paused, status(settings).held) == (None, None)
    assert pause(settings).by
    assert status(settings).paused is not None
    with database.connect() as connection:
        assert journal.require(connection) == journal.VERSION


def test_without_a_journal_it_says_so(database: Database, tmp_path: Path) -> None:
    for verb in (pause, resume, throttle_show):
        with pytest.raises(UsageError, match="no journal"):
            verb(Settings(dsn=database.dsn, migrations=tmp_path))
