"""Runners that come through a PgBouncer: it goes away, it freezes, they die, or are stopped while they build."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from pgwright.api.expand import expand
from pgwright.api.status import status
from pgwright.base.errors import ConnectError, Interrupted, LockNotObtained
from pgwright.base.event import BackfillProgress, Event
from tests.support.killable import started
from tests.support.lifecycle import leftovers
from tests.support.pooled import APART, QUICK, SILENT, Pooled, until


@pytest.mark.majors("all")
def test_only_silence_counts_of_a_runner_behind_a_pooler(pooled: Pooled) -> None:
    """Its server connection is closed under it, again and again; nobody may take over while it lives."""
    refused: list[str] = []

    def gate(step: str) -> None:
        pooled.bouncer.command("RECONNECT")
        pooled.database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgwright:lease' "
            "AND datname = current_database()"
        )
        with pytest.raises(LockNotObtained) as caught:
            expand(pooled.settings)
        refused.append(caught.value.hint)

    assert pooled.expand(gate=gate) == "expanded"
    assert len(refused) > 3
    assert all("comes through a pooler" in hint for hint in refused)


def test_a_runner_that_dies_behind_a_pooler_is_followed_after_its_silence(pooled: Pooled) -> None:
    with started(
        pooled.database, pooled.settings.migrations, "expand", "pass", "gate", dsn=pooled.settings.dsn
    ) as dead:
        dead.stands(inside=False)
        dead.kill()
        dead.go_on()  # its wait would go on at the server, and builds of indexes wait for that
        with pytest.raises(LockNotObtained):
            pooled.expand()
        until(pooled.database, SILENT)
        assert pooled.expand() == "expanded"
    assert pooled.database.one(APART) == 0


PLACES = ("open", "pass", "middle", "fill_end", "index_1", "check", "validate")


@pytest.mark.parametrize("how", ["killed", "reconnect", "paused", "terminated"])
def test_pgbouncer_goes_away_at_every_step(pooled: Pooled, how: str) -> None:
    done: list[str] = []

    def disturb(place: str) -> None:
        if place in done:
            return
        done.append(place)
        if how == "killed":
            pooled.bouncer.stop()
            pooled.bouncer.start()
        elif how == "terminated":
            pooled.bouncer.signal(signal.SIGTERM)
            pooled.bouncer.stop()
            timer = threading.Timer(0.3, pooled.bouncer.start)
            timer.start()
        elif how == "reconnect":
            pooled.bouncer.command("RECONNECT")
        else:
            pooled.bouncer.command("PAUSE")
            threading.Timer(0.3, pooled.bouncer.command, ("RESUME",)).start()

    def gate(step: str) -> None:
        disturb(next((place for place in PLACES if place in step.split(".")), step))

    def hear(event: Event) -> None:
        if isinstance(event, BackfillProgress) and 0 < event.blocks_done < event.blocks_total:
            disturb("middle")

    assert pooled.expand(hear, gate=gate) == "expanded"
    assert set(PLACES) - set(done) == set()
    assert pooled.database.one(APART) == 0
    assert pooled.contract() == "done"
    assert leftovers(pooled.database) == []


def test_pgbouncer_stays_away(pooled: Pooled) -> None:
    pooled.settings = replace(pooled.settings, execute=replace(QUICK, lock_budget=0.5))

    def gate(step: str) -> None:
        if step.startswith("pass."):
            pooled.bouncer.stop()

    with pytest.raises(ConnectError) as caught:
        pooled.expand(gate=gate)
    assert caught.value.exit_code == 3
    pooled.bouncer.start()
    until(pooled.database, SILENT)
    assert pooled.expand() == "expanded"
    assert pooled.database.one(APART) == 0


@pytest.mark.long
def test_a_frozen_pgbouncer_is_left_and_found_again(pooled: Pooled) -> None:
    """SIGSTOP in the middle of the pass: the network still says that all is well, and nobody answers."""
    pooled.settings = replace(pooled.settings, execute=replace(QUICK, lease_timeout=1.0, lock_budget=2.0))
    frozen: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, BackfillProgress) and event.blocks_done and not frozen:
            frozen.append(pooled.bouncer.pid)
            os.kill(frozen[0], signal.SIGSTOP)

    try:
        with pytest.raises(ConnectError) as caught:
            pooled.expand(hear)
        assert caught.value.hint
    finally:
        os.kill(frozen[0], signal.SIGCONT)
    assert status(pooled.settings).migrations[0].state == "expanding"
    until(pooled.database, "SELECT clock_timestamp() - heartbeat_at > interval '1.1 s' FROM pgwright.lease")
    assert pooled.expand() == "expanded"


@pytest.mark.majors("all")
def test_a_stop_cancels_a_build_through_the_pooler(pooled: Pooled) -> None:
    stop = threading.Event()
    raised: list[BaseException] = []

    with pooled.database.connect(autocommit=False) as blocker:

        def gate(step: str) -> None:
            if ".index" in step:
                blocker.execute("UPDATE utilisateurs SET autre = autre WHERE id = 1")

        thread = threading.Thread(target=lambda: _suppressed(pooled, stop, gate, raised))
        thread.start()
        until(
            pooled.database, "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        stop.set()
        until(
            pooled.database, "SELECT count(*) = 0 FROM pg_stat_progress_create_index WHERE datname = current_database()"
        )
        blocker.rollback()
        thread.join()
    assert [type(error) for error in raised] == [Interrupted]
    assert pooled.database.one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    assert pooled.expand() == "expanded"


def _suppressed(
    pooled: Pooled, stop: threading.Event, gate: Callable[[str], None], raised: list[BaseException]
) -> None:
    try:
        pooled.expand(stop=stop, gate=gate)
    except Interrupted as error:
        raised.append(error)


@pytest.mark.majors("all")
def test_a_build_that_outlived_its_runner_is_known_by_its_text(pooled: Pooled) -> None:
    """Through a pooler the journal knows no backend: the one that builds may serve anybody later. Before a build shows
    progress it waits for its lock on the table."""
    database = pooled.database
    with database.connect(autocommit=False) as blocker:
        folder, dsn = pooled.settings.migrations, pooled.settings.dsn
        with started(database, folder, "expand", "index_1", "gate", dsn=dsn) as dead:
            dead.stands(inside=False)
            blocker.execute("LOCK TABLE utilisateurs IN SHARE UPDATE EXCLUSIVE MODE")
            dead.go_on()
            dead.until(
                "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() "
                "AND query LIKE '/* pgwright %' AND wait_event = 'relation'"
            )
            assert database.one("SELECT backend_pid FROM pgwright.step WHERE state = 'running'") is None
            dead.kill()
            # PgBouncer ends the server connection of a client that went away in the middle of a statement, and the
            # server notices when the statement has ended.
        told: list[str] = []
        until(database, SILENT)

        def hear(event: Event) -> None:
            said = getattr(event, "message", "")
            if "waiting for it" in said:
                told.append(said)
                blocker.rollback()

        assert pooled.expand(hear) == "expanded"
        assert len(told) == 1
    assert database.one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
