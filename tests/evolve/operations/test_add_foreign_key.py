"""ADD FOREIGN KEY: every option of it, tables of every shape on both sides, and what is refused before anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.cases import Case, each, live
from tests.support.databases import Database

T = """
CREATE TABLE produits (id int PRIMARY KEY, nom text, code text UNIQUE, a int, b int, CONSTRAINT ab UNIQUE (b, a));
CREATE TABLE lignes (id int PRIMARY KEY, produit_id int, code text, x int, y int);
INSERT INTO produits SELECT g, 'p', 'c' || g, g, -g FROM generate_series(1, 20) g;
INSERT INTO lignes SELECT g, 1 + g % 20, 'c' || 1 + g % 20, 1 + g % 20, - (1 + g % 20) FROM generate_series(1, 50) g;
"""
WORKS = (
    "INSERT INTO lignes VALUES (1000, 3, 'c3', 3, -3)",
    "UPDATE lignes SET produit_id = 7 WHERE id = 1",
    "INSERT INTO produits VALUES (99, 'q', 'q', 99, -99)",
    "UPDATE produits SET nom = 'z' WHERE id = 1",
)
ORPHAN = "INSERT INTO lignes VALUES (1001, 9999, 'nul', 9999, 9999)"
PARTS = """
CREATE TABLE m (k int, v int, produit_id int) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
CREATE TABLE produits (id int PRIMARY KEY);
INSERT INTO produits SELECT generate_series(1, 20);
INSERT INTO m SELECT 1 + g % 2, g, g FROM generate_series(1, 20) g;
"""
REFERENCED_PARTS = """
CREATE TABLE m (k int, v int, PRIMARY KEY (v, k)) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
INSERT INTO m SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
CREATE TABLE f (mk int, mv int);
INSERT INTO f SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
"""
HOSTILE = """
CREATE SCHEMA "Né é"; CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."clé" ("No""m" text PRIMARY KEY);
CREATE TABLE "Né é"."ut'il;" ("select %s" text, id int PRIMARY KEY);
INSERT INTO "a.b"."clé" VALUES ('a');
INSERT INTO "Né é"."ut'il;" SELECT 'a', g FROM generate_series(1, 5) g;
"""
LONG = "é" * 31 + "x"
ADD = "ALTER TABLE lignes ADD FOREIGN KEY (produit_id) REFERENCES produits"

CASES = [
    Case(name="unnamed", setup=T, text=f"{ADD};", works=WORKS, refused=[ORPHAN]),
    Case(
        name="named_by_code",
        setup=T,
        text="ALTER TABLE lignes ADD CONSTRAINT k FOREIGN KEY (code) REFERENCES produits (code);",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="not_valid",
        setup=T + ORPHAN + ";",
        text=f"{ADD} NOT VALID;",
        works=WORKS,
    ),
    Case(name="not_enforced", setup=T + ORPHAN + ";", text=f"{ADD} NOT ENFORCED;", works=[*WORKS[:2]], versions=(18,)),
    Case(
        name="everything",
        setup=T,
        text=f"{ADD} (id) MATCH FULL ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED;",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(name="set_null", setup=T, text=f"{ADD} ON DELETE SET NULL ON UPDATE SET DEFAULT DEFERRABLE;", works=WORKS),
    Case(
        name="composite",
        setup=T,
        text="ALTER TABLE lignes ADD FOREIGN KEY (x, y) REFERENCES produits (a, b) MATCH FULL;",
        works=WORKS,
        refused=[ORPHAN, "INSERT INTO lignes VALUES (1002, 1, 'c1', 3, NULL)"],
    ),
    Case(
        name="set_null_of_some",
        setup=T,
        text="ALTER TABLE lignes ADD FOREIGN KEY (x, y) REFERENCES produits (a, b) ON DELETE SET NULL (y);",
        versions=(15, 16, 17, 18),
        works=WORKS,
    ),
    Case(
        name="itself",
        setup="CREATE TABLE t (id int PRIMARY KEY, up int); INSERT INTO t VALUES (1, NULL), (2, 1);",
        text="ALTER TABLE t ADD FOREIGN KEY (up) REFERENCES t;",
        works=["INSERT INTO t VALUES (3, 2)"],
        refused=["INSERT INTO t VALUES (4, 99)"],
    ),
    Case(
        name="partitioned",
        setup=PARTS,
        text="ALTER TABLE m ADD FOREIGN KEY (produit_id) REFERENCES produits;",
        works=["INSERT INTO m VALUES (2, 5, 7)"],
        refused=["INSERT INTO m VALUES (2, 5, 700)", "INSERT INTO m VALUES (1, 5, 700)"],
    ),
    Case(
        name="referenced_partitioned",
        setup=REFERENCED_PARTS,
        text="ALTER TABLE f ADD FOREIGN KEY (mk, mv) REFERENCES m (k, v);",
        works=["INSERT INTO m VALUES (1, 500)", "INSERT INTO f VALUES (2, 1)"],
        refused=["INSERT INTO f VALUES (2, 500)"],
    ),
    Case(
        name="hostile",
        setup=HOSTILE,
        text="""ALTER TABLE "Né é"."ut'il;" ADD FOREIGN KEY ("select %s") REFERENCES "a.b"."clé";""",
        works=["""INSERT INTO "Né é"."ut'il;" VALUES ('a', 99)"""],
        refused=["""INSERT INTO "Né é"."ut'il;" VALUES ('z', 99)"""],
    ),
    Case(
        name="longest",
        setup=f'CREATE TABLE "{LONG}" ("{LONG}" int PRIMARY KEY, "{LONG[:-1]}y" int);',
        text=f'ALTER TABLE "{LONG}" ADD FOREIGN KEY ("{LONG[:-1]}y") REFERENCES "{LONG}";',
    ),
    Case(
        name="to_a_key_of_the_plan",
        setup=T,
        text="ALTER TABLE produits ADD UNIQUE (a);\nALTER TABLE lignes ADD FOREIGN KEY (x) REFERENCES produits (a);",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="each_other",
        setup=T,
        text=f"{ADD};\nALTER TABLE produits ADD FOREIGN KEY (a) REFERENCES lignes (id);",
        works=WORKS[:2],
    ),
    Case(
        name="several_actions",
        setup=T,
        text=f"{ADD}, ADD CHECK (x > 0), ADD FOREIGN KEY (code) REFERENCES produits (code), ADD UNIQUE (id, x);",
        works=WORKS,
        refused=[ORPHAN],
    ),
    Case(
        name="new_table",
        setup=T,
        text="CREATE TABLE n (id int PRIMARY KEY);\nALTER TABLE n ADD FOREIGN KEY (id) REFERENCES produits;",
        works=WORKS,
    ),
    Case(
        name="to_a_new_table",
        setup="CREATE TABLE t (a int);",
        text="CREATE TABLE n (id int PRIMARY KEY);\nALTER TABLE t ADD FOREIGN KEY (a) REFERENCES n;",
        refused=["INSERT INTO t VALUES (1)"],
    ),
    Case(
        name="of_a_renamed_column",
        setup=T,
        text="-- pgwright: strategy = copy\nALTER TABLE lignes RENAME COLUMN produit_id TO p;\n"
        "ALTER TABLE lignes ADD FOREIGN KEY (p) REFERENCES produits;",
    ),
    Case(
        name="of_a_column_with_up",
        setup=T,
        text="-- pgwright: up = produit_id + 0\n-- pgwright: down = p\n"
        "ALTER TABLE lignes RENAME COLUMN produit_id TO p;\n"
        "ALTER TABLE lignes ADD FOREIGN KEY (p) REFERENCES produits;",
        native="ALTER TABLE lignes RENAME COLUMN produit_id TO p; ALTER TABLE lignes ADD FOREIGN KEY (p) REFERENCES "
        "produits;",
    ),
    Case(
        name="to_a_table_with_a_rename",
        setup=T,
        text="-- pgwright: up = trim(nom)\nALTER TABLE produits RENAME COLUMN nom TO nom_complet;\n" + ADD + ";",
        native=f"ALTER TABLE produits RENAME COLUMN nom TO nom_complet; {ADD};",
    ),
    Case(
        name="not_valid_and_validated",
        setup=T,
        text=f"{ADD} NOT VALID;\nALTER TABLE lignes VALIDATE CONSTRAINT lignes_produit_id_fkey;",
        works=WORKS,
        refused=[ORPHAN],
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)
