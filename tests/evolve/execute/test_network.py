"""The network between the runner and its server: cut, frozen in either direction, half-open, and reached again."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.base.errors import ConnectError
from tests.support.databases import Database
from tests.support.lifecycle import leftovers
from tests.support.pooled import APART, SETUP, UP, until
from tests.support.races import MIDDLE, SMALL, Race, first_worker_begins
from tests.support.selection import in_ci
from tests.support.wire import SILENT, Wire

QUICK = replace(SMALL, heartbeat=0.1, lease_timeout=0.6, lock_budget=1.0)
PLACES = ("open", "pass", "fill_end", "index_1", "check", "validate")
BUILDING = "SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
WORKERS = "datname = current_database() AND application_name LIKE 'pgwright:worker %'"
FREEZES = list(itertools.product(("open", MIDDLE, "fill_end"), ("both", "to_server", "to_client")))
if not in_ci():
    FREEZES = [("open", "both"), (MIDDLE, "to_server"), ("fill_end", "to_client")]


@pytest.fixture
def wire(database: Database) -> Iterator[Wire]:
    with Wire(database.server.host, database.server.port) as found:
        yield found


@pytest.fixture
def race(database: Database, wire: Wire, tmp_path: Path) -> Race:
    # two seconds are the least that libpq waits for a connection
    dsn = wire.dsn(database.name, connect_timeout=2)
    return Race(database=database, folder=tmp_path, setup=SETUP, migrations=(UP,), dsn=dsn, execute=QUICK).prepare()


def test_cut_at_every_step(race: Race, wire: Wire) -> None:
    race.with_settings(lease_timeout=10.0, lock_budget=10.0)
    race.at = dict.fromkeys((*PLACES, MIDDLE), wire.cut)
    race.expand()
    assert race.state == "expanded"
    assert set(race.happened) == {*PLACES, MIDDLE}
    assert race.database.one(APART) == 0
    race.contract()
    assert leftovers(race.database) == []


@pytest.mark.long
@pytest.mark.parametrize(("place", "direction"), FREEZES)
def test_frozen_in_a_short_step(race: Race, wire: Wire, place: str, direction: str) -> None:
    """The connection stands, and nobody answers. The heartbeat notices, and the step is not waited for."""
    race.at = {place: lambda: wire.freeze(direction)}
    with pytest.raises(ConnectError) as caught:
        race.expand()
    assert race.happened == [place]
    assert caught.value.exit_code == 3
    assert caught.value.hint
    _reached_again(race, wire)
    race.contract()
    assert leftovers(race.database) == []


@pytest.mark.long
def test_frozen_with_several_workers(race: Race, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them waits for an answer that does not come, although only the heartbeat can know."""
    first_worker_begins(monkeypatch)
    race.database.run("INSERT INTO utilisateurs SELECT i, 'z', 0, repeat('x', 700) FROM generate_series(401, 4000) i")
    race.with_settings(workers=3)

    def freeze() -> None:
        until(race.database, f"SELECT count(*) = 2 FROM pg_stat_activity WHERE {WORKERS}")
        wire.freeze()

    race.at = {MIDDLE: freeze}
    ended = _begun(race)
    with pytest.raises(ConnectError):
        ended.result(60)
    _reached_again(race, wire)


def test_frozen_while_an_index_is_built(race: Race, wire: Wire) -> None:
    """Hours of silence are no fault there: the answer is waited for, and comes when the network does."""
    with race.database.connect(autocommit=False) as writer:
        ended = _begun(race, lambda: writer.execute("UPDATE utilisateurs SET autre = autre WHERE id = 1"))
        until(race.database, BUILDING)
        wire.freeze()
        until(race.database, "SELECT clock_timestamp() - heartbeat_at > interval '1 s' FROM pgwright.lease")
        assert not ended.done()
        wire.thaw()
        writer.commit()
        ended.result(60)
    assert race.state == "expanded"


@pytest.mark.majors("all")
def test_half_open_while_an_index_is_built(race: Race, wire: Wire) -> None:
    """Nothing comes any more, not even an end. Only keepalives of TCP find it out; the build is met again."""
    race.dsn += "&keepalives_idle=1&keepalives_interval=1&keepalives_count=2"
    race.with_settings(lease_timeout=60.0, lock_budget=30.0)
    with race.database.connect(autocommit=False) as writer:
        ended = _begun(race, lambda: writer.execute("UPDATE utilisateurs SET autre = autre WHERE id = 1"))
        until(race.database, BUILDING)
        time.sleep(0.5)  # until all that was sent is acknowledged: who sends something would be told
        try:
            wire.lose()
        except PermissionError:
            writer.rollback()
            ended.result(60)
            pytest.skip(SILENT)
        waited = threading.Event()
        _when_said(race, "waiting for it", waited.set)
        assert waited.wait(60)
        writer.commit()
        ended.result(60)
    assert race.state == "expanded"
    assert race.database.one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


def _reached_again(race: Race, wire: Wire) -> None:
    """The network is there again, and the same command goes on to its end."""
    wire.thaw()
    wire.cut()
    race.at = {}
    race.with_settings(lock_budget=20.0)
    until(race.database, "SELECT clock_timestamp() - heartbeat_at > interval '1 s' FROM pgwright.lease")
    race.expand()
    assert race.state == "expanded"
    assert race.database.one(APART) == 0


def _begun(race: Race, at_index: Callable[[], object] | None = None) -> Future[None]:
    """Expand in a thread; `at_index` is called before the build."""
    if at_index is not None:
        race.at = {"index_1": at_index}
    ended: Future[None] = Future()

    def work() -> None:
        try:
            race.expand()
        except BaseException as error:  # noqa: BLE001 - handed to who waits
            ended.set_exception(error)
        else:
            ended.set_result(None)

    threading.Thread(target=work, daemon=True).start()
    return ended


def _when_said(race: Race, words: str, then: Callable[[], None]) -> None:
    class Ear(list[object]):
        def append(self, event: object) -> None:
            super().append(event)
            if words in getattr(event, "message", ""):
                then()

    race.events = Ear(race.events)  # type: ignore[assignment]
