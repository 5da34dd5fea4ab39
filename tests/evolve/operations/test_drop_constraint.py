"""DROP CONSTRAINT: of every kind, with its way back, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.cases import Case, each, live
from tests.evolve.operations.planning import outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import dump, footprint

T = """
CREATE TABLE produits (id int PRIMARY KEY, code text, n int NOT NULL DEFAULT 0);
CREATE TABLE lignes (id int PRIMARY KEY, produit_id int REFERENCES produits ON DELETE CASCADE DEFERRABLE,
    total int CHECK (total > 0), code text, CONSTRAINT uni UNIQUE (code, id) INCLUDE (total) WITH (fillfactor = 70));
COMMENT ON CONSTRAINT lignes_total_check ON lignes IS 'positif';
COMMENT ON CONSTRAINT lignes_produit_id_fkey ON lignes IS 'produit';
COMMENT ON CONSTRAINT uni ON lignes IS 'unique';
COMMENT ON INDEX uni IS 'index';
INSERT INTO produits SELECT g FROM generate_series(1, 20) g;
INSERT INTO lignes SELECT g, 1 + g % 20, g FROM generate_series(1, 50) g;
"""
WORKS = ("INSERT INTO lignes VALUES (1000, 3, 3)", "INSERT INTO produits VALUES (99)")
PARTS = """
CREATE TABLE produits (id int PRIMARY KEY);
INSERT INTO produits SELECT generate_series(1, 20);
CREATE TABLE m (k int, v int REFERENCES produits, CONSTRAINT uk UNIQUE (v, k) DEFERRABLE, CONSTRAINT pos CHECK (v > 0))
    PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
INSERT INTO m SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
"""
INHERITED = """
CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0), CONSTRAINT l CHECK (a > 1));
CREATE TABLE c (b int, CONSTRAINT l CHECK (a > 1)) INHERITS (p);
INSERT INTO p VALUES (7); INSERT INTO c VALUES (8, 2);
"""

CASES = [
    Case(name="check", setup=T, text="ALTER TABLE lignes DROP CONSTRAINT lignes_total_check;", works=WORKS),
    Case(name="foreign_key", setup=T, text="ALTER TABLE lignes DROP CONSTRAINT lignes_produit_id_fkey;", works=WORKS),
    Case(name="unique", setup=T, text="ALTER TABLE lignes DROP CONSTRAINT uni;", works=WORKS),
    Case(
        name="primary_key",
        setup=T + "ALTER TABLE lignes REPLICA IDENTITY USING INDEX lignes_pkey;",
        text="ALTER TABLE lignes DROP CONSTRAINT lignes_pkey;",
        works=WORKS,
    ),
    Case(
        name="foreign_key_and_what_it_points_to",
        setup=T,
        text="ALTER TABLE lignes DROP CONSTRAINT lignes_produit_id_fkey;\n"
        "ALTER TABLE produits DROP CONSTRAINT produits_pkey;",
        works=WORKS,
    ),
    Case(
        name="not_valid",
        setup=T + "ALTER TABLE lignes ADD CONSTRAINT grand CHECK (total > 10) NOT VALID;",
        text="ALTER TABLE lignes DROP CONSTRAINT grand;",
    ),
    Case(
        name="not_enforced",
        setup=T + "ALTER TABLE lignes ADD CONSTRAINT grand CHECK (total > 10) NOT ENFORCED;",
        text="ALTER TABLE lignes DROP CONSTRAINT grand;",
        versions=(18,),
    ),
    Case(
        name="not_null",
        setup=T,
        text="ALTER TABLE produits DROP CONSTRAINT produits_n_not_null;",
        versions=(18,),
    ),
    Case(name="inherited", differs=False, setup=INHERITED, text="ALTER TABLE p DROP CONSTRAINT k, DROP CONSTRAINT l;"),
    Case(name="of_parts_check", differs=False, setup=PARTS, text="ALTER TABLE m DROP CONSTRAINT pos;"),
    Case(
        name="of_parts_foreign_key",
        setup=PARTS,
        text="ALTER TABLE m DROP CONSTRAINT m_v_fkey;",
        works=["INSERT INTO m VALUES (2, 20)"],
    ),
    Case(name="of_parts_unique", setup=PARTS, text="ALTER TABLE m DROP CONSTRAINT uk;"),
    Case(
        name="check_added_again",
        setup=T,
        text="ALTER TABLE lignes DROP CONSTRAINT lignes_total_check, ADD CONSTRAINT lignes_total_check CHECK (total >= "
        "0);",
        works=WORKS,
    ),
    Case(
        name="check_added_again_without_a_name",
        setup=T,
        text="ALTER TABLE lignes DROP CONSTRAINT lignes_total_check, ADD CHECK (total >= 0);",
        works=WORKS,
    ),
    Case(
        name="foreign_key_added_again",
        setup=T,
        text="ALTER TABLE lignes DROP CONSTRAINT lignes_produit_id_fkey,\n"
        "  ADD CONSTRAINT lignes_produit_id_fkey FOREIGN KEY (produit_id) REFERENCES produits ON DELETE SET NULL;",
        works=WORKS,
    ),
    Case(
        name="hostile",
        setup="""CREATE SCHEMA "Né é"; CREATE TABLE "Né é"."ut'il;" ("No""m" int PRIMARY KEY, b int,
CONSTRAINT "c%s" CHECK (b > 0), CONSTRAINT "u""'" UNIQUE (b, "No""m"));
COMMENT ON CONSTRAINT "u""'" ON "Né é"."ut'il;" IS 'l''un; %s';""",
        text="""ALTER TABLE "Né é"."ut'il;" DROP CONSTRAINT "c%s", DROP CONSTRAINT "u""'";""",
    ),
    Case(
        name="if_exists", differs=False, setup=T, text="ALTER TABLE lignes DROP CONSTRAINT IF EXISTS rien;", works=WORKS
    ),
    Case(
        name="without_overlaps",
        setup="CREATE EXTENSION btree_gist; CREATE TABLE r (a int, d daterange, PRIMARY KEY (a, d WITHOUT OVERLAPS));"
        "CREATE TABLE q (a int, d daterange, FOREIGN KEY (a, PERIOD d) REFERENCES r (a, PERIOD d));"
        "INSERT INTO r VALUES (1, '[2026-01-01,2027-01-01)'); INSERT INTO q VALUES (1, '[2026-02-01,2026-03-01)');",
        text="ALTER TABLE q DROP CONSTRAINT q_a_d_fkey;\nALTER TABLE r DROP CONSTRAINT r_pkey;",
        versions=(18,),
    ),
    Case(
        name="exclusion",
        setup="CREATE TABLE r (a int4range, EXCLUDE USING gist (a WITH &&)); INSERT INTO r VALUES ('[1,2)');",
        text="ALTER TABLE r DROP CONSTRAINT r_a_excl;",
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(T)
    assert outline(planned(database, "ALTER TABLE lignes DROP CONSTRAINT lignes_total_check;")) == [
        "drop expand instant ACCESS EXCLUSIVE",
        "back_look rollback verify ACCESS SHARE",
        "back_add rollback instant ACCESS EXCLUSIVE",
        "back_valid rollback online SHARE UPDATE EXCLUSIVE",
        "comment_back rollback cutover ACCESS SHARE",
    ]
    drop = planned(database, "ALTER TABLE lignes DROP CONSTRAINT lignes_produit_id_fkey;").steps[0]
    assert {lock.relation.name: lock.mode.sql for lock in drop.locks} == {
        "produits": "ACCESS EXCLUSIVE",
        "lignes": "ACCESS EXCLUSIVE",
    }
    assert outline(planned(database, "ALTER TABLE lignes DROP CONSTRAINT uni;")) == [
        "look look verify ACCESS SHARE",
        "drop contract cutover ACCESS EXCLUSIVE",
        "restore_look restore verify ACCESS SHARE",
        "restore_build restore concurrent SHARE UPDATE EXCLUSIVE",
        "restore_attach restore instant ACCESS EXCLUSIVE",
        "restore_settings restore cutover ACCESS EXCLUSIVE",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE lignes DROP CONSTRAINT rien;", "does not exist"),
        ("ALTER TABLE c DROP CONSTRAINT k;", "is inherited"),
        ("ALTER TABLE c DROP CONSTRAINT l;", "is inherited"),
        ("ALTER TABLE lignes DROP CONSTRAINT uni, DROP CONSTRAINT uni;", "does not exist"),
        ("ALTER TABLE produits DROP CONSTRAINT produits_pkey;", 'foreign key "lignes_produit_id_fkey"'),
        ("ALTER TABLE produits DROP CONSTRAINT produits_pkey CASCADE;", 'foreign key "lignes_produit_id_fkey"'),
        ("ALTER TABLE publiée DROP CONSTRAINT publiée_pkey;", "replica identity"),
        ("ALTER TABLE lignes ADD CONSTRAINT n CHECK (id > 0), DROP CONSTRAINT n;", "added by this plan"),
    ],
)
def test_what_is_wrong_is_said_before(make_database: Callable[..., Database], text: str, said: str) -> None:
    setup = T + INHERITED + "CREATE TABLE publiée (a int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE publiée;"
    with pytest.raises((MigrationFileError, Refused)) as caught:
        planned(make_database(setup), f"\n{text}")
    assert said in " ".join((caught.value.message, caught.value.hint))


def test_a_view_that_needs_the_key(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """A view may group by a primary key; contract would stop at it, so expand says so."""
    verbs = Verbs(make_database(T + "CREATE VIEW vue AS SELECT id, total, count(*) FROM lignes GROUP BY id;"), tmp_path)
    verbs.prepare("", "ALTER TABLE lignes DROP CONSTRAINT lignes_pkey;")
    with pytest.raises(Refused) as caught:
        verbs.expand()
    assert "on view vue" in caught.value.reasons[0]


@pytest.mark.majors(14, 18)
def test_rows_that_break_it_by_now_stop_the_rollback(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """They are counted before anything is taken back, and the migration is where it was: it can go on as well."""
    verbs = Verbs(make_database(T), tmp_path)
    text = "ALTER TABLE lignes DROP CONSTRAINT lignes_total_check;\nALTER TABLE lignes ADD CHECK (id > 0);"
    verbs.prepare("", text)
    before = dump(verbs.database)
    verbs.expand()
    verbs.database.run("INSERT INTO lignes VALUES (999, 1, -5)")
    footprint_before = footprint(verbs.database)
    for _ in range(2):
        with pytest.raises(Refused, match="1 row of public"):
            verbs.rollback()
        assert verbs.state == "expanded"
        assert footprint(verbs.database) == footprint_before
    verbs.contract()
    verbs.database.run("DELETE FROM lignes WHERE id = 999")
    verbs.rollback()
    assert dump(verbs.database) == before


@pytest.mark.majors(14, 18)
def test_duplicates_by_now_stop_the_way_back(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """The same in the grace period: either they are corrected, or the migration is finalized."""
    verbs = Verbs(make_database(T + "ALTER TABLE lignes DROP CONSTRAINT lignes_pkey;"), tmp_path)
    verbs.prepare("", "ALTER TABLE lignes DROP CONSTRAINT uni;")
    before = dump(verbs.database)
    verbs.expand()
    verbs.contract()
    verbs.database.run("INSERT INTO lignes SELECT 1001, 1, 5, 'x' FROM generate_series(1, 2)")
    with pytest.raises(Refused, match=r"1 value of \(code, id\) in several rows"):
        verbs.rollback()
    assert verbs.state == "retiring"
    verbs.database.run("DELETE FROM lignes WHERE id = 1001")
    verbs.rollback()
    assert dump(verbs.database) == before


def test_twin() -> None:
    made = op.DropConstraint(table="t", name="É", schema="s")
    assert made.to_sql() == 'ALTER TABLE s.t DROP CONSTRAINT "É";\n'
