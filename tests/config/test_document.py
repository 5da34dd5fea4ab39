from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.base.errors import ConfigError
from pgwright.config import load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[profil.x]", "pgwright.toml:1: profil is unknown", "Did you mean profile?"),
        ("\n[lint]", "pgwright.toml:2: lint is unknown", "Known here: clone, execute, health, profile, throttle."),
        ("[clone]\nserver = 1", "pgwright.toml:2: server in [clone] is unknown", "Known here: blank, servers."),
        ("[clone]\nservers = 'x'", "servers in [clone] must be a list of texts", "Known here: blank, servers."),
        ("[profile.a]\n\ndns = 'x'", "pgwright.toml:3: dns in [profile.a] is unknown", "Did you mean dsn?"),
        ("[execute]\nlock_bugdet = 3", "pgwright.toml:2: lock_bugdet in [execute] is unknown", "lock_budget?"),
        ("[profile.a]\nschemas = 'x'", "pgwright.toml:2: schemas in [profile.a] must be a list", "schemas = ["),
        ("[profile.a]\nschemas = [1]", "pgwright.toml:2: schemas in [profile.a] must be a list", "schemas = ["),
        ("[profile.a]\ndsn = 3", "pgwright.toml:2: dsn in [profile.a] must be a text", "dsn ="),
        ("[profile.a]\ndsn = ''", "pgwright.toml:2: dsn in [profile.a] must be a text", "dsn ="),
        ("[profile.a]\ndirect_dsn = 'x'", "direct_dsn in [profile.a] stands without dsn", "one database"),
        ("[profile]\ndsn = 'x'", "pgwright.toml:2: dsn in [profile] must be a section", "[profile.default]"),
        ("execute = 3", "pgwright.toml:1: execute must be a section", "[execute]"),
        ("[execute]\nlock_try = true", "lock_try in [execute] must be a number of seconds", "lock_try = 0.05"),
        ("[execute]\nlock_try = '1s'", "lock_try in [execute] must be a number of seconds", "lock_try = 0.05"),
        ("[execute]\nlock_try = -1", "lock_try in [execute] must be a number of seconds", "lock_try = 0.05"),
        ("[execute]\nlock_try = nan", "lock_try in [execute] must be a number of seconds", "lock_try = 0.05"),
        ("[execute]\nlock_try = 0", "lock_try in [execute] must be more than 0", "0.05"),
        ("[execute]\nheartbeat = 6", "pgwright.toml:2: heartbeat in [execute] leaves 10.0 s", "heartbeat"),
        ("[execute]\nlease_timeout = 1.5", "pgwright.toml:2: lease_timeout in [execute] leaves 1.5 s", "heartbeat"),
        ("[execute]\nworkers = 0", "workers in [execute] must be a whole number, 1 to 64", "workers = 2"),
        ("[execute]\nworkers = 1.5", "workers in [execute] must be a whole number", "workers = 2"),
        ("[throttle]\nlatancy = 1", "pgwright.toml:2: latancy in [throttle] is unknown", "latency?"),
        ("[throttle]\nlatency = '1GB'", "latency in [throttle] must be a limit such as 150ms", "throttle show"),
        ("[throttle]\nslot_wal = true", "slot_wal in [throttle] must be a limit such as 500MB", "throttle show"),
        ("throttle = 1", "pgwright.toml:1: throttle must be a section", "[throttle]"),
        ("[profile.a", "pgwright.toml is not valid TOML", "toml.io"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, text: str, message: str, hint: str) -> None:
    (folder / "pgwright.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(folder=folder, environ={})
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_password_in_a_wrong_place_is_not_shown(folder: Path) -> None:
    (folder / "pgwright.toml").write_text("[profile.a]\npassword = 'secret'\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(folder=folder, environ={})
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "pgwright.toml").write_bytes(b"\xff\xfe[")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(folder=folder, environ={})


def test_a_byte_order_mark_and_windows_lines(folder: Path) -> None:
    (folder / "pgwright.toml").write_bytes(b"\xef\xbb\xbf[profile.default]\r\n# x\r\ndsn = 'host=x'\r\n")
    settings = load(folder=folder, environ={})
    assert settings.dsn == "host=x"
    assert settings.origins["dsn"] == "pgwright.toml:3 [profile.default]"


def test_dotted_keys_and_inline_tables_have_lines(folder: Path) -> None:
    (folder / "pgwright.toml").write_text('profile.a.dsn = """\nhost=x\n"""\nprofile.b = {dsn = "y"}\n')
    assert load(folder=folder, profile="a", environ={}).origins["dsn"] == "pgwright.toml:1 [profile.a]"
    assert load(folder=folder, profile="b", environ={}).origins["dsn"] == "pgwright.toml:4 [profile.b]"
