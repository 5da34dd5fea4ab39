from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import connect
from pgwright.base.errors import CatalogMoved
from pgwright.catalog import read
from pgwright.catalog.fingerprint import fingerprint
from pgwright.connect.session import Connection
from pgwright.server.find import find
from tests.support.databases import Database

SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
MORE = """
    CREATE TABLE boutique.listes (
        statut varchar(20) CHECK (statut IN ('EN_ATTENTE', 'it''s')), perdu int, lettre char(3) DEFAULT 'a',
        quand date DEFAULT current_date CHECK (quand > '2000-01-01'), n numeric(5,2) CHECK (n IN (1, 2.5)),
        "Statut" varchar CHECK ("Statut" NOT IN ('x', 'y')) );
    ALTER TABLE boutique.listes DROP COLUMN perdu;
    ALTER TABLE boutique.listes ADD COLUMN apres int;
    CREATE INDEX ON boutique.listes (apres) WHERE statut IN ('a', 'b');
    CREATE VIEW boutique.vue AS SELECT *, statut IN ('q', 'r') AS b FROM boutique.listes WHERE statut NOT IN ('e', 'f');
"""
BASE = """
    CREATE TABLE t (id int PRIMARY KEY, nom text, statut text DEFAULT 'x');
    CREATE TABLE other (id int PRIMARY KEY, t int REFERENCES t);
    CREATE TABLE stranger (id int PRIMARY KEY, nom text);
    CREATE VIEW v AS SELECT nom FROM t;
    CREATE VIEW above AS SELECT * FROM v;
    CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM t); END';
    CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trig();
    CREATE PUBLICATION p FOR TABLE t;
"""


def of_table(connection: Connection) -> str:
    catalog = read(connection)
    oid = catalog.find("t")
    assert oid is not None
    return fingerprint(catalog, [oid])


@pytest.mark.majors("all")
def test_a_restored_dump_has_the_fingerprint_of_its_original(make_database: Callable[..., Database]) -> None:
    original, copy = make_database(SCHEMA + MORE), make_database()
    programs = find(18).folder
    dump = subprocess.run([programs / "pg_dump", original.dsn], capture_output=True, text=True, check=True).stdout
    script = "\n".join(line for line in dump.splitlines() if not line.startswith("SET transaction_timeout"))
    load = [str(programs / "psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", copy.dsn]
    subprocess.run(load, input=script, text=True, check=True, stdout=subprocess.DEVNULL)
    names = ("utilisateurs", "commandes", "commandes_2024", "heir", "listes", "avec_regle", "mv", "v2")
    with connect.open(original.dsn) as first, connect.open(copy.dsn) as second:
        catalogs = read(first), read(second)
    for name in names:
        first_hash, second_hash = (fingerprint(each, [each.find(name, "boutique") or 0]) for each in catalogs)
        assert first_hash == second_hash, name


CHANGES = (
    "ALTER TABLE t ADD COLUMN x int",
    "ALTER TABLE t RENAME COLUMN nom TO name",
    "ALTER TABLE t ALTER COLUMN nom SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN statut DROP DEFAULT",
    "ALTER TABLE t ALTER COLUMN statut TYPE varchar(9)",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t SET (fillfactor = 70)",
    "ALTER TABLE t REPLICA IDENTITY FULL",
    "ALTER TABLE t ADD CHECK (id > 0) NOT VALID",
    "ALTER TABLE t DISABLE TRIGGER tr",
    "CREATE INDEX ON t (nom)",
    "CREATE POLICY p ON t USING (true)",
    "CREATE POLICY p ON stranger USING (EXISTS (SELECT FROM t))",
    "CREATE RULE r AS ON INSERT TO stranger DO ALSO DELETE FROM t",
    "CREATE TABLE child () INHERITS (t)",
    "CREATE TABLE pointing (t int REFERENCES t)",
    "CREATE OR REPLACE VIEW above AS SELECT nom, 1 AS one FROM v",
    "ALTER VIEW v SET (security_barrier)",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT 2 FROM t); END'",
    "CREATE OR REPLACE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE FUNCTION h() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TABLE t'; RETURN 1; END $$",
    "ALTER PUBLICATION p DROP TABLE t",
    "GRANT SELECT ON t TO pg_monitor",
    "GRANT SELECT (nom) ON t TO pg_monitor",
    "COMMENT ON COLUMN t.nom IS 'le nom'",
    "CREATE STATISTICS s ON nom, statut FROM t",
    "ALTER TABLE other RENAME TO others",
)


def test_a_definition_that_changes_changes_it(make_database: Callable[..., Database]) -> None:
    with connect.open(make_database(BASE).dsn) as connection:
        before = of_table(connection)
        for statement in CHANGES:
            with connection.transaction(force_rollback=True):
                connection.execute(statement.encode())
                assert of_table(connection) != before, statement
        assert of_table(connection) == before


HARMLESS = (
    "INSERT INTO t SELECT n, 'x' FROM generate_series(1, 1000) n",
    "ANALYZE t",
    "VACUUM FULL t",
    "REINDEX TABLE t",
    "ALTER TABLE t SET (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = off)",
    "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trig()",
    "ALTER TABLE stranger ADD COLUMN x int",
    "CREATE OR REPLACE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "ALTER TABLE t OWNER TO pg_monitor",
    "CREATE TABLE unrelated (t int)",
)


def test_what_is_no_definition_changes_nothing(make_database: Callable[..., Database]) -> None:
    with connect.open(make_database(BASE).dsn) as connection:
        before = of_table(connection)
        for statement in HARMLESS:
            connection.execute(statement.encode())
            assert of_table(connection) == before, statement


def test_what_does_not_exist_has_moved(make_database: Callable[..., Database]) -> None:
    with connect.open(make_database(BASE).dsn) as connection:
        catalog = read(connection)
    with pytest.raises(CatalogMoved) as caught:
        fingerprint(catalog, [1])
    assert caught.value.exit_code == 7
