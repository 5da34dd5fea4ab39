"""ADD UNIQUE: every option of it, tables of every shape, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.cases import Case, each, live
from tests.support.databases import Database

T = """
CREATE TABLE u (id int PRIMARY KEY, email text, tel text, x int);
INSERT INTO u SELECT g, 'e' || g, CASE WHEN g % 2 = 0 THEN 't' || g END, g FROM generate_series(1, 50) g;
"""
WORKS = ("INSERT INTO u VALUES (1000, 'neu', 'neu', 3)", "UPDATE u SET x = 7 WHERE id = 1")
TWICE = "INSERT INTO u VALUES (1001, 'e1', NULL, 1)"
PARTS = """
CREATE TABLE m (k int, v int, w int) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
INSERT INTO m SELECT 1 + g % 2, g, g FROM generate_series(1, 20) g;
"""
HOSTILE = """
CREATE SCHEMA "Né é";
CREATE TABLE "Né é"."ut'il;" ("No""m" text, "select %s" int, id int);
INSERT INTO "Né é"."ut'il;" SELECT 'a' || g, 1, g FROM generate_series(1, 5) g;
"""
LONG = "é" * 31 + "x"
ADD = "ALTER TABLE u ADD UNIQUE (email)"

CASES = [
    Case(name="unnamed", setup=T, text=f"{ADD};", works=WORKS, refused=[TWICE]),
    Case(name="named", setup=T, text="ALTER TABLE u ADD CONSTRAINT k UNIQUE (tel, email);", works=WORKS),
    Case(
        name="everything",
        setup=T,
        text="ALTER TABLE u ADD UNIQUE (email, tel) INCLUDE (x) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED;",
        works=WORKS,
    ),
    Case(name="deferrable", setup=T, text=f"{ADD} DEFERRABLE;", works=WORKS, refused=[TWICE]),
    Case(
        name="nulls_not_distinct",
        setup=T + "UPDATE u SET tel = 'n' || id WHERE tel IS NULL AND id > 1;",
        text="ALTER TABLE u ADD UNIQUE NULLS NOT DISTINCT (tel);",
        works=WORKS,
        versions=(15, 16, 17, 18),
        refused=["INSERT INTO u VALUES (1001, 'z', NULL, 1)"],
    ),
    Case(
        name="partitioned",
        setup=PARTS,
        text="ALTER TABLE m ADD UNIQUE (v, k) INCLUDE (w);",
        works=["INSERT INTO m VALUES (2, 500, 7)"],
        refused=["INSERT INTO m VALUES (2, 1, 700)"],
    ),
    Case(
        name="partitioned_named",
        setup=PARTS,
        text="ALTER TABLE m ADD CONSTRAINT k UNIQUE (k, v) WITH (fillfactor = 80);",
        works=["INSERT INTO m VALUES (2, 500, 7)"],
    ),
    Case(
        name="partitioned_deferrable",
        setup=PARTS,
        text="ALTER TABLE m ADD CONSTRAINT k UNIQUE (k, v) DEFERRABLE;",
    ),
    Case(
        name="using_index",
        setup=T
        + "CREATE UNIQUE INDEX i ON u (email DESC) WITH (fillfactor = 60); COMMENT ON INDEX i IS 'gardé';".replace(
            " DESC", ""
        ),
        text="ALTER TABLE u ADD CONSTRAINT k UNIQUE USING INDEX i;",
        works=WORKS,
        refused=[TWICE],
    ),
    Case(
        name="using_index_same_name",
        setup=T + "CREATE UNIQUE INDEX i ON u (email);",
        text="ALTER TABLE u ADD UNIQUE USING INDEX i DEFERRABLE;",
        works=WORKS,
    ),
    Case(
        name="hostile",
        setup=HOSTILE,
        text="""ALTER TABLE "Né é"."ut'il;" ADD UNIQUE ("No""m", "select %s");""",
        works=["""INSERT INTO "Né é"."ut'il;" VALUES ('zz', 1, 9)"""],
    ),
    Case(
        name="longest",
        setup=f'CREATE TABLE "{LONG}" ("{LONG}" int, "{LONG[:-1]}y" int);',
        text=f'ALTER TABLE "{LONG}" ADD UNIQUE ("{LONG}", "{LONG[:-1]}y");',
    ),
    Case(
        name="taken_names",
        setup=T + "CREATE TABLE u_email_key (a int, CONSTRAINT u_email_key1 CHECK (a > 0));",
        text=f"{ADD};\n{ADD};",
        works=WORKS,
    ),
    Case(name="new_table", setup=T, text="CREATE TABLE n (a int);\nALTER TABLE n ADD UNIQUE (a);"),
    Case(
        name="renamed_in_the_plan",
        setup=T,
        text="-- pgwright: strategy = copy\nALTER TABLE u RENAME COLUMN email TO courriel;\n"
        "ALTER TABLE u ADD UNIQUE (courriel);",
    ),
    Case(
        name="renamed_with_up",
        setup=T,
        text="-- pgwright: up = lower(email)\nALTER TABLE u RENAME COLUMN email TO courriel;\n"
        "ALTER TABLE u ADD UNIQUE (courriel);",
        native="ALTER TABLE u RENAME COLUMN email TO courriel; ALTER TABLE u ADD UNIQUE (courriel);",
    ),
    Case(
        name="dropped_and_added",
        setup=T + "ALTER TABLE u ADD CONSTRAINT k UNIQUE (email);",
        text="ALTER TABLE u ADD CONSTRAINT k2 UNIQUE (email, tel), DROP CONSTRAINT k;",
        works=WORKS,
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)
