"""`pause`, `resume` and `throttle` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.databases import Database

from .shell import pgwright


@pytest.fixture
def place(database: Database, tmp_path: Path) -> dict[str, str]:
    env = {"PGWRIGHT_DSN": database.dsn}
    assert pgwright("init", folder=tmp_path, env=env).returncode == 0
    return env


def test_pause_is_seen_and_taken_back(place: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "migrations" / "0001_a.sql").write_text("CREATE TABLE a (id int);\n", encoding="utf-8")
    done = pgwright("pause", "--reason", "month end", folder=tmp_path, env=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Paused by postgres on ")
    assert "month end. pgwright resume" in done.stdout
    assert "Paused by postgres on" in pgwright("status", folder=tmp_path, env=place).stdout
    shown = json.loads(pgwright("status", "--format", "json", folder=tmp_path, env=place).stdout)
    assert shown["paused"]["reason"] == "month end"
    assert pgwright("resume", folder=tmp_path, env=place).stdout.startswith("The pause of postgres on ")
    assert pgwright("resume", folder=tmp_path, env=place).stdout == "Nothing was paused.\n"
    assert json.loads(pgwright("resume", "--format", "json", folder=tmp_path, env=place).stdout)["paused"] is None


def test_limits_are_set_and_shown(place: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text("[throttle]\nlatency = '250ms'\n", encoding="utf-8")
    done = pgwright("throttle", "set", "replay_lag=30s", "slot_wal=off", folder=tmp_path, env=place)
    assert done.returncode == 0
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if not line.startswith(" ")}
    assert lines["replay_lag"][1] == "30s"
    assert lines["slot_wal"][1] == "off"
    assert lines["latency"][1:3] == ["250ms", "pgwright.toml:2"]
    shown = json.loads(pgwright("throttle", "show", "--format", "json", folder=tmp_path, env=place).stdout)
    assert [limit["key"] for limit in shown["limits"] if limit["origin"].startswith("set in")] == [
        "replay_lag", "slot_wal"]  # fmt: skip
    assert shown["paused"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [("replay_lag", "is no KEY=VALUE"), ("lag=3s", "no limit of the throttle"), ("latency=3GB", "such as 150ms")],
)
def test_what_cannot_be_set_is_said(place: dict[str, str], tmp_path: Path, change: str, said: str) -> None:
    done = pgwright("throttle", "set", change, folder=tmp_path, env=place)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
