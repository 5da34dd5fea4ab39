"""The throttle on servers of its own: an autovacuum that runs, a slot that retains, a standby that lags."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.doctor import doctor
from pgwright.api.status import status
from pgwright.api.throttle_set import throttle_set
from pgwright.api.throttle_show import throttle_show
from pgwright.base.errors import Interrupted
from pgwright.config.settings import ThrottleSettings
from pgwright.evolve.execute import journal, reading, throttle
from pgwright.server.find import find
from tests.support.databases import Server
from tests.support.holding import APART, NOTHING, TABLE, TRIM, Held, race_of
from tests.support.own import Own, own, standby
from tests.support.races import MIDDLE, Race
from tests.support.selection import server_folders

SLOWLY = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_scale_factor = 0"
AT_WORK = """SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE granted
AND relation = 'utilisateurs'::regclass AND backend_type = 'autovacuum worker')"""


@pytest.mark.majors("all")
def test_an_autovacuum_holds(server: Server, tmp_path: Path) -> None:
    with own(server.binaries, {"autovacuum_naptime": "1"}) as database:
        race = race_of(database, tmp_path)
        database.run("CREATE ROLE commun LOGIN")
        answers: list[reading.Seen | reading.Unseen] = []

        def come() -> None:
            database.run(f"ALTER TABLE utilisateurs SET ({SLOWLY}, autovacuum_vacuum_threshold = 1)")
            database.run("UPDATE utilisateurs SET autre = 1")
            database.until(AT_WORK)

        def go_on() -> None:
            oid = database.one("SELECT 'utilisateurs'::regclass::oid::int")
            with psycopg.connect(database.dsn_as("commun"), autocommit=True) as connection:
                look = reading.Look(
                    ask=lambda query: throttle.ask(connection, query),
                    relations=(oid,),
                    role="commun",
                    probe=lambda: reading.Seen(value=0.0, what=""),
                )
                answers.append(throttle.read("autovacuum", look))  # an ordinary role sees it, too
            throttle_set(race.settings, {"autovacuum": "off"})

        held = Held(race, go_on, replace(NOTHING, autovacuum=0.0))
        race.at = {"pass": come}
        held.expand()
        assert "an autovacuum (pid" in held.reasons[0]
        assert "at work on utilisateurs" in held.reasons[0]
        assert held.released == 1
        assert isinstance(answers[0], reading.Seen)
        assert answers[0].value > 0
        assert database.one(APART) == 0


def test_a_slot_that_retains_wal_holds(server: Server, tmp_path: Path) -> None:
    with own(server.binaries) as database:
        race = race_of(database, tmp_path)
        database.run("SELECT pg_create_physical_replication_slot('dormant', true)")
        drop = lambda: database.run("SELECT pg_drop_replication_slot('dormant')")  # noqa: E731
        held = Held(race, drop, replace(NOTHING, slot_wal=1.0))
        held.expand()
        assert "slot dormant, which nobody reads, retains" in held.reasons[0]
        assert held.released == 1
        assert database.one(APART) == 0


def test_a_standby_that_lags_holds_and_a_role_that_cannot_see_it_too(tmp_path: Path) -> None:
    """The program that makes it comes with 18 only."""
    binaries = find(18, folders=server_folders())
    with own(binaries) as primary, standby(primary, binaries.program("pg_basebackup")) as second:
        primary.run("CREATE ROLE commun LOGIN; GRANT CREATE ON DATABASE postgres TO commun; "
                    "GRANT CREATE ON SCHEMA public TO commun")  # fmt: skip
        primary.until("SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
        folder = tmp_path / "un"
        folder.mkdir()
        _lagging(primary, second, folder)
        primary.run("DROP TABLE utilisateurs; DROP SCHEMA pgwright CASCADE")
        _blind(primary, tmp_path)


def _lagging(primary: Own, second: Own, folder: Path) -> None:
    """A standby that lags for ever holds for ever, says so, and can be stopped; it goes on once that has caught up."""
    race = race_of(primary, folder)
    limits = replace(NOTHING, replay_lag=0.5)
    shown: list[Any] = []

    def stop() -> None:
        primary.until("SELECT reason IS NOT NULL FROM pgwright.control")
        shown.append(status(race.settings))
        held.stop.set()

    def fall_behind() -> None:
        second.run("SELECT pg_wal_replay_pause()")
        primary.run("UPDATE utilisateurs SET autre = 1 WHERE id = 1")
        primary.run("SELECT pg_sleep(2.5)")

    held = Held(race, stop, limits)
    race.at = {MIDDLE: fall_behind}
    with pytest.raises(Interrupted):
        held.expand()
    assert race.happened == [MIDDLE]
    assert "standby s1 is" in held.reasons[0]
    assert "the limit replay_lag is 500ms" in held.reasons[0]
    assert "standby s1 is" in shown[0].held.reason
    assert shown[0].held.since
    again = Held(race, lambda: second.run("SELECT pg_wal_replay_resume()"), limits)
    again.expand()
    assert again.reasons
    assert primary.one(APART) == 0


def _blind(primary: Own, folder: Path) -> None:
    dsn = primary.dsn_as("commun")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        journal.create(connection)
    (folder / "0001_renomme.sql").write_text(TRIM, encoding="utf-8")
    race = Race(database=primary, folder=folder, dsn=dsn)  # type: ignore[arg-type]
    held = Held(race, lambda: throttle_set(race.settings, {"replay_lag": "off"}), ThrottleSettings(latency=None))
    held.expand()
    assert "replay_lag has a limit and cannot be seen" in held.reasons[0]
    assert "GRANT pg_monitor TO commun" in held.reasons[0]
    assert "pgwright throttle set replay_lag=off" in held.reasons[0]
    assert held.released == 1
    assert primary.one(APART) == 0
    throttle_set(race.settings, {"replay_lag": "default"})
    [found] = [each for each in doctor(race.settings) if each.name == "standbys_not_visible"]
    assert found.cure_sql == "GRANT pg_monitor TO commun;"
    primary.run(found.cure_sql)
    assert not [each for each in doctor(race.settings) if each.name == "standbys_not_visible"]
    assert not any(limit.holds for limit in throttle_show(replace(race.settings, throttle=NOTHING)).limits)
