"""ALTER COLUMN … TYPE of keys of partitioned tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import PgwrightError, Refused
from tests.evolve.operations.planning import planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import OWNER
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.shapes_bound import role

LONGEST = '"' + "é" * 31 + '"'
BIGINT = "ALTER TABLE clients ALTER COLUMN id TYPE bigint;\n"
PARTITIONED = """CREATE TABLE clients (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE un PARTITION OF clients FOR VALUES IN (1);
INSERT INTO clients VALUES (1, 1);
"""
POINTED = PARTITIONED + "CREATE TABLE vers (c int, k int, FOREIGN KEY (c, k) REFERENCES clients);\n"
PARTS = """CREATE TABLE clients (id int, k int, b int, nom text, CONSTRAINT "la clé" PRIMARY KEY (id, k) INCLUDE (nom)
  WITH (fillfactor = 80)) PARTITION BY LIST (k);
ALTER TABLE clients ADD CONSTRAINT deux UNIQUE (id, b, k) DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX exprimé ON clients ((id + 1), k);
CREATE TABLE un PARTITION OF clients FOR VALUES IN (1);
CREATE TABLE deux_et_trois PARTITION OF clients FOR VALUES IN (2, 3) PARTITION BY LIST (k);
CREATE TABLE dt_2 PARTITION OF deux_et_trois FOR VALUES IN (2);
CREATE TABLE trois (nom text, x int, id int CONSTRAINT clients_id_not_null NOT NULL, b int, k int NOT NULL,
  CONSTRAINT "a elle" PRIMARY KEY (id, k) INCLUDE (nom) WITH (fillfactor = 80));
ALTER TABLE trois DROP COLUMN x;
ALTER TABLE deux_et_trois ATTACH PARTITION trois FOR VALUES IN (3);
COMMENT ON CONSTRAINT "la clé" ON clients IS 'clé';
COMMENT ON CONSTRAINT "a elle" ON trois IS 'sienne';
COMMENT ON INDEX un_pkey IS 'index';
INSERT INTO clients SELECT i, 1 + i % 3, i, 'n' FROM generate_series(1, 300) i;
"""
OF_PARTS = (
    "INSERT INTO clients (id, k, b, nom) VALUES (%(n)s, 1 + %(n)s %% 3, 1, 'n')",
    "UPDATE clients SET nom = 'x' WHERE id = %(k)s",
    "UPDATE trois SET b = b + 1 WHERE id = %(k)s",
    "SELECT id::text FROM clients WHERE id = %(k)s",
)
AS_TYPED = f"""{BIGINT}ALTER TABLE trois RENAME CONSTRAINT trois_pkey TO "a elle";
COMMENT ON CONSTRAINT "a elle" ON trois IS 'sienne';
COMMENT ON INDEX un_pkey IS 'index';
"""  # PostgreSQL itself forgets names and comments of the keys of partitions (14 to 18)
SINCE = "CREATE TABLE depuis PARTITION OF clients FOR VALUES IN (4); INSERT INTO clients VALUES (4000, 4, 1, 'd');"

LIVES = (
    Change(
        name="of_partitions",
        differs=True,
        setup=PARTS,
        migration=BIGINT,
        native=AS_TYPED,
        old=OF_PARTS,
        new=OF_PARTS,
    ),
    Change(
        name="an_ordinary_owner_and_the_longest_name",
        setup=f"""{role(OWNER)}
CREATE TABLE clients (id int, k int, nom text, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE {LONGEST} PARTITION OF clients DEFAULT;
INSERT INTO clients SELECT i, i % 3, 'n' FROM generate_series(1, 300) i;
ALTER TABLE clients OWNER TO {OWNER}; ALTER TABLE {LONGEST} OWNER TO {OWNER};
""",
        migration=BIGINT,
        runner=OWNER,
        old=OF_PARTS[1:2],
        new=OF_PARTS[1:2],
    ),
    Change(
        name="serial_of_partitions",
        setup="CREATE TABLE clients (id serial, k int, nom text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);"
        "CREATE TABLE bas PARTITION OF clients DEFAULT;"
        "CREATE TABLE haut PARTITION OF clients FOR VALUES FROM (10) TO (20);"
        "INSERT INTO clients (k, nom) SELECT i % 20, 'n' FROM generate_series(1, 300) i;\n",
        migration=BIGINT,
        old=(*OF_PARTS[1:2], "INSERT INTO clients (k, nom) VALUES (%(n)s %% 20, 'x')"),
        new=(*OF_PARTS[1:2], "INSERT INTO clients (k, nom) VALUES (%(n)s %% 20, 'x')"),
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("change", LIVES, ids=lambda change: change.name)
def test_life(make_database: Callable[..., Database], tmp_path: Path, change: Change) -> None:
    lives(change, make_database, tmp_path)


@pytest.mark.majors("all")
@pytest.mark.parametrize("moment", ["expanded", "the key stands beside"])
def test_a_partition_that_has_come_since_has_its_key(
    make_database: Callable[..., Database], tmp_path: Path, moment: str
) -> None:
    change = Change(name="p", setup=PARTS, migration=BIGINT, native=SINCE + AS_TYPED)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()

    def gate(place: str) -> None:
        if place.endswith(".flip") and not life.database.one("SELECT to_regclass('depuis') IS NOT NULL"):
            life.database.run(SINCE)

    if moment == "expanded":
        life.database.run(SINCE)
    else:
        life.gate = gate
    try:
        life.contract(finalize=True)
    except PgwrightError as error:
        assert moment != "expanded", error
        assert "depuis" in str(error.reasons if isinstance(error, Refused) else error), error
        life.contract(finalize=True)
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)
    assert leftovers(life.database) == []


def test_foreign_keys_that_point_to_it_are_named(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused) as caught:
        planned(make_database(POINTED), BIGINT)
    assert "of a partitioned table, and foreign keys point to it" in " ".join(caught.value.reasons)
