"""The fixtures that a how-to gives away work as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import ROOT, environment, pgwright
from tests.support.databases import Database

PAGE = ROOT / "docs" / "how-to" / "my-tests-need-the-schema.md"
TEST = """
import psycopg

def test_the_schema_is_there(database):
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM a").fetchone() == (1,)
        connection.execute("DROP TABLE a")

test_it_is_a_copy = test_the_schema_is_there
"""


@pytest.mark.e2e
def test_the_fixtures_of_the_how_to(database: Database, tmp_path: Path) -> None:
    found = re.search(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    # names of databases belong to the whole server
    fixtures = found[1].replace("shop_", f"{database.name}_")
    (tmp_path / "conftest.py").write_text(fixtures, encoding="utf-8")
    (tmp_path / "test_shop.py").write_text(TEST, encoding="utf-8")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_a.sql").write_text("CREATE TABLE a (id int); INSERT INTO a VALUES (1);\n")
    server = database.server.dsn("x").removesuffix("/x")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=environment(TEST_SERVER=server),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


SLOWER = ROOT / "docs" / "how-to" / "a-query-got-slower-after-a-deploy.md"
ORDERS = """
CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text);
CREATE TABLE commandes (id int PRIMARY KEY, référence text, statut text, total int, créée_a timestamptz,
    utilisateur_id int);
INSERT INTO utilisateurs SELECT n, 'nom ' || n FROM generate_series(1, 5000) n;
INSERT INTO commandes SELECT n, 'R' || n, CASE WHEN n % 20 = 0 THEN 'EN_ATTENTE' ELSE 'LIVREE' END, n,
    timestamptz '2026-01-01' + n * interval '2 minutes', n % 5000 + 1 FROM generate_series(1, 100000) n;
CREATE INDEX commandes_créée_a ON commandes (créée_a);
CREATE INDEX commandes_utilisateur_id ON commandes (utilisateur_id);
ANALYZE;
"""


@pytest.mark.e2e
def test_the_query_of_the_how_to_gets_slower(database: Database, tmp_path: Path) -> None:
    page = SLOWER.read_text(encoding="utf-8")
    before, after = re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    database.run(ORDERS)
    env, file = {"PGWRIGHT_DSN": database.dsn}, tmp_path / "queries" / "commandes.sql"
    file.parent.mkdir()
    file.write_text(before, encoding="utf-8")
    assert pgwright("plans", "save", "queries", "-o", "plans.json", folder=tmp_path, env=env).returncode == 0
    assert pgwright("plans", "gate", "queries", folder=tmp_path, env=env).returncode == 0
    file.write_text(after, encoding="utf-8")
    done = pgwright("plans", "gate", "queries", "--baseline", "plans.json", folder=tmp_path, env=env)
    assert done.returncode == 1
    head = "danger: touches_more_blocks on waiting orders of a day\n  at: queries/commandes.sql:2\n"
    assert done.stdout.startswith(head)
    assert head in page
    assert "Not used any more: commandes_créée_a." in done.stdout
