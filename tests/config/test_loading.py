from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from pgwright.base.errors import ConfigError
from pgwright.config import ExecuteSettings, Settings, load
from pgwright.config.clone import CloneSettings
from pgwright.config.health import HealthSettings
from pgwright.config.settings import ThrottleSettings

FILE = """\
# the shop

[profile.default]
dsn = "host=local"

[profile.prod]
dsn = "host=pooler"
direct_dsn = "host=server"
schemas = [
  "public",
  "boutique",
]
migrations = "db/changes"

[execute]
lock_budget = 5
grace = 0
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pgwright.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_is_given(tmp_path: Path) -> None:
    settings = load(folder=tmp_path, environ={})
    assert settings == Settings(migrations=tmp_path / "migrations", origins=settings.origins)
    assert settings.origins["dsn"] == "libpq's own variables"
    assert settings.origins["execute.lock_try"] == "default"


def test_a_profile_and_the_lines_of_its_values(project: Path) -> None:
    settings = load(folder=project, profile="prod", environ={"DATABASE_URL": "host=other"})
    assert (settings.dsn, settings.direct_dsn, settings.profile) == ("host=pooler", "host=server", "prod")
    assert settings.schemas == ("public", "boutique")
    assert settings.migrations == project / "db" / "changes"
    assert settings.execute.lock_budget == 5.0
    assert isinstance(settings.execute.lock_budget, float)
    assert {key: settings.origins[key] for key in ("profile", "dsn", "schemas", "migrations", "execute.grace")} == {
        "profile": "--profile",
        "dsn": "pgwright.toml:7 [profile.prod]",
        "schemas": "pgwright.toml:9 [profile.prod]",
        "migrations": "pgwright.toml:13 [profile.prod]",
        "execute.grace": "pgwright.toml:17 [execute]",
    }


def test_every_value_has_an_origin(project: Path) -> None:
    expected = {item.name for item in fields(Settings)} - {"clone", "execute", "health", "throttle", "origins"}
    expected |= {f"execute.{item.name}" for item in fields(ExecuteSettings)}
    expected |= {f"throttle.{item.name}" for item in fields(ThrottleSettings)}
    expected |= {f"health.{item.name}" for item in fields(HealthSettings)}
    expected |= {f"clone.{item.name}" for item in fields(CloneSettings)}
    assert load(folder=project, profile="prod", environ={}).origins.keys() == expected
    assert load(folder=project, dsn="host=x", environ={}).origins.keys() == expected
    assert load(folder=project, environ={}).origins.keys() == expected


def test_the_order_of_connections(project: Path) -> None:
    environ = {"PGWRIGHT_DSN": "host=a", "DATABASE_URL": "host=b"}

    def dsn(**given: object) -> tuple[str, str]:
        settings = load(folder=project, **given)  # type: ignore[arg-type]
        return settings.dsn, settings.origins["dsn"].partition(":")[0]

    assert dsn(dsn="host=z", environ=environ) == ("host=z", "--dsn")
    assert dsn(environ=environ) == ("host=a", "PGWRIGHT_DSN")
    assert dsn(environ={"DATABASE_URL": "host=b", "PGWRIGHT_DSN": ""}) == ("host=local", "pgwright.toml")
    (project / "pgwright.toml").unlink()
    assert dsn(environ={"DATABASE_URL": "host=b"}) == ("host=b", "DATABASE_URL")


def test_a_direct_dsn_never_leads_to_another_database(project: Path) -> None:
    assert load(folder=project, profile="prod", dsn="host=z", environ={}).direct_dsn is None
    assert load(folder=project, profile="prod", environ={"PGWRIGHT_DSN": "host=z"}).direct_dsn is None
    environ = {"PGWRIGHT_DSN": "host=z", "PGWRIGHT_DIRECT_DSN": "host=y"}
    settings = load(folder=project, profile="prod", environ=environ)
    assert (settings.direct_dsn, settings.origins["direct_dsn"]) == ("host=y", "PGWRIGHT_DIRECT_DSN")
    assert load(folder=project, profile="prod", environ={"PGWRIGHT_DIRECT_DSN": "host=y"}).direct_dsn == "host=server"


def test_the_file_is_looked_for_upwards(project: Path) -> None:
    below = project / "a" / "b"
    below.mkdir(parents=True)
    settings = load(folder=below, environ={})
    assert settings.dsn == "host=local"
    assert settings.migrations == project / "migrations"
    assert load(folder=below, migrations=Path("mine"), environ={}).migrations == Path("mine")


def test_addresses_of_other_tools(tmp_path: Path) -> None:
    def dsn(text: str) -> str:
        return load(folder=tmp_path, environ={"DATABASE_URL": text}).dsn

    assert dsn("postgresql+psycopg://u:p@h/db?x=1") == "postgresql://u:p@h/db?x=1"
    assert dsn("postgres://u@h/db") == "postgres://u@h/db"
    with pytest.raises(ConfigError, match=r"DATABASE_URL is a mysql:// address"):
        dsn("mysql://u:secret@h/db")


def test_an_unknown_profile_is_named(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ConfigError, match=r"\[profile\.prd\]") as caught:
        load(folder=project, profile="prd", environ={})
    assert caught.value.hint == "Did you mean prod?"
    assert caught.value.exit_code == 2
    with pytest.raises(ConfigError, match=r"no pgwright\.toml was found"):
        load(folder=tmp_path_factory.mktemp("empty"), profile="prod", environ={})


def test_folders_of_clones_are_counted_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(
        '[clone]\nservers = ["bin", "/usr/bin"]\nblank = ["s.t.c"]\n', encoding="utf-8"
    )
    below = tmp_path / "below"
    below.mkdir()
    settings = load(folder=below, environ={})
    assert settings.clone == CloneSettings(servers=(tmp_path / "bin", Path("/usr/bin")), blank=("s.t.c",))
    assert settings.origins["clone.blank"].endswith("pgwright.toml:3 [clone]")
