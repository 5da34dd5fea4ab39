"""`pgwright advise indexes` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database

from .shell import pgwright

TABLES = """
CREATE TABLE "Ventes" (id int PRIMARY KEY, "N° client" int, état text, at timestamp, montant int);
INSERT INTO "Ventes" SELECT i, i % 4999, CASE WHEN i % 50 = 0 THEN 'OUVERT' ELSE 'CLOS' END,
    '2024-01-01'::timestamp + i * interval '1 minute', i % 977 FROM generate_series(1, 50000) i;
CREATE INDEX ventes_montant ON "Ventes" (montant);
CREATE INDEX ventes_montant_id ON "Ventes" (montant, id);
CREATE TABLE journal (id bigint, texte text);
INSERT INTO journal SELECT i, md5(i::text) || md5((i + 7)::text) FROM generate_series(1, 30000) i;
"""
WORKLOAD = """
-- pgwright: calls = 900
SELECT * FROM "Ventes" WHERE "N° client" = 77 ORDER BY at DESC LIMIT 10;
SELECT count(*) FROM "Ventes" WHERE état = 'OUVERT';
-- pgwright: calls = 300
SELECT * FROM journal WHERE texte LIKE '%abcdef%';
SELECT * FROM "Ventes" WHERE montant = 5;
SELECT * FROM nulle_part WHERE x = 1;
SELECT compter(3);
"""


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    """Tables with what is missing and what is too much."""
    database = make_database(TABLES)
    database.run("VACUUM (ANALYZE)")
    return database


def advised(database: Database, folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The document of one run in a folder that has `work.sql`."""
    (folder / "work.sql").write_text(WORKLOAD, encoding="utf-8")
    (folder / "pgwright.toml").write_text(
        f'[profile.default]\ndsn = "{database.dsn}"\n\n[clone]\nservers = ["{database.server.binaries.folder}"]\n',
        encoding="utf-8",
    )
    done = pgwright("advise", "indexes", *arguments, "--format", "json", folder=folder)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.e2e
@pytest.mark.majors("all")
def test_a_workload_becomes_a_migration_that_the_engine_runs(shop: Database, tmp_path: Path) -> None:
    said = advised(shop, tmp_path, "work.sql", "--migration", "indexes of the workload")
    assert said["tier"] == "clone"
    assert said["finished"]
    wanted = {each["sql"] for each in said["indexes"]}
    assert any(sql.startswith('CREATE INDEX ON public."Ventes" ("N° client"') for sql in wanted)
    assert "CREATE INDEX ON public.journal USING gin (texte gin_trgm_ops);" in wanted
    assert said["cost_after"] < said["cost_before"] / 3
    [dropped] = said["drop"]
    assert (dropped["index"], dropped["kind"]) == ("public.ventes_montant", "covered")
    unplanned = {each["text"]: each["reason"] for each in said["unplanned"]}
    assert "nulle_part" in unplanned.pop("SELECT * FROM nulle_part WHERE x = $1")
    assert "compter" in unplanned.pop("SELECT compter($1)")
    assert unplanned == {}
    [file] = (tmp_path / "migrations").glob("*.sql")
    text = file.read_text(encoding="utf-8")
    assert text.index("CREATE EXTENSION") < text.index("CREATE INDEX")
    assert all(sql in text for sql in wanted)
    for command in ("init", "plan", "apply"):
        done = pgwright(command, folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    made = {row[0] for row in shop.all("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    assert dropped["proven"]
    assert dropped["readers"] == 3
    assert "ventes_montant" not in made
    assert len(made) == 3 + len(wanted) - 1


@pytest.mark.e2e
def test_the_text_names_the_tier_and_every_index(shop: Database, tmp_path: Path) -> None:
    said = advised(shop, tmp_path, "work.sql")
    done = pgwright("advise", "indexes", "work.sql", folder=tmp_path)
    for each in said["indexes"]:
        assert each["sql"] in done.stdout
    assert "Tried on: clone;" in done.stdout
    assert "Not planned: 2 statements" in done.stdout


@pytest.mark.e2e
def test_the_model_says_that_it_is_one(shop: Database, tmp_path: Path) -> None:
    said = advised(shop, tmp_path, "work.sql", "--tier", "model")
    assert said["tier"] == "model"
    assert any(each["sql"].startswith('CREATE INDEX ON public."Ventes" ("N° client"') for each in said["indexes"])
    assert [each["loss"] for each in said["drop"]] == [None]
    assert any(note.startswith("The costs are those of a model") for note in said["notes"])


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("arguments", "at_most"),
    [(("--budget", "0"), 0), (("--budget", "700kB"), 700 * 1024), (("--write-budget", "0"), None)],
)
def test_budgets_are_kept(shop: Database, tmp_path: Path, arguments: tuple[str, ...], at_most: int | None) -> None:
    said = advised(shop, tmp_path, "work.sql", *arguments)
    assert sum(each["size_bytes"] for each in said["indexes"]) <= (at_most if at_most is not None else 1e12)
    assert sum(each["write_cost"] for each in said["indexes"]) == 0
    if at_most == 0:
        assert said["cost_after"] == pytest.approx(said["cost_before"])


@pytest.mark.e2e
def test_without_time_there_is_an_answer_that_says_so(shop: Database, tmp_path: Path) -> None:
    assert advised(shop, tmp_path, "work.sql", "--seconds", "0s")["finished"] is False


@pytest.mark.e2e
def test_a_role_that_may_only_read_gets_the_same_advice(
    make_role: Callable[..., str], shop: Database, tmp_path: Path
) -> None:
    role = make_role("LOGIN IN ROLE pg_read_all_data")
    whole = advised(shop, tmp_path, "work.sql")
    said = advised(shop, tmp_path, "work.sql", "--dsn", shop.dsn_as(role))
    assert [each["sql"] for each in said["indexes"]] == [each["sql"] for each in whole["indexes"]]


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.sql",), "nowhere.sql"),
        (("work.sql", "--budget", "abc"), "abc"),
        (("work.sql", "--budget", "-1MB"), "-1MB"),
        (("work.sql", "--write-budget", "101"), "101"),
        (("work.sql", "--seconds", "soon"), "soon"),
        (("work.sql", "--tier", "guess"), "guess"),
        (("work.sql", "--blank", "nowhere.nothing.x"), "nowhere"),
        (("work.sql", "--blank", "montant"), "montant"),
        (("empty.sql",), "has no statement"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    shop: Database, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "empty.sql").write_text("-- nothing\n")
    assert message in json.dumps(advised(shop, tmp_path, *arguments, code=2)["error"], ensure_ascii=False)


@pytest.mark.e2e
def test_without_hypopg_its_tier_is_refused(shop: Database, tmp_path: Path) -> None:
    error = advised(shop, tmp_path, "work.sql", "--tier", "hypopg", code=6)["error"]
    assert "HypoPG is not installed in this database" in error["message"]
