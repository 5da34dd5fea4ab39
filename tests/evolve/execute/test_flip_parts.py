"""The flip on partitioned and inherited tables, and in chains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.rollback import rollback
from pgwright.base.errors import Refused
from tests.evolve.execute.flip import Verbs, halting, schema
from tests.support.databases import Database
from tests.support.lifecycle import leftovers

pytestmark = pytest.mark.majors(14, 18)

RENAME = "ALTER TABLE t RENAME COLUMN nom TO nom_complet;\n"
MIGRATION = (
    "-- pgwright: allow = user_triggers\n-- pgwright: up = upper(nom)\n-- pgwright: down = lower(nom_complet)\n"
    + RENAME
)
PARTITIONED = """
CREATE TABLE t (id int, k int, autre int, nom text NOT NULL DEFAULT 'x' CHECK (nom <> 'jamais')) PARTITION BY LIST (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t2 (autre int, nom text NOT NULL CONSTRAINT t_nom_check CHECK (nom <> 'jamais'), id int, k int);
ALTER TABLE t ATTACH PARTITION t2 FOR VALUES IN (2);
CREATE TABLE t3 PARTITION OF t FOR VALUES IN (3) PARTITION BY LIST (id);
CREATE TABLE t31 PARTITION OF t3 FOR VALUES IN (1);
CREATE INDEX i ON t (lower(nom), k);
CREATE INDEX feuille ON t1 (nom) WHERE nom <> '';
COMMENT ON INDEX i IS 'i'; COMMENT ON INDEX t31_lower_k_idx IS 'sous';
ALTER TABLE t2 ALTER nom SET DEFAULT 'deux';
ALTER TABLE t1 ADD CONSTRAINT un CHECK (length(nom) < 40);
INSERT INTO t (id, k, nom) VALUES (1, 1, 'Zoe'), (1, 2, 'Bob'), (1, 3, 'Eve');
CREATE VIEW v AS SELECT id, nom FROM t2;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER g AFTER UPDATE OF nom ON t FOR EACH ROW WHEN (NEW.nom <> 'q') EXECUTE FUNCTION f();
ALTER TABLE t1 DISABLE TRIGGER g;
ALTER TABLE t31 ENABLE ALWAYS TRIGGER g;
CREATE POLICY p ON t1 USING (nom <> 'y');
COMMENT ON COLUMN t1.nom IS 'un';
GRANT SELECT (nom), UPDATE (nom) ON t2 TO PUBLIC;
ALTER TABLE t1 ALTER nom SET STATISTICS 9, ALTER nom SET STORAGE EXTERNAL, ALTER nom SET (n_distinct = 3);
"""
FOREIGN_KEYS = """
CREATE TABLE r (nom text PRIMARY KEY);
INSERT INTO r VALUES ('Zoe'), ('ZOE'), ('max'), ('MAX'), ('Bob'), ('BOB');
CREATE TABLE t (id int, autre int, nom text) PARTITION BY LIST (id);
ALTER TABLE t ADD CONSTRAINT "fk ;" FOREIGN KEY (nom) REFERENCES r ON UPDATE CASCADE DEFERRABLE;
COMMENT ON CONSTRAINT "fk ;" ON t IS 'fk';
CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t2 (id int, nom text CONSTRAINT propre REFERENCES r ON UPDATE CASCADE DEFERRABLE, autre int);
ALTER TABLE t ATTACH PARTITION t2 FOR VALUES IN (2);
CREATE TABLE t3 PARTITION OF t FOR VALUES IN (3) PARTITION BY LIST (autre);
CREATE TABLE t31 PARTITION OF t3 FOR VALUES IN (1);
ALTER TABLE t1 ADD CONSTRAINT plus FOREIGN KEY (nom) REFERENCES r;
INSERT INTO t VALUES (1, 1, 'Zoe'), (2, 1, 'Zoe'), (3, 1, 'Bob');
"""
INHERITED = """
CREATE TABLE t (id int PRIMARY KEY, autre int, nom text NOT NULL, CONSTRAINT ck CHECK (nom <> 'jamais'));
CREATE TABLE enfant (plus int) INHERITS (t);
ALTER TABLE enfant ADD CONSTRAINT ck_enfant CHECK (length(nom) < 40);
CREATE INDEX i ON t (nom);
CREATE INDEX i_enfant ON enfant (nom, plus);
INSERT INTO t VALUES (1, 1, 'Zoe');
INSERT INTO enfant VALUES (2, 2, 'Bob', 3);
CREATE VIEW v AS SELECT id, nom FROM enfant;
"""


SCRIPTS = [PARTITIONED, FOREIGN_KEYS, INHERITED]


@pytest.fixture
def verbs(database: Database, tmp_path: Path) -> Verbs:
    return Verbs(database, tmp_path)


@pytest.mark.parametrize("script", SCRIPTS, ids=["partitioned", "foreign keys", "inherited"])
def test_there_and_back(verbs: Verbs, script: str) -> None:
    verbs.prepare(script, MIGRATION)
    before = schema(verbs.database)
    halting(verbs.expand)
    halting(verbs.contract)
    verbs.database.run("UPDATE t SET nom_complet = 'MAX' WHERE nom_complet = 'ZOE'")
    halting(verbs.rollback)
    assert verbs.database.all('SELECT nom FROM t ORDER BY nom COLLATE "C"')[-1] == ("max",)
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before


@pytest.mark.parametrize("script", SCRIPTS, ids=["partitioned", "foreign keys", "inherited"])
def test_done_is_what_the_native_rename_gives(
    verbs: Verbs, script: str, make_database: Callable[..., Database]
) -> None:
    native = make_database(script)
    native.run(RENAME)
    verbs.prepare(script, MIGRATION)
    verbs.expand()
    verbs.contract()
    verbs.finalize()
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == schema(native)


def test_a_partition_that_comes_while_expanded(verbs: Verbs) -> None:
    verbs.prepare(PARTITIONED, MIGRATION)
    verbs.expand()
    verbs.database.run(
        "CREATE TABLE t4 PARTITION OF t FOR VALUES IN (4); INSERT INTO t (id, k, nom) VALUES (1, 4, 'Max')"
    )
    verbs.contract()
    assert verbs.database.one("SELECT nom_complet FROM t4") == "MAX"
    indexes = "SELECT indexname::text FROM pg_indexes WHERE tablename = 't4'"
    assert verbs.database.all(indexes) == [("t4_lower_k_idx",)]
    verbs.rollback()
    assert verbs.database.one("SELECT nom FROM t4") == "Max"
    assert leftovers(verbs.database) == []


def test_a_chain_takes_every_dependent_along(verbs: Verbs, make_database: Callable[..., Database]) -> None:
    script = """
    CREATE TABLE t (id int PRIMARY KEY, nom text NOT NULL DEFAULT 'x' CHECK (nom <> ''));
    CREATE INDEX i ON t (lower(nom));
    CREATE VIEW v AS SELECT nom FROM t;
    INSERT INTO t VALUES (1, 'Zoe');
    """
    second = "-- pgwright: up = '<' || nom_complet || '>'\n-- pgwright: down = trim(both '<>' from c)\n"
    second += "ALTER TABLE t RENAME COLUMN nom_complet TO c;\n"
    verbs.prepare(script, MIGRATION)
    (verbs.folder / "0002_deux.sql").write_text(second)
    before = schema(verbs.database)
    verbs.expand()
    verbs.contract()
    assert verbs.database.all("SELECT c FROM t") == [("<ZOE>",)]
    assert verbs.database.all("SELECT nom FROM v") == [("<ZOE>",)]
    verbs.rollback()
    assert verbs.database.all("SELECT nom FROM v") == [("Zoe",)]
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before
    verbs.expand()
    verbs.contract()
    verbs.finalize()
    native = make_database(script)
    native.run("ALTER TABLE t RENAME COLUMN nom TO nom_complet; ALTER TABLE t RENAME COLUMN nom_complet TO c")
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == schema(native)


def test_a_chain_begun_while_the_first_is_expanded(verbs: Verbs, make_database: Callable[..., Database]) -> None:
    script = """
    CREATE TABLE t (id int PRIMARY KEY, nom text NOT NULL CHECK (nom <> ''));
    CREATE INDEX i ON t (lower(nom));
    CREATE VIEW v AS SELECT nom FROM t;
    INSERT INTO t VALUES (1, 'Zoe');
    """
    verbs.prepare(script, MIGRATION)
    verbs.expand()
    second = "-- pgwright: up = '<' || nom_complet || '>'\n-- pgwright: down = trim(both '<>' from c)\n"
    second += "ALTER TABLE t RENAME COLUMN nom_complet TO c;\n"
    (verbs.folder / "0002_deux.sql").write_text(second)
    verbs.expand()
    verbs.contract()
    verbs.finalize()
    native = make_database(script)
    native.run("ALTER TABLE t RENAME COLUMN nom TO nom_complet; ALTER TABLE t RENAME COLUMN nom_complet TO c")
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == schema(native)


SMALL = """
CREATE TABLE t (id int PRIMARY KEY, nom text NOT NULL DEFAULT 'x' CONSTRAINT ck CHECK (nom <> ''));
CREATE INDEX i ON t (lower(nom));
CREATE VIEW v AS SELECT nom FROM t;
INSERT INTO t VALUES (1, 'Zoe');
"""
SECOND = "-- pgwright: up = '<' || nom_complet || '>'\n-- pgwright: down = trim(both '<>' from c)\n"
SECOND += "ALTER TABLE t RENAME COLUMN nom_complet TO c;\n"
PLAIN = "-- pgwright: strategy = copy\n"


def test_a_chain_begun_while_the_first_is_retiring(verbs: Verbs, make_database: Callable[..., Database]) -> None:
    verbs.prepare(SMALL, MIGRATION)
    before = schema(verbs.database)
    verbs.expand()
    verbs.contract()
    (verbs.folder / "0002_deux.sql").write_text(SECOND)
    verbs.expand()
    verbs.contract()
    verbs.database.run("UPDATE t SET c = '<MAX>'")
    rollback(verbs.settings, ["0002_deux"])
    assert verbs.database.all("SELECT nom_complet FROM t") == [("MAX",)]
    rollback(verbs.settings, ["0001_nom"])
    assert verbs.database.all("SELECT nom FROM v") == [("max",)]
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before
    verbs.expand()
    verbs.contract()
    with pytest.raises(Refused):
        contract(verbs.settings, ["0002_deux"], finalize=True)
    verbs.finalize()
    native = make_database(SMALL)
    native.run("ALTER TABLE t RENAME COLUMN nom TO nom_complet; ALTER TABLE t RENAME COLUMN nom_complet TO c")
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == schema(native)


@pytest.mark.parametrize("plain", [1, 2])
def test_a_chain_with_a_plain_rename(verbs: Verbs, make_database: Callable[..., Database], plain: int) -> None:
    first, second = MIGRATION, SECOND
    if plain == 1:
        first = PLAIN + RENAME
    else:
        second = PLAIN + "ALTER TABLE t RENAME COLUMN nom_complet TO c;\n"
    verbs.prepare(SMALL, first)
    (verbs.folder / "0002_deux.sql").write_text(second)
    before = schema(verbs.database)
    verbs.expand()
    verbs.contract()
    verbs.rollback()
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == before
    verbs.expand()
    verbs.contract()
    verbs.finalize()
    native = make_database(SMALL)
    native.run("ALTER TABLE t RENAME COLUMN nom TO nom_complet; ALTER TABLE t RENAME COLUMN nom_complet TO c")
    assert leftovers(verbs.database) == []
    assert schema(verbs.database) == schema(native)
