"""ADD UNIQUE: every option of it, tables of every shape, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.cases import Case, each, live
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import footprint

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
    Case(name="named", differs=False, setup=T, text="ALTER TABLE u ADD CONSTRAINT k UNIQUE (tel, email);", works=WORKS),
    Case(
        name="everything",
        setup=T,
        text="ALTER TABLE u ADD UNIQUE (email, tel) INCLUDE (x) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED;",
        works=WORKS,
    ),
    Case(name="deferrable", differs=False, setup=T, text=f"{ADD} DEFERRABLE;", works=WORKS, refused=[TWICE]),
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
    Case(
        name="inherited",
        differs=False,  # it is about the rows of the table alone
        setup=T + "CREATE TABLE fils () INHERITS (u); INSERT INTO fils SELECT * FROM u;",
        text=f"{ADD};",
        works=["INSERT INTO fils (id, email) VALUES (1, 'e1')"],
    ),
    Case(name="new_table", differs=False, setup=T, text="CREATE TABLE n (a int);\nALTER TABLE n ADD UNIQUE (a);"),
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


def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T), f"{ADD};")
    assert outline(plan) == [
        "look look verify ACCESS SHARE",
        "build expand concurrent SHARE UPDATE EXCLUSIVE",
        "attach expand instant ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
        "undo_index rollback concurrent SHARE UPDATE EXCLUSIVE",
    ]
    assert plan.steps[1].statements == ("CREATE UNIQUE INDEX CONCURRENTLY u_email_key ON public.u USING btree (email)",)
    assert "23505" in only(plan).hazards[0]


def test_plan_of_a_partitioned_table(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTS), "ALTER TABLE m ADD UNIQUE (k, v);")
    assert outline(plan) == [
        "look look verify ACCESS SHARE",
        "part1_build expand concurrent SHARE UPDATE EXCLUSIVE",
        "part1_attach expand instant ACCESS EXCLUSIVE",
        "part2_build expand concurrent SHARE UPDATE EXCLUSIVE",
        "part2_attach expand instant ACCESS EXCLUSIVE",
        "rest expand concurrent SHARE UPDATE EXCLUSIVE",
        "joined expand instant ACCESS EXCLUSIVE",
        "rest_undo rollback cutover ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
        "part1_undo rollback cutover ACCESS EXCLUSIVE",
        "part1_undo_index rollback concurrent SHARE UPDATE EXCLUSIVE",
        "part2_undo rollback cutover ACCESS EXCLUSIVE",
        "part2_undo_index rollback concurrent SHARE UPDATE EXCLUSIVE",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE u ADD UNIQUE (rien);", 'column "rien"'),
        ("ALTER TABLE u ADD UNIQUE (email) INCLUDE (rien);", 'column "rien"'),
        ("ALTER TABLE u ADD CONSTRAINT u_pkey UNIQUE (email);", "exists already"),
        ("ALTER TABLE u ADD CONSTRAINT m UNIQUE (email);", 'relation "m" exists already'),
        ("ALTER TABLE u ADD CONSTRAINT k UNIQUE (email), ADD CONSTRAINT k UNIQUE (tel);", "exists already"),
        ("ALTER TABLE u ADD CONSTRAINT cassé UNIQUE (email);", "DROP INDEX CONCURRENTLY"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX rien;", "does not exist"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX non_unique;", "is not unique"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX partiel;", "is partial"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX expression;", "contains expressions"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX descendant;", "default sorting"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX classe;", "default sorting"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX u_pkey;", "stands behind constraint"),
        ("ALTER TABLE u ADD UNIQUE USING INDEX cassé;", "is not valid"),
        ("ALTER TABLE u ADD CONSTRAINT m UNIQUE USING INDEX bon;", 'relation "m" exists already'),
        ("ALTER TABLE m ADD UNIQUE (v);", "must contain all columns of the partition key: k is missing"),
        ("ALTER TABLE m ADD UNIQUE (k);", "must contain all columns of the partition key: v is missing"),
    ],
)
def test_what_is_wrong_is_said_before(make_database: Callable[..., Database], text: str, said: str) -> None:
    setup = (
        T
        + PARTS
        + """
CREATE INDEX non_unique ON u (email); CREATE UNIQUE INDEX partiel ON u (email) WHERE id > 0;
CREATE UNIQUE INDEX expression ON u (lower(email)); CREATE UNIQUE INDEX descendant ON u (email DESC);
CREATE UNIQUE INDEX classe ON u (email text_pattern_ops); CREATE UNIQUE INDEX bon ON u (email);
CREATE UNIQUE INDEX cassé ON u (tel);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'cassé'::regclass;
"""
    )
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(setup), f"\n{text}")
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.line == 2


def test_one_name_in_two_schemas(make_database: Callable[..., Database]) -> None:
    """Names of indexes are the schema's own."""
    text = "ALTER TABLE u ADD CONSTRAINT k UNIQUE (x);\nALTER TABLE s.w ADD CONSTRAINT k UNIQUE (a);"
    plan = planned(make_database(T + "CREATE SCHEMA s; CREATE TABLE s.w (a int);"), text)
    assert len([step for step in plan.steps if step.id.endswith(".attach")]) == 2


def test_a_name_that_stays_until_contract(make_database: Callable[..., Database]) -> None:
    text = "ALTER TABLE u DROP CONSTRAINT k, ADD CONSTRAINT k UNIQUE (email, tel);"
    with pytest.raises(Refused, match="until contract") as caught:
        planned(make_database(T + "ALTER TABLE u ADD CONSTRAINT k UNIQUE (email);"), text)
    assert "another name" in caught.value.hint


def test_duplicates_are_counted_and_shown(make_database: Callable[..., Database], tmp_path: Path) -> None:
    verbs = Verbs(make_database(T + "UPDATE u SET email = 'e' || id % 10, tel = NULL;"), tmp_path)
    verbs.prepare("", f"{ADD}, ADD UNIQUE (tel);")
    before = footprint(verbs.database)
    with pytest.raises(Refused) as caught:
        verbs.expand()
    assert caught.value.message.splitlines()[0] == "10 values of (email) in several rows of public.u"
    assert '"rows": 5' in caught.value.reasons[0]
    assert caught.value.reasons[-1] == "… and 7 more"
    assert len(verbs.database.all(caught.value.hint.partition("See them all: ")[2])) == 10
    assert footprint(verbs.database) == before
    verbs.database.run("UPDATE u SET email = id")
    verbs.expand()
    assert verbs.state == "expanded"


def test_twin() -> None:
    made = op.AddUnique(table="Né", columns=("a", "É"), name="k", schema="s")
    assert made.to_sql() == 'ALTER TABLE s."Né" ADD CONSTRAINT k UNIQUE (a, "É");\n'
    assert op.AddUnique(table="t", columns=("a",)).to_sql() == "ALTER TABLE t ADD UNIQUE (a);\n"
