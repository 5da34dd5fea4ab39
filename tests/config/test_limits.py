"""Limits as people write them, read and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.config import limits, load


@pytest.mark.parametrize(
    ("key", "text", "value", "shown"),
    [
        ("latency", "150ms", 0.15, "150ms"),
        ("replay_lag", "10s", 10.0, "10s"),
        ("replay_lag", " 5 min ", 300.0, "300s"),
        ("replay_lag", 2, 2.0, "2s"),
        ("replay_lag", "1h", 3600.0, "60min"),
        ("slot_wal", "16GB", 16 * 1024.0**3, "16GB"),
        ("slot_wal", "500MB", 500 * 1024.0**2, "500MB"),
        ("sessions", "40", 40.0, "40"),
        ("sessions", 0, 0.0, "0"),
        ("sessions", "off", None, "off"),
        ("latency", False, None, "off"),
    ],
)
def test_a_limit_is_read_and_shown(key: str, text: object, value: float | None, shown: str) -> None:
    assert limits.parse(key, text) == value
    assert limits.shown(key, value) == shown
    assert limits.parse(key, limits.shown(key, value)) == value


@pytest.mark.parametrize(
    ("key", "text"), [("latency", "1GB"), ("sessions", "3s"), ("slot_wal", "-1"), ("latency", ""), ("latency", True)]
)
def test_what_is_no_limit_is_refused(key: str, text: object) -> None:
    with pytest.raises(ValueError, match="must be a limit such as"):
        limits.parse(key, text)


def test_the_file_gives_limits_and_their_origin(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text("[execute]\nworkers = 3\n[throttle]\nreplay_lag = '30s'\nlatency = 'off'\n")
    settings = load(folder=tmp_path, environ={})
    assert settings.execute.workers == 3
    assert (settings.throttle.replay_lag, settings.throttle.latency, settings.throttle.sessions) == (30.0, None, None)
    assert settings.origins["throttle.latency"].endswith("pgwright.toml:5 [throttle]")
    assert settings.origins["throttle.slot_wal"] == "default"
