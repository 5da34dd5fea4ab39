"""Several workers of one pass: they share the work, and what happens to one of them is no loss."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.pause import pause
from pgwright.api.resume import resume
from pgwright.base.errors import Interrupted, LockNotObtained, StepFailed
from pgwright.base.event import BackfillHeld, Notice, ignore
from pgwright.config.settings import ExecuteSettings
from pgwright.evolve.execute import rounds
from pgwright.evolve.execute.batch import Batches, Outcome
from pgwright.evolve.execute.chunks import Chunk
from pgwright.evolve.execute.lease import Lease
from tests.support.background import until
from tests.support.databases import Database, Server
from tests.support.killable import Killable, started
from tests.support.lifecycle import footprint, leftovers
from tests.support.own import own
from tests.support.races import MIDDLE, Race, expand_past_rows, first_worker_begins
from tests.support.selection import EDGES_IN_CI

TRIM = "-- pgwright: up = btrim(nom)\n-- pgwright: down = nom_complet\n"
TRIM += "ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;\n"
# 10 rows a block: 400 blocks, 7 chunks.
TABLE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text)
WITH (autovacuum_enabled = off);
INSERT INTO utilisateurs SELECT i, ' Zoé ' || i, 0, repeat('x', 700) FROM generate_series(1, 4000) i;
"""
APART = "SELECT count(*) FROM utilisateurs WHERE btrim(nom) IS DISTINCT FROM nom_complet"
FILLED = "SELECT count(*) FROM utilisateurs WHERE nom_complet IS NOT NULL"
NOTED = "SELECT coalesce(sum(rows), 0)::int FROM pgwright.chunk"
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'pgwright:%'"

GONE = "SELECT count(*) < 2 FROM pg_stat_activity WHERE datname = current_database() \
AND application_name LIKE 'pgwright:worker %'"


@pytest.fixture
def race(database: Database, tmp_path: Path) -> Race:
    found = Race(database=database, folder=tmp_path, setup=TABLE, migrations=(TRIM,)).prepare()
    found.with_settings(workers=3)
    return found


@pytest.mark.majors("all")
def test_the_others_work_while_the_first_stands(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a table that is small; what the first one has in hand is not the end for them."""
    first_worker_begins(monkeypatch)

    def all_but_one_chunk() -> None:
        until(race.database, "SELECT count(*) = 1 FROM pgwright.chunk WHERE NOT done")
        assert len(race.database.all(SESSIONS)) == 6  # runner, two workers, lease, throttle, probe

    race.at = {MIDDLE: all_but_one_chunk}
    race.expand()
    assert race.happened == [MIDDLE]
    assert race.database.one(APART) == 0
    assert race.database.one(NOTED) == 4000
    assert race.database.all(SESSIONS) == []
    race.contract()
    assert leftovers(race.database) == []


def test_a_chunk_in_other_hands_is_not_the_end(race: Race) -> None:
    """A session that the pass does not know holds one; the pass waits for it."""
    race.with_settings(workers=1)
    with race.database.connect(autocommit=False) as holder:

        def release() -> None:
            until(race.database, "SELECT count(*) = 1 FROM pgwright.chunk WHERE NOT done")
            holder.commit()

        thread = threading.Thread(target=release)

        def hold() -> None:
            holder.execute("SELECT FROM pgwright.chunk ORDER BY first_block DESC LIMIT 1 FOR UPDATE")
            thread.start()

        race.at = {MIDDLE: hold}
        race.expand()
        thread.join()
    assert race.database.one(APART) == 0


@pytest.mark.majors("all")
def test_locked_rows_are_come_back_for(race: Race) -> None:
    def release(holder: psycopg.Connection[Any]) -> None:
        until(race.database, "SELECT count(*) = 3 FROM utilisateurs WHERE nom_complet IS NULL")
        holder.execute("UPDATE utilisateurs SET nom = 'tenu' WHERE id = 2000")

    expand_past_rows(race, "1, 2000, 4000", release)
    assert race.database.one(APART) == 0
    assert race.database.one("SELECT nom_complet FROM utilisateurs WHERE id = 2000") == "tenu"


def test_rows_that_stay_locked_end_all_workers(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks at them in turn loses patience as one does who is alone; each look is followed by a rest of 50 ms."""
    looks: list[Outcome] = []
    batch = Batches.run

    def counted(batches: Batches, connection: psycopg.Connection[Any]) -> Outcome:
        outcome = batch(batches, connection)
        if outcome is Outcome.LOCKED:
            looks.append(outcome)
        return outcome

    monkeypatch.setattr(Batches, "run", counted)
    race.with_settings(backfill_patience=0.2)
    with race.database.connect(autocommit=False) as holder:
        race.at = {"pass": lambda: holder.execute("SELECT FROM utilisateurs WHERE id = 3000 FOR UPDATE")}
        with pytest.raises(LockNotObtained) as caught:
            race.expand()
        assert f"pid {holder.info.backend_pid}" in caught.value.message
        assert race.database.one("SELECT count(*) FROM utilisateurs WHERE nom_complet IS NULL") == 1
        assert len(race.database.all(SESSIONS)) == 0
    assert len(looks) < 30
    race.expand()
    assert race.database.one(APART) == 0


@pytest.mark.long
def test_while_the_pass_is_held_nobody_loses_patience(race: Race) -> None:
    def pause_and_resume(_: object) -> None:
        until(race.database, "SELECT count(*) = 1 FROM utilisateurs WHERE nom_complet IS NULL")
        pause(race.settings, "month end")
        race.database.run("SELECT pg_sleep(4)")
        resume(race.settings)
        race.database.run("SELECT pg_sleep(1)")  # the row is found locked once more

    race.with_settings(backfill_patience=3.0)
    expand_past_rows(race, "3000", pause_and_resume)
    assert any(isinstance(event, BackfillHeld) for event in race.events)
    assert race.database.one(APART) == 0


@pytest.mark.majors("all")
@pytest.mark.parametrize("name", ["runner", "worker 2", "%"])
def test_a_session_that_is_ended_is_made_again(race: Race, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The pass cannot end before it is: a row stays locked until then."""
    first_worker_begins(monkeypatch)
    sessions = f"FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'pgwright:{name}'"
    ended: list[int] = []
    with race.database.connect(autocommit=False) as holder:

        def release() -> None:
            until(race.database, f"SELECT count(*) > 0 {sessions} AND pid <> ALL (ARRAY{ended})")
            holder.commit()

        thread = threading.Thread(target=release)

        def end() -> None:
            until(race.database, f"SELECT count(*) > 0 {sessions}")
            ended.extend(pid for pid, _ in race.database.all(f"SELECT pid, pg_terminate_backend(pid, 5000) {sessions}"))
            thread.start()

        race.at = {"pass": lambda: holder.execute("SELECT FROM utilisateurs WHERE id = 4000 FOR UPDATE"), MIDDLE: end}
        race.expand()
        thread.join()
    assert race.happened == ["pass", MIDDLE]
    assert ended
    assert race.database.one(APART) == 0
    assert race.database.one(NOTED) == 4000
    assert any(isinstance(event, Notice) and "made again" in event.message for event in race.events)


def test_an_error_of_one_is_the_error_of_the_step(race: Race) -> None:
    """The row lies where the others work: the first one stands until they have met it."""
    race.database.run(
        "CREATE FUNCTION strict(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN IF $1 LIKE '%3900' THEN "
        "RAISE 'non' USING ERRCODE = '22000'; END IF; RETURN btrim($1); END$$"
    )
    text = TRIM.replace("btrim(nom)", "public.strict(nom)")
    (race.folder / "0001_renomme.sql").write_text(text, encoding="utf-8")
    race.at = {MIDDLE: lambda: until(race.database, GONE)}
    with pytest.raises(StepFailed) as caught:
        race.expand()
    assert race.happened == [MIDDLE]
    assert caught.value.sqlstate == "22000"
    assert "Zoé 3900" in caught.value.message
    assert race.state == "expanding"
    assert race.database.one(FILLED) == race.database.one(NOTED) < 4000
    assert race.database.all(SESSIONS) == []
    race.database.run("UPDATE utilisateurs SET nom = 'corrigé' WHERE id = 3900")
    race.at = {}
    race.expand()
    assert race.database.one(APART) == 0


@pytest.mark.majors(*EDGES_IN_CI)
def test_sigkill_costs_a_batch_of_each_at_most(race: Race) -> None:
    """A batch and its note are one transaction: what is filled is what is noted, to the row."""
    with started(race.database, race.folder, "expand", "pass", "batch", workers=3) as runner:
        runner.stands(inside=False)
        race.database.run("UPDATE utilisateurs SET nom = 'ancien ' || id WHERE id % 100 = 0")
        runner.kill()
        until(race.database, f"SELECT NOT EXISTS ({SESSIONS})")
    by_hand = race.database.one("SELECT count(*) FROM utilisateurs WHERE id % 100 = 0")
    noted = race.database.one(NOTED)
    filled = race.database.one(f"{FILLED} AND id % 100 <> 0")
    assert noted - by_hand <= filled <= noted  # rows that were touched are filled by the trigger
    race.expand()
    assert race.database.one(APART) == 0


@pytest.mark.majors(*EDGES_IN_CI)
def test_no_worker_writes_after_a_takeover(race: Race) -> None:
    with started(race.database, race.folder, "expand", "pass", "batch", workers=3) as runner:
        runner.stands(inside=False)
        runner.process.send_signal(signal.SIGSTOP)
        race.with_settings(lease_timeout=0.3)
        until(race.database, "SELECT clock_timestamp() - heartbeat_at > interval '0.4 s' FROM pgwright.lease")
        race.expand()
        assert race.database.one(APART) == 0
        race.contract()
        versions = "SELECT string_agg(ctid::text || xmin::text, ' ' ORDER BY id) FROM utilisateurs"
        before = footprint(race.database), race.database.one(versions)
        probes = race.database.one("SELECT writes FROM pgwright.probe")
        runner.go_on()
        runner.process.send_signal(signal.SIGCONT)
        _, said = runner.process.communicate()
        assert runner.process.returncode != 0
        assert "LeaseLost" in said
        assert (footprint(race.database), race.database.one(versions)) == before
        assert race.database.one("SELECT writes FROM pgwright.probe") == probes
        assert race.database.one("SELECT reason IS NULL FROM pgwright.control")
    assert leftovers(race.database) == []


def test_every_batch_of_every_worker_is_fenced(race: Race) -> None:
    """The other runner has only taken over, and rows are left that could be filled: nobody fills them."""
    _expand_up_to_the_pass(race)
    with race.database.connect(autocommit=False) as holder:
        holder.execute("SELECT FROM utilisateurs WHERE id % 400 = 0 FOR UPDATE")
        with started(race.database, race.folder, "expand", "pass", "batch", workers=3) as runner:
            _taken_over(race, runner, holder)
    race.expand()
    assert race.database.one(APART) == 0


def _expand_up_to_the_pass(race: Race) -> None:
    """Its first step would wait for who holds rows."""

    def stop() -> None:
        raise Interrupted("here")

    race.at = {"pass": stop}
    with pytest.raises(Interrupted):
        race.expand()
    race.at = {}


def _taken_over(race: Race, runner: Killable, holder: psycopg.Connection[Any]) -> None:
    runner.stands(inside=False)
    runner.process.send_signal(signal.SIGSTOP)
    until(race.database, "SELECT clock_timestamp() - heartbeat_at > interval '0.4 s' FROM pgwright.lease")
    execute = replace(race.settings.execute, lease_timeout=0.3)
    with Lease(race.database.dsn, settings=execute, on_event=ignore):
        holder.commit()
        before = race.database.one(FILLED)
        runner.go_on()
        runner.process.send_signal(signal.SIGCONT)
        _, said = runner.process.communicate()
        assert "LeaseLost" in said
        assert race.database.one(FILLED) == before < 4000


# 7 rows a block, 5,000 blocks: 16 chunks that are worth rounds.
WIDE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, poids text) WITH (autovacuum_enabled = off);
INSERT INTO utilisateurs SELECT i, 'Zoé ' || i, repeat('x', 1000) FROM generate_series(1, 35000) i;
"""
UPDATES = """SELECT pg_stat_get_tuples_hot_updated('utilisateurs'::regclass)::float8,
pg_stat_get_tuples_updated('utilisateurs'::regclass)::float8"""
SIZE = "SELECT pg_relation_size('utilisateurs')::float8"


def wide(database: Database, folder: Path) -> Race:
    return Race(database=database, folder=folder, setup=WIDE, migrations=(TRIM,), execute=ExecuteSettings()).prepare()


@pytest.mark.majors("all")
def test_most_versions_stay_in_their_block(server: Server, tmp_path: Path) -> None:
    """On a server of its own: a transaction of another test would keep old versions alive."""
    with own(server.binaries) as alone:
        race = wide(alone, tmp_path)  # type: ignore[arg-type]
        before = alone.one(SIZE)
        race.expand()
        assert alone.one(APART) == 0
        alone.until("SELECT pg_stat_get_tuples_updated('utilisateurs'::regclass) >= 35000")
        [(hot, updated)] = alone.all(UPDATES)
        assert hot / updated > 0.4
        assert alone.one(SIZE) < 1.7 * before


def test_an_old_snapshot_ends_the_rounds(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it keeps every version alive nothing is won by them; all is filled all the same."""
    begun: list[int] = []
    begin = rounds.Verdict.begin

    def spy(self: rounds.Verdict, chunk: Chunk) -> rounds.Walk:
        walk = begin(self, chunk)
        begun.append(walk.rounds)
        return walk

    monkeypatch.setattr(rounds.Verdict, "begin", spy)
    race = wide(database, tmp_path)
    race.with_settings(workers=2)
    with database.connect(autocommit=False) as old:
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT 1")
        race.expand()
        old.execute("SELECT 1")
    assert database.one(APART) == 0
    assert begun[0] == rounds.ROUNDS
    assert begun.count(1) > begun.count(rounds.ROUNDS)
