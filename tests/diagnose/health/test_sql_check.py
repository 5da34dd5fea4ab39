"""Checks that are one .sql file: the good ones find, the bad ones are refused with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.health import Manner, health
from pgwright.base.errors import CheckFileError, UsageError
from pgwright.config import Settings
from pgwright.diagnose.health import catalogue, sql_check
from pgwright.diagnose.health.report import Looked, State
from tests.support.databases import Database

HEAD = "-- Old things.\n-- pgwright: severity = warning\n-- pgwright: why = They are old.\n"


def file(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    return path


def look(database: Database, folder: Path, name: str = "mine", **more: str) -> Looked:
    manner = Manner(checks=(name,), folder=folder, state=folder / "state")
    [check] = health(Settings(dsn=more.get("dsn", database.dsn)), manner=manner).checks
    return check


@pytest.mark.majors("all")
def test_rows_are_findings(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(
        "CREATE TABLE things (name text, age int); INSERT INTO things VALUES ('É \"x', 7), ('b', 1);"
    )
    path = file(tmp_path, HEAD + (
        "-- pgwright: why = Nobody wants them.\n-- pgwright: cure = DELETE FROM things;\n-- pgwright: versions = 14-\n"
        "SELECT name AS object, format('It is %s years old, 100%% true.', age) AS evidence, age AS value,\n"
        "       CASE WHEN age > 5 THEN 'danger' END AS severity\n"
        "FROM things WHERE name NOT LIKE '%z%' ORDER BY age"
    ))  # fmt: skip
    check = look(database, tmp_path)
    assert check.state is State.MADE, check.reason
    young, old = check.findings
    assert (young.object, young.severity, young.why) == ("b", "warning", "They are old. Nobody wants them.")
    assert (old.object, old.severity, old.cure_sql) == ('É "x', "danger", "DELETE FROM things;")
    assert old.evidence.text == "It is 7 years old, 100% true."
    assert (old.name, old.location) == ("mine", str(path))
    assert [(value.value, value.labels) for value in check.values] == [
        (1.0, (("object", "b"),)), (7.0, (("object", 'É "x'),)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-- pgwright: sevrity = notice\nSELECT 1 AS object", ":1: 'sevrity' is unknown"),
        (HEAD + "-- pgwright: on = Sunday\nSELECT 1 AS object", ":4: on is 'Sunday'; it is one of primary, standby"),
        (HEAD.replace("warning", "bad") + "SELECT '' AS object", ":2: severity is 'bad'"),
        (HEAD + "-- pgwright: versions = 9.6\nSELECT '' AS object, '' AS evidence", ":4: versions is '9.6'"),
        (HEAD + "-- pgwright: cure =\nSELECT '' AS object, '' AS evidence", ":4: cure has no value"),
        (HEAD + HEAD + "SELECT '' AS object, '' AS evidence", ":5: severity stands there twice"),
        ("SELECT '' AS object, '' AS evidence", ": severity is missing, in the head and among the columns"),
        (HEAD + "SELECT '' AS object", ": the SELECT has no column 'evidence'"),
        (HEAD + "SELECT '' AS object, '' AS evidence, 1 AS number", ": the column 'number' is unknown"),
        (HEAD + "SELECT '' AS object, now()", ":4: a column has no name"),
        (HEAD + "SELECT '' AS object\nFRM t", ":5: "),
        (HEAD + "DELETE FROM t RETURNING '' AS object, '' AS evidence", ":4: it is not a SELECT that only reads"),
        (HEAD + "WITH d AS (DELETE FROM t RETURNING *) SELECT '' AS object, '' AS evidence", ":4: it is not a SELECT"),
        (HEAD + "SELECT '' AS object, '' AS evidence INTO x", ":4: it is not a SELECT that only reads"),
        (HEAD + "SELECT '' AS object, '' AS evidence; SELECT 1", ": there are 2 statements"),
        (HEAD, ": there are 0 statements"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_asked(text: str, reason: str, tmp_path: Path) -> None:
    path = file(tmp_path, text)
    with pytest.raises(CheckFileError) as caught:
        catalogue.checks([tmp_path])
    assert f"{path}{reason}" in caught.value.message
    assert caught.value.exit_code == 2


def test_names_that_cannot_be(tmp_path: Path) -> None:
    file(tmp_path, HEAD + "SELECT '' AS object, '' AS evidence", name="key_runs_out")
    with pytest.raises(UsageError, match="there is a check of pgwright of this name"):
        catalogue.checks([tmp_path])
    file(tmp_path, HEAD + "SELECT '' AS object, '' AS evidence", name="Mein Check")
    with pytest.raises(CheckFileError, match="lower-case letters"):
        catalogue.checks([tmp_path])
    with pytest.raises(UsageError, match="no such folder"):
        catalogue.checks([tmp_path / "nothing"])


def test_a_star_and_a_union_have_their_columns_at_run_time(database: Database, tmp_path: Path) -> None:
    file(tmp_path, HEAD + "SELECT 'a' AS object, 'b' AS evidence UNION SELECT 'c', 'd'")
    assert [each.object for each in look(database, tmp_path).findings] == ["a", "c"]
    file(tmp_path, HEAD + "SELECT * FROM (VALUES ('a', 'b', 1)) v(object, evidence, colour)")
    check = look(database, tmp_path)
    assert check.state is State.UNMADE
    assert "mine.sql: has a column 'colour'" in check.reason


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("SELECT NULL AS object, 'b' AS evidence", "gives a row without object or evidence"),
        ("SELECT 'a' AS object, 'b' AS evidence, 'bad' AS severity", "gives the severity 'bad'"),
        ("SELECT 'a' AS object, 'b' AS evidence, 'many' AS value", "gives the value 'many', which is no number"),
        ("SELECT 'a' AS object, 'b' AS evidence FROM missing", 'relation "missing" does not exist'),
        ("SELECT 'a' AS object, (1 / 0)::text AS evidence", "division by zero"),
        ("SELECT 'a' AS object, pg_sleep(30)::text AS evidence", "took too long"),
        ("SELECT 'a' AS object, nextval('s')::text AS evidence", "read-only transaction"),
    ],
)
def test_one_that_fails_does_not_end_the_run(
    select: str, reason: str, make_database: Callable[..., Database], tmp_path: Path
) -> None:
    database = make_database("CREATE SEQUENCE s")
    file(tmp_path, HEAD + select)
    manner = Manner(
        checks=("invalid_index", "mine", "no_primary_key"), folder=tmp_path, state=tmp_path / "s", timeout=1
    )
    found = {check.name: check for check in health(Settings(dsn=database.dsn), manner=manner).checks}
    assert found["mine"].state is State.UNMADE
    assert reason in found["mine"].reason
    assert found["no_primary_key"].state is State.MADE


@pytest.mark.majors(18)
def test_for_whom_a_check_is(database: Database, tmp_path: Path) -> None:
    select = "SELECT 'a' AS object, 'b' AS evidence"
    for line, reason in (
        ("versions = 14-15", "It is for PostgreSQL 14 to 15, and this is 18."),
        ("versions = 14", "It is for PostgreSQL 14, and this is 18."),
        ("on = standby", "It is for a standby, and this server is none."),
        ("extension = postgis", "The extension postgis is not installed in this database."),
    ):
        file(tmp_path, f"{HEAD}-- pgwright: {line}\n{select}")
        check = look(database, tmp_path)
        assert (check.state, check.reason) == (State.UNMADE, reason)
    file(tmp_path, f"{HEAD}-- pgwright: versions = 14-18\n-- pgwright: on = primary\n{select}")
    assert len(look(database, tmp_path).findings) == 1


def test_ours_that_are_alone_are_good_files() -> None:
    alone = [name for name in catalogue.names() if not (catalogue.FOLDER / f"{name}.py").exists()]
    assert len(alone) >= 4
    for name in alone:
        assert sql_check.read(catalogue.FOLDER / f"{name}.sql").title.endswith(".")
