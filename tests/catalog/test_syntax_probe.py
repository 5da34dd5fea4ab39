"""What an older server cannot read is said with its place when the plan is made; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright import connect
from pgwright.base.errors import MigrationFileError
from pgwright.catalog.syntax_probe import probe_syntax
from tests.support.databases import Database
from tests.support.project import Project

NEWER = {
    "MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN DO NOTHING": 0,
    "ALTER TABLE t ADD CONSTRAINT c NOT NULL id": 31,
    "CREATE UNIQUE INDEX ON été (id) NULLS NOT DISTINCT": 32,
    "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (id) VIRTUAL": 56,
}
"""Statements of 15 and later, and the character at which 14 stops."""
KNOWN = (
    "ALTER TABLE nowhere ADD COLUMN x int",
    "CREATE TABLE n AS SELECT * FROM nowhere",
    "INSERT INTO t VALUES (1, 2, 3)",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'nonsense'",
    "VACUUM t",
    "CREATE INDEX CONCURRENTLY ON t (id)",
    "UPDATE t SET id = 'x'",
)


@pytest.mark.majors(14, 18)
def test_only_the_grammar_counts(database: Database) -> None:
    database.run("CREATE TABLE t (id int)")
    with connect.open(database.dsn) as connection:
        for text, offset in NEWER.items():
            found = probe_syntax(connection, text)
            assert (found is None) == (database.major == 18), text
            assert found is None or (found.offset == offset and "syntax error" in found.message), found
        for text in KNOWN:
            assert probe_syntax(connection, text) is None, text
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


@pytest.mark.majors(14)
def test_a_plan_says_it_with_the_place(database: Database, tmp_path: Path) -> None:
    database.run("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
    project = Project.of(database, tmp_path)
    project.write(
        "ALTER TABLE t ADD COLUMN a int; -- é\nALTER TABLE t ADD COLUMN g int\n  GENERATED ALWAYS AS (id) VIRTUAL;"
    )
    for verb in (project.plan, project.expand):
        with pytest.raises(MigrationFileError, match=r"PostgreSQL 14 cannot read this: .*VIRTUAL") as caught:
            verb()
        assert (caught.value.line, caught.value.column) == (3, 28)
        assert "upgrade the server" in caught.value.hint
    assert database.one("SELECT count(*) FROM pgwright.migration") == 0
