"""What a view in the place of a table serves, tried statement by statement: what works, what fails as the plan says,
and that prepared statements live through it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.evolve.operations.planning import only, planned
from tests.support.databases import Database
from tests.support.project import Project

SHOP = """
CREATE TABLE t (id serial PRIMARY KEY, nom text UNIQUE DEFAULT 'x', g int GENERATED ALWAYS AS (1 + 1) STORED, n int);
CREATE TABLE suite (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int);
CREATE TABLE autre (x int);
CREATE FUNCTION ligne(r t) RETURNS int LANGUAGE sql AS 'SELECT r.id';
CREATE FUNCTION toutes() RETURNS SETOF t LANGUAGE plpgsql AS
'DECLARE r t%ROWTYPE; BEGIN FOR r IN SELECT * FROM t LOOP RETURN NEXT r; END LOOP; END';
CREATE FUNCTION une() RETURNS t LANGUAGE plpgsql AS
'DECLARE r t; i t.id%TYPE; BEGIN SELECT * INTO r FROM t LIMIT 1; RETURN r; END';
CREATE FUNCTION compte() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END;
INSERT INTO t (nom) VALUES ('a'), ('b'), ('c'); INSERT INTO suite (a) VALUES (1); INSERT INTO autre VALUES (1);
"""
SERVED = [
    "SELECT * FROM t ORDER BY id",
    "SELECT u FROM t u",
    "SELECT row_to_json(u) FROM t u",
    "SELECT * FROM t FOR UPDATE SKIP LOCKED",
    "SELECT * FROM t u FOR NO KEY UPDATE OF u NOWAIT",
    "SELECT DISTINCT ON (nom) * FROM t",
    "SELECT * FROM toutes()",
    "SELECT une()",
    "SELECT compte()",
    "INSERT INTO t DEFAULT VALUES RETURNING *",
    "INSERT INTO t (id, nom, g) VALUES (DEFAULT, DEFAULT, DEFAULT)",
    "INSERT INTO t (id, nom) VALUES (DEFAULT, 'd'), (DEFAULT, DEFAULT) RETURNING id, g",
    "INSERT INTO t (nom) SELECT 'z' RETURNING id",
    "INSERT INTO suite DEFAULT VALUES",
    "INSERT INTO suite (id, a) OVERRIDING SYSTEM VALUE VALUES (77, 2)",
    "INSERT INTO suite (id, a) OVERRIDING USER VALUE VALUES (78, 2)",
    "INSERT INTO t (nom) VALUES ('a') ON CONFLICT DO NOTHING",
    "INSERT INTO t (nom) VALUES ('a') ON CONFLICT (nom) DO UPDATE SET n = excluded.id + t.id RETURNING *",
    "INSERT INTO t AS u (nom) VALUES ('a') ON CONFLICT (nom) DO UPDATE SET n = u.id WHERE u.id > 0",
    "UPDATE t SET nom = 'y' WHERE id = 1 RETURNING *",
    "UPDATE t u SET nom = 'y' FROM autre WHERE u.id = x",
    "UPDATE t SET nom = DEFAULT, n = 4 WHERE id = 1",
    "DELETE FROM t USING autre WHERE id = x RETURNING t.*",
    "WITH d AS (DELETE FROM t WHERE id = 1 RETURNING *) SELECT * FROM d",
    "LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE",
    "INSERT INTO autre SELECT id FROM t",
    "CREATE TEMP TABLE copie AS TABLE t",
    "CREATE TEMP TABLE pareille (LIKE t)",
    "DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE",
    "COPY (SELECT * FROM t) TO STDOUT",
    "SELECT nextval('t_id_seq')",
    "EXPLAIN SELECT * FROM t",
    "ANALYZE t",
]
REFUSED = {
    "SELECT id, nom, count(*) FROM t GROUP BY id": "42803",
    "INSERT INTO t (nom) VALUES ('a') ON CONFLICT ON CONSTRAINT t_nom_key DO NOTHING": "42704",
    "COPY t FROM STDIN": "42809",
    "COPY t TO STDOUT": "42809",
    "TRUNCATE t": "42809",
    "SELECT ctid FROM t": "42703",
    "SELECT tableoid FROM t": "42703",
    "SELECT * FROM t TABLESAMPLE SYSTEM (10)": "0A000",
    "CREATE TABLE f (i int REFERENCES t)": "42809",
    "CREATE INDEX ON t (n)": "42809",
    "ALTER TABLE t ADD COLUMN z int": "42809",
    "SELECT ligne(u) FROM t u": "42883",
}
"""And with which SQLSTATE."""


def outcome(connection: psycopg.Connection[Any], statement: str) -> str:
    """The SQLSTATE of the statement, "" where it worked; nothing of it stays."""
    try:
        with connection.transaction(force_rollback=True):
            if statement.startswith("COPY"):
                with connection.cursor().copy(statement) as copy:
                    list(copy) if "TO" in statement else copy.write("")
            else:
                connection.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return ""


@pytest.mark.majors("every")
def test_what_a_view_serves(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE t RENAME TO table_une; ALTER TABLE suite RENAME TO suivante;")
    hazards = "\n".join(only_first(database).hazards)
    merge = "MERGE INTO t USING autre ON id = x WHEN MATCHED THEN DELETE"
    served = [*SERVED, *([merge] if database.major >= 17 else [])]
    refused = REFUSED | ({merge: "0A000"} if database.major in (15, 16) else {})
    with database.connect() as connection:
        assert {each: outcome(connection, each) for each in (*served, *refused)} == dict.fromkeys(
            (*served, *refused), ""
        )
        project.expand()
        assert {each: outcome(connection, each) for each in served} == dict.fromkeys(served, "")
        assert {each: outcome(connection, each) for each in refused} == refused
        assert connection.execute("SELECT pg_get_serial_sequence('t', 'id'), pg_relation_size('t')").fetchall() == [
            (None, 0)
        ]
    for code in set(refused.values()):
        assert code in hazards, code
    assert "pg_get_serial_sequence answers NULL for t, pg_relation_size 0" in hazards


def only_first(database: Database) -> Any:
    return only(planned(database, "ALTER TABLE t RENAME TO table_une;"))


@pytest.mark.majors("all")
def test_prepared_statements_live_on(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """Measured, because it decides whether the old application notices: the columns are the same, the row type is
    not."""
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE t RENAME TO table_une;")
    with database.connect() as connection:
        connection.execute("PREPARE toutes AS SELECT * FROM t WHERE id = $1")
        connection.execute("PREPARE ajoute AS INSERT INTO t (nom) VALUES ($1) RETURNING *")
        connection.execute("PREPARE entiere AS SELECT u FROM t u")
        for each in ("toutes(1)", "ajoute('p')", "entiere"):
            connection.execute(f"EXECUTE {each}")
        project.expand()
        connection.execute("EXECUTE toutes(1)")
        connection.execute("EXECUTE ajoute('q')")
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="cached plan must not change result type"):
            connection.execute("EXECUTE entiere")
        project.rollback()
        connection.execute("EXECUTE toutes(1)")
        connection.execute("EXECUTE ajoute('r')")


@pytest.mark.majors(14, 18)
def test_only_means_the_children_too(make_database: Callable[..., Database], tmp_path: Path) -> None:
    script = "CREATE TABLE t (id int); CREATE TABLE enfant () INHERITS (t); INSERT INTO enfant VALUES (1)"
    database = make_database(script)
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE t RENAME TO parent;")
    assert database.one("SELECT count(*) FROM ONLY t") == 0
    hazards = only(planned(database, "ALTER TABLE t RENAME TO parent;")).hazards
    assert "until contract ONLY t means its children too: they are read and changed" in hazards
    project.expand()
    assert database.one("SELECT count(*) FROM ONLY t") == 1


@pytest.mark.majors(14, 18)
def test_known_statements_are_tried(make_counting_database: Callable[..., Database]) -> None:
    """Those that a view would fail stand in the plan, and no others."""
    database = make_counting_database(
        SHOP + "CREATE UNIQUE INDEX ON t (n) WHERE n > 0; CREATE TABLE p (id int); CREATE TABLE e () INHERITS (p);"
        "CREATE EXTENSION pg_stat_statements;"
    )
    database.run("INSERT INTO t (n) VALUES (1) ON CONFLICT (n) WHERE n > 0 DO NOTHING")
    database.run("SELECT id, nom, count(*) FROM public.t GROUP BY id")
    database.run("SELECT * FROM t WHERE id = 1")
    database.run("SELECT count(*) FROM ONLY p")
    told = [each for each in only_first(database).hazards if each.startswith("a known statement")]
    (one,) = told
    assert "42803" in one
    assert one.endswith("SELECT id, nom, count(*) FROM public.t GROUP BY id")
    hazards = only(planned(database, "ALTER TABLE p RENAME TO q;")).hazards
    assert any("(ONLY means the children too): SELECT count(*) FROM ONLY p" in each for each in hazards)
