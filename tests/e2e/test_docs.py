"""The fixtures that a how-to gives away work as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import ROOT, environment
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
