"""`pgwright advise statistics` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.diagnose.advise.statistics.test_checks import made
from tests.support.databases import Database

from .shell import pgwright

SHOP = """
CREATE TABLE addr (id int PRIMARY KEY, city text, zip int);
INSERT INTO addr SELECT n, 'c' || (n % 500) / 10, n % 500 FROM generate_series(1, 50000) n;
"""
QUERIES = "SELECT * FROM addr WHERE city = 'c3' AND zip = 35;\nSELECT * FROM addr WHERE upper(city) = 'C3';\n"


@pytest.mark.majors("all")
@pytest.mark.e2e
def test_from_a_file_to_the_engine(database: Database, tmp_path: Path) -> None:
    made(database, SHOP)
    (tmp_path / "queries.sql").write_text(QUERIES)
    env = {"PGWRIGHT_DSN": database.dsn}
    done = pgwright("advise", "statistics", "queries.sql", folder=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert "expression_without_statistics on public.addr" in done.stdout
    assert "public.addr (city, zip): compared in 1 statement" in done.stdout
    arguments = ("queries.sql", "--sample", "--migration", "addr", "--format", "json", "--fail-on", "warning")
    done = pgwright("advise", "statistics", *arguments, folder=tmp_path, env=env)
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert sorted(each["name"] for each in said["findings"]) == ["correlated_columns", "expression_without_statistics"]
    assert (said["sampled"], said["migration"]) == (True, "migrations/0001_addr.sql")
    for command in ("init", "expand", "contract"):
        done = pgwright(command, folder=tmp_path, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
    done = pgwright("advise", "statistics", "queries.sql", "--sample", folder=tmp_path, env=env)
    assert done.stdout.startswith("Statistics are as they should be"), done.stdout


@pytest.mark.e2e
def test_without_statements_it_says_what_it_does_not_know(database: Database) -> None:
    done = pgwright("advise", "statistics", "--dsn", database.dsn)
    assert done.returncode == 0
    assert "Which columns statements compare is not known" in done.stdout


@pytest.mark.e2e
def test_a_file_that_is_not_there_is_an_error(database: Database) -> None:
    done = pgwright("advise", "statistics", "gone.sql", "--dsn", database.dsn)
    assert done.returncode == 2
    assert done.stdout == ""
