"""Looks that are kept: which one is compared with, which ones stay, and a file that is damaged, locked or foreign."""

from __future__ import annotations

import itertools
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.health import Manner, health
from pgwright.config import Settings
from pgwright.diagnose.health import keeping, looks
from pgwright.diagnose.health.checks._check import Counting
from pgwright.diagnose.health.looks import Look
from pgwright.diagnose.health.report import Health, Looked, State
from tests.support.databases import Database
from tests.support.unhealthy import shift

COUNTING = Counting(key=("oid",), columns=("n",))
DAY = 86_400.0


def kept(at: float, epoch: str = "a", n: int = 1) -> Look:
    return Look(at=at, epoch=epoch, rows={"c": ((7, n),)})


def seconds(found: list[Look], counting: Counting = COUNTING) -> float | None:
    earlier = looks.earlier("c", counting, found, at=100 * DAY, epoch="a")
    return None if earlier is None else earlier.seconds


def test_the_oldest_look_within_a_week_is_compared_with() -> None:
    found = [kept(99 * DAY), kept(95 * DAY), kept(80 * DAY)]
    assert seconds(found) == 5 * DAY
    assert seconds([]) is None
    assert seconds([kept(80 * DAY)]) is None
    assert seconds([kept(101 * DAY)]) is None, "the server's clock was put back"
    assert looks.earlier("other", COUNTING, found, at=100 * DAY, epoch="a") is None


def test_counters_that_were_cleared_are_not_compared() -> None:
    found = [kept(99 * DAY), kept(95 * DAY, epoch="before")]
    assert seconds(found) == DAY
    assert seconds(found, Counting(key=("oid",), columns=("n",), reset=False)) == 5 * DAY


def test_the_youngest_that_is_old_enough() -> None:
    found = [kept(100 * DAY - 30), kept(100 * DAY - 700), kept(95 * DAY)]
    assert seconds(found, Counting(key=("oid",), columns=("n",), least=600)) == 700


def test_a_row_of_another_shape_is_left_out() -> None:
    found = [Look(at=99 * DAY, epoch="a", rows={"c": ((7, 1, 2), (8, 3))})]
    earlier = looks.earlier("c", COUNTING, found, at=100 * DAY, epoch="a")
    assert earlier is not None
    assert earlier.rows == {(8,): {"n": 3}}


def test_old_looks_are_thinned_out_and_the_ends_stay() -> None:
    every = [kept(100 * DAY - 600.0 * number) for number in range(500)]
    found = looks.thinned(every, at=100 * DAY)
    assert len(found) == looks.KEPT
    assert found[-1].at == 100 * DAY
    assert found[0].at == min(look.at for look in every)
    gaps = [later.at - sooner.at for sooner, later in itertools.pairwise(found)]
    assert gaps[0] > gaps[-1]
    again = looks.thinned((*found, kept(100 * DAY + 600)), at=100 * DAY + 600)
    assert again[-1].at == 100 * DAY + 600


def test_a_file_is_for_its_owner_and_is_read_again(tmp_path: Path) -> None:
    path = keeping.file(tmp_path / "state", "shop 1")
    assert keeping.write(path, [kept(5.0)]) == ""
    assert keeping.read(path).looks == (kept(5.0),)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "looks": [{"at": "x"}]}', "\x00"])
def test_a_damaged_file_is_begun_anew(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    assert keeping.read(path).looks == ()
    assert "damaged" in keeping.read(path).note
    path.write_text(json.dumps({"version": 99, "looks": []}), encoding="utf-8")
    assert "another version" in keeping.read(path).note


def test_where_state_is_kept() -> None:
    assert keeping.folder({"XDG_STATE_HOME": "/var/x"}) == Path("/var/x/pgwright/health")
    assert keeping.folder({"XDG_STATE_HOME": "relative"}) == Path.home() / ".local/state/pgwright/health"


def see(database: Database, state: Path, interval: float | None = None) -> tuple[Health, Looked]:
    manner = Manner(checks=("temp_files_written",), state=state, interval=interval)
    found = health(Settings(dsn=database.dsn), manner=manner)
    return found, found.checks[0]


@pytest.mark.majors("all")
def test_two_looks_and_a_reset_between_them(database: Database, tmp_path: Path) -> None:
    database.run("SELECT pg_stat_reset()")
    assert see(database, tmp_path)[1].state is State.WAITS
    shift(tmp_path, 100)
    _, check = see(database, tmp_path)
    assert check.state is State.MADE
    assert check.compared == pytest.approx(100, abs=60)
    database.run("SELECT pg_stat_reset()")
    for _ in range(40):
        _, check = see(database, tmp_path)
        if check.state is State.WAITS:
            break
    assert "cleared" in check.reason


def test_an_interval_takes_two_looks_in_one_run(database: Database, tmp_path: Path) -> None:
    manner = Manner(checks=("temp_files_written",), state=tmp_path, interval=1.0)
    found = health(Settings(dsn=database.dsn), manner=manner)
    assert found.checks[0].state is State.MADE
    assert found.checks[0].compared == pytest.approx(1.0, abs=0.9)


def test_a_folder_that_cannot_be_written_costs_the_comparison_only(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    database = make_database()
    blocked = tmp_path / "file"
    blocked.write_text("")
    found, check = see(database, blocked)
    assert check.state is State.WAITS
    assert len(found.notes) >= 1
    assert "cannot be written" in found.notes[-1]


def test_databases_have_files_of_their_own(make_database: Callable[..., Database], tmp_path: Path) -> None:
    see(make_database(), tmp_path)
    see(make_database(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
