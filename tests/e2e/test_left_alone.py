"""Example 09: a server that was left alone. What is wrong is found, cured by the advised migration, and gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pgwright.cli import main
from pgwright.demo import shop
from tests.support.databases import Database

EXAMPLE = Path(__file__).parents[2] / "examples" / "09_statistics_and_autovacuum"
WRONG = {("autovacuum_off", "public.lignes_commande"), ("statistics_outdated", "public.lignes_commande")}


@pytest.fixture
def project(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The shop of the example, and a project in the current folder that leads to it."""
    with database.connect() as connection:
        shop.build(connection, rows=20_000)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute((EXAMPLE / "before.sql").read_bytes())
    (tmp_path / "pgwright.toml").write_text(
        f'[profile.default]\ndsn = "{database.dsn}"\n\n[health]\nstate = "looks"\n', encoding="utf-8"
    )
    (tmp_path / "queries.sql").write_bytes((EXAMPLE / "queries.sql").read_bytes())
    monkeypatch.chdir(tmp_path)
    return database


@pytest.mark.e2e
@pytest.mark.majors("all")
def test_what_is_wrong_is_found_cured_and_gone(
    project: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(capsys) >= WRONG
    before = off_by(project)
    assert before > 100

    advice = said(capsys, "advise", "statistics", "queries.sql", "--sample", "--migration", "columns")
    [together] = [each for each in advice["findings"] if each["name"] == "correlated_columns"]
    [written] = (tmp_path / "migrations").glob("*.sql")
    assert together["cure_sql"] in written.read_text(encoding="utf-8")
    settings = said(capsys, "advise", "settings", "--storage", "ssd")
    assert {"random_page_cost", "autovacuum_naptime"} <= {each["name"] for each in settings["settings"]}

    written.write_bytes((EXAMPLE / "migrations" / "0001_left_alone.sql").read_bytes())
    assert " ".join(together["cure_sql"].split()) in " ".join(written.read_text(encoding="utf-8").split())
    assert main(["init"]) == 0
    assert main(["expand"]) == 0
    assert main(["contract"]) == 0
    assert not WRONG & found(capsys)
    assert off_by(project) < 2


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def found(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str]]:
    """The findings of `health`, by name and object."""
    return {(each["name"], each["object"]) for each in said(capsys, "health")["findings"]}


def off_by(database: Database) -> float:
    """How many times more rows there are than the planner expects for the query of the example."""
    condition = 'FROM lignes_commande WHERE produit_id = 7 AND prix = 10.5 AND "quantité" = 1'
    rows = database.one(f"SELECT count(*) {condition}")
    expected = database.one(f"EXPLAIN (FORMAT JSON) SELECT * {condition}")[0]["Plan"]["Plan Rows"]
    return float(rows / max(expected, 1))
