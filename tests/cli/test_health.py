"""`pgwright health` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.diagnose.health import catalogue
from tests.support.databases import Database
from tests.support.own import own

from .shell import pgwright

SICK = """
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
SELECT setval('t_id_seq', 2000000000);
CREATE TABLE "sans É" (a int);
"""
CHECKS = ("key_runs_out", "no_primary_key", "temp_files_written")


@pytest.fixture
def sick(make_database: Callable[..., Database]) -> Database:
    return make_database(SICK)


@pytest.mark.majors("all")
def test_findings_cures_and_exit_codes(sick: Database, tmp_path: Path) -> None:
    arguments = ("health", *CHECKS, "--dsn", sick.dsn, "--state", str(tmp_path))
    done = pgwright(*arguments)
    assert done.returncode == 1, done.stderr
    assert "danger: key_runs_out on public.t.id" in done.stdout
    assert "    ALTER TABLE public.t ALTER COLUMN id TYPE bigint;" in done.stdout
    assert "Waiting for a second look:\n  temp_files_written" in done.stdout
    assert pgwright(*arguments, "--fail-on", "never").returncode == 0
    sick.run("SELECT setval('t_id_seq', 1)")
    assert pgwright(*arguments).returncode == 0
    assert pgwright(*arguments, "--fail-on", "notice").returncode == 1


@pytest.mark.majors("all")
def test_json_has_every_check_and_the_second_look_compares(sick: Database, tmp_path: Path) -> None:
    arguments = ("health", "--dsn", sick.dsn, "--state", str(tmp_path), "--format", "json", "--fail-on", "never")
    first = json.loads(pgwright(*arguments).stdout)
    assert first["version"] == 1
    assert [check["name"] for check in first["checks"]] == list(catalogue.names())
    assert {check["reason"] for check in first["checks"] if "failed" in check["reason"]} == set()
    states = {check["name"]: check["state"] for check in first["checks"]}
    assert states["temp_files_written"] == "waits"
    assert {"key_runs_out", "no_primary_key"} <= {finding["name"] for finding in first["findings"]}
    assert all(finding["kind"] == "health" for finding in first["findings"])
    second = json.loads(pgwright(*arguments, "--interval", "1s").stdout)
    states = {check["name"]: check["state"] for check in second["checks"]}
    assert states["temp_files_written"] == "made"


def test_html_and_prometheus(sick: Database, tmp_path: Path) -> None:
    arguments = ("health", *CHECKS, "--dsn", sick.dsn, "--state", str(tmp_path), "--fail-on", "never", "--format")
    page = pgwright(*arguments, "html").stdout
    assert page.lstrip().startswith("<!doctype html>")
    assert "public.sans É" in page
    text = pgwright(*arguments, "prometheus").stdout
    assert 'pgwright_health_finding{check="no_primary_key",object="public.sans É",severity="notice"' in text


def test_the_list_needs_no_server(tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text(
        "-- Mine.\n-- pgwright: severity = notice\n-- pgwright: why = x\nSELECT '' AS object, '' AS evidence"
    )
    done = pgwright("health", "--list", "--checks", str(tmp_path), "--dsn", "host=/nowhere")
    assert done.returncode == 0
    assert "mine\n  Mine.\n  from " in done.stdout
    assert "    days = 180d: until the end is reached" in done.stdout
    found = json.loads(pgwright("health", "--list", "--format", "json").stdout)
    assert [check["name"] for check in found["checks"]] == list(catalogue.names())
    assert pgwright("health", "--list", "--format", "html").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("key_runs",), "There is no check key_runs."),
        (("--interval", "0.5s"), "--interval must be a second at least"),
        (("--interval", "soon"), "is no duration"),
        (("--timeout", "0"), "--timeout must be more than nothing"),
        (("--checks", "/nowhere"), "/nowhere: there is no such folder of checks."),
        (("--format", "xml"), "xml"),
    ],
)
def test_arguments_that_mean_nothing(arguments: tuple[str, ...], words: str) -> None:
    done = pgwright("health", "--dsn", "host=/nowhere", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[health]\nsilence = 'x'", "pgwright.toml:2: silence in [health] must be a list of checks"),
        ("[health]\nsilence = ['unused']", "pgwright.toml:2 [health]: there is no check unused."),
        ("[health]\nchecks = 3", "pgwright.toml:2: checks in [health] must be a folder"),
        ("[health]\nnothing = 3", "pgwright.toml:2: nothing in [health] is unknown"),
        ("[health.key_runs_out]\ndays = '30 moons'", "pgwright.toml:2 [health.key_runs_out]: days must be an amount"),
        (
            "[health.key_runs_out]\nmoons = 3",
            "key_runs_out has no threshold moons.",
        ),
        ("[health.keys]\ndays = 3", "pgwright.toml:2 [health.keys]: there is no check keys."),
        ("[health.key_runs_out]\ndays = true", "pgwright.toml:2: days in [health.key_runs_out] must be a number"),
    ],
)
def test_settings_that_mean_nothing(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(text, encoding="utf-8")
    done = pgwright("health", "--dsn", "host=/nowhere", folder=tmp_path)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())


def test_settings_silence_and_change_thresholds(sick: Database, tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(
        'health.state = "looks"\nhealth.silence = ["no_primary_key:public.sans*", "temp_files_written"]\n'
        'health.key_runs_out.used = "99%"\n',
        encoding="utf-8",
    )
    done = pgwright("health", *CHECKS, "--dsn", sick.dsn, "--fail-on", "notice", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 finding silenced by the configuration" in done.stdout
    assert "Silenced:\n  temp_files_written" in done.stdout
    assert len(list((tmp_path / "looks").glob("*.json"))) == 1
    shown = pgwright("config", "show", folder=tmp_path).stdout
    assert "key_runs_out.used = 99%" in shown


def test_no_server_and_one_that_goes_away(tmp_path: Path) -> None:
    assert pgwright("health", "--dsn", f"host={tmp_path}").returncode == 3
    with own(18) as server:
        (tmp_path / "gone.sql").write_text(
            "-- pgwright: severity = notice\n-- pgwright: why = x\n"
            "SELECT pg_terminate_backend(pg_backend_pid())::text AS object, '' AS evidence"
        )
        done = pgwright("health", "gone", "no_primary_key", "--checks", str(tmp_path), "--dsn", server.dsn,
                        "--state", str(tmp_path / "s"), "--format", "json")  # fmt: skip
        assert done.returncode == 3
        error = json.loads(done.stdout)["error"]
        assert error["name"] == "ConnectError"
        assert "The connection was lost while the database was looked at" in error["message"]
