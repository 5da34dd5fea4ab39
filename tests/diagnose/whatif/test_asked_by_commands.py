"""Every tier, as `explain --try` and `advise indexes` ask it; which one it was is always told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.api.advise_indexes import IndexesAsked, advise_indexes
from pgwright.api.explain import How, explain
from pgwright.cli import main
from pgwright.config import Settings
from pgwright.config.clone import CloneSettings
from pgwright.diagnose.explanation import Explanation
from pgwright.render.explain_text import explain_text
from tests.support.databases import Database
from tests.support.selection import server_folders

TABLE = """
CREATE TABLE t (id int PRIMARY KEY, client int, texte text);
INSERT INTO t SELECT i, i % 5000, 'un ' || md5(i::text) || ' deux' FROM generate_series(1, 60000) i;
"""
SELECTIVE = "SELECT * FROM t WHERE client = 77"


def tried(database: Database, statement: str, tier: str) -> Explanation:
    settings = Settings(dsn=database.dsn, clone=CloneSettings(servers=server_folders()))
    return explain(settings, statement, how=How(trials=True, tier=tier))


@pytest.fixture
def table(database: Database) -> Database:
    """A table that lacks indexes."""
    database.run(TABLE)
    database.run("VACUUM (ANALYZE) t")
    return database


@pytest.mark.parametrize(("tier", "where"), [("clone", "on a clone"), ("model", "by a model of costs")])
def test_a_cure_says_where_it_was_tried(table: Database, tier: str, where: str) -> None:
    found = tried(table, SELECTIVE, tier)
    [trial] = [each.trial for each in found.trials]
    assert trial.tier == tier
    assert trial.helped
    assert f"(tried {where}, it helps:" in explain_text(found)
    assert any("costs are those of a model" in note for note in found.notes) is (tier == "model")


def test_an_index_whose_extension_is_missing_is_tried_with_it(table: Database) -> None:
    found = tried(table, "SELECT * FROM t WHERE texte LIKE '%abcdef%'", "")
    [finding] = [each.finding for each in found.first.diagnosis.found if each.name == "leading_wildcard"]
    assert finding.tried is not None
    assert finding.tried.tier == "clone"
    assert finding.tried.helped
    assert table.one("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'") == 0


def test_two_indexes_that_help_only_together_both_stay(table: Database) -> None:
    table.run("CREATE TABLE u (id int, t int, v int)")
    table.run("INSERT INTO u SELECT i, i, i % 9000 FROM generate_series(1, 60000) i")
    table.run("ALTER TABLE t DROP CONSTRAINT t_pkey")
    table.run("VACUUM (ANALYZE)")
    found = tried(table, "SELECT t.texte, u.v FROM t JOIN u ON u.t = t.id WHERE u.v = 5", "clone")
    cures = [each.finding for each in found.first.diagnosis.found if "CREATE INDEX" in each.cure.sql]
    assert len(cures) >= 2
    assert all(each.tried is not None and each.tried.helped and each.cure_sql for each in cures)


def test_hypopg_answers_both_commands(hypopg: Database, tmp_path: Path) -> None:
    statement = 'SELECT * FROM "Commandes" WHERE client = 77'
    found = tried(hypopg, statement, "hypopg")
    assert [each.trial.tier for each in found.trials] == ["hypopg"]
    assert "(tried by HypoPG, it helps:" in explain_text(found)
    file = tmp_path / "work.sql"
    file.write_text(f"{statement};\nSELECT * FROM \"Commandes\" WHERE note LIKE '%abcdef%';", encoding="utf-8")
    report = advise_indexes(Settings(dsn=hypopg.dsn), IndexesAsked(files=(file,), tier="hypopg"))
    assert report.tier == "hypopg"
    assert [each.index.sql for each in report.advice.indexes] == ['CREATE INDEX ON public."Commandes" (client);']
    [drop] = report.advice.drops
    assert drop.verdict.index.name in ("commandes_code", "commandes_code_2")
    assert not drop.proven or drop.loss is not None
    assert any("HypoPG knows no gin" in note for note in report.notes)


def test_a_tier_without_a_trial_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-c", "SELECT 1", "--tier", "model"]) == 2
    assert "--try" in capsys.readouterr().err
