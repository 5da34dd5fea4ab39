"""From the slow statement to its cure as a user types it: explained, tried on a clone, written as a migration,
expanded, and the plans before and after compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgwright.cli import main
from pgwright.demo import shop
from tests.support.databases import Database

SLOW = Path(__file__).parents[2] / "examples" / "08_a_slow_query"


@pytest.fixture
def project(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A shop with years of history, and a project in the current folder that leads to it."""
    with database.connect() as connection:
        shop.build(connection, rows=40_000)
        connection.execute((SLOW / "before.sql").read_bytes())
        connection.execute("VACUUM (ANALYZE)")
    (tmp_path / "pgwright.toml").write_text(
        f'[profile.default]\ndsn = "{database.dsn}"\n\n[clone]\nservers = ["{database.server.binaries.folder}"]\n',
        encoding="utf-8",
    )
    (tmp_path / "slow.sql").write_bytes((SLOW / "slow.sql").read_bytes())
    monkeypatch.chdir(tmp_path)
    return database


@pytest.mark.e2e
@pytest.mark.majors("all")
def test_a_slow_query_is_explained_tried_cured_and_compared(
    project: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "slow.sql"]) == 0  # the first to read new pages marks them, and is told of that as well
    capsys.readouterr()
    assert main(["explain", "slow.sql", "--try", "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    tried = {each["name"]: each["tried"] for each in findings if each["cure_sql"]}
    assert tried.keys() == {"seq_scan_discards_rows", "hash_join_reads_all"}
    assert all(each["tier"] == "clone" and each["after"] < each["before"] * 0.9 for each in tried.values())

    assert main(["plans", "save", "slow.sql", "-o", "before.json"]) == 0
    assert main(["init"]) == 0
    capsys.readouterr()
    assert main(["advise", "indexes", "slow.sql", "--migration", "waiting orders", "--format", "json"]) == 0
    advice = json.loads(capsys.readouterr().out)
    assert advice["cost_after"] < advice["cost_before"] * 0.5
    [migration] = (tmp_path / "migrations").glob("*.sql")
    assert all(each["sql"] in migration.read_text(encoding="utf-8") for each in advice["indexes"])

    assert main(["expand"]) == 0
    assert main(["contract"]) == 0
    made = [row[0] for row in project.all("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")]
    for each in advice["indexes"]:
        columns = each["sql"][each["sql"].index("(") :].rstrip(";")
        assert any(columns in definition for definition in made), each["sql"]
    assert main(["plans", "save", "slow.sql", "-o", "after.json"]) == 0
    capsys.readouterr()
    assert main(["plans", "diff", "before.json", "after.json", "--format", "json"]) == 0
    [query] = json.loads(capsys.readouterr().out)["queries"]
    assert query["better"]
    assert not query["worse"]
    assert query["same_structure"] is False
